package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const odfNS = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" ` +
	`xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" ` +
	`xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" ` +
	`xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3"`

// odf packs the content of an OpenDocument file with its styles and metadata.
func odf(kind string, p paper, styles, content string) []byte {
	mime := "application/vnd.oasis.opendocument." + kind
	master := ""
	if p.header != "" {
		master += `<style:header><text:p>` + esc(p.header) + `</text:p></style:header>`
	}
	if p.footer != "" {
		master += `<style:footer><text:p>` + esc(p.footer) + `</text:p></style:footer>`
	}
	meta := `<meta:generator>LibreOffice/7.6</meta:generator><dc:title>` + esc(p.title) + `</dc:title><dc:subject>` + esc(p.subject) + `</dc:subject><dc:creator>` + esc(p.author) +
		`</dc:creator><meta:keyword>` + esc(p.keywords) + `</meta:keyword><dc:date>` + saved.Format("2006-01-02T15:04:05") + `</dc:date>`
	for _, c := range p.custom {
		meta += fmt.Sprintf(`<meta:user-defined meta:name="%s">%s</meta:user-defined>`, esc(c[0]), esc(c[1]))
	}
	entry := func(path, mime string) string {
		return `<manifest:file-entry manifest:full-path="` + path + `" manifest:media-type="` + mime + `"/>`
	}
	return zipOf(
		text("mimetype", mime),
		text("content.xml", xmlHead+`<office:document-content `+odfNS+`><office:automatic-styles>`+styles+`</office:automatic-styles><office:body>`+content+`</office:body></office:document-content>`),
		text("styles.xml", xmlHead+`<office:document-styles `+odfNS+`><office:automatic-styles><style:page-layout style:name="pm1"/></office:automatic-styles><office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm1">`+master+`</style:master-page></office:master-styles></office:document-styles>`),
		text("meta.xml", xmlHead+`<office:document-meta `+odfNS+`><office:meta>`+meta+`</office:meta></office:document-meta>`),
		text("META-INF/manifest.xml", xmlHead+`<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">`+
			entry("/", mime)+entry("content.xml", "text/xml")+entry("styles.xml", "text/xml")+entry("meta.xml", "text/xml")+`</manifest:manifest>`),
	)
}

// odt writes p as an OpenDocument text.
func odt(p paper) []byte {
	var b strings.Builder
	if p.deleted != "" {
		b.WriteString(`<text:tracked-changes><text:changed-region text:id="ct1"><text:deletion><text:p>` + esc(p.deleted) + `</text:p></text:deletion></text:changed-region></text:tracked-changes>`)
	}
	for i, bl := range blocks(p.body) {
		switch bl.kind {
		case heading:
			b.WriteString(`<text:h text:outline-level="1">` + odfText(bl.text) + `</text:h>`)
		case item:
			b.WriteString(`<text:list><text:list-item><text:p>` + odfText(bl.text) + `</text:p></text:list-item></text:list>`)
		case table:
			fmt.Fprintf(&b, `<table:table table:name="Tableau%d">`, i)
			for _, row := range bl.rows {
				b.WriteString(`<table:table-row>`)
				for _, c := range row {
					b.WriteString(`<table:table-cell office:value-type="string"><text:p>` + odfText(c) + `</text:p></table:table-cell>`)
				}
				b.WriteString(`</table:table-row>`)
			}
			b.WriteString(`</table:table>`)
		default:
			b.WriteString(`<text:p>` + odfText(bl.text) + `</text:p>`)
		}
	}
	if p.footnote != "" {
		b.WriteString(`<text:p>Voir note<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>` + esc(p.footnote) + `</text:p></text:note-body></text:note></text:p>`)
	}
	if p.comment != "" {
		b.WriteString(`<text:p>Voir remarque<office:annotation><dc:creator>relecture</dc:creator><text:p>` + esc(p.comment) + `</text:p></office:annotation></text:p>`)
	}
	if p.textbox != "" {
		b.WriteString(`<text:p><draw:frame><draw:text-box><text:p>` + esc(p.textbox) + `</text:p></draw:text-box></draw:frame></text:p>`)
	}
	return odf("text", p, "", `<office:text>`+b.String()+`</office:text>`)
}

