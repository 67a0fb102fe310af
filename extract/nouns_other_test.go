package extract_test

import (
	"encoding/base64"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// drawingNouns are the places of a text in a drawing of Visio.
func drawingNouns(t testing.TB) []extracttest.Case {
	var cases []extracttest.Case
	part := func(name, part, xml string, want extracttest.Text) {
		cases = append(cases, noun("visio-"+name, "a.vsdx", zipOf(t, "[Content_Types].xml", contentTypes("ms-visio.drawing.main+xml"), "visio/document.xml", "<VisioDocument/>", part, xml), want))
	}
	shape := func(name, inside string, want extracttest.Text) {
		want.Page = 1
		part(name, "visio/pages/page1.xml", "<PageContents><Shapes><Shape>"+inside+"</Shape></Shapes></PageContents>", want)
	}
	datum := func(cell string) string { return "<Section N='Property'><Row>" + cell + "</Row></Section>" }
	shape("text", "<Text>Vau<cp IX='0'/>bexange</Text>", in(poterne.ZoneBody))
	shape("value", datum("<Cell N='Value' V='"+planted+"' U='STR'/>"), in(poterne.ZoneBody))
	shape("number", datum("<Cell N='Value' V='612345678'/>"), extracttest.Text{Text: "612345678"})
	shape("label", datum("<Cell N='Label' V='"+planted+"'/>"), in(poterne.ZoneBody))
	shape("prompt", datum("<Cell N='Prompt' V='"+planted+"'/>"), in(poterne.ZoneBody))
	shape("group", "<Shapes><Shape><Text>"+planted+"</Text></Shape></Shapes>", in(poterne.ZoneBody))
	part("link", "visio/pages/page1.xml", "<PageContents><Shape><Section N='Hyperlink'><Row><Cell N='Address' V='https://intranet.example/"+planted+"'/></Row></Section></Shape></PageContents>", in(poterne.ZoneProperty))
	part("master", "visio/masters/master1.xml", "<MasterContents><Shape><Text>"+planted+"</Text></Shape></MasterContents>", in(poterne.ZoneHeader))
	part("name-of-page", "visio/pages/pages.xml", "<Pages><Page Name='"+planted+"'/></Pages>", in(poterne.ZoneHeader))
	part("comment", "visio/comments.xml", "<Comments><CommentEntry>"+planted+"</CommentEntry></Comments>", in(poterne.ZoneComment))
	part("record", "visio/data/recordset1.xml", "<xml><rs:data><z:row c0='"+planted+"'/></rs:data></xml>", in(poterne.ZoneHidden))
	part("property", "docProps/core.xml", "<cp:coreProperties><dc:title>"+planted+"</dc:title></cp:coreProperties>", in(poterne.ZoneProperty))
	part("embedded-package", "visio/embeddings/oleObject1.bin", string(oleFile(oleStream{"\x01Ole10Native", ole10("p.txt", planted)})), extracttest.Text{Member: "visio/embeddings/oleObject1.bin!p.txt"})
	return cases
}

// oldXMLNouns are the places of a text in Word and Excel of 2003 in XML.
func oldXMLNouns() []extracttest.Case {
	var cases []extracttest.Case
	word := func(name, inside string, want extracttest.Text) {
		cases = append(cases, noun("word-2003-"+name, "a.xml", []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>`+inside+`</w:wordDocument>`), want))
	}
	book := func(name, inside string, want extracttest.Text) {
		cases = append(cases, noun("excel-2003-"+name, "a.xml", []byte(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>`+inside+`</Workbook>`), want))
	}
	para := "<w:p><w:r><w:t>" + planted + "</w:t></w:r></w:p>"
	word("paragraph", "<w:body><wx:sect>"+para+"</wx:sect></w:body>", in(poterne.ZoneBody))
	word("header", "<w:body><w:sectPr><w:hdr>"+para+"</w:hdr></w:sectPr></w:body>", in(poterne.ZoneHeader))
	word("footer", "<w:body><w:sectPr><w:ftr>"+para+"</w:ftr></w:sectPr></w:body>", in(poterne.ZoneFooter))
	word("footnote", "<w:body><w:p><w:r><w:footnote>"+para+"</w:footnote></w:r></w:p></w:body>", in(poterne.ZoneNote))
	word("comment", "<w:body><w:p><aml:annotation w:type='Word.Comment' aml:author='x'><aml:content>"+para+"</aml:content></aml:annotation></w:p></w:body>", in(poterne.ZoneComment))
	word("deleted", "<w:body><w:p><aml:annotation w:type='Word.Deletion'><aml:content><w:r><w:delText>"+planted+"</w:delText></w:r></aml:content></aml:annotation></w:p></w:body>", in(poterne.ZoneComment))
	word("property", "<o:DocumentProperties><o:Title>"+planted+"</o:Title></o:DocumentProperties><w:body/>", in(poterne.ZoneProperty))
	object := base64.StdEncoding.EncodeToString(oleFile(oleStream{"\x01Ole10Native", ole10("p.txt", planted)}))
	word("object", "<w:docOleData><w:binData w:name='oledata.mso'>"+object+"</w:binData></w:docOleData><w:body/>", extracttest.Text{Member: "oledata.mso!p.txt"})
	word("metafile", "<w:body><w:p><w:r><w:pict><w:binData w:name='wordml://1.emf'>"+base64.StdEncoding.EncodeToString(emfFile(emfWords(10, planted)))+"</w:binData></w:pict></w:r></w:p></w:body>", in(poterne.ZoneBody))
	word("header-of-a-section", "<w:body><w:p><w:pPr><w:tabs><w:tab/></w:tabs><w:sectPr><w:hdr>"+para+"</w:hdr></w:sectPr></w:pPr></w:p></w:body>", in(poterne.ZoneHeader))
	cases = append(cases, noun("flat-package-header", "a.xml", []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package><pkg:part pkg:name="/word/header1.xml"><pkg:xmlData><w:hdr>`+para+`</w:hdr></pkg:xmlData></pkg:part></pkg:package>`), in(poterne.ZoneHeader)))
	sheet := func(inside string) string { return "<Worksheet ss:Name='Paie'>" + inside + "</Worksheet>" }
	cell := func(inside string) string { return sheet("<Table><Row><Cell>" + inside + "</Cell></Row></Table>") }
	at := extracttest.Text{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1, Column: 1}
	book("cell", cell("<Data ss:Type='String'>"+planted+"</Data>"), at)
	book("rich-cell", cell("<ss:Data ss:Type='String'>Vau<B>bexange</B></ss:Data>"), at)
	book("comment", cell("<Comment><ss:Data>"+planted+"</ss:Data></Comment>"), extracttest.Text{Zone: poterne.ZoneComment, Sheet: "Paie", Row: 1})
	book("header", sheet("<WorksheetOptions><PageSetup><Header x:Data='&amp;L"+planted+"'/></PageSetup></WorksheetOptions>"), extracttest.Text{Zone: poterne.ZoneHeader, Sheet: "Paie"})
	book("footer", sheet("<WorksheetOptions><PageSetup><Footer x:Data='"+planted+"'/></PageSetup></WorksheetOptions>"), extracttest.Text{Zone: poterne.ZoneFooter, Sheet: "Paie"})
	book("defined-name", "<Names><NamedRange ss:Name='"+planted+"'/></Names>"+sheet(""), in(poterne.ZoneProperty))
	book("validation-list", sheet("<DataValidation><Value>&quot;a,"+planted+"&quot;</Value></DataValidation>"), extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	book("validation-prompt", sheet("<DataValidation><InputMessage>"+planted+"</InputMessage></DataValidation>"), extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	book("cell-behind-properties", "<DocumentProperties><Author>x</Author></DocumentProperties>"+cell("<Data ss:Type='String'>"+planted+"</Data>"), at)
	book("property", "<DocumentProperties><Author>"+planted+"</Author></DocumentProperties>"+sheet(""), in(poterne.ZoneProperty))
	return cases
}
