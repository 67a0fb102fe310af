//go:build linux

package extract_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"poterne"
	"poterne/extract"
	"poterne/extract/sandbox"
)

// TestHostilePDF reads files that are made to hang, to fill memory or to crash
// readers, in children with their limits. Each ends within them, with what can be
// read or with a failure that names why not.
func TestHostilePDF(t *testing.T) {
	if err := extract.PreparePDF(pdfCache); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const cpu = time.Second
	p, err := sandbox.New(sandbox.Options{
		Extract: extract.Options{CacheDir: pdfCache},
		Command: []string{self, sandbox.Command},
		Workers: 2, CPUBase: cpu, CPUMax: cpu,
	})
	if err != nil {
		t.Fatal(err)
	}
	const seen = "texte encore lisible"
	zeros := deflate(bytes.Repeat([]byte(" "), 400<<20))
	for _, c := range []struct {
		name string
		data []byte
		text string         // must come out
		kind []poterne.Kind // one of them must be said; none for no failure
	}{
		{"xref-stream-huge-widths", xrefStream("/W [1 2147483647 1] /Size 9"), "", anyOf(poterne.Malformed, poterne.Memory, poterne.Crashed, poterne.Partial)},
		{"xref-stream-huge-size", xrefStream("/W [1 2 1] /Size 2147483647"), "", anyOf(poterne.Malformed, poterne.Memory, poterne.Crashed, poterne.Partial)},
		{"xref-prev-loop", prevLoop(seen), seen, nil},
		{"pages-in-a-circle", circle(1), "", anyOf(poterne.Malformed)},
		{"pages-in-a-wide-circle", circle(2), "", anyOf(poterne.Malformed)},
		{"two-thousand-million-pages", counted("2147483647"), seen, nil},
		{"minus-one-page", counted("-1"), seen, nil},
		{"form-in-itself", nested(1, 1), seen, nil},
		{"forms-that-multiply", nested(12, 12), "", anyOf(poterne.Memory, poterne.Timeout, poterne.Partial)},
		{"content-of-400-MB", contentPDF("/Filter /FlateDecode", zeros), "", anyOf(poterne.Memory, poterne.Timeout, poterne.ImageOnly, poterne.Malformed, poterne.Partial, "")},
		{"content-deflated-twice", contentPDF("/Filter [/FlateDecode /FlateDecode]", deflate(zeros)), "", anyOf(poterne.Memory, poterne.Timeout, poterne.ImageOnly, poterne.Malformed, poterne.Partial, "")},
		{"three-million-operators", contentPDF("/Filter /FlateDecode", deflate(append([]byte("BT /F1 1 Tf "), bytes.Repeat([]byte("(x) Tj "), 3_000_000)...))), "", anyOf(poterne.Memory, poterne.Timeout, poterne.Partial, "")},
		{"100000-content-streams", manyContents(100_000, seen), seen, nil},
		{"arrays-in-arrays", contentPDF("/Filter /FlateDecode", deflate(append(lines(seen), bytes.Repeat([]byte("["), 3_000_000)...))), seen, nil},
		{"parentheses-in-parentheses", contentPDF("/Filter /FlateDecode", deflate(append(lines(seen), bytes.Repeat([]byte("("), 3_000_000)...))), seen, nil},
		{"dictionaries-in-dictionaries", deepDictionary(100_000), "", anyOf(poterne.Malformed, poterne.Partial, poterne.Crashed, poterne.Memory, "")},
		{"length-too-large", lengthPDF("999999999", seen), seen, nil},
		{"length-zero", lengthPDF("0", seen), seen, nil},
		{"length-of-itself", lengthPDF("4 0 R", seen), seen, nil},
		{"type3-glyph-in-itself", type3(), seen, nil},
		{"map-of-all-codes", hugeMap(seen), seen, anyOf(poterne.Partial)},
		{"outline-in-a-circle", outlineCircle(seen), seen, nil},
		{"5000-annotations", manyNotes(5_000, seen), seen, nil},
		{"more-annotations-than-are-read", manyNotes(30_000, seen), seen, anyOf(poterne.Partial, poterne.Timeout)},
		{"attachment-of-400-MB", attachmentBomb(zeros, seen), seen, anyOf(poterne.Memory, poterne.TooLarge, poterne.Malformed, poterne.Timeout, "")},
		{"2000-pages", textPDF(slicesOf(2000, seen)...), seen, nil},
		{"garbage-before", append(bytes.Repeat([]byte{0xA5}, 900), textPDF([]string{seen})...), seen, nil},
		{"garbage-behind", append(textPDF([]string{seen}), bytes.Repeat([]byte("x"), 70_000)...), seen, nil},
		{"cut-in-half", half(seen), "", anyOf(poterne.Malformed)}, // without its catalogue
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			got := texts(p.Extract(t.Context(), poterne.Document{Path: "a.pdf"}, inMemory{bytes.NewReader(c.data)}))
			all := strings.Join(got, "\n")
			t.Logf("%8d bytes, %v, %d texts, failures %q", len(c.data), time.Since(start).Round(time.Millisecond), len(got), failures.FindAllString(all, -1))
			if !strings.Contains(all, c.text) {
				t.Errorf("the text did not come out; got %d texts, %.300q", len(got), all)
			}
			said := c.kind == nil && !strings.Contains(all, "!")
			for _, k := range c.kind {
				said = said || k == "" || strings.Contains(all, "!"+string(k))
			}
			if !said {
				t.Errorf("failures in %.300q, want one of %q", all, c.kind)
			}
		})
	}
	p.Close()
	var children syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children); err != nil {
		t.Fatal(err)
	}
	// 512 MiB of the engine, and Go's heap around it.
	if mb := children.Maxrss >> 10; mb > 1200 {
		t.Errorf("a child took %d MB", mb)
	} else {
		t.Logf("largest child: %d MB", mb)
	}
}

