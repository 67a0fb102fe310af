package extract_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
)

// emfRecord is one record of an enhanced metafile.
func emfRecord(kind int, data ...[]byte) []byte {
	d := join(data...)
	for len(d)%4 != 0 {
		d = append(d, 0)
	}
	return join(u32(kind, len(d)+8), d)
}

// emfWords draws words on one line, each where the one before ends; a word that
// starts with a space has a gap before it in place of the space.
func emfWords(y int, words ...string) []byte {
	const step = 10 // of a letter
	var all []byte
	x := 100
	for _, w := range words {
		if strings.HasPrefix(w, " ") {
			x += step
			w = w[1:]
		}
		text := wide(w)
		steps := bytes.Repeat(u32(step), len(text)/2)
		for len(text)%4 != 0 {
			text = append(text, 0)
		}
		all = append(all, emfRecord(84, make([]byte, 16), u32(1, 0, 0), u32(x, y), u32(len([]rune(w)), 76, 0), make([]byte, 16), u32(76+len(text)), text, steps)...)
		x += step * len([]rune(w))
	}
	return all
}

// emfFile is an enhanced metafile with records between its first and its last.
func emfFile(records ...[]byte) []byte {
	return join(emfRecord(1, make([]byte, 32), []byte(" EMF"), make([]byte, 60)), join(records...), emfRecord(14, u32(0, 0, 20)))
}

// wmfFile is a metafile of Windows 3 with records.
func wmfFile(records ...[]byte) []byte {
	return join(u16(1, 9, 0x300), make([]byte, 12), join(records...), u32(3), u16(0))
}

func wmfRecord(kind int, data ...[]byte) []byte {
	d := join(data...)
	if len(d)%2 != 0 {
		d = append(d, 0)
	}
	return join(u32(len(d)/2+3), u16(kind), d)
}

// even pads to words.
func even(s string) []byte { return append([]byte(s), make([]byte, len(s)%2)...) }

func TestMetafiles(t *testing.T) {
	x := extract.New(extract.Options{})
	defer x.Close()
	plus := func(text string) []byte {
		s := join(u32(0, 0, len([]rune(text))), make([]byte, 16), wide(text))
		return emfRecord(70, u32(len(s)+16), []byte("EMF+"), u16(0x401C, 0), u32(len(s)+12, len(s)), s)
	}
	small := func(text string) []byte {
		return emfRecord(108, u32(10, 10, len(text), 0x300, 1, 0, 0), []byte(text))
	}
	glyphs := bytes.Replace(emfWords(0, "brouillage"), u32(10, 76, 0), u32(10, 76, 0x10), 1)
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{Name: "emf", File: "a.emf", Format: "emf", Data: emfFile(emfWords(10, "Vau", "bex", "ange", " 1", " 85"), emfWords(30, "seconde", " ligne"), glyphs),
			Want: []extracttest.Text{{Text: "Vaubexange 1 85\nseconde ligne", Page: 1}}, Not: []string{"brouillage"}},
		{Name: "emf-plus", File: "a.emf", Data: emfFile(plus(planted+" en double"), emfWords(10, planted+" en double")), Want: []extracttest.Text{{Text: planted + " en double"}}, Once: []string{planted}},
		{Name: "emf-small", File: "a.emf", Data: emfFile(small(planted)), Want: []extracttest.Text{{Text: planted}}},
		{Name: "wmf", File: "a.wmf", Format: "wmf", Data: join(u32(0x9AC6CDD7), make([]byte, 18), wmfFile(
			wmfRecord(0x02FB, make([]byte, 13), []byte{204}, make([]byte, 4)), wmfRecord(0x0A32, u16(10, 20, 6, 0), []byte("\xef\xf0\xe8\xe2\xe5\xf2")),
			wmfRecord(0x02FB, make([]byte, 13), []byte{0}, make([]byte, 4)), wmfRecord(0x0521, u16(len(planted)), even(planted), u16(40, 20)))),
			Want: []extracttest.Text{{Text: "привет\n" + planted, Page: 1}}},
		{Name: "drawing-only", File: "a.emf", Data: emfFile(emfRecord(54, u32(1, 1))), Kind: poterne.ImageOnly},
		{Name: "cut", File: "a.emf", Data: emfFile(emfWords(10, planted), emfWords(50, "perdu"))[:250], Kind: poterne.Partial, Want: []extracttest.Text{{Text: planted}}},
	})
}

