package extract_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"poterne"
	"poterne/extract"
)

type content struct{ *bytes.Reader }

func (content) Close() error { return nil }

// reading is what came out of one hostile file.
type reading struct {
	segments, bytes int
	members         int
	kinds           map[poterne.Kind]int
	peak            uint64 // of the heap, in bytes
}

// readHostile reads the file within a budget of time; memory is looked at every
// thousand segments.
func readHostile(t *testing.T, o extract.Options, name string, data []byte) reading {
	t.Helper()
	x := extract.New(o)
	defer x.Close()
	r := reading{kinds: make(map[poterne.Kind]int)}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var m runtime.MemStats
	look := func() {
		runtime.ReadMemStats(&m)
		r.peak = max(r.peak, m.HeapAlloc)
	}
	var part *poterne.Part
	for s, err := range x.Extract(ctx, poterne.Document{Path: name}, content{bytes.NewReader(data)}) {
		if s.Part != part && s.Part.Member != "" {
			r.members++
		}
		part = s.Part
		if err != nil {
			var f *poterne.Failure
			if !errors.As(err, &f) {
				t.Fatalf("an error that is no failure: %T", err)
			}
			r.kinds[f.Kind]++
			continue
		}
		r.segments++
		r.bytes += len(s.Body)
		if r.segments%1000 == 0 {
			look()
		}
	}
	look()
	if r.kinds[poterne.Timeout] > 0 {
		t.Errorf("%s is not read in 30 s", name)
	}
	return r
}

// bomb packs a part that repeats one piece, and the parts beside it.
func bomb(t *testing.T, name, before, piece string, times int, after string, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte(before))
	block := []byte(strings.Repeat(piece, max(1, (1<<20)/len(piece))))
	for n := times * len(piece); n > 0; n -= len(block) {
		f.Write(block[:min(n, len(block))])
	}
	f.Write([]byte(after))
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(parts[i+1]))
	}
	w.Close()
	return b.Bytes()
}

