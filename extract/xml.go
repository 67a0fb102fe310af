package extract

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// xmlKind is a kind of token.
type xmlKind uint8

const (
	xmlStart xmlKind = iota + 1
	xmlEnd           // also after a start that closes itself
	xmlText          // part of the text of an element: pieces may follow each other
)

// maxTag bounds one tag, in bytes; real ones stay below 100 KB (paths of shapes).
const maxTag = 4 << 20

var (
	errXMLTag = errors.New("xml: tag without end")
	errXMLEnd = errors.New("xml: document cut")
)

// xmlReader is a pull tokenizer for the XML of office files. It is several times
// faster than encoding/xml because it validates nothing: names are matched
// without their prefix, since writers choose prefixes freely and Strict OOXML has
// other namespaces. It never reads a DTD, so there are no entities but the five
// of XML and characters by number: unknown ones stay as they stand.
type xmlReader struct {
	r        io.Reader
	buf      []byte
	pos, end int
	err      error // of r, io.EOF included

	kind  xmlKind
	name  []byte // without prefix; valid until the next call of next
	attrs []byte // the tag behind its name
	text  []byte // entities replaced
	depth int    // open elements, the current start included

	// comment takes the text of comments, where set; they are passed over otherwise.
	comment func(text string)

	pendingEnd bool // the start before closed itself
	bare       bool // inside a CDATA section
	out        []byte
}

func newXML(r io.Reader) *xmlReader {
	x := &xmlReader{r: r, buf: make([]byte, 64<<10)}
	x.fill(4)
	head := x.buf[x.pos:x.end]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		x.pos += 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")),
		bytes.HasPrefix(head, []byte("<\x00")), bytes.HasPrefix(head, []byte("\x00<")):
		end := unicode.LittleEndian
		if head[0] == 0xfe || head[0] == 0 {
			end = unicode.BigEndian
		}
		x.recode(unicode.UTF16(end, unicode.UseBOM).NewDecoder().Reader)
	default:
		x.fill(128)
		decl := bytes.ToLower(x.buf[x.pos:min(x.end, x.pos+128)])
		if i := bytes.Index(decl, []byte("?>")); i > 0 {
			for _, c := range []struct {
				name string
				page *charmap.Charmap
			}{{"iso-8859-15", charmap.ISO8859_15}, {"iso-8859-1", charmap.Windows1252}, {"windows-1252", charmap.Windows1252}} {
				if bytes.Contains(decl[:i], []byte(c.name+`"`)) || bytes.Contains(decl[:i], []byte(c.name+`'`)) {
					x.recode(c.page.NewDecoder().Reader)
					break
				}
			}
		}
	}
	return x
}

// recode reads on through a decoder, from the bytes that were not used yet.
func (x *xmlReader) recode(decode func(io.Reader) io.Reader) {
	rest := bytes.Clone(x.buf[x.pos:x.end])
	if x.err == nil {
		x.r = decode(io.MultiReader(bytes.NewReader(rest), x.r))
	} else {
		x.r = decode(bytes.NewReader(rest))
	}
	x.pos, x.end, x.err = 0, 0, nil
	if x.fill(3); bytes.HasPrefix(x.buf[:x.end], []byte("\xef\xbb\xbf")) {
		x.pos = 3
	}
}

// fill makes at least n bytes available where the input has them.
func (x *xmlReader) fill(n int) bool {
	for x.end-x.pos < n {
		if x.err != nil {
			return false
		}
		x.more()
	}
	return true
}