// greyPNG is a picture of that size, of no content.
func greyPNG(w, h int) []byte {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = byte(i * 7)
	}
	g.SetGray(0, 0, color.Gray{255})
	var b bytes.Buffer
	if err := png.Encode(&b, g); err != nil {
		panic(err) // of memory only
	}
	return b.Bytes()
}

// artBlip is a picture as Office before 2007 keeps it, of PNG or EMF.
func artBlip(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("\x89PNG")) {
		return join(u16(0x6E0<<4, 0xF01E), u32(len(data)+17), make([]byte, 17), data)
	}
	packed := deflate(data)
	head := join(u32(len(data)), make([]byte, 24), u32(len(packed)), []byte{0, 0xFE})
	return join(u16(0x3D4<<4, 0xF01A), u32(len(packed)+16+len(head)), make([]byte, 16), head, packed)
}

// pictured are documents of each format that hold a metafile with the planted text
// and a picture, with some text beside; place is where both stand.
func pictured(t testing.TB) []struct {
	file  string
	data  []byte
	place poterne.Place
} {
	drawing, scan, icon := emfFile(emfWords(10, planted)), greyPNG(300, 200), greyPNG(40, 300)
	store := func(data []byte) []byte { // an entry of the store of pictures
		b := artBlip(data)
		return pptBox(0, 0xF001, join(u16(5<<4|2, 0xF007), u32(36+len(b)), make([]byte, 36), b))
	}
	hexed := func(kind string, data []byte) string {
		return `{\pict\` + kind + `\picw10 ` + hex.EncodeToString(data) + `}`
	}
	encoded := func(data []byte) string {
		return "<draw:image><office:binary-data>\n" + base64.StdEncoding.EncodeToString(data) + "\n</office:binary-data></draw:image>"
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(drawing)
	z.Close()
	text := strings.Repeat("texte du document, ", 20)
	media := func(folder string) []string {
		return []string{folder + "/media/a.emf", string(drawing), folder + "/media/b.png", string(scan), folder + "/media/c.png", string(icon)}
	}
	named := rels("r1", "image", "../media/a.emf", "r2", "image", "../media/b.png", "r3", "image", "../media/c.png")
	return []struct {
		file  string
		data  []byte
		place poterne.Place
	}{
		{"a.docx", wordFile(t, p(text), media("word")...), poterne.Place{}},
		{"b.docx", wordFile(t, p(text), append(media("word"), "word/header1.xml", "<w:hdr/>", "word/_rels/header1.xml.rels", strings.ReplaceAll(named, "../", ""))...), poterne.Place{Zone: poterne.ZoneHeader}},
		{"c.docx", wordFile(t, p(text), "word/media/a.emz", packed.String(), "word/media/b.png", string(scan)), poterne.Place{}},
		{"a.pptx", slideFile(t, "<p:sp><p:txBody><a:p><a:r><a:t>"+text+"</a:t></a:r></a:p></p:txBody></p:sp>", named, media("ppt")...), poterne.Place{Page: 1}},
		{"a.xlsx", sheetFile(t, "", "", append(media("xl"), "xl/worksheets/_rels/sheet1.xml.rels", rels("r1", "drawing", "/xl/drawings/drawing1.xml"),
			"xl/drawings/drawing1.xml", "<xdr:wsDr><xdr:pic><a:t>"+text+"</a:t></xdr:pic></xdr:wsDr>", "xl/drawings/_rels/drawing1.xml.rels", named)...), poterne.Place{Sheet: "Paie"}},
		{"a.odt", odfFile(t, "text", "", "<text:p>"+text+"</text:p>", "Pictures/a.emf", string(drawing), "Pictures/b.png", string(scan), "Pictures/c.png", string(icon)), poterne.Place{}},
		{"a.fodt", []byte(`<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text"><office:body><text:p>` + text + `</text:p>` + encoded(drawing) + encoded(scan) + encoded(icon) + `</office:body></office:document>`), poterne.Place{}},
		{"a.doc", docStoriesFile([8]string{text + "\r"}, oleStream{"Data", join(make([]byte, 99), artBlip(drawing), make([]byte, 7), artBlip(scan), artBlip(icon))}), poterne.Place{}},
		{"b.doc", docStoriesFile([8]string{text + "\r"}, oleStream{"Data", join(make([]byte, 1<<20-4), artBlip(drawing), artBlip(scan))}), poterne.Place{}}, // over the edge of what is looked through at once
		{"a.xls", bookOfRecords(splitStore(pptBox(0, 0xF000, store(drawing), store(scan), store(icon))), rec(0x204, u16(0, 0, 0), str8(text))), poterne.Place{}},
		{"a.ppt", oleFile(oleStream{"PowerPoint Document", pptBox(0, 0x03EE, pptAtom(0, 0x0FA0, wide(text)))}, oleStream{"Current User", make([]byte, 20)},
			oleStream{"Pictures", join(artBlip(drawing), artBlip(scan), artBlip(icon))}), poterne.Place{}},
		{"a.rtf", []byte(`{\rtf1 ` + text + `\par{\*\shppict` + hexed("emfblip", drawing) + `}{\nonshppict` + hexed("wmetafile8", wmfFile()) + `}{\*\shppict` + hexed("pngblip", scan) + `}` + hexed("pngblip", icon) + `}`), poterne.Place{}},
	}
}

