package main

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"strings"
	"unicode/utf8"
)

// pdfExtra is what a PDF may hold beside the text of its pages.
type pdfExtra struct {
	annotation string // a note on the first page
	attachment member
	password   string // encrypts with RC4 128 bits (revision 3)
	imageOnly  bool   // the page is one picture, no text
}

// pdfWriter collects objects. The catalogue is written last, as many producers
// do: a cut file then has no root.
type pdfWriter struct {
	objects [][]byte // object n+1
	key     []byte   // of encryption, nil for none
}

func (w *pdfWriter) add(body string) int {
	w.objects = append(w.objects, []byte(body))
	return len(w.objects)
}

// next is the number of the object that add will write next.
func (w *pdfWriter) next() int { return len(w.objects) + 1 }

func (w *pdfWriter) stream(dict string, data []byte) int {
	z := zlibOf(data)
	z = w.crypt(w.next(), z)
	return w.add(fmt.Sprintf("<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", dict, len(z), z))
}

// crypt encrypts the bytes of object n where the file is encrypted.
func (w *pdfWriter) crypt(n int, p []byte) []byte {
	if w.key == nil {
		return p
	}
	sum := md5.Sum(append(bytes.Clone(w.key), byte(n), byte(n>>8), byte(n>>16), 0, 0))
	c, err := rc4.NewCipher(sum[:16])
	must(err)
	out := make([]byte, len(p))
	c.XORKeyStream(out, p)
	return out
}

// str writes a string of object n.
func (w *pdfWriter) str(n int, s string) string {
	return fmt.Sprintf("<%x>", w.crypt(n, winAnsi(s)))
}

func zlibOf(p []byte) []byte {
	out := append([]byte{0x78, 0x9c}, deflate(p)...)
	return binary.BigEndian.AppendUint32(out, adler32.Checksum(p))
}

// winAnsi encodes s in Windows-1252, the encoding of the standard fonts. What it
// lacks becomes a space: the narrow no-break space is printed as one.
func winAnsi(s string) []byte {
	var out []byte
	for _, r := range s {
		switch b, ok := cp1252(r); {
		case ok:
			out = append(out, b)
		case r == '\u202f':
			out = append(out, 0xa0)
		default:
			out = append(out, ' ')
		}
	}
	return out
}

// linesPerPage leaves room for a header and a footer on A4 at 10 points.
const linesPerPage = 46

