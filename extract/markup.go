package extract

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"poterne"
)

// xmlProlog matches the encoding that a document of XML declares.
var xmlProlog = regexp.MustCompile(`^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']`)

// readXML reads any XML, SVG included: the text of each element with the name of
// the element for a title, the values of attributes, comments. A document that
// is not well-formed is read to its end all the same.
func readXML(_ context.Context, in *input, out *emitter) error {
	head, err := in.head(512)
	if err != nil {
		return err
	}
	declared := ""
	if m := xmlProlog.FindSubmatch(head); m != nil {
		declared = string(m[1])
	}
	x := &xmlReader{r: decodeText(in.stream(), declared), buf: make([]byte, 64<<10)}
	x.comment = func(text string) {
		out.text(poterne.Place{Zone: poterne.ZoneComment}, cutData(text))
	}
	return markupText(x, out)
}

// maxName bounds the name of an element or key that is sent as a title, in bytes.
const maxName = 80

// markupText sends the text of elements. A tag of unknown meaning ends a segment:
// it may be that of a paragraph or of a cell.
func markupText(x *xmlReader, out *emitter) error {
	var text strings.Builder
	name, root := "", "" // root is that of a health identity whose number comes next
	flush := func() bool {
		body := cutData(text.String())
		text.Reset()
		if blank(body) {
			return !out.run.stopped
		}
		return out.segment(poterne.Segment{Body: strings.TrimSpace(body), Header: name, Place: poterne.Place{Header: name}})
	}
	for x.next() {
		switch x.kind {
		case xmlStart:
			if !inlineNames[string(x.name)] {
				if !flush() {
					return nil
				}
				name = ""
				if len(x.name) <= maxName {
					name = strings.ToValidUTF8(string(x.name), "")
				}
			}
			switch {
			case bytes.Contains(x.attrs, []byte(healthRoot)):
				x.eachAttr(func(_, value string) {
					if strings.Contains(value, healthRoot) {
						root = value
					}
				})
			case string(x.name) != "value":
				root = ""
			}
			x.eachAttr(func(attr, value string) {
				if attr == "extension" || attr == "value" && value != root {
					value, root = rootedNumber(value, root), ""
				}
				if value = cutData(value); !dull(attr, value) {
					out.segment(poterne.Segment{Body: value, Header: attr, Place: poterne.Place{Header: attr}})
				}
			})
		case xmlText:
			text.Write(x.text)
			if text.Len() > maxSegment && !flush() {
				return nil
			}
		case xmlEnd:
			if inlineNames[string(x.name)] {
				break
			}
			if !flush() {
				return nil
			}
			name = ""
		}
		if out.run.stopped {
			return nil
		}
	}
	flush()
	err := x.fault()
	if err == errXMLTag {
		// Not well-formed from here on: the rest is read as lines.
		out.fail(poterne.Partial, err)
		rest := io.MultiReader(bytes.NewReader(x.buf[x.pos:x.end]), x.r)
		return linesOf(rest, out, poterne.ZoneBody)
	}
	return err
}

// dull reports whether an attribute can hold nothing that is looked for: without
// a letter or a long number, a name of the format's own, or a drawing's path.
func dull(attr, value string) bool {
	switch strings.ToLower(attr) {
	case "class", "style", "d", "transform", "points", "viewbox", "rel", "lang", "dir", "xmlns":
		return true
	}
	return len(value) < 2 || strings.HasPrefix(value, "http://www.w3.org/") || strings.HasPrefix(value, "urn:oasis:") || strings.HasPrefix(value, "http://schemas.")
}

// cutData cuts the bytes of data: addresses out of s: they are pictures and
// fonts, and their letters look like anything.
func cutData(s string) string {
	const mark = ";base64,"
	var b strings.Builder
	for {
		i := strings.Index(s, mark)
		if i < 0 {
			if b.Len() == 0 {
				return s
			}
			b.WriteString(s)
			return b.String()
		}
		start := i + len(mark)
		b.WriteString(s[:start])
		data := strings.Contains(s[max(0, i-200):i], "data:")
		s = s[start:]
		if data {
			s = strings.TrimLeftFunc(s, func(r rune) bool {
				return r < utf8.RuneSelf && isAlnum(byte(r)) || strings.ContainsRune("+/=%", r)
			})
		}
	}
}

// inlineNames are elements that stand inside a word or a value: runs of Word 2003
// and Flat OPC with their settings, emphasis of DocBook, TEI and XHTML.
var inlineNames = map[string]bool{
	"r": true, "t": true, "rPr": true, "sz": true, "szCs": true, "rFonts": true, "color": true, "lang": true,
	"proofErr": true, "bookmarkStart": true, "bookmarkEnd": true,
	"b": true, "i": true, "u": true, "em": true, "strong": true, "span": true, "a": true, "font": true,
	"sub": true, "sup": true, "hi": true, "emphasis": true, "tspan": true,
}