// more reads on, moving or growing the buffer.
func (x *xmlReader) more() {
	if x.pos > 0 {
		copy(x.buf, x.buf[x.pos:x.end])
		x.end -= x.pos
		x.pos = 0
	}
	if x.end == len(x.buf) {
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	for tries := 0; ; tries++ {
		n, err := x.r.Read(x.buf[x.end:])
		x.end += n
		if err == nil && n == 0 && tries > 100 {
			err = io.ErrNoProgress
		}
		x.err = err
		if n > 0 || err != nil {
			return
		}
	}
}

// find returns the offset from pos of the first mark at or after from, reading on
// as needed, up to limit bytes; -1 where there is none.
func (x *xmlReader) find(mark string, from, limit int) int {
	for {
		if from < x.end-x.pos {
			if i := bytes.Index(x.buf[x.pos+from:x.end], []byte(mark)); i >= 0 {
				return from + i
			}
			from = max(from, x.end-x.pos-len(mark)+1)
		}
		if x.err != nil || x.end-x.pos >= limit {
			return -1
		}
		x.more()
	}
}

// discard skips to behind mark without keeping what it skips.
func (x *xmlReader) discard(mark string) bool {
	for {
		if i := bytes.Index(x.buf[x.pos:x.end], []byte(mark)); i >= 0 {
			x.pos += i + len(mark)
			return true
		}
		x.pos = max(x.pos, x.end-len(mark)+1)
		if x.err != nil {
			x.pos = x.end
			return false
		}
		x.more()
	}
}

// next moves to the next token; false at the end of the input: see fault.
func (x *xmlReader) next() bool {
	if x.pendingEnd {
		x.pendingEnd = false
		x.kind = xmlEnd
		x.depth--
		return true
	}
	if x.kind == xmlEnd && x.depth < 0 {
		x.depth = 0
	}
	for x.fill(1) {
		if x.bare || x.buf[x.pos] != '<' {
			if x.readText() {
				return true
			}
			continue
		}
		if !x.fill(2) {
			return false
		}
		switch x.buf[x.pos+1] {
		case '?':
			if !x.discard("?>") {
				return false
			}
		case '!':
			if !x.declaration() {
				return false
			}
		default:
			return x.readTag()
		}
	}
	return false
}

// fault returns what ended the input: nil where it ended as XML does.
func (x *xmlReader) fault() error {
	if x.err != nil && x.err != io.EOF {
		return x.err
	}
	if x.depth > 0 || x.pos < x.end {
		return errXMLEnd
	}
	return nil
}

// declaration skips a comment or a DTD, and enters a CDATA section.
func (x *xmlReader) declaration() bool {
	x.fill(9)
	head := x.buf[x.pos:x.end]
	switch {
	case bytes.HasPrefix(head, []byte("<!--")):
		x.pos += 4
		if x.comment != nil {
			if n := x.find("-->", 0, maxTag); n >= 0 {
				x.comment(string(x.buf[x.pos : x.pos+n]))
			}
		}
		return x.discard("-->")
	case bytes.HasPrefix(head, []byte("<![CDATA[")):
		x.pos += 9
		x.bare = true
		return true
	}
	// <!DOCTYPE …> with, it may be, an internal subset in brackets.
	nested := 0
	for x.fill(1) {
		c := x.buf[x.pos]
		x.pos++
		switch {
		case c == '[':
			nested++
		case c == ']':
			nested--
		case c == '>' && nested <= 0:
			return true
		}
	}
	return false
}

// readText reads text up to the next tag, in pieces of at most 64 KiB.
func (x *xmlReader) readText() bool {
	mark := "<"
	if x.bare {
		mark = "]]>"
	}
	n := x.find(mark, 0, maxBody)
	closed := n >= 0
	if !closed {
		n = x.end - x.pos
		if x.err == nil { // a piece: cut between characters and before an entity
			if x.bare {
				n -= 2
			}
			if i := bytes.LastIndexByte(x.buf[x.pos:x.pos+n], '&'); i > 0 && n-i < 16 {
				n = i
			}
			for i := n - 1; i > n-utf8.UTFMax && i > 0; i-- {
				if utf8.RuneStart(x.buf[x.pos+i]) {
					if !utf8.FullRune(x.buf[x.pos+i : x.pos+n]) {
						n = i
					}
					break
				}
			}
		}
	}
	raw := x.buf[x.pos : x.pos+n]
	x.pos += n
	x.text = raw
	if !x.bare && bytes.IndexByte(raw, '&') >= 0 {
		x.out = unescape(x.out[:0], raw)
		x.text = x.out
	}
	if x.bare && closed {
		x.pos += len(mark)
		x.bare = false
	}
	x.kind = xmlText
	return len(raw) > 0
}

// readTag reads a start or end tag.
func (x *xmlReader) readTag() bool {
	end := x.tagEnd()
	if end < 0 {
		if x.err == nil {
			x.err = errXMLTag
		}
		return false
	}
	tag := x.buf[x.pos+1 : x.pos+end]
	x.pos += end + 1
	if len(tag) > 0 && tag[0] == '/' {
		x.kind = xmlEnd
		x.name = local(bytes.TrimRight(tag[1:], " \t\r\n"))
		x.attrs = nil
		x.depth--
		return true
	}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		x.pendingEnd = true
		tag = tag[:len(tag)-1]
	}
	i := 0
	for i < len(tag) && !space(tag[i]) {
		i++
	}
	x.kind = xmlStart
	x.name, x.attrs = local(tag[:i]), tag[i:]
	x.depth++
	return true
}

