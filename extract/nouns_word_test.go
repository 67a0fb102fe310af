package extract_test

import (
	"strings"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// wordFile is a document with the body and further parts, given as name, content.
func wordFile(t testing.TB, body string, parts ...string) []byte {
	return zipOf(t, append([]string{
		"[Content_Types].xml", contentTypes("openxmlformats-officedocument.wordprocessingml.document.main+xml"),
		"_rels/.rels", rels("r1", "officeDocument", "word/document.xml"),
		"word/document.xml", "<w:document" + nsWord + "><w:body>" + body + "</w:body></w:document>",
	}, parts...)...)
}

// wordNouns are the places of a text in WordprocessingML.
func wordNouns(t testing.TB) []extracttest.Case {
	var cases []extracttest.Case
	body := func(name, body string, want extracttest.Text) {
		cases = append(cases, noun(name, "a.docx", wordFile(t, body), want))
	}
	part := func(name, part, content string, want extracttest.Text) {
		cases = append(cases, noun(name, "a.docx", wordFile(t, p("corps"), part, content), want))
	}
	run := func(props, text string) string {
		return "<w:r><w:rPr>" + props + "</w:rPr><w:t>" + text + "</w:t></w:r>"
	}
	drawn := "<w:txbxContent>" + p(planted) + "</w:txbxContent>"
	half := len(planted) / 2

	body("paragraph", p(planted), in(poterne.ZoneBody))
	body("runs", p(planted[:half], planted[half:]), in(poterne.ZoneBody))
	body("run-in-link", "<w:p><w:hyperlink>"+run("", planted[:half])+"</w:hyperlink>"+run("", planted[half:])+"</w:p>", in(poterne.ZoneBody))
	body("ruby", "<w:p><w:r><w:ruby><w:rt>"+run("", "lecture")+"</w:rt><w:rubyBase>"+run("", planted)+"</w:rubyBase></w:ruby></w:r></w:p>", in(poterne.ZoneBody))
	body("equation", "<w:p><m:oMath><m:r><m:t>"+planted+"</m:t></m:r></m:oMath></w:p>", in(poterne.ZoneBody))
	body("capitals", "<w:p>"+run("<w:caps/>", planted)+"</w:p>", in(poterne.ZoneBody))
	body("hidden", "<w:p>"+run("<w:vanish/>", planted)+"</w:p>", in(poterne.ZoneHidden))
	body("inserted", "<w:p><w:ins w:author='x'>"+run("", planted)+"</w:ins></w:p>", in(poterne.ZoneBody))
	body("deleted", "<w:p><w:del><w:r><w:delText>"+planted+"</w:delText></w:r></w:del></w:p>", in(poterne.ZoneComment))
	body("moved-from", "<w:p><w:moveFrom>"+run("", planted)+"</w:moveFrom></w:p>", in(poterne.ZoneComment))
	body("moved-to", "<w:p><w:moveTo>"+run("", planted)+"</w:moveTo></w:p>", in(poterne.ZoneBody))
	body("author-of-change", "<w:p><w:ins w:author='"+planted+"'>"+run("", "x")+"</w:ins></w:p>", in(poterne.ZoneProperty))
	body("cell", "<w:tbl><w:tr>"+tc("Nom")+tc("Ville")+"</w:tr><w:tr>"+tc("x")+tc(planted)+"</w:tr></w:tbl>",
		extracttest.Text{Zone: poterne.ZoneCell, Sheet: "tableau 1", Row: 2, Column: 2, Header: "Ville"})
	body("merged-cell", "<w:tbl><w:tr>"+tc("Nom")+tc("Ville")+tc("Grade")+"</w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>"+p("x")+"</w:tc>"+tc(planted)+"</w:tr></w:tbl>",
		extracttest.Text{Zone: poterne.ZoneCell, Row: 2, Column: 3, Header: "Grade"})
	body("nested-table", "<w:tbl><w:tr>"+tc("a")+"<w:tc>"+p("x")+"<w:tbl><w:tr>"+tc(planted)+"</w:tr></w:tbl>"+p("y")+"</w:tc></w:tr></w:tbl>",
		extracttest.Text{Zone: poterne.ZoneCell, Sheet: "tableau 2", Row: 1})
	body("table-title", "<w:tbl><w:tblPr><w:tblCaption w:val='"+planted+"'/></w:tblPr><w:tr>"+tc("a")+"</w:tr></w:tbl>", in(poterne.ZoneBody))
	body("table-description", "<w:tbl><w:tblPr><w:tblDescription w:val='"+planted+"'/></w:tblPr><w:tr>"+tc("a")+"</w:tr></w:tbl>", in(poterne.ZoneBody))
	body("second-page", p("x")+"<w:p><w:r><w:br w:type='page'/></w:r>"+run("", planted)+"</w:p>", extracttest.Text{Page: 2})
	body("text-box", "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'>"+drawn+"</mc:Choice><mc:Fallback>"+drawn+"</mc:Fallback></mc:AlternateContent></w:r></w:p>", in(poterne.ZoneBody))
	body("old-text-box", "<w:p><w:r><w:pict><v:shape><v:textbox>"+drawn+"</v:textbox></v:shape></w:pict></w:r></w:p>", in(poterne.ZoneBody))
	body("shape-of-the-old-only", "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='x'><x:y/></mc:Choice><mc:Fallback>"+drawn+"</mc:Fallback></mc:AlternateContent></w:r></w:p>", in(poterne.ZoneBody))
	body("alternative-text", "<w:p><w:r><w:drawing><wp:docPr id='1' descr='"+planted+"'/></w:drawing></w:r></w:p>", in(poterne.ZoneBody))
	body("title-of-picture", "<w:p><w:r><w:drawing><wp:docPr id='1' title='"+planted+"'/></w:drawing></w:r></w:p>", in(poterne.ZoneBody))
	body("old-alternative-text", "<w:p><w:r><w:pict><v:shape alt='"+planted+"'/></w:pict></w:r></w:p>", in(poterne.ZoneBody))
	body("word-art", "<w:p><w:r><w:pict><v:shape><v:textpath string='"+planted+"'/></v:shape></w:pict></w:r></w:p>", in(poterne.ZoneBody))
	body("drop-down", "<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText='"+planted+"' w:value='1'/></w:dropDownList></w:sdtPr><w:sdtContent>"+p("x")+"</w:sdtContent></w:sdt>", in(poterne.ZoneHidden))
	body("content-control", "<w:sdt><w:sdtContent>"+p(planted)+"</w:sdtContent></w:sdt>", in(poterne.ZoneBody))
	body("title-of-control", "<w:sdt><w:sdtPr><w:alias w:val='"+planted+"'/></w:sdtPr><w:sdtContent>"+p("x")+"</w:sdtContent></w:sdt>", in(poterne.ZoneHidden))
	body("form-field-default", "<w:p><w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:textInput><w:default w:val='"+planted+"'/></w:textInput></w:ffData></w:fldChar></w:r></w:p>", in(poterne.ZoneHidden))
	body("form-field-list", "<w:p><w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:ddList><w:listEntry w:val='"+planted+"'/></w:ddList></w:ffData></w:fldChar></w:r></w:p>", in(poterne.ZoneHidden))
	body("field-result", "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>AUTHOR</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"+run("", planted)+"</w:p>", in(poterne.ZoneBody))
	body("field-code", "<w:p><w:r><w:instrText>INCLUDETEXT \"C:\\"+planted+".doc\"</w:instrText></w:r></w:p>", in(poterne.ZoneProperty))
	body("simple-field", "<w:p><w:fldSimple w:instr='MERGEFIELD "+planted+"'/></w:p>", in(poterne.ZoneProperty))
	body("index-entry", "<w:p><w:r><w:instrText>XE \""+planted+"\"</w:instrText></w:r></w:p>", in(poterne.ZoneProperty))
	body("tool-tip", "<w:p><w:hyperlink w:tooltip='"+planted+"'>"+run("", "x")+"</w:hyperlink></w:p>", in(poterne.ZoneBody))
	body("no-break-hyphen", "<w:p>"+run("", "a")+"<w:r><w:noBreakHyphen/></w:r>"+run("", "b")+"</w:p>", extracttest.Text{Text: "a\u2011b"})
	body("soft-hyphen", "<w:p>"+run("", planted[:half])+"<w:r><w:softHyphen/></w:r>"+run("", planted[half:])+"</w:p>", extracttest.Text{Text: planted[:half] + "\u00ad" + planted[half:]})
	body("ticked-box", "<w:p><w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>"+run("", " oui")+"</w:p>", extracttest.Text{Text: "☒ oui"})

	footer, header := "<w:ftr"+nsWord+">"+p(planted)+"</w:ftr>", "<w:hdr"+nsWord+">"+p(planted)+"</w:hdr>"
	part("header", "word/header1.xml", header, in(poterne.ZoneHeader))
	part("footer", "word/footer3.xml", footer, in(poterne.ZoneFooter))
	part("header-cell", "word/header2.xml", "<w:hdr"+nsWord+"><w:tbl><w:tr>"+tc(planted)+"</w:tr></w:tbl></w:hdr>", in(poterne.ZoneHeader))
	part("watermark", "word/header1.xml", "<w:hdr"+nsWord+"><w:p><w:r><w:pict><v:shape><v:textpath string='"+planted+"'/></v:shape></w:pict></w:r></w:p></w:hdr>", in(poterne.ZoneWatermark))
	part("footnote", "word/footnotes.xml", "<w:footnotes"+nsWord+"><w:footnote>"+p(planted)+"</w:footnote></w:footnotes>", in(poterne.ZoneNote))
	part("endnote", "word/endnotes.xml", "<w:endnotes"+nsWord+"><w:endnote>"+p(planted)+"</w:endnote></w:endnotes>", in(poterne.ZoneNote))
	part("comment", "word/comments.xml", "<w:comments"+nsWord+"><w:comment>"+p(planted)+"</w:comment></w:comments>", in(poterne.ZoneComment))
	part("author-of-comment", "word/comments.xml", "<w:comments"+nsWord+"><w:comment w:author='"+planted+"'>"+p("x")+"</w:comment></w:comments>", in(poterne.ZoneProperty))
	part("building-block", "word/glossary/document.xml", "<w:glossaryDocument"+nsWord+">"+p(planted)+"</w:glossaryDocument>", in(poterne.ZoneHidden))
	part("smart-art", "word/diagrams/data1.xml", "<dgm:dataModel><dgm:pt><dgm:t><a:p><a:r><a:t>"+planted+"</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>", in(poterne.ZoneBody))
	part("smart-art-as-drawn", "word/diagrams/drawing1.xml", "<dsp:drawing><a:p><a:r><a:t>"+planted+"</a:t></a:r></a:p></dsp:drawing>", in(poterne.ZoneBody))
	part("list-prefix", "word/numbering.xml", "<w:numbering"+nsWord+"><w:abstractNum><w:lvl><w:lvlText w:val='"+planted+" %1'/></w:lvl></w:abstractNum></w:numbering>", in(poterne.ZoneHidden))
	part("custom-xml", "customXml/item1.xml", "<fiche><nom>"+planted+"</nom></fiche>", in(poterne.ZoneHidden))
	part("custom-xml-attribute", "customXml/item1.xml", "<fiche nom='"+planted+"'/>", in(poterne.ZoneHidden))
	part("document-variable", "word/settings.xml", "<w:settings"+nsWord+"><w:docVars><w:docVar w:name='v' w:val='"+planted+"'/></w:docVars></w:settings>", in(poterne.ZoneProperty))
	part("mail-merge", "word/settings.xml", "<w:settings"+nsWord+"><w:mailMerge><w:query w:val='SELECT "+planted+"'/></w:mailMerge></w:settings>", in(poterne.ZoneProperty))
	part("link", "word/_rels/document.xml.rels", rels("r9", "hyperlink", "https://intranet.example/"+planted), in(poterne.ZoneProperty))
	part("label", "docMetadata/LabelInfo.xml", "<clbl:labelList><clbl:label name='"+planted+"'/></clbl:labelList>", in(poterne.ZoneProperty))
	part("html-chunk", "word/afchunk1.htm", "<html><body><p>"+planted+"</p></body></html>", extracttest.Text{Member: "word/afchunk1.htm"})
	part("custom-ribbon", "customUI/customUI14.xml", "<customUI><button label='"+planted+"'/></customUI>", in(poterne.ZoneHidden))
	for _, e := range []string{"dc:title", "dc:subject", "dc:creator", "dc:description", "cp:keywords", "cp:category", "cp:contentStatus", "cp:lastModifiedBy"} {
		part("core-"+strings.TrimPrefix(strings.TrimPrefix(e, "dc:"), "cp:"), "docProps/core.xml", "<cp:coreProperties><"+e+">"+planted+"</"+e+"></cp:coreProperties>", in(poterne.ZoneProperty))
	}
	for _, e := range []string{"Company", "Manager", "HyperlinkBase", "Template"} {
		part("app-"+e, "docProps/app.xml", "<Properties><"+e+">"+planted+"</"+e+"></Properties>", in(poterne.ZoneProperty))
	}
	part("titles-of-parts", "docProps/app.xml", "<Properties><TitlesOfParts><vt:vector><vt:lpstr>"+planted+"</vt:lpstr></vt:vector></TitlesOfParts></Properties>", in(poterne.ZoneProperty))
	part("custom-text", "docProps/custom.xml", "<Properties><property name='n'><vt:lpwstr>"+planted+"</vt:lpwstr></property></Properties>", in(poterne.ZoneProperty))
	part("custom-name", "docProps/custom.xml", "<Properties><property name='"+planted+"'><vt:bool>true</vt:bool></property></Properties>", in(poterne.ZoneProperty))

	for _, c := range chartNouns() {
		part("chart-"+c.name, "word/charts/"+c.part, c.xml, in(poterne.ZoneBody))
	}
	inner := wordFile(t, p(planted))
	part("embedded-document", "word/embeddings/Microsoft_Word_Document.docx", string(inner), extracttest.Text{Member: "word/embeddings/Microsoft_Word_Document.docx"})
	part("embedded-package", "word/embeddings/oleObject1.bin", string(oleFile(oleStream{"\x01Ole10Native", ole10("pièce.txt", planted)})), extracttest.Text{Member: "word/embeddings/oleObject1.bin!pièce.txt"})
	part("embedded-object", "word/embeddings/oleObject2.bin", string(oleFile(oleStream{"Package", inner})), extracttest.Text{Member: "word/embeddings/oleObject2.bin!Package"})

	for format, kind := range map[string]string{
		"docm": "ms-word.document.macroEnabled.main+xml", "dotm": "ms-word.template.macroEnabledTemplate.main+xml",
		"dotx": "openxmlformats-officedocument.wordprocessingml.template.main+xml",
	} {
		c := noun(format, "a."+format, zipOf(t, "[Content_Types].xml", contentTypes(kind), "word/document.xml", "<w:document"+nsWord+"><w:body>"+p(planted)+"</w:body></w:document>"), in(poterne.ZoneBody))
		c.Format = format
		cases = append(cases, c)
	}
	strict := strings.ReplaceAll("<w:document"+nsWord+"><w:body>"+p(planted)+"</w:body></w:document>", "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main")
	cases = append(cases, noun("strict", "a.docx", wordFile(t, "", "word/document.xml", strict), in(poterne.ZoneBody)))
	cases[len(cases)-1].Data = zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.wordprocessingml.document.main+xml"),
		"_rels/.rels", strings.ReplaceAll(rels("r1", "officeDocument", "word/document.xml"), "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument"),
		"word/document.xml", strict)
	return cases
}

