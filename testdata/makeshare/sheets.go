package main

import (
	"fmt"
	"strconv"
	"strings"
)

// sheet is one sheet of a workbook. A cell is a string, an int64 or float64 that
// is stored as a number, or nil.
type sheet struct {
	name   string
	hidden bool
	rows   [][]any
	notes  map[string]string // comments by reference ("B3")
}

// row is short for a row of cells.
func row(cells ...any) []any { return cells }

const (
	sheetNS = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	sheetCT = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// xlsx writes a workbook. Strings go to the shared table, but every seventh is
// inline, as exports of business software write them.
func xlsx(p paper, sheets ...sheet) []byte {
	types := `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + sheetCT + `sheet.main+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="` + sheetCT + `sharedStrings+xml"/>`
	var names, rels string
	var shared []string
	index := map[string]int{}
	var parts []member
	for i, s := range sheets {
		n := i + 1
		state := ""
		if s.hidden {
			state = ` state="hidden"`
		}
		names += fmt.Sprintf(`<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, esc(s.name), n, state, n)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, relNS, n)
		types += fmt.Sprintf(`<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, sheetCT)
		var b strings.Builder
		b.WriteString(xmlHead + `<worksheet ` + sheetNS + `><sheetData>`)
		seen := 0
		for r, cells := range s.rows {
			fmt.Fprintf(&b, `<row r="%d">`, r+1)
			for c, v := range cells {
				ref := column(c) + strconv.Itoa(r+1)
				switch v := v.(type) {
				case nil:
				case int64, int, float64:
					fmt.Fprintf(&b, `<c r="%s"><v>%v</v></c>`, ref, v)
				case string:
					if seen++; seen%7 == 0 {
						fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, esc(v))
						continue
					}
					k, ok := index[v]
					if !ok {
						k = len(shared)
						index[v] = k
						shared = append(shared, v)
					}
					fmt.Fprintf(&b, `<c r="%s" t="s"><v>%d</v></c>`, ref, k)
				}
			}
			b.WriteString(`</row>`)
		}
		b.WriteString(`</sheetData></worksheet>`)
		parts = append(parts, text(fmt.Sprintf("xl/worksheets/sheet%d.xml", n), b.String()))
		if len(s.notes) > 0 {
			types += fmt.Sprintf(`<Override PartName="/xl/comments%d.xml" ContentType="%scomments+xml"/>`, n, sheetCT)
			var c strings.Builder
			c.WriteString(xmlHead + `<comments ` + sheetNS + `><authors><author>gestion</author></authors><commentList>`)
			for _, ref := range sortedKeys(s.notes) {
				c.WriteString(`<comment ref="` + ref + `" authorId="0"><text><r><t xml:space="preserve">` + esc(s.notes[ref]) + `</t></r></text></comment>`)
			}
			c.WriteString(`</commentList></comments>`)
			parts = append(parts,
				text(fmt.Sprintf("xl/comments%d.xml", n), c.String()),
				text(fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", n), xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+relNS+fmt.Sprintf(`/comments" Target="../comments%d.xml"/></Relationships>`, n)))
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, `%s<sst %s uniqueCount="%d">`, xmlHead, sheetNS, len(shared))
	for _, s := range shared {
		table.WriteString(`<si><t xml:space="preserve">` + esc(s) + `</t></si>`)
	}
	table.WriteString(`</sst>`)
	rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/sharedStrings" Target="sharedStrings.xml"/>`, len(sheets)+1, relNS)
	members := []member{
		text("[Content_Types].xml", xmlHead+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`+types+propertyTypes+`</Types>`),
		text("_rels/.rels", packageRels("xl/workbook.xml")),
		text("xl/workbook.xml", xmlHead+`<workbook `+sheetNS+`><sheets>`+names+`</sheets></workbook>`),
		text("xl/_rels/workbook.xml.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels+`</Relationships>`),
		text("xl/sharedStrings.xml", table.String()),
	}
	members = append(members, parts...)
	return zipOf(append(members, properties(p)...)...)
}

// column names column c, from 0: A, B, … Z, AA.
func column(c int) string {
	name := ""
	for c++; c > 0; c = (c - 1) / 26 {
		name = string(rune('A'+(c-1)%26)) + name
	}
	return name
}

// ods writes sheets as an OpenDocument spreadsheet.
func ods(p paper, sheets ...sheet) []byte {
	var b strings.Builder
	styles := `<style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/></style:style>`
	for _, s := range sheets {
		style := ""
		if s.hidden {
			style = ` table:style-name="hid"`
		}
		b.WriteString(`<table:table table:name="` + esc(s.name) + `"` + style + `>`)
		for r, cells := range s.rows {
			b.WriteString(`<table:table-row>`)
			for c, v := range cells {
				note := ""
				if n := s.notes[column(c)+strconv.Itoa(r+1)]; n != "" {
					note = `<office:annotation><text:p>` + esc(n) + `</text:p></office:annotation>`
				}
				switch v := v.(type) {
				case nil:
					b.WriteString(`<table:table-cell/>`)
				case string:
					b.WriteString(`<table:table-cell office:value-type="string">` + note + `<text:p>` + esc(v) + `</text:p></table:table-cell>`)
				default:
					fmt.Fprintf(&b, `<table:table-cell office:value-type="float" office:value="%v">%s<text:p>%v</text:p></table:table-cell>`, v, note, v)
				}
			}
			b.WriteString(`</table:table-row>`)
		}
		b.WriteString(`</table:table>`)
	}
	return odf("spreadsheet", p, styles, `<office:spreadsheet>`+b.String()+`</office:spreadsheet>`)
}