var failures = regexp.MustCompile(`(?m)^![a-z_]+$`)

func anyOf(k ...poterne.Kind) []poterne.Kind { return k }

// xrefStream has a cross-reference stream with the given entries.
func xrefStream(entries string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\n")
	at := b.Len()
	data := deflate(make([]byte, 64))
	fmt.Fprintf(&b, "3 0 obj\n<< /Type /XRef %s /Root 1 0 R /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", entries, len(data), data, at)
	return b.Bytes()
}

// prevLoop has a cross-reference table that names itself as the one before.
func prevLoop(text string) []byte {
	p := new(pdfFile)
	root := p.build("", page{content: lines(text)})
	p.trailer = "/Prev 0000000000"
	b := p.bytes(root)
	at := bytes.LastIndex(b, []byte("xref\n0 "))
	return bytes.Replace(b, []byte("/Prev 0000000000"), fmt.Appendf(nil, "/Prev %010d", at), 1)
}

// circle has n nodes of the page tree that are each other's children.
func circle(n int) []byte {
	p := new(pdfFile)
	for i := range n {
		p.add("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", (i+1)%n+1)
	}
	return p.bytes(p.add("<< /Type /Catalog /Pages 1 0 R >>"))
}

// counted says that it has count pages, and has one.
func counted(count string) []byte {
	return bytes.Replace(textPDF([]string{"texte encore lisible"}), []byte("/Count 1"), []byte("/Count "+count), 1)
}

// nested has a page whose form shows another width times, depth levels down, the last
// one the first.
func nested(width, depth int) []byte {
	p := new(pdfFile)
	first := len(p.objects) + 1
	for i := range depth {
		p.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 500 800] /Resources << /XObject << /X %d 0 R >> >>", first+(i+1)%depth),
			bytes.Repeat([]byte("/X Do "), width))
	}
	return p.bytes(p.build("", page{
		content:   append(lines("texte encore lisible"), []byte(" /X Do")...),
		resources: fmt.Sprintf("/XObject << /X %d 0 R >>", first),
	}))
}

// contentPDF has one page with a content stream as given.
func contentPDF(dict string, content []byte) []byte {
	p := new(pdfFile)
	root := p.build("", page{})
	c := p.stream(dict, content)
	for i, o := range p.objects {
		if bytes.Contains(o, []byte("/Type /Page ")) {
			at := bytes.Index(o, []byte("/Contents "))
			end := at + bytes.Index(o[at:], []byte(" /Resources"))
			p.objects[i] = append(append(bytes.Clone(o[:at]), fmt.Sprintf("/Contents %d 0 R", c)...), o[end:]...)
		}
	}
	return p.bytes(root)
}

