package extract

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"poterne"
)

// ldifLines reads exports of directories (LDIF, RFC 2849): each attribute with its
// name for a title. Values with an accent are written in base64, and passwords of
// Windows in base64 of UTF-16; pictures and keys are left out.
func ldifLines(lines *lineReader, out *emitter) error {
	l := ldifReader{lines: lines}
	for l.fetch() {
		if !l.attribute(out) {
			return nil
		}
	}
	return ended(l.err)
}

// ldifBinary names attributes that hold no text (RFC 4523, RFC 2798, [MS-ADA]).
var ldifBinary = regexp.MustCompile(`(?i)(?:guid|sid|sidhistory|photo|logo|audio|picture|certificate|revocationlist|pkcs12|securitydescriptor|logonhours|;binary)(?:;|$)`)

var errLDIFValue = errors.New("ldif: value is not base64")

// ldifReader reads the lines of a directory. As a reader it gives what is left of the
// value of an attribute, unfolded.
type ldifReader struct {
	lines  *lineReader
	piece  []byte // of a line, not read yet
	row    int
	ahead  bool // piece starts the next attribute
	coded  bool // the value is in base64
	failed bool // and one was not
	err    error
	value  bytes.Buffer
}

// fetch goes on to the next attribute. It returns false at the end.
func (l *ldifReader) fetch() bool {
	l.coded = false
	if !l.ahead && l.err == nil {
		l.piece, l.row, l.err = l.lines.next()
	}
	l.ahead = false
	return l.err == nil
}

// Read implements io.Reader.
func (l *ldifReader) Read(p []byte) (int, error) {
	for len(l.piece) == 0 || l.ahead {
		if l.ahead || l.err != nil {
			return 0, io.EOF
		}
		folds := !l.lines.open
		var row int
		if l.piece, row, l.err = l.lines.next(); l.err != nil {
			return 0, io.EOF
		}
		if folds && !bytes.HasPrefix(l.piece, []byte(" ")) {
			l.ahead, l.row = true, row
			return 0, io.EOF
		}
		if folds {
			l.piece = l.piece[1:]
		}
		if l.coded {
			l.piece = bytes.TrimSpace(l.piece)
		}
	}
	n := copy(p, l.piece)
	l.piece = l.piece[n:]
	return n, nil
}

// attribute sends the attribute that fetch went to.
func (l *ldifReader) attribute(out *emitter) bool {
	row := l.row
	name, value, ok := bytes.Cut(l.piece, []byte(":"))
	if !ok || bytes.HasPrefix(l.piece, []byte("#")) {
		return l.send(out, row, "", l)
	}
	title, _, _ := bytes.Cut(name, []byte(";")) // options, such as the language
	header := string(title)
	if l.piece, l.coded = bytes.CutPrefix(value, []byte(":")); !l.coded {
		return l.send(out, row, header, l)
	}
	l.piece = bytes.TrimSpace(l.piece)
	if ldifBinary.Match(name) {
		_, err := io.Copy(io.Discard, l)
		return err == nil && !out.run.stopped
	}
	decoded := errorNoted{r: base64.NewDecoder(base64.StdEncoding, l)}
	head, _ := io.ReadAll(io.LimitReader(&decoded, decodeBlock))
	if ldifText(head) {
		text := decodeText(io.MultiReader(bytes.NewReader(head), &decoded), "")
		if strings.EqualFold(header, "unicodePwd") {
			// Its quotation marks are no part of it ([MS-ADTS] 3.1.1.3.1.5).
			text = strings.NewReader(strings.Trim(decodeBytes(head, ""), `"`))
		}
		if !l.send(out, row, header, text) {
			return false
		}
	}
	io.Copy(io.Discard, l)
	if decoded.err == nil || l.failed {
		return !out.run.stopped
	}
	l.failed = true
	return out.fail(poterne.Partial, errLDIFValue)
}

// errorNoted ends at the first error of r, and holds it but for io.EOF.
type errorNoted struct {
	r   io.Reader
	err error
}

func (e *errorNoted) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err != nil && err != io.EOF {
		e.err, err = err, io.EOF
	}
	return n, err
}

// ldifText reports whether b, the start of a value, is text: in UTF-8, in UTF-16, or
// in one byte for each sign, where no more than half of the signs have an accent.
func ldifText(b []byte) bool {
	if wide(b) || marked(b) {
		return wideEncoding(b) != nil
	}
	if !textual(b) {
		return false
	}
	high := 0
	for _, c := range b {
		if c >= utf8.RuneSelf {
			high++
		}
	}
	return high*2 <= len(b) || utf8.Valid(b) || len(b) == decodeBlock && utf8.Valid(b[:cutPoint(b)])
}

// send sends the text of r under a title, in pieces where it is long.
func (l *ldifReader) send(out *emitter, row int, title string, r io.Reader) bool {
	l.value.Reset()
	for {
		_, err := io.CopyN(&l.value, r, int64(maxSegment-l.value.Len()))
		n := l.value.Len()
		if err == nil {
			n = cutPoint(l.value.Bytes())
		}
		if !out.cell("", row, 0, title, string(bytes.TrimSpace(l.value.Next(n)))) {
			return false
		}
		if err != nil {
			return true
		}
	}
}
