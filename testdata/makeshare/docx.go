package main

import (
	"fmt"
	"strings"
)

const (
	wordNS = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:v="urn:schemas-microsoft-com:vml"`
	relNS  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	wordCT = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// docx writes p as a Word document.
func docx(p paper) []byte { return word(p, wordCT+"document.main+xml") }

// docm writes p as a Word document with macros. Its project of macros holds
// none: only its presence matters.
func docm(p paper) []byte {
	return word(p, "application/vnd.ms-word.document.macroEnabled.main+xml", member{"word/vbaProject.bin", compound(text("PROJECT", fmt.Sprintf("%-4096s", "Document=ThisDocument\r\n")))})
}

func word(p paper, mainType string, extra ...member) []byte {
	var body strings.Builder
	for _, b := range blocks(p.body) {
		switch b.kind {
		case table:
			body.WriteString("<w:tbl>")
			for _, row := range b.rows {
				body.WriteString("<w:tr>")
				for _, c := range row {
					body.WriteString("<w:tc>" + wordPara("", c) + "</w:tc>")
				}
				body.WriteString("</w:tr>")
			}
			body.WriteString("</w:tbl>")
		case heading:
			body.WriteString(wordPara(`<w:pPr><w:pStyle w:val="Titre1"/></w:pPr>`, b.text))
		default:
			body.WriteString(wordPara("", b.text))
		}
	}
	if p.hidden != "" {
		body.WriteString(`<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space="preserve">` + esc(p.hidden) + `</w:t></w:r></w:p>`)
	}
	if p.textbox != "" {
		body.WriteString(`<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>` + wordPara("", p.textbox) + `</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>`)
	}
	if p.deleted != "" {
		body.WriteString(`<w:p><w:del w:id="9" w:author="relecture"><w:r><w:delText xml:space="preserve">` + esc(p.deleted) + `</w:delText></w:r></w:del></w:p>`)
	}

	types := `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + mainType + `"/>`
	rels, sect := "", ""
	var parts []member
	add := func(kind, file, content string) string {
		id := fmt.Sprintf("rId%d", len(parts)+1)
		types += `<Override PartName="/word/` + file + `" ContentType="` + wordCT + kind + `+xml"/>`
		rels += `<Relationship Id="` + id + `" Type="` + relNS + "/" + kind + `" Target="` + file + `"/>`
		parts = append(parts, text("word/"+file, xmlHead+content))
		return id
	}
	if p.header != "" {
		sect += `<w:headerReference w:type="default" r:id="` + add("header", "header1.xml", `<w:hdr `+wordNS+`>`+wordPara("", p.header)+`</w:hdr>`) + `"/>`
	}
	if p.footer != "" {
		sect += `<w:footerReference w:type="default" r:id="` + add("footer", "footer1.xml", `<w:ftr `+wordNS+`>`+wordPara("", p.footer)+`</w:ftr>`) + `"/>`
	}
	if p.comment != "" {
		add("comments", "comments.xml", `<w:comments `+wordNS+`><w:comment w:id="1" w:author="relecture">`+wordPara("", p.comment)+`</w:comment></w:comments>`)
		body.WriteString(`<w:p><w:commentRangeStart w:id="1"/><w:r><w:t>Voir remarque.</w:t></w:r><w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r></w:p>`)
	}
	if p.footnote != "" {
		add("footnotes", "footnotes.xml", `<w:footnotes `+wordNS+`><w:footnote w:id="2">`+wordPara("", p.footnote)+`</w:footnote></w:footnotes>`)
		body.WriteString(`<w:p><w:r><w:t>Voir note</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>`)
	}
	doc := xmlHead + `<w:document ` + wordNS + `><w:body>` + body.String() + `<w:sectPr>` + sect + `</w:sectPr></w:body></w:document>`
	members := []member{
		text("[Content_Types].xml", xmlHead+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`+types+propertyTypes+`</Types>`),
		text("_rels/.rels", packageRels("word/document.xml")),
		text("word/document.xml", doc),
		text("word/_rels/document.xml.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels+`</Relationships>`),
	}
	members = append(members, parts...)
	members = append(members, properties(p)...)
	return zipOf(append(members, extra...)...)
}

// wordPara writes one paragraph; cut splits it into runs.
func wordPara(props, s string) string {
	out := "<w:p>" + props
	for i, run := range strings.Split(s, cut) {
		bold := ""
		if i%2 == 1 {
			bold = "<w:rPr><w:b/></w:rPr>"
		}
		out += "<w:r>" + bold + `<w:t xml:space="preserve">` + esc(run) + "</w:t></w:r>"
	}
	return out + "</w:p>"
}

const propertyTypes = `<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
	`<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>`

// packageRels points to the main part and to the properties of a package.
func packageRels(main string) string {
	return xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relNS + `/officeDocument" Target="` + main + `"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
		`<Relationship Id="rId3" Type="` + relNS + `/custom-properties" Target="docProps/custom.xml"/></Relationships>`
}

// properties writes the core and custom properties of an Office document.
func properties(p paper) []member {
	stamp := saved.Format("2006-01-02T15:04:05Z")
	core := xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + esc(p.title) + `</dc:title><dc:subject>` + esc(p.subject) + `</dc:subject><dc:creator>` + esc(p.author) + `</dc:creator><cp:keywords>` + esc(p.keywords) + `</cp:keywords>` +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + stamp + `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">` + stamp + `</dcterms:modified></cp:coreProperties>`
	custom := xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">`
	for i, c := range p.custom {
		custom += fmt.Sprintf(`<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="%d" name="%s"><vt:lpwstr>%s</vt:lpwstr></property>`, i+2, esc(c[0]), esc(c[1]))
	}
	return []member{text("docProps/core.xml", core), text("docProps/custom.xml", custom+"</Properties>")}
}
