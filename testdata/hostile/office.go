package hostile

import (
	"encoding/binary"
	"fmt"
	"strings"
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	officeRel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	wordNS    = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	sheetNS   = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	wordTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	bookTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
)

// rels writes a file of relationships of Office documents: the targets in order.
func rels(targets ...string) string {
	out := xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	for i, t := range targets {
		kind := "officeDocument"
		for _, k := range []string{"worksheet", "sharedStrings", "header", "comments", "aFChunk"} {
			if strings.Contains(t, k) {
				kind = k
			}
		}
		out += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>`, i+1, officeRel, kind, t)
	}
	return out + `</Relationships>`
}

func word(name, document string, more ...entry) File {
	return File{Name: name, Data: archive(append([]entry{text("[Content_Types].xml", wordTypes), text("_rels/.rels", rels("word/document.xml")), text("word/document.xml", document)}, more...)...)}
}

func book(name, sheet string, shared entry) File {
	return File{Name: name, Data: archive(text("[Content_Types].xml", bookTypes), text("_rels/.rels", rels("xl/workbook.xml")),
		text("xl/workbook.xml", xmlHead+`<workbook `+sheetNS+`><sheets><sheet name="Feuille" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		text("xl/_rels/workbook.xml.rels", rels("worksheets/worksheet1.xml", "sharedStrings.xml")),
		text("xl/worksheets/worksheet1.xml", sheet), shared)}
}

// Laughs is a Word document whose entities unfold to 4 GB, ten by ten.
func Laughs() File {
	dtd := `<!DOCTYPE w:document [<!ENTITY e0 "rire">`
	for i := 1; i <= 9; i++ {
		dtd += fmt.Sprintf(`<!ENTITY e%d "%s">`, i, strings.Repeat(fmt.Sprintf("&e%d;", i-1), 10))
	}
	f := word("rires.docx", `<?xml version="1.0"?>`+dtd+`]><w:document `+wordNS+`><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>`)
	f.Unfolds = 4_000_000_000
	return f
}

// DeepTables is a Word document of 100,000 tables, each in a cell of the one
// before: a reader that recurses needs a stack as deep.
func DeepTables() File {
	const depth = 100_000
	return word("tableaux profonds.docx", xmlHead+`<w:document `+wordNS+`><w:body>`+strings.Repeat(`<w:tbl><w:tr><w:tc>`, depth)+
		`<w:p><w:r><w:t>fond</w:t></w:r></w:p>`+strings.Repeat(`</w:tc></w:tr></w:tbl>`, depth)+`</w:body></w:document>`)
}

// SparseSheet is a workbook of two cells at the corners of the largest sheet,
// 16,384 columns by 1,048,576 rows.
func SparseSheet() File {
	f := book("creux.xlsx", xmlHead+`<worksheet `+sheetNS+`><dimension ref="A1:XFD1048576"/><sheetData>`+
		`<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>`, text("xl/sharedStrings.xml", `<sst `+sheetNS+`/>`))
	f.Unfolds = 16384 * 1048576
	return f
}

// RepeatedCells is an OpenDocument sheet whose one cell is repeated over every
// column and every row.
func RepeatedCells() File {
	return File{Name: "répétition.ods", Unfolds: 16384 * 1048576 * 6, Data: archive(text("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
		text("content.xml", xmlHead+`<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet><table:table table:name="T">`+
			`<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>plein</text:p><text:p><text:s text:c="2000000000"/></text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`))}
}

// HugeSharedString is a workbook that declares four billion shared strings in a
// part said to have 4 GiB, of which there are a few bytes.
func HugeSharedString() File {
	f := book("chaînes promises.xlsx", xmlHead+`<worksheet `+sheetNS+`><sheetData><row r="1"><c r="A1" t="s"><v>4294967294</v></c><c r="B1" t="s"><v>-1</v></c></row></sheetData></worksheet>`,
		entry{name: "xl/sharedStrings.xml", claimed: 4*gib - 2, packed: stored(xmlHead + `<sst ` + sheetNS + ` count="4294967295" uniqueCount="4294967295"><si><t>seule</t></si></sst>`)})
	f.Unfolds = 4*gib - 2
	return f
}

// stored deflates s without compression.
func stored(s string) []byte {
	out := []byte{1}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(s)))
	out = binary.LittleEndian.AppendUint16(out, ^uint16(len(s)))
	return append(out, s...)
}

// CyclicParts is a Word document whose parts point to each other and to
// themselves: headers, embedded documents, the package itself.
func CyclicParts() File {
	return word("cycle.docx", xmlHead+`<w:document `+wordNS+`><w:body><w:altChunk r:id="rId2"/><w:p><w:r><w:t>rond</w:t></w:r></w:p><w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr></w:body></w:document>`,
		text("word/_rels/document.xml.rels", rels("header1.xml", "/word/document.xml?aFChunk", "document.xml", "../_rels/.rels", "../../../../header1.xml")),
		text("word/header1.xml", xmlHead+`<w:hdr `+wordNS+`><w:altChunk r:id="rId1"/></w:hdr>`),
		text("word/_rels/header1.xml.rels", rels("header1.xml", "document.xml")))
}

// compound writes an OLE file of one sector of table, one of directory and three
// of stream, with the given table and tree.
func compound(name string, fat [5]uint32, child, left, right uint32) File {
	const no, end = 0xffffffff, 0xfffffffe
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le := binary.LittleEndian
	le.PutUint16(head[24:], 0x3e)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xfffe)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], 1) // sectors of table
	le.PutUint32(head[48:], 1) // first of directory
	le.PutUint32(head[56:], 4096)
	le.PutUint32(head[60:], end)
	le.PutUint32(head[68:], end)
	for i := range 109 {
		le.PutUint32(head[76+4*i:], no)
	}
	le.PutUint32(head[76:], 0)
	table := make([]byte, 512)
	for i := range 128 {
		le.PutUint32(table[4*i:], no)
	}
	for i, v := range fat {
		le.PutUint32(table[4*i:], v)
	}
	dir := make([]byte, 512)
	put := func(i int, title string, kind byte, left, right, child, start uint32, size uint32) {
		e := dir[128*i:]
		for j, c := range title {
			e[2*j] = byte(c)
		}
		le.PutUint16(e[64:], uint16(2*len(title)+2))
		e[66], e[67] = kind, 1
		le.PutUint32(e[68:], left)
		le.PutUint32(e[72:], right)
		le.PutUint32(e[76:], child)
		le.PutUint32(e[116:], start)
		le.PutUint32(e[120:], size)
	}
	put(0, "Root Entry", 5, no, no, child, end, 0)
	put(1, "WordDocument", 2, left, right, no, 2, 1<<30)
	out := append(append(head, table...), dir...)
	return File{Name: name, Data: append(out, make([]byte, 3*512)...)}
}

// FATLoop is an old Word file whose stream of 1 GiB goes round three sectors.
func FATLoop() File {
	const no, end, fatSector = 0xffffffff, 0xfffffffe, 0xfffffffd
	f := compound("boucle.doc", [5]uint32{fatSector, end, 3, 4, 2}, 1, no, no)
	f.Unfolds = 1 << 30
	return f
}

// DirectoryLoop is an old Excel file whose directory's tree and chain both loop.
func DirectoryLoop() File {
	const end, fatSector = 0xfffffffe, 0xfffffffd
	return compound("arbre rond.xls", [5]uint32{fatSector, 1, end, end, end}, 1, 0, 1)
}
