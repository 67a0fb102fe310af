package extract

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// decodeBlock is how much is read before a text is cut at a line: large enough
// for a fair guess of the encoding, small enough to cost nothing.
const decodeBlock = 64 << 10

// decodeText returns r as UTF-8. The byte order mark rules, then what the bytes
// are, then declared (a name of the WHATWG list, "" where the document has none):
// declarations lie more often than bytes do. A file that mixes encodings, as logs
// and dumps do, is decoded line by line: a line of valid UTF-8 is UTF-8, any
// other is in the declared encoding, or in the likeliest of [legacy] for the
// lines seen until then.
func decodeText(r io.Reader, declared string) io.Reader {
	head, err := io.ReadAll(io.LimitReader(r, decodeBlock)) // grows: most texts are short
	rest := io.Reader(bytes.NewReader(head))
	block := len(head) + 1
	switch {
	case err != nil:
		rest = io.MultiReader(rest, failingReader{err})
	case len(head) == decodeBlock:
		rest = io.MultiReader(rest, r)
	}
	if wide := wideEncoding(head); wide != nil {
		return transform.NewReader(rest, wide.NewDecoder())
	}
	if bytes.HasPrefix(head, bomUTF8) {
		io.CopyN(io.Discard, rest, int64(len(bomUTF8)))
	}
	d := &lineDecoder{src: rest, in: make([]byte, 0, block)}
	if enc := declaredEncoding(declared); enc != nil {
		if enc == japanese.ISO2022JP { // 7-bit with a state that outlives a line
			return transform.NewReader(rest, enc.NewDecoder())
		}
		d.declared = enc.NewDecoder()
	}
	return d
}

// failingReader is a reader at the place where the source failed.
type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

var (
	bomUTF8    = []byte{0xEF, 0xBB, 0xBF}
	bomUTF16LE = []byte{0xFF, 0xFE}
	bomUTF16BE = []byte{0xFE, 0xFF}
	bomUTF32LE = []byte{0xFF, 0xFE, 0, 0}
	bomUTF32BE = []byte{0, 0, 0xFE, 0xFF}
)

// wideEncoding returns the encoding of UTF-16 and UTF-32, with or without a byte
// order mark, or nil where head is in an encoding of single bytes.
func wideEncoding(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, bomUTF32LE), bytes.HasPrefix(head, bomUTF32BE):
		return utf32.UTF32(utf32.LittleEndian, utf32.ExpectBOM)
	case bytes.HasPrefix(head, bomUTF16LE), bytes.HasPrefix(head, bomUTF16BE):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	}
	var zeros [2]int
	sample := head[:min(len(head), 4096)&^1]
	for i, c := range sample {
		if c == 0 {
			zeros[i&1]++
		}
	}
	// Latin text has a zero in nearly each pair, always on the same side. Binary
	// files have them on both.
	pairs := len(sample) / 2
	switch {
	case pairs >= 2 && zeros[1]*10 > pairs*4 && zeros[0]*20 <= pairs:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case pairs >= 2 && zeros[0]*10 > pairs*4 && zeros[1]*20 <= pairs:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}

// declaredEncoding returns the encoding of a declared name, nil where it is
// unknown or says nothing more than the bytes do: UTF-8 is seen in the bytes, and
// UTF-16 too (a page of ASCII that declares UTF-16 is a lie). Latin-1 is left to
// the guess, since it is what is declared by those who do not know.
func declaredEncoding(name string) encoding.Encoding {
	enc, err := htmlindex.Get(strings.TrimSpace(name))
	if err != nil {
		return nil
	}
	switch canonical, _ := htmlindex.Name(enc); canonical {
	case "utf-8", "utf-16le", "utf-16be", "windows-1252", "replacement":
		return nil
	}
	return enc
}

// lineDecoder decodes single-byte and mixed text line by line.
type lineDecoder struct {
	src      io.Reader
	declared *encoding.Decoder // nil where nothing useful is declared
	guess    legacyGuess

	in  []byte // read, not yet decoded
	out []byte // decoded, not yet handed out
	buf []byte // memory of out when it is not a slice of in
	cut int    // in[:cut] is decoded
	err error
}

// Read implements io.Reader.
func (d *lineDecoder) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// fill decodes the next block, up to its last line end.
func (d *lineDecoder) fill() {
	d.in = append(d.in[:0], d.in[d.cut:]...)
	d.cut = 0
	for len(d.in) < cap(d.in) && d.err == nil {
		var n int
		n, d.err = d.src.Read(d.in[len(d.in):cap(d.in)])
		d.in = d.in[:len(d.in)+n]
	}
	d.cut = len(d.in)
	if d.err == nil {
		if i := bytes.LastIndexByte(d.in, '\n'); i >= 0 {
			d.cut = i + 1
		} else if i := lastASCII(d.in); i >= 0 {
			d.cut = i + 1
		}
	}
	block := d.in[:d.cut]
	if utf8.Valid(block) {
		d.out = block
		return
	}
	if d.declared == nil {
		eachLine(block, func(line []byte) {
			if !utf8.Valid(line) {
				d.guess.feed(line)
			}
		})
	}
	d.buf = d.buf[:0]
	charset := d.guess.best()
	eachLine(block, func(line []byte) {
		switch {
		case utf8.Valid(line):
			d.buf = append(d.buf, line...)
		case d.declared != nil:
			// A decoder replaces what it cannot read; it never fails on text.
			text, _ := d.declared.Bytes(line)
			d.buf = append(d.buf, text...)
		default:
			for _, c := range line {
				d.buf = utf8.AppendRune(d.buf, charset.runes[c])
			}
		}
	})
	d.out = d.buf
}

// lastASCII returns the index of the last ASCII byte of b: a place where no
// character of UTF-8 is cut.
func lastASCII(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < utf8.RuneSelf {
			return i
		}
	}
	return -1
}

// eachLine calls f with each line of b, line end included.
func eachLine(b []byte, f func(line []byte)) {
	for len(b) > 0 {
		n := bytes.IndexByte(b, '\n') + 1
		if n == 0 {
			n = len(b)
		}
		f(b[:n])
		b = b[n:]
	}
}

// decodeBytes returns a short text as UTF-8, by the same rules as [decodeText].
func decodeBytes(b []byte, declared string) string {
	const escape = 0x1b // of ISO-2022-JP, which looks like ASCII
	if utf8.Valid(b) && wideEncoding(b) == nil && !bytes.HasPrefix(b, bomUTF8) && bytes.IndexByte(b, escape) < 0 {
		return string(b)
	}
	text, _ := io.ReadAll(decodeText(bytes.NewReader(b), declared))
	return string(text)
}