// splitStore writes a store of pictures in records of a workbook that continue each other.
func splitStore(b []byte) []byte {
	const most = 700
	all := rec(0xEB, b[:most])
	for b = b[most:]; len(b) > 0; b = b[min(most, len(b)):] {
		all = append(all, rec(0x3C, b[:min(most, len(b))])...)
	}
	return all
}

// TestPicturesBesideText wants the text of metafiles always, and that of pictures
// with recognition, in its place; icons are not looked at.
func TestPicturesBesideText(t *testing.T) {
	for _, c := range pictured(t) {
		t.Run(c.file, func(t *testing.T) {
			sizes := 0
			for _, mode := range []extract.OCR{extract.OCROff, extract.OCRAll} {
				x := extract.New(extract.Options{OCR: mode, Recognize: func(_ context.Context, g *image.Gray) (extract.Recognition, error) {
					sizes++
					return extract.Recognition{Text: fmt.Sprintf("lu dans une image de %d points", g.Rect.Dx()), Sure: .9}, nil
				}})
				defer x.Close()
				got := map[string]poterne.Place{}
				for s, err := range x.Extract(t.Context(), poterne.Document{Path: c.file}, content{bytes.NewReader(c.data)}) {
					var f *poterne.Failure
					if errors.As(err, &f) {
						t.Errorf("failure %v", f)
					} else if strings.HasPrefix(s.Body, planted) || strings.HasPrefix(s.Body, "lu dans") {
						got[strings.TrimSpace(s.Body)] = s.Place
					}
				}
				want := map[string]poterne.Place{planted: c.place}
				if mode == extract.OCRAll {
					want["lu dans une image de 300 points"] = c.place
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("mode %q (-want +got):\n%s", mode, diff)
				}
			}
			if sizes != 1 {
				t.Errorf("%d pictures were looked at, want 1: icons and copies are not", sizes)
			}
		})
	}
}

// TestPagesInMetafiles wants a page that was scanned into a metafile reported, and
// one whose text the metafile holds read.
func TestPagesInMetafiles(t *testing.T) {
	bitmap := emfRecord(81, make([]byte, 60<<10)) // stretched onto the page
	x := extract.New(extract.Options{})
	defer x.Close()
	extracttest.Find(t, x.Extract, []extracttest.Case{
		{Name: "scan", File: "a.docx", Data: wordFile(t, p("titre"), "word/media/a.emf", string(emfFile(bitmap))), Kind: poterne.ImageOnly},
		{Name: "text", File: "a.docx", Data: wordFile(t, p("titre"), "word/media/a.emf", string(emfFile(bitmap, emfWords(10, planted, " et assez de lettres")))), Want: []extracttest.Text{{Text: planted}}},
	})
}

func FuzzMetafile(f *testing.F) {
	f.Add(emfFile(emfWords(10, planted, " x")))
	f.Add(wmfFile(wmfRecord(0x0A32, u16(10, 20, 6, 0), []byte("abcdef"))))
	x := extract.New(extract.Options{})
	f.Cleanup(func() { x.Close() })
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"a.emf", "a.wmf"} {
			for _, err := range x.Extract(t.Context(), poterne.Document{Path: name}, content{bytes.NewReader(data)}) {
				var fail *poterne.Failure
				if errors.As(err, &fail) && fail.Kind == poterne.Crashed {
					t.Fatal(err)
				}
			}
		}
	})
}