func TestHostileOffice(t *testing.T) {
	types := contentTypes("openxmlformats-officedocument.wordprocessingml.document.main+xml")
	sheetTypes := contentTypes("openxmlformats-officedocument.spreadsheetml.sheet.main+xml")
	const body, end = "<w:document><w:body>", "</w:body></w:document>"
	lol := `<!DOCTYPE l [<!ENTITY a "mot"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	for _, c := range []struct {
		name  string
		file  string
		data  func(t *testing.T) []byte
		opts  extract.Options
		kind  poterne.Kind // wanted among the failures, "" for none at all
		bytes int          // of text at most, 0 for any
	}{
		{name: "entities", file: "a.docx", bytes: 1000, data: func(t *testing.T) []byte {
			return zipOf(t, "[Content_Types].xml", types, "word/document.xml", lol+body+p("&c;")+end)
		}},
		{name: "external-entity", file: "a.docx", bytes: 1000, data: func(t *testing.T) []byte {
			return zipOf(t, "[Content_Types].xml", types, "word/document.xml", `<!DOCTYPE l SYSTEM "http://192.0.2.1/x.dtd" [<!ENTITY a SYSTEM "file:///etc/passwd">]>`+body+p("&a;")+end)
		}},
		{name: "flat-bomb", file: "a.docx", kind: poterne.TooLarge, opts: extract.Options{MaxBytes: 16 << 20}, data: func(t *testing.T) []byte {
			return bomb(t, "word/document.xml", body+"<w:p><w:r><w:t>", "a", 40<<20, "</w:t></w:r></w:p>"+end, "[Content_Types].xml", types)
		}},
		{name: "empty-elements", file: "a.docx", data: func(t *testing.T) []byte {
			return bomb(t, "word/document.xml", body, "<w:p/>", 2<<20, end, "[Content_Types].xml", types)
		}},
		{name: "deep-paragraphs", file: "a.docx", data: func(t *testing.T) []byte {
			return bomb(t, "word/document.xml", body, "<w:tbl><w:tr><w:tc><w:p>", 200_000, end, "[Content_Types].xml", types)
		}, kind: poterne.Partial},
		{name: "endless-tag", file: "a.docx", kind: poterne.Partial, data: func(t *testing.T) []byte {
			return bomb(t, "word/document.xml", body+p("lu avant")+"<w:p w:x=\"", "a", 32<<20, "", "[Content_Types].xml", types)
		}},
		{name: "sparse-sheet", file: "a.xlsx", bytes: 1000, data: func(t *testing.T) []byte {
			return zipOf(t, "[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<workbook/>", "xl/worksheets/sheet1.xml",
				"<worksheet><dimension ref='A1:XFD1048576'/><sheetData><row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>2</v></c></row></sheetData></worksheet>")
		}},
		{name: "far-column", file: "a.xlsx", bytes: 1000, data: func(t *testing.T) []byte {
			return zipOf(t, "[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<workbook/>", "xl/worksheets/sheet1.xml",
				"<worksheet><sheetData><row r='99999999999'><c r='ZZZZZZZZZZ1'><v>1</v></c></row></sheetData></worksheet>")
		}},
		{name: "declared-strings", file: "a.xlsx", bytes: 1000, data: func(t *testing.T) []byte {
			return zipOf(t, "[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<workbook/>", "xl/sharedStrings.xml", "<sst count='4294967295' uniqueCount='4294967295'><si><t>seul</t></si></sst>",
				"xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c t='s'><v>4294967290</v></c><c t='s'><v>0</v></c></row></sheetData></worksheet>")
		}},
		{name: "many-strings", file: "a.xlsx", data: func(t *testing.T) []byte {
			return bomb(t, "xl/sharedStrings.xml", "<sst>", "<si/>", 2<<20, "</sst>", "[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<workbook/>")
		}},
		{name: "repeated-cells", file: "a.ods", bytes: 1000, data: func(t *testing.T) []byte {
			return zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml",
				`<o><table:table table:name="t"><table:table-row table:number-rows-repeated="2147483647"><table:table-cell table:number-columns-repeated="2147483647"><text:p>x<text:s text:c="2147483647"/>y</text:p></table:table-cell></table:table-row></table:table></o>`)
		}},
		{name: "cyclic-relationships", file: "a.pptx", data: func(t *testing.T) []byte {
			return zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.presentationml.presentation.main+xml"),
				"ppt/presentation.xml", "<p:presentation><p:sldIdLst><p:sldId r:id='a'/><p:sldId r:id='a'/></p:sldIdLst></p:presentation>",
				"ppt/_rels/presentation.xml.rels", rels("a", "slide", "slides/slide1.xml"),
				"ppt/slides/slide1.xml", "<p:sld><a:p><a:r><a:t>texte</a:t></a:r></a:p></p:sld>",
				"ppt/slides/_rels/slide1.xml.rels", rels("a", "notesSlide", "slide1.xml", "b", "notesSlide", "../presentation.xml"))
		}},
		{name: "nested-too-deep", file: "a.docx", kind: poterne.TooLarge, data: func(t *testing.T) []byte {
			inner := zipOf(t, "[Content_Types].xml", types, "word/document.xml", body+p("fond")+end)
			for range 12 {
				inner = zipOf(t, "[Content_Types].xml", types, "word/document.xml", body+p("étage")+end, "word/embeddings/a.docx", string(inner))
			}
			return inner
		}},
		{name: "many-members", file: "a.docx", kind: poterne.TooLarge, opts: extract.Options{MaxMembers: 50}, data: func(t *testing.T) []byte {
			parts := []string{"[Content_Types].xml", types, "word/document.xml", body + p("x") + end}
			for i := range 200 {
				parts = append(parts, fmt.Sprintf("word/embeddings/%d.txt", i), "membre")
			}
			return zipOf(t, parts...)
		}},
		{name: "number-formats", file: "a.xlsx", data: func(t *testing.T) []byte {
			return bomb(t, "xl/styles.xml", "<styleSheet><numFmts>", "<numFmt numFmtId='1' formatCode='"+strings.Repeat("[h]", 300)+"'/>", 5_000, "</numFmts></styleSheet>",
				"[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<workbook/>")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := readHostile(t, c.opts, c.file, c.data(t))
			if c.kind == "" && len(r.kinds) > 0 {
				t.Errorf("failures %v, want none", r.kinds)
			}
			if c.kind != "" && r.kinds[c.kind] == 0 {
				t.Errorf("failures %v, want %s", r.kinds, c.kind)
			}
			if r.kinds[poterne.Crashed] > 0 {
				t.Error("a reader panicked")
			}
			if c.bytes > 0 && r.bytes > c.bytes {
				t.Errorf("%d bytes of text, want at most %d", r.bytes, c.bytes)
			}
			if limit := uint64(800 << 20); r.peak > limit {
				t.Errorf("heap of %d MiB, want at most %d", r.peak>>20, limit>>20)
			}
		})
	}
}

// TestOLELoops reads compound files whose chains, lists and trees bite their tails.
func TestOLELoops(t *testing.T) {
	base := docFile()
	for off := 0; off+4 <= len(base); off += 4 {
		// Each word in turn points at the first sector, then at itself's.
		if off >= 76+8 && off < 512 && off%64 != 0 {
			continue // the list of the table's sectors: a few are enough
		}
		if off > 512 && off%(4*37) != 0 && off < len(base)-1024 {
			continue
		}
		b := bytes.Clone(base)
		le.PutUint32(b[off:], uint32(off/512))
		r := readHostile(t, extract.Options{}, "a.doc", b)
		if r.kinds[poterne.Crashed] > 0 {
			t.Fatalf("word at %d: a reader panicked", off)
		}
		if r.bytes > 64<<20 {
			t.Fatalf("word at %d: %d bytes of text from %d", off, r.bytes, len(b))
		}
	}
}

func FuzzOffice(f *testing.F) {
	for name, data := range map[string][]byte{
		"a.docx": docxFile(f), "a.xlsx": xlsxFile(f), "a.pptx": pptxFile(f), "a.odt": odtFile(f), "a.ods": odsFile(f),
		"a.xls": xlsFile(), "a.doc": docFile(), "a.ppt": pptFile(), "a.msg": msgFile(), "a.xlsb": xlsbFile(f),
	} {
		f.Add(name, data)
	}
	x := extract.New(extract.Options{MaxBytes: 64 << 20})
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for s, err := range x.Extract(context.Background(), poterne.Document{Path: name}, content{bytes.NewReader(data)}) {
			var fail *poterne.Failure
			if errors.As(err, &fail) && fail.Kind == poterne.Crashed && s.Part.Format != "pdf" {
				t.Fatal(err)
			}
		}
	})
}