// manyContents has one page whose content is n streams.
func manyContents(n int, text string) []byte {
	p := new(pdfFile)
	font := p.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	one, blank := p.stream("", lines(text)), p.stream("", []byte(" "))
	pg := p.add("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents [%d 0 R %s] /Resources << /Font << /F1 %d 0 R >> >> >>",
		len(p.objects)+2, one, strings.Repeat(fmt.Sprintf("%d 0 R ", blank), n), font)
	tree := p.add("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", pg)
	return p.bytes(p.add("<< /Type /Catalog /Pages %d 0 R >>", tree))
}

// deepDictionary has a catalogue n levels deep.
func deepDictionary(n int) []byte {
	p := new(pdfFile)
	return p.bytes(p.build("/Deep "+strings.Repeat("<< /D ", n)+"0"+strings.Repeat(" >>", n), page{content: lines("texte encore lisible")}))
}

// lengthPDF has a content stream that lies about its length.
func lengthPDF(length, text string) []byte {
	content := lines(text)
	return bytes.Replace(textPDF([]string{text}), fmt.Appendf(nil, "/Length %d >>", len(content)), []byte("/Length "+length+" >>"), 1)
}

// type3 has a font whose glyph is drawn with the font itself.
func type3() []byte {
	p := new(pdfFile)
	font := len(p.objects) + 2
	glyph := p.stream("", []byte("1000 0 0 0 750 750 d1 BT /T3 1 Tf (a) Tj ET"))
	p.add("<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << /a %d 0 R >> /Encoding << /Type /Encoding /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [1000] /Resources << /Font << /T3 %d 0 R >> >> >>", glyph, font)
	return p.bytes(p.build("", page{
		content: append(lines("texte encore lisible"), []byte(" BT /T3 12 Tf 50 700 Td (aaaa) Tj ET")...),
		entries: fmt.Sprintf("/Resources << /Font << /T3 %d 0 R /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >>", font),
	}))
}

// hugeMap has a font that maps four thousand million codes.
func hugeMap(text string) []byte {
	p := new(pdfFile)
	cmap := p.stream("", []byte("begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap"))
	font := p.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode %d 0 R >>", cmap)
	return p.bytes(p.build("", page{content: lines(text)}, page{
		content: []byte("BT /F2 11 Tf 50 800 Td (abc) Tj ET"),
		entries: fmt.Sprintf("/Resources << /Font << /F2 %d 0 R >> >>", font),
	}))
}

// outlineCircle has entries of the outline that follow each other without end.
func outlineCircle(text string) []byte {
	p := new(pdfFile)
	root, a, b := p.add("null"), p.add("null"), p.add("null")
	p.set(root, "<< /Type /Outlines /First %d 0 R /Last %d 0 R >>", a, b)
	p.set(a, "<< /Title (un) /Parent %d 0 R /Next %d 0 R /First %d 0 R >>", root, b, b)
	p.set(b, "<< /Title (deux) /Parent %d 0 R /Next %d 0 R /First %d 0 R >>", root, a, a)
	return p.bytes(p.build(fmt.Sprintf("/Outlines %d 0 R", root), page{content: lines(text)}))
}

// manyNotes has n annotations on one page.
func manyNotes(n int, text string) []byte {
	p := new(pdfFile)
	note := "<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (Note) >>\n"
	return p.bytes(p.build("", page{content: lines(text), entries: "/Annots [" + strings.Repeat(note, n) + "]"}))
}

// attachmentBomb has an attachment that inflates to far more than it takes.
func attachmentBomb(deflated []byte, text string) []byte {
	p := new(pdfFile)
	s := p.stream("/Type /EmbeddedFile /Filter /FlateDecode", deflated)
	spec := p.add("<< /Type /Filespec /F (grand.txt) /UF (grand.txt) /EF << /F %d 0 R >> >>", s)
	return p.bytes(p.build(fmt.Sprintf("/Names << /EmbeddedFiles << /Names [(a) %d 0 R] >> >>", spec), page{content: lines(text)}))
}

func slicesOf(n int, text string) [][]string {
	var out [][]string
	for i := range n {
		out = append(out, []string{fmt.Sprintf("%s, page %d", text, i+1)})
	}
	return out
}

// half is a file of many pages without its second half.
func half(text string) []byte {
	b := textPDF(slicesOf(40, text)...)
	return b[:len(b)/2]
}