// odfText splits runs into spans at each cut.
func odfText(s string) string {
	out := ""
	for i, run := range strings.Split(s, cut) {
		if i%2 == 1 {
			out += `<text:span>` + esc(run) + `</text:span>`
		} else {
			out += esc(run)
		}
	}
	return out
}

// slide is one slide of a presentation: lines of text and speaker notes.
type slide struct {
	title string
	lines []string
	notes string
}

// odp writes slides as an OpenDocument presentation.
func odp(p paper, slides ...slide) []byte {
	var b strings.Builder
	for i, s := range slides {
		fmt.Fprintf(&b, `<draw:page draw:name="page%d" draw:master-page-name="Standard"><draw:frame presentation:class="title"><draw:text-box><text:p>%s</text:p></draw:text-box></draw:frame><draw:frame presentation:class="outline"><draw:text-box>`, i+1, esc(s.title))
		for _, l := range s.lines {
			b.WriteString(`<text:p>` + esc(l) + `</text:p>`)
		}
		b.WriteString(`</draw:text-box></draw:frame>`)
		if s.notes != "" {
			b.WriteString(`<presentation:notes><draw:frame><draw:text-box><text:p>` + esc(s.notes) + `</text:p></draw:text-box></draw:frame></presentation:notes>`)
		}
		b.WriteString(`</draw:page>`)
	}
	return odf("presentation", p, "", `<office:presentation>`+b.String()+`</office:presentation>`)
}

// pptx writes slides as a PowerPoint presentation.
func pptx(p paper, slides ...slide) []byte {
	const (
		ns = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`
		ct = "application/vnd.openxmlformats-officedocument.presentationml."
	)
	shape := func(kind string, lines ...string) string {
		out := `<p:sp><p:nvSpPr><p:cNvPr id="2" name="` + kind + `"/><p:cNvSpPr/><p:nvPr><p:ph type="` + kind + `"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>`
		for _, l := range lines {
			out += `<a:p>`
			for _, run := range strings.Split(l, cut) {
				out += `<a:r><a:rPr lang="fr-FR"/><a:t>` + esc(run) + `</a:t></a:r>`
			}
			out += `</a:p>`
		}
		return out + `</p:txBody></p:sp>`
	}
	tree := func(root, shapes string) string {
		return xmlHead + `<p:` + root + ` ` + ns + `><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>` + shapes + `</p:spTree></p:cSld></p:` + root + `>`
	}
	types := `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/ppt/presentation.xml" ContentType="` + ct + `presentation.main+xml"/>`
	var ids, rels string
	var parts []member
	for i, s := range slides {
		n := i + 1
		ids += fmt.Sprintf(`<p:sldId id="%d" r:id="rId%d"/>`, 256+i, n)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/slide" Target="slides/slide%d.xml"/>`, n, relNS, n)
		types += fmt.Sprintf(`<Override PartName="/ppt/slides/slide%d.xml" ContentType="%sslide+xml"/>`, n, ct)
		parts = append(parts, text(fmt.Sprintf("ppt/slides/slide%d.xml", n), tree("sld", shape("title", s.title)+shape("body", s.lines...))))
		if s.notes != "" {
			types += fmt.Sprintf(`<Override PartName="/ppt/notesSlides/notesSlide%d.xml" ContentType="%snotesSlide+xml"/>`, n, ct)
			parts = append(parts,
				text(fmt.Sprintf("ppt/slides/_rels/slide%d.xml.rels", n), xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+relNS+fmt.Sprintf(`/notesSlide" Target="../notesSlides/notesSlide%d.xml"/></Relationships>`, n)),
				text(fmt.Sprintf("ppt/notesSlides/notesSlide%d.xml", n), tree("notes", shape("body", s.notes))))
		}
	}
	members := []member{
		text("[Content_Types].xml", xmlHead+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`+types+propertyTypes+`</Types>`),
		text("_rels/.rels", packageRels("ppt/presentation.xml")),
		text("ppt/presentation.xml", xmlHead+`<p:presentation `+ns+`><p:sldIdLst>`+ids+`</p:sldIdLst><p:sldSz cx="12192000" cy="6858000"/></p:presentation>`),
		text("ppt/_rels/presentation.xml.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels+`</Relationships>`),
	}
	members = append(members, parts...)
	return zipOf(append(members, properties(p)...)...)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