// tagEnd returns the offset from pos of the ">" that ends the tag at pos: one in
// a quoted value does not.
func (x *xmlReader) tagEnd() int {
	from, quote := 1, byte(0)
	for {
		b := x.buf[x.pos:x.end]
		for from < len(b) {
			if quote != 0 {
				i := bytes.IndexByte(b[from:], quote)
				if i < 0 {
					from = len(b)
					break
				}
				from += i + 1
				quote = 0
				continue
			}
			switch c := b[from]; c {
			case '>':
				return from
			case '"', '\'':
				quote = c
			case '<':
				return -1 // a tag inside a tag: broken
			}
			from++
		}
		if x.err != nil || len(b) > maxTag {
			return -1
		}
		x.more()
	}
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// skip moves to the end of the element that has just started.
func (x *xmlReader) skip() {
	for depth := x.depth; x.next(); {
		if x.kind == xmlEnd && x.depth < depth {
			return
		}
	}
}

// attr returns the value of the attribute of the current start whose name,
// without prefix, is name; an attribute without prefix comes first.
func (x *xmlReader) attr(name string) string {
	var prefixed []byte
	found := false
	for rest := x.attrs; ; {
		full, value, tail, ok := cutAttr(rest)
		if !ok {
			break
		}
		rest = tail
		if string(full) == name {
			return attrValue(value)
		}
		if !found && len(full) > len(name) && full[len(full)-len(name)-1] == ':' && string(full[len(full)-len(name):]) == name {
			prefixed, found = value, true
		}
	}
	return attrValue(prefixed)
}

// rel returns the value of the attribute name that has a prefix: r:id beside id.
func (x *xmlReader) rel(name string) string {
	for rest := x.attrs; ; {
		full, value, tail, ok := cutAttr(rest)
		if !ok {
			return ""
		}
		rest = tail
		if l := local(full); len(l) < len(full) && string(l) == name {
			return attrValue(value)
		}
	}
}

// eachAttr calls f with the name, without prefix, and value of each attribute.
func (x *xmlReader) eachAttr(f func(name, value string)) {
	for rest := x.attrs; ; {
		full, value, tail, ok := cutAttr(rest)
		if !ok {
			return
		}
		rest = tail
		f(string(local(full)), attrValue(value))
	}
}

// cutAttr splits the first attribute off.
func cutAttr(b []byte) (name, value, rest []byte, ok bool) {
	i := 0
	for i < len(b) && space(b[i]) {
		i++
	}
	start := i
	for i < len(b) && b[i] != '=' && !space(b[i]) {
		i++
	}
	name = b[start:i]
	for i < len(b) && (space(b[i]) || b[i] == '=') {
		i++
	}
	if len(name) == 0 || i >= len(b) || b[i] != '"' && b[i] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(b[i+1:], b[i])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, b[i+1 : i+1+end], b[i+end+2:], true
}

func attrValue(b []byte) string {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	return string(unescape(nil, b))
}

// unescape appends src to dst with entities replaced.
func unescape(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, '&')
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		src = src[i:]
		end := bytes.IndexByte(src[:min(len(src), 16)], ';')
		if end < 0 {
			dst, src = append(dst, '&'), src[1:]
			continue
		}
		r, ok := entity(string(src[1:end]))
		if !ok {
			dst, src = append(dst, '&'), src[1:]
			continue
		}
		dst = utf8.AppendRune(dst, r)
		src = src[end+1:]
	}
}

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := 10, name[1:]
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		base, digits = 16, hex
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}

// unX replaces _xHHHH_, by which OOXML writes characters that XML cannot hold
// (ECMA-376 part 1, 22.4.2.4); they matter where a value was pasted with them.
func unX(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if i+7 <= len(s) && s[i] == '_' && s[i+1] == 'x' && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil {
				if n >= 32 || n == '\n' || n == '\t' {
					b.WriteRune(rune(n))
				} else if n == '\r' {
					b.WriteByte('\n')
				}
				i += 7
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}
