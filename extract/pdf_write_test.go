package extract_test

import (
	"bytes"
	"compress/zlib"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"strings"
)

// pdfFile writes a small PDF, object by object.
type pdfFile struct {
	objects [][]byte // objects[0] is object 1
	trailer string   // more entries of the trailer
	key     []byte   // encrypts streams, nil for none
}

// add adds an object and returns its number.
func (p *pdfFile) add(format string, args ...any) int {
	p.objects = append(p.objects, fmt.Appendf(nil, format, args...))
	return len(p.objects)
}

// set replaces an object.
func (p *pdfFile) set(n int, format string, args ...any) {
	p.objects[n-1] = fmt.Appendf(nil, format, args...)
}

// stream adds a stream; dict are the entries of its dictionary but for the length.
func (p *pdfFile) stream(dict string, data []byte) int {
	n := len(p.objects) + 1
	if p.key != nil {
		// Algorithm 1 of ISO 32000-1, 7.6.2: a key for each object.
		h := md5.Sum(append(bytes.Clone(p.key), byte(n), byte(n>>8), byte(n>>16), 0, 0))
		c, _ := rc4.NewCipher(h[:min(len(p.key)+5, 16)])
		data = bytes.Clone(data)
		c.XORKeyStream(data, data)
	}
	return p.add("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data)
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// literal writes a string in WinAnsi, which is Latin-1 for French letters.
func literal(s string) string {
	var b strings.Builder
	b.WriteByte('(')
	for _, r := range s {
		if strings.ContainsRune(`()\`, r) {
			b.WriteByte('\\')
		}
		b.WriteByte(byte(r))
	}
	b.WriteByte(')')
	return b.String()
}

// lines writes a content stream that shows lines of text from the top of a page.
func lines(text ...string) []byte {
	var b strings.Builder
	b.WriteString("BT /F1 11 Tf 50 800 Td 14 TL\n")
	for _, l := range text {
		b.WriteString(literal(l) + " Tj T*\n")
	}
	b.WriteString("ET")
	return []byte(b.String())
}

// page is one page to be written.
type page struct {
	content   []byte
	resources string // more entries of the resources
	entries   string // more entries of the page: annotations
}

// build adds the tree of pages and returns the number of the catalogue; catalogue
// are more entries of it.
func (p *pdfFile) build(catalogue string, pages ...page) int {
	font := p.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	tree := p.add("null")
	var kids []string
	for _, pg := range pages {
		c := p.stream("", pg.content)
		kids = append(kids, fmt.Sprintf("%d 0 R", p.add(
			"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> %s >> %s >>",
			tree, c, font, pg.resources, pg.entries)))
	}
	p.set(tree, "<< /Type /Pages /Count %d /Kids [%s] >>", len(kids), strings.Join(kids, " "))
	return p.add("<< /Type /Catalog /Pages %d 0 R %s >>", tree, catalogue)
}

// bytes returns the file with the catalogue root.
func (p *pdfFile) bytes(root int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(p.objects))
	for i, o := range p.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, root, p.trailer, xref)
	return b.Bytes()
}

// textPDF returns a PDF with pages of lines.
func textPDF(pages ...[]string) []byte {
	p := new(pdfFile)
	var list []page
	for _, l := range pages {
		list = append(list, page{content: lines(l...)})
	}
	return p.bytes(p.build("", list...))
}

// picture is a page that shows one grey picture over all its area.
func (p *pdfFile) picture() page {
	image := p.stream("/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8", []byte{0, 90, 180, 255})
	return page{
		content:   []byte("q 595 0 0 842 0 0 cm /Im Do Q"),
		resources: fmt.Sprintf("/XObject << /Im %d 0 R >>", image),
	}
}

// padding is the string that passwords are padded with (ISO 32000-1, algorithm 2).
const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

// encryptedPDF returns a PDF with one line, encrypted with 40-bit RC4 (revision 2)
// under a user password, "" for one that every reader opens.
func encryptedPDF(password, line string) []byte {
	pad := func(s string) []byte { return []byte((s + padding)[:32]) }
	crypt := func(key, data []byte) []byte {
		c, _ := rc4.NewCipher(key)
		out := make([]byte, len(data))
		c.XORKeyStream(out, data)
		return out
	}
	owner := md5.Sum(pad("propriétaire"))
	o := crypt(owner[:5], pad(password)) // algorithm 3
	const permissions = -4
	id := strings.Repeat("0123456789abcdef", 2)
	h := md5.New() // algorithm 2
	h.Write(pad(password))
	h.Write(o)
	flags := int32(permissions)
	binary.Write(h, binary.LittleEndian, flags)
	fmt.Fprint(h, unhex(id))
	key := h.Sum(nil)[:5]
	u := crypt(key, []byte(padding)) // algorithm 4

	p := &pdfFile{key: key}
	encrypt := p.add("<< /Filter /Standard /V 1 /R 2 /O <%x> /U <%x> /P %d >>", o, u, permissions)
	p.trailer = fmt.Sprintf("/Encrypt %d 0 R /ID [<%s> <%s>]", encrypt, id, id)
	return p.bytes(p.build("", page{content: lines(line)}))
}

func unhex(s string) string {
	var b []byte
	fmt.Sscanf(s, "%x", &b)
	return string(b)
}
