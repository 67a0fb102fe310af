package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"regexp"
	"strings"
)

// mailPart is one leaf of a message: a stretch of the file that is one text or
// one attachment.
type mailPart struct {
	header     mailHeader
	start, end int64
	encrypted  bool // inside a multipart/encrypted
	preamble   bool // what stands before the first part, which mail programs hide
}

// mailStructure is what a message is made of.
type mailStructure struct {
	header mailHeader
	parts  []mailPart
	cut    bool // a multipart without its end
}

const (
	maxMailHeader = 1 << 20 // bytes of one header; servers refuse more than 256 KB
	maxMultiparts = 100     // multiparts inside each other; deeper ones are text
)

var errTooManyParts = errors.New("mail: too many parts")

// mailMultipart is an open multipart.
type mailMultipart struct {
	boundary  []byte
	encrypted bool
	digest    bool
}

// readMailStructure finds the parts of the message in r, in one pass and without
// recursion. Nothing is refused: the boundary of an outer multipart ends the inner
// ones, a message may end anywhere.
func readMailStructure(r io.Reader, maxParts int) (mailStructure, error) {
	var m mailStructure
	lines := mailLines{r: bufio.NewReaderSize(r, 64<<10)}
	var open []mailMultipart
	var head bytes.Buffer
	inHeader, inBody := true, false
	begin := func(at int64) { // the header is whole
		h := parseMailHeader(head.Bytes())
		head.Reset()
		if m.header == nil {
			m.header = h
			if m.header == nil {
				m.header = mailHeader{}
			}
		}
		inHeader, inBody = false, true
		p := mailPart{header: h, start: at}
		if n := len(open); n > 0 {
			p.encrypted = open[n-1].encrypted
			if open[n-1].digest && h.get("Content-Type") == "" {
				p.header = append(p.header, mailField{"Content-Type", "message/rfc822"})
			}
		}
		kind, params := h.mediaType("Content-Type")
		if b := params["boundary"]; strings.HasPrefix(kind, "multipart/") && b != "" && len(open) < maxMultiparts {
			open = append(open, mailMultipart{[]byte(b), kind == "multipart/encrypted" || p.encrypted, kind == "multipart/digest"})
			p.preamble = true
		}
		m.parts = append(m.parts, p)
	}
	end := func(at int64) {
		if inHeader && head.Len() > 0 {
			begin(at)
		}
		if inBody {
			last := &m.parts[len(m.parts)-1]
			last.end = max(at, last.start)
		}
		inBody = false
	}
	for {
		at := lines.off
		line, first, err := lines.next()
		if len(line) == 0 && err != nil {
			end(at)
			m.cut = len(open) > 0
			return m, ended(err)
		}
		if first && bytes.HasPrefix(line, []byte("--")) {
			if k, last := boundaryOf(line, open); k >= 0 {
				end(lines.textEnd)
				open = open[:k+1]
				inHeader = !last
				if last {
					open = open[:k]
				}
				head.Reset()
				if len(m.parts) >= maxParts {
					return m, errTooManyParts
				}
				continue
			}
		}
		if !inHeader {
			continue
		}
		if first && len(bytes.TrimRight(line, "\r\n")) == 0 {
			begin(lines.off)
			continue
		}
		if _, _, field := mailFieldOf(line); first && head.Len() == 0 && m.header != nil && !field {
			begin(at) // a part without a header, and without the empty line for it
			continue
		}
		if head.Len() < maxMailHeader {
			head.Write(line)
		}
	}
}

// boundaryOf returns the index of the multipart whose boundary line is, -1 for
// none, and whether it is the last one.
func boundaryOf(line []byte, open []mailMultipart) (index int, last bool) {
	line = bytes.TrimRight(line[2:], " \t\r\n")
	for k := len(open) - 1; k >= 0; k-- {
		rest, ok := bytes.CutPrefix(line, open[k].boundary)
		if ok && (len(rest) == 0 || rest[0] == '-' && len(rest) <= 2) { // "-" where the file was cut
			return k, len(rest) > 0
		}
	}
	return -1, false
}

// mailLines reads lines with their place in the file; long ones in pieces.
type mailLines struct {
	r       *bufio.Reader
	off     int64 // of what comes
	textEnd int64 // end of the line before, without its line end
	lineEnd int64 // the same of the current line
	inside  bool  // the last piece did not end its line
}

// next returns a line with its end, or a piece of one; first says that it is the start.
func (l *mailLines) next() (line []byte, first bool, err error) {
	line, err = l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		err = nil
	}
	first = !l.inside
	l.inside = len(line) > 0 && line[len(line)-1] != '\n'
	l.textEnd = l.lineEnd
	l.lineEnd = l.off + int64(len(bytes.TrimRight(line, "\r\n")))
	l.off += int64(len(line))
	return line, first, err
}

// mailField is one field of a header.
type mailField struct{ name, value string }

// mailHeader is a header in order. Values are unfolded, not decoded.
type mailHeader []mailField

func (h mailHeader) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// parseMailHeader cuts a header into fields. A line that is not a field goes on
// with the field before it.
func parseMailHeader(b []byte) mailHeader {
	var h mailHeader
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if name, value, ok := mailFieldOf(line); ok {
			h = append(h, mailField{string(name), string(bytes.TrimSpace(value))})
			continue
		}
		if n := len(h); n > 0 && len(h[n-1].value) < maxSegment {
			h[n-1].value += " " + string(bytes.TrimSpace(line))
		}
	}
	return h
}

// mailFieldOf cuts a line that starts a field of a header.
func mailFieldOf(line []byte) (name, value []byte, ok bool) {
	name, value, ok = bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	return name, value, ok && len(name) > 0 && !bytes.ContainsAny(name, " \t<>\"")
}

// mailParam finds the parameters of a field that is not written as it should be.
var mailParam = regexp.MustCompile(`(?i)[;\s](boundary|charset|name|filename|smime-type)\s*=\s*(?:"([^"]*)"?|([^;\s]+))`)

// mediaType returns the value of a field in lower case and its parameters. It
// takes what [mime.ParseMediaType] refuses.
func (h mailHeader) mediaType(field string) (string, map[string]string) {
	value := h.get(field)
	kind, params, err := mime.ParseMediaType(value)
	if err != nil || params == nil {
		kind, _, _ = strings.Cut(value, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
		if params == nil {
			params = make(map[string]string)
		}
		for _, m := range mailParam.FindAllStringSubmatch(value, -1) {
			params[strings.ToLower(m[1])] = m[2] + m[3]
		}
	}
	return kind, params
}