// pdf writes p with the standard font Helvetica, a header and a footer on every
// page. A line of the body is a line of the page, wrapped at 96 characters.
func pdf(p paper, x pdfExtra) []byte {
	w := &pdfWriter{}
	id := md5.Sum([]byte(p.title + p.body))
	encrypt := ""
	if x.password != "" {
		encrypt = w.lock(x.password, id[:])
	}
	font := w.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	var lines []string
	var pages [][]string
	for _, b := range blocks(uncut(p.body)) {
		switch b.kind {
		case pageBreak:
			pages, lines = append(pages, lines), nil
		case table:
			for _, r := range b.rows {
				lines = append(lines, strings.Join(r, "    "))
			}
		case heading:
			lines = append(lines, "", b.text)
		case item:
			lines = append(lines, wrap("- "+b.text, 96)...)
		default:
			lines = append(lines, wrap(b.text, 96)...)
		}
	}
	for len(lines) > linesPerPage {
		pages, lines = append(pages, lines[:linesPerPage]), lines[linesPerPage:]
	}
	pages = append(pages, lines)

	var contents []int
	for n, page := range pages {
		if x.imageOnly {
			contents = append(contents, w.stream("", []byte("q 595 0 0 842 0 0 cm /Im1 Do Q")))
			continue
		}
		var c bytes.Buffer
		line := func(y int, s string) {
			if s != "" {
				fmt.Fprintf(&c, "BT /F1 10 Tf 50 %d Td <%x> Tj ET\n", y, winAnsi(s))
			}
		}
		line(812, p.header)
		for i, l := range page {
			line(780-15*i, l)
		}
		line(40, p.footer)
		line(25, fmt.Sprintf("Page %d / %d", n+1, len(pages)))
		contents = append(contents, w.stream("", c.Bytes()))
	}
	resources := fmt.Sprintf("/Font << /F1 %d 0 R >>", font)
	if x.imageOnly {
		im := w.stream("/Type /XObject /Subtype /Image /Width 120 /Height 170 /ColorSpace /DeviceGray /BitsPerComponent 8", scanned(120, 170))
		resources = fmt.Sprintf("/XObject << /Im1 %d 0 R >>", im)
	}
	annots := ""
	if x.annotation != "" {
		n := w.next()
		w.add(fmt.Sprintf("<< /Type /Annot /Subtype /Text /Rect [500 700 520 720] /Contents %s /T %s >>", w.str(n, x.annotation), w.str(n, "relecture")))
		annots = fmt.Sprintf("/Annots [%d 0 R]", n)
	}
	names := ""
	if x.attachment.name != "" {
		f := w.stream("/Type /EmbeddedFile", x.attachment.data)
		n := w.next()
		w.add(fmt.Sprintf("<< /Type /Filespec /F %s /UF %s /EF << /F %d 0 R >> >>", w.str(n, x.attachment.name), w.str(n, x.attachment.name), f))
		names = fmt.Sprintf("/Names << /EmbeddedFiles << /Names [%s %d 0 R] >> >>", w.str(n+len(pages)+2, x.attachment.name), n)
	}
	tree := w.next() + len(pages)
	kids := ""
	for i, c := range contents {
		a := ""
		if i == 0 {
			a = annots
		}
		kids += fmt.Sprintf("%d 0 R ", w.add(fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Resources << %s >> /Contents %d 0 R %s >>", tree, resources, c, a)))
	}
	w.add(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(pages)))
	root := w.add(fmt.Sprintf("<< /Type /Catalog /Pages %d 0 R %s >>", tree, names))
	info := w.next()
	w.add(fmt.Sprintf("<< /Title %s /Author %s /Subject %s /Keywords %s /CreationDate (D:20240329174200Z) >>", w.str(info, p.title), w.str(info, p.author), w.str(info, p.subject), w.str(info, p.keywords)))

	var out bytes.Buffer
	out.WriteString("%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
	var offsets []int
	for i, o := range w.objects {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>] %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, root, info, id, id, encrypt, xref)
	return out.Bytes()
}

// lock computes the key of the standard security handler, revision 3 (ISO
// 32000-1, 7.6.3), and returns the trailer's entry.
func (w *pdfWriter) lock(password string, id []byte) string {
	pad := []byte("\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a")
	padded := append([]byte(password), pad...)[:32]
	digest := func(parts ...[]byte) []byte {
		sum := md5.Sum(bytes.Join(parts, nil))
		for range 50 {
			sum = md5.Sum(sum[:])
		}
		return sum[:]
	}
	rounds := func(key, p []byte) []byte {
		p = bytes.Clone(p)
		for i := range 20 {
			k := bytes.Clone(key)
			for j := range k {
				k[j] ^= byte(i)
			}
			c, err := rc4.NewCipher(k)
			must(err)
			c.XORKeyStream(p, p)
		}
		return p
	}
	owner := rounds(digest(padded), padded)
	const permissions = 0xfffff0c0 // nothing but viewing
	key := digest(padded, owner, binary.LittleEndian.AppendUint32(nil, permissions), id)
	sum := md5.Sum(append(bytes.Clone(pad), id...))
	user := append(rounds(key, sum[:]), make([]byte, 16)...)
	n := w.add(fmt.Sprintf("<< /Filter /Standard /V 2 /R 3 /Length 128 /P %d /O <%x> /U <%x> >>", int32(-3904), owner, user))
	w.key = key
	return fmt.Sprintf("/Encrypt %d 0 R", n)
}

// scanned draws a grey page with dark strokes in rows, as a scanned letter has.
func scanned(width, height int) []byte {
	p := make([]byte, width*height)
	for y := range height {
		for x := range width {
			v := byte(232 + (x*7+y*13)%11)
			if y > 20 && y < height-20 && y%6 < 3 && x > 12 && x < width-12-(y*31)%40 && (x*x+y*5)%7 < 4 {
				v = 40
			}
			p[y*width+x] = v
		}
	}
	return p
}

// wrap breaks s at spaces into lines of at most width characters.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