// chartNoun is a chart that holds the planted text in one place.
type chartNoun struct{ name, part, xml string }

// chartNouns are the places of a text in a chart, which all families share.
func chartNouns() []chartNoun {
	chart := func(s string) string { return "<c:chartSpace><c:chart>" + s + "</c:chart></c:chartSpace>" }
	rich := "<c:tx><c:rich><a:p><a:r><a:t>" + planted + "</a:t></a:r></a:p></c:rich></c:tx>"
	cache := "<c:strRef><c:f>Feuil1!$A$1</c:f><c:strCache><c:pt idx='0'><c:v>" + planted + "</c:v></c:pt></c:strCache></c:strRef>"
	return []chartNoun{
		{"title", "chart1.xml", chart("<c:title>" + rich + "</c:title>")},
		{"axis", "chart1.xml", chart("<c:plotArea><c:valAx><c:title>" + rich + "</c:title></c:valAx></c:plotArea>")},
		{"series", "chart1.xml", chart("<c:ser><c:tx>" + cache + "</c:tx></c:ser>")},
		{"category-cache", "chart1.xml", chart("<c:ser><c:cat>" + cache + "</c:cat></c:ser>")},
		{"levels-cache", "chart1.xml", chart("<c:ser><c:cat><c:multiLvlStrRef><c:multiLvlStrCache><c:lvl><c:pt><c:v>" + planted + "</c:v></c:pt></c:lvl></c:multiLvlStrCache></c:multiLvlStrRef></c:cat></c:ser>")},
		{"literal", "chart1.xml", chart("<c:ser><c:cat><c:strLit><c:pt><c:v>" + planted + "</c:v></c:pt></c:strLit></c:cat></c:ser>")},
		{"point-label", "chart1.xml", chart("<c:ser><c:dLbls><c:dLbl><c:idx val='0'/>" + rich + "</c:dLbl></c:dLbls></c:ser>")},
		{"label-from-cells", "chart1.xml", chart("<c:ser><c:extLst><c15:datalabelsRange><c15:dlblRangeCache><c:pt><c:v>" + planted + "</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange></c:extLst></c:ser>")},
		{"of-2016", "chartex1.xml", "<cx:chartSpace><cx:chartData><cx:data><cx:strDim><cx:lvl><cx:pt idx='0'>" + planted + "</cx:pt></cx:lvl></cx:strDim></cx:data></cx:chartData></cx:chartSpace>"},
	}
}
