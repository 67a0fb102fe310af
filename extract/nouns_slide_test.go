package extract_test

import (
	"strings"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// slideFile is a presentation of one slide with the shapes of xml, and further parts.
func slideFile(t testing.TB, shapes string, slideRels string, parts ...string) []byte {
	return zipOf(t, append([]string{
		"[Content_Types].xml", contentTypes("openxmlformats-officedocument.presentationml.presentation.main+xml"),
		"_rels/.rels", rels("r1", "officeDocument", "ppt/presentation.xml"),
		"ppt/presentation.xml", "<p:presentation" + nsShow + "><p:sldIdLst><p:sldId id='256' r:id='rId1'/></p:sldIdLst></p:presentation>",
		"ppt/_rels/presentation.xml.rels", rels("rId1", "slide", "slides/slide1.xml"),
		"ppt/slides/slide1.xml", "<p:sld" + nsShow + "><p:cSld><p:spTree>" + shapes + "</p:spTree></p:cSld></p:sld>",
		"ppt/slides/_rels/slide1.xml.rels", slideRels,
	}, parts...)...)
}

// slideNouns are the places of a text in PresentationML.
func slideNouns(t testing.TB) []extracttest.Case {
	var cases []extracttest.Case
	add := func(name string, data []byte, want extracttest.Text) {
		cases = append(cases, noun(name, "a.pptx", data, want))
	}
	body := "<p:txBody><a:bodyPr/><a:p><a:r><a:t>" + planted + "</a:t></a:r></a:p></p:txBody>"
	sp := func(ph string) string {
		return "<p:sp><p:nvSpPr><p:nvPr>" + ph + "</p:nvPr></p:nvSpPr>" + body + "</p:sp>"
	}
	shape := func(name, xml string, want extracttest.Text) {
		want.Page = 1
		add(name, slideFile(t, xml, rels()), want)
	}
	// beside is a part that the slide names.
	beside := func(name, kind, part, xml string, want extracttest.Text) {
		want.Page = 1
		add(name, slideFile(t, "", rels("r1", kind, "/"+part), part, xml), want)
	}
	part := func(name, part, xml string, want extracttest.Text) {
		add(name, slideFile(t, "", rels(), part, xml), want)
	}

	shape("title", sp("<p:ph type='title'/>"), in(poterne.ZoneBody))
	shape("text", sp(""), in(poterne.ZoneBody))
	shape("footer", sp("<p:ph type='ftr'/>"), in(poterne.ZoneFooter))
	shape("header", sp("<p:ph type='hdr'/>"), in(poterne.ZoneHeader))
	shape("group", "<p:grpSp><p:grpSp>"+sp("")+"</p:grpSp></p:grpSp>", in(poterne.ZoneBody))
	shape("connector", "<p:cxnSp><p:nvCxnSpPr><p:cNvPr descr='"+planted+"'/></p:nvCxnSpPr></p:cxnSp>", in(poterne.ZoneBody))
	shape("alternative-text", "<p:pic><p:nvPicPr><p:cNvPr id='2' name='x' descr='"+planted+"'/></p:nvPicPr></p:pic>", in(poterne.ZoneBody))
	shape("tool-tip", "<p:sp><p:nvSpPr><p:cNvPr id='2' name='x'><a:hlinkClick tooltip='"+planted+"'/></p:cNvPr></p:nvSpPr></p:sp>", in(poterne.ZoneBody))
	shape("field", "<p:sp><p:txBody><a:p><a:fld type='datetime'><a:t>"+planted+"</a:t></a:fld></a:p></p:txBody></p:sp>", in(poterne.ZoneBody))
	shape("line-break", "<p:sp><p:txBody><a:p><a:r><a:t>avant</a:t></a:r><a:br/><a:r><a:t>"+planted+"</a:t></a:r></a:p></p:txBody></p:sp>", extracttest.Text{Text: "avant\n" + planted})
	shape("hidden-shape", "<p:sp><p:nvSpPr><p:cNvPr id='2' name='x' hidden='1'/></p:nvSpPr>"+body+"</p:sp>", in(poterne.ZoneHidden))
	cell := func(s string) string {
		return "<a:tc><a:txBody><a:p><a:r><a:t>" + s + "</a:t></a:r></a:p></a:txBody></a:tc>"
	}
	shape("cell", "<p:graphicFrame><a:tbl><a:tr>"+cell("Agent")+cell("Ville")+"</a:tr><a:tr>"+cell("x")+cell(planted)+"</a:tr></a:tbl></p:graphicFrame>",
		extracttest.Text{Zone: poterne.ZoneCell, Row: 2, Column: 2, Header: "Ville"})

	beside("notes", "notesSlide", "ppt/notesSlides/notesSlide1.xml", "<p:notes"+nsShow+">"+sp("<p:ph type='body'/>")+"</p:notes>", in(poterne.ZoneNote))
	beside("comment", "comments", "ppt/comments/comment1.xml", "<p:cmLst"+nsShow+"><p:cm><p:text>"+planted+"</p:text></p:cm></p:cmLst>", in(poterne.ZoneComment))
	beside("comment-of-2021", "comments", "ppt/comments/modernComment_1.xml", "<p188:cmLst><p188:cm><p188:txBody><a:p><a:r><a:t>"+planted+"</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>", in(poterne.ZoneComment))
	beside("smart-art", "diagramData", "ppt/diagrams/data1.xml", "<dgm:dataModel><dgm:pt><dgm:t><a:p><a:r><a:t>"+planted+"</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>", in(poterne.ZoneBody))
	for _, c := range chartNouns() {
		beside("chart-"+c.name, map[bool]string{true: "chart", false: "chartEx"}[c.part == "chart1.xml"], "ppt/charts/"+c.part, c.xml, in(poterne.ZoneBody))
	}
	part("author-of-comment", "ppt/commentAuthors.xml", "<p:cmAuthorLst"+nsShow+"><p:cmAuthor name='"+planted+"'/></p:cmAuthorLst>", in(poterne.ZoneProperty))
	part("author-of-2021", "ppt/authors.xml", "<p188:authorLst><p188:author name='"+planted+"'/></p188:authorLst>", in(poterne.ZoneProperty))
	part("master", "ppt/slideMasters/slideMaster1.xml", "<p:sldMaster"+nsShow+">"+sp("")+"</p:sldMaster>", in(poterne.ZoneHeader))
	part("prompt", "ppt/slideMasters/slideMaster1.xml", "<p:sldMaster"+nsShow+">"+sp("<p:ph type='body'/>")+"</p:sldMaster>", in(poterne.ZonePrompt))
	part("layout", "ppt/slideLayouts/slideLayout1.xml", "<p:sldLayout"+nsShow+">"+sp("")+"</p:sldLayout>", in(poterne.ZoneHeader))
	part("notes-master", "ppt/notesMasters/notesMaster1.xml", "<p:notesMaster"+nsShow+">"+sp("")+"</p:notesMaster>", in(poterne.ZoneHeader))
	part("handout-master", "ppt/handoutMasters/handoutMaster1.xml", "<p:handoutMaster"+nsShow+">"+sp("")+"</p:handoutMaster>", in(poterne.ZoneHeader))
	part("tag", "ppt/tags/tag1.xml", "<p:tagLst"+nsShow+"><p:tag name='n' val='"+planted+"'/></p:tagLst>", in(poterne.ZoneProperty))
	part("slide-of-nobody", "ppt/slides/slide9.xml", "<p:sld"+nsShow+">"+sp("")+"</p:sld>", extracttest.Text{Page: 2})
	part("link", "ppt/slideLayouts/_rels/slideLayout1.xml.rels", rels("r9", "hyperlink", "https://intranet.example/"+planted), in(poterne.ZoneProperty))
	part("embedded-object", "ppt/embeddings/oleObject1.bin", string(oleFile(oleStream{"\x01Ole10Native", ole10("pièce.txt", planted)})), extracttest.Text{Member: "ppt/embeddings/oleObject1.bin!pièce.txt"})
	part("embedded-sheet", "ppt/embeddings/Sheet1.xlsx", string(sheetFile(t, "<row><c t='str'><v>"+planted+"</v></c></row>", "")), extracttest.Text{Member: "ppt/embeddings/Sheet1.xlsx", Zone: poterne.ZoneCell})
	part("property", "docProps/core.xml", "<cp:coreProperties><dc:title>"+planted+"</dc:title></cp:coreProperties>", in(poterne.ZoneProperty))

	show := func(name, presentation, slide string, want extracttest.Text) {
		add(name, zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.presentationml.presentation.main+xml"),
			"ppt/presentation.xml", "<p:presentation"+nsShow+"><p:sldIdLst><p:sldId r:id='rId1'/></p:sldIdLst>"+presentation+"</p:presentation>",
			"ppt/_rels/presentation.xml.rels", rels("rId1", "slide", "slides/slide1.xml"), "ppt/slides/slide1.xml", slide), want)
	}
	show("hidden-slide", "", "<p:sld show='0'"+nsShow+">"+sp("")+"</p:sld>", extracttest.Text{Zone: poterne.ZoneHidden, Page: 1})
	show("section", "<p:extLst><p:ext><p14:sectionLst><p14:section name='"+planted+"'/></p14:sectionLst></p:ext></p:extLst>", "<p:sld/>", in(poterne.ZoneHidden))
	show("custom-show", "<p:custShowLst><p:custShow name='"+planted+"'/></p:custShowLst>", "<p:sld/>", in(poterne.ZoneHidden))
	show("slide-name", "", "<p:sld"+nsShow+"><p:cSld name='"+planted+"'/></p:sld>", extracttest.Text{Zone: poterne.ZoneHidden, Page: 1})

	for format, kind := range map[string]string{
		"pptm": "ms-powerpoint.presentation.macroEnabled.main+xml", "potx": "openxmlformats-officedocument.presentationml.template.main+xml",
		"ppsx": "openxmlformats-officedocument.presentationml.slideshow.main+xml", "ppsm": "ms-powerpoint.slideshow.macroEnabled.main+xml", "potm": "ms-powerpoint.template.macroEnabled.main+xml",
	} {
		c := noun(format, "a."+format, zipOf(t, "[Content_Types].xml", contentTypes(kind), "ppt/slides/slide1.xml", "<p:sld"+nsShow+">"+sp("")+"</p:sld>"), extracttest.Text{Page: 1})
		c.Format = format
		cases = append(cases, c)
	}
	strict := strings.NewReplacer("http://schemas.openxmlformats.org/presentationml/2006/main", "http://purl.oclc.org/ooxml/presentationml/main",
		"http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
	add("strict", zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.presentationml.presentation.main+xml"),
		"_rels/.rels", strict.Replace(rels("r1", "officeDocument", "ppt/presentation.xml")),
		"ppt/presentation.xml", strict.Replace("<p:presentation"+nsShow+"><p:sldIdLst><p:sldId r:id='rId1'/></p:sldIdLst></p:presentation>"),
		"ppt/_rels/presentation.xml.rels", strict.Replace(rels("rId1", "slide", "slides/slide1.xml")),
		"ppt/slides/slide1.xml", strict.Replace("<p:sld"+nsShow+">"+sp("")+"</p:sld>")), extracttest.Text{Page: 1})

	once := noun("master-once", "a.pptx", slideFile(t, "", rels("r1", "slideLayout", "../slideLayouts/slideLayout1.xml"),
		"ppt/slideLayouts/slideLayout1.xml", "<p:sldLayout"+nsShow+">"+sp("")+"</p:sldLayout>"), in(poterne.ZoneHeader))
	once.Once = []string{planted}
	return append(cases, once)
}
