package extract_test

import (
	"strings"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// sheetFile is a workbook of one sheet called Paie with the rows of xml in it,
// what follows its data, and further parts.
func sheetFile(t testing.TB, rows, after string, parts ...string) []byte {
	return zipOf(t, append([]string{
		"[Content_Types].xml", contentTypes("openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
		"_rels/.rels", rels("r1", "officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml", "<workbook" + nsCalc + "><sheets><sheet name='Paie' r:id='rId1'/></sheets></workbook>",
		"xl/_rels/workbook.xml.rels", rels("rId1", "worksheet", "worksheets/sheet1.xml"),
		"xl/worksheets/sheet1.xml", "<worksheet" + nsCalc + "><sheetData>" + rows + "</sheetData>" + after + "</worksheet>",
		"xl/styles.xml", "<styleSheet" + nsCalc + "><numFmts>" +
			"<numFmt numFmtId='164' formatCode='0\\ 00\\ 00\\ 00\\ 000\\ 000\\ 00'/><numFmt numFmtId='165' formatCode='0#&quot; &quot;##&quot; &quot;##&quot; &quot;##&quot; &quot;##'/>" +
			"<numFmt numFmtId='166' formatCode='0000000000'/><numFmt numFmtId='167' formatCode='dd/mm/yyyy'/><numFmt numFmtId='168' formatCode='[$-40C]d mmmm yyyy'/>" +
			"</numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='166'/><xf numFmtId='167'/><xf numFmtId='168'/><xf numFmtId='4'/></cellXfs></styleSheet>",
	}, parts...)...)
}

// sheetNouns are the places of a text in SpreadsheetML.
func sheetNouns(t testing.TB) []extracttest.Case {
	var cases []extracttest.Case
	add := func(name string, data []byte, want extracttest.Text) {
		cases = append(cases, noun(name, "a.xlsx", data, want))
	}
	// cell reads B2, whose title is Valeur.
	cell := func(name, xml, text string) {
		rows := "<row r='1'><c r='A1' t='str'><v>Nom</v></c><c r='B1' t='str'><v>Valeur</v></c></row><row r='2'><c r='A2' t='str'><v>x</v></c>" + xml + "</row>"
		add(name, sheetFile(t, rows, "", "xl/sharedStrings.xml", "<sst"+nsCalc+"><si><t>"+planted+"</t></si><si><r><t>Vau</t></r><r><rPr><b/></rPr><t>bexange</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si></sst>"),
			extracttest.Text{Text: text, Zone: poterne.ZoneCell, Sheet: "Paie", Row: 2, Column: 2, Header: "Valeur"})
	}
	after := func(name, xml string, want extracttest.Text) { add(name, sheetFile(t, "", xml), want) }
	part := func(name, part, xml string, want extracttest.Text) {
		add(name, sheetFile(t, "", "", part, xml), want)
	}
	// beside is a part that the sheet names.
	beside := func(name, kind, part, xml string, want extracttest.Text) {
		add(name, sheetFile(t, "", "", "xl/worksheets/_rels/sheet1.xml.rels", rels("r1", kind, "/"+part), part, xml), want)
	}
	workbook := func(name, xml string, want extracttest.Text, parts ...string) {
		data := []string{"[Content_Types].xml", contentTypes("openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
			"_rels/.rels", rels("r1", "officeDocument", "xl/workbook.xml"), "xl/_rels/workbook.xml.rels", rels("rId1", "worksheet", "worksheets/sheet1.xml"),
			"xl/workbook.xml", "<workbook" + nsCalc + ">" + xml + "</workbook>"}
		add(name, zipOf(t, append(data, parts...)...), want)
	}

	cell("shared-string", "<c r='B2' t='s'><v>0</v></c>", "")
	cell("string-in-runs", "<c r='B2' t='s'><v>1</v></c>", "")
	cell("inline-string", "<c r='B2' t='inlineStr'><is><r><t>Vau</t></r><r><t>bexange</t></r></is></c>", "")
	cell("formula-text", "<c r='B2' t='str'><f>A1</f><v>"+planted+"</v></c>", "")
	cell("formula-number", "<c r='B2'><f>A1+1</f><v>123456789</v></c>", "123456789")
	cell("number", "<c r='B2'><v>185057800608436</v></c>", "185057800608436")
	cell("number-with-exponent", "<c r='B2'><v>1.85057800608436E+14</v></c>", "185057800608436")
	cell("nir-as-shown", "<c r='B2' s='1'><v>185057800608436</v></c>", "1 85 05 78 006 084 36")
	cell("nir-as-stored", "<c r='B2' s='1'><v>185057800608436</v></c>", "185057800608436")
	cell("telephone-as-shown", "<c r='B2' s='2'><v>612345678</v></c>", "06 12 34 56 78")
	cell("telephone-with-zero", "<c r='B2' s='3'><v>612345678</v></c>", "0612345678")
	cell("telephone-as-stored", "<c r='B2' s='3'><v>612345678</v></c>", "\t612345678")
	cell("date-as-shown", "<c r='B2' s='4'><v>32874</v></c>", "01/01/1990")
	cell("date-as-stored", "<c r='B2' s='4'><v>32874</v></c>", "1990-01-01")
	cell("date-in-words", "<c r='B2' s='5'><v>32874</v></c>", "1 janvier 1990")
	cell("date-of-strict", "<c r='B2' t='d'><v>1990-01-01T00:00:00</v></c>", "1990-01-01")
	cell("amount-as-stored", "<c r='B2' s='6'><v>1234567.5</v></c>", "1234567.5")
	cell("escaped", "<c r='B2' t='str'><v>Vau_x0062_exange</v></c>", "")
	cell("without-reference", "<c t='inlineStr'><is><t>"+planted+"</t></is></c>", "")

	hidden := "<row r='1'><c r='A1' t='str'><v>" + planted + "</v></c></row>"
	at := extracttest.Text{Zone: poterne.ZoneCell, Row: 1, Column: 1}
	add("hidden-row", sheetFile(t, strings.Replace(hidden, "<row", "<row hidden='1'", 1), ""), at)
	sheet := "<worksheet" + nsCalc + "><sheetData>" + hidden + "</sheetData></worksheet>"
	add("hidden-column", sheetFile(t, "", "", "xl/worksheets/sheet8.xml", "<worksheet"+nsCalc+"><cols><col min='1' max='1' hidden='1'/></cols><sheetData>"+hidden+"</sheetData></worksheet>"), at)
	for _, state := range []string{"hidden", "veryHidden"} {
		workbook("sheet-"+state, "<sheets><sheet name='Paie' state='"+state+"' r:id='rId1'/></sheets>", extracttest.Text{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1, Column: 1}, "xl/worksheets/sheet1.xml", sheet)
	}
	workbook("sheet-of-nobody", "<sheets/>", at, "xl/worksheets/sheet7.xml", sheet)
	workbook("sheet-name", "<sheets><sheet name='"+planted+"' r:id='rId1'/></sheets>", in(poterne.ZoneProperty), "xl/worksheets/sheet1.xml", sheet)
	workbook("defined-name", "<definedNames><definedName name='"+planted+"'>A1</definedName></definedNames>", in(poterne.ZoneProperty), "xl/worksheets/sheet1.xml", sheet)
	workbook("defined-value", "<definedNames><definedName name='n'>\""+planted+"\"</definedName></definedNames>", in(poterne.ZoneProperty), "xl/worksheets/sheet1.xml", sheet)
	workbook("defined-comment", "<definedNames><definedName name='n' comment='"+planted+"'>A1</definedName></definedNames>", in(poterne.ZoneProperty), "xl/worksheets/sheet1.xml", sheet)

	quoted := sheetFile(t, "<row r='1'><c r='A1' t='str'><f>IF(B1=1,\""+planted+"\",2)</f><v>2</v></c></row>", "")
	add("formula-quoted", quoted, extracttest.Text{Zone: poterne.ZoneCell, Row: 1, Column: 1})
	after("validation-list", "<dataValidations><dataValidation><formula1>\"a,"+planted+"\"</formula1></dataValidation></dataValidations>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("validation-prompt", "<dataValidations><dataValidation promptTitle='t' prompt='"+planted+"'/></dataValidations>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("validation-error", "<dataValidations><dataValidation error='"+planted+"'/></dataValidations>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("validation-error-title", "<dataValidations><dataValidation errorTitle='"+planted+"'/></dataValidations>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("validation-of-2010", "<extLst><ext><x14:dataValidations><x14:dataValidation><x14:formula1><xm:f>\"a,"+planted+"\"</xm:f></x14:formula1></x14:dataValidation></x14:dataValidations></ext></extLst>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("header", "<headerFooter><oddHeader>&amp;L&amp;\"Arial\"&amp;12"+planted+"</oddHeader></headerFooter>", extracttest.Text{Zone: poterne.ZoneHeader, Sheet: "Paie"})
	after("footer", "<headerFooter><firstFooter>&amp;C"+planted+"</firstFooter></headerFooter>", extracttest.Text{Zone: poterne.ZoneFooter, Sheet: "Paie"})
	after("tool-tip", "<hyperlinks><hyperlink ref='A1' tooltip='"+planted+"'/></hyperlinks>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("scenario-value", "<scenarios><scenario name='s'><inputCells r='A1' val='"+planted+"'/></scenario></scenarios>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("scenario-comment", "<scenarios><scenario name='s' comment='"+planted+"'/></scenarios>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("filter", "<autoFilter><filterColumn><filters><filter val='"+planted+"'/></filters></filterColumn></autoFilter>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("conditional-text", "<conditionalFormatting><cfRule type='containsText' text='"+planted+"'/></conditionalFormatting>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	after("protected-range", "<protectedRanges><protectedRange name='"+planted+"'/></protectedRanges>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})

	comment := extracttest.Text{Zone: poterne.ZoneComment, Sheet: "Paie", Row: 4, Column: 2}
	beside("comment", "comments", "xl/comments1.xml", "<comments"+nsCalc+"><commentList><comment ref='B4'><text><r><t>Vau</t></r><r><t>bexange</t></r></text></comment></commentList></comments>", comment)
	beside("threaded-comment", "threadedComment", "xl/threadedComments/threadedComment1.xml", "<ThreadedComments><threadedComment ref='B4'><text>"+planted+"</text></threadedComment></ThreadedComments>", comment)
	beside("author-of-comment", "comments", "xl/comments1.xml", "<comments"+nsCalc+"><authors><author>"+planted+"</author></authors></comments>", in(poterne.ZoneProperty))
	part("person", "xl/persons/person.xml", "<personList><person displayName='"+planted+"'/></personList>", in(poterne.ZoneProperty))
	beside("shape", "drawing", "xl/drawings/drawing1.xml", "<xdr:wsDr><xdr:sp><xdr:txBody><a:p><a:r><a:t>"+planted+"</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>", extracttest.Text{Sheet: "Paie"})
	beside("alternative-text", "drawing", "xl/drawings/drawing1.xml", "<xdr:wsDr><xdr:pic><xdr:nvPicPr><xdr:cNvPr id='1' name='x' descr='"+planted+"'/></xdr:nvPicPr></xdr:pic></xdr:wsDr>", extracttest.Text{Sheet: "Paie"})
	beside("old-control", "vmlDrawing", "xl/drawings/vmlDrawing1.vml", "<xml><v:shape><v:textbox><div><font>"+planted+"</font></div></v:textbox></v:shape></xml>", extracttest.Text{Sheet: "Paie"})
	for _, c := range chartNouns() {
		add("chart-"+c.name, sheetFile(t, "", "", "xl/worksheets/_rels/sheet1.xml.rels", rels("r1", "drawing", "/xl/drawings/drawing1.xml"), "xl/drawings/drawing1.xml", "<xdr:wsDr/>",
			"xl/drawings/_rels/drawing1.xml.rels", rels("r1", map[bool]string{true: "chart", false: "chartEx"}[c.part == "chart1.xml"], "/xl/charts/"+c.part), "xl/charts/"+c.part, c.xml), extracttest.Text{Sheet: "Paie"})
	}
	part("table-comment", "xl/tables/table1.xml", "<table"+nsCalc+" displayName='t' comment='"+planted+"'/>", in(poterne.ZoneHidden))
	part("table-column", "xl/tables/table1.xml", "<table"+nsCalc+" displayName='t'><tableColumns><tableColumn name='"+planted+"'/></tableColumns></table>", in(poterne.ZoneHidden))
	part("rich-value", "xl/richData/rdrichvalue.xml", "<rvData><rv s='0'><v>"+planted+"</v></rv></rvData>", in(poterne.ZoneHidden))
	part("slicer", "xl/slicers/slicer1.xml", "<slicers><slicer name='s' caption='"+planted+"'/></slicers>", in(poterne.ZoneHidden))
	part("slicer-cache", "xl/slicerCaches/slicerCache1.xml", "<slicerCacheDefinition><olapItem c='"+planted+"'/></slicerCacheDefinition>", in(poterne.ZoneHidden))
	part("xml-map", "xl/xmlMaps.xml", "<MapInfo><Map Name='"+planted+"'/></MapInfo>", in(poterne.ZoneHidden))
	pivot := func(items string) string {
		return "<pivotCacheDefinition" + nsCalc + "><cacheFields><cacheField name='Ville'><sharedItems>" + items + "</sharedItems></cacheField></cacheFields></pivotCacheDefinition>"
	}
	part("pivot-item", "xl/pivotCache/pivotCacheDefinition1.xml", pivot("<s v='"+planted+"'/>"), extracttest.Text{Zone: poterne.ZoneCell, Header: "Ville"})
	part("pivot-field", "xl/pivotCache/pivotCacheDefinition1.xml", strings.Replace(pivot(""), "Ville", planted, 1), in(poterne.ZoneHidden))
	add("pivot-record", sheetFile(t, "", "", "xl/pivotCache/pivotCacheDefinition1.xml", pivot(""), "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels", rels("r1", "pivotCacheRecords", "pivotCacheRecords1.xml"),
		"xl/pivotCache/pivotCacheRecords1.xml", "<pivotCacheRecords"+nsCalc+"><r><s v='"+planted+"'/></r></pivotCacheRecords>"), extracttest.Text{Zone: poterne.ZoneCell, Row: 1, Column: 1, Header: "Ville"})
	part("linked-cell", "xl/externalLinks/externalLink1.xml", "<externalLink><externalBook><sheetDataSet><sheetData><row><cell t='str'><v>"+planted+"</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>", in(poterne.ZoneHidden))
	part("linked-sheet", "xl/externalLinks/externalLink1.xml", "<externalLink><externalBook><sheetNames><sheetName val='"+planted+"'/></sheetNames></externalBook></externalLink>", in(poterne.ZoneHidden))
	part("connection", "xl/connections.xml", "<connections><connection name='c'><dbPr connection='Server="+planted+"'/></connection></connections>", in(poterne.ZoneProperty))
	part("revision", "xl/revisions/revisionLog1.xml", "<revisions"+nsCalc+"><rcc><nc t='inlineStr'><is><t>"+planted+"</t></is></nc></rcc></revisions>", in(poterne.ZoneBody))
	part("embedded-object", "xl/embeddings/oleObject1.bin", string(oleFile(oleStream{"\x01Ole10Native", ole10("pièce.txt", planted)})), extracttest.Text{Member: "xl/embeddings/oleObject1.bin!pièce.txt"})
	part("embedded-document", "xl/embeddings/Document1.docx", string(wordFile(t, p(planted))), extracttest.Text{Member: "xl/embeddings/Document1.docx"})
	part("property", "docProps/core.xml", "<cp:coreProperties><dc:title>"+planted+"</dc:title></cp:coreProperties>", in(poterne.ZoneProperty))
	cases = append(cases, binaryNouns(t)...)

	for format, kind := range map[string]string{
		"xlsm": "ms-excel.sheet.macroEnabled.main+xml", "xltm": "ms-excel.template.macroEnabled.main+xml",
		"xltx": "openxmlformats-officedocument.spreadsheetml.template.main+xml", "xlam": "ms-excel.addin.macroEnabled.main+xml",
	} {
		c := noun(format, "a."+format, zipOf(t, "[Content_Types].xml", contentTypes(kind), "xl/workbook.xml", "<workbook><sheets><sheet name='Paie' r:id='rId1'/></sheets></workbook>",
			"xl/_rels/workbook.xml.rels", rels("rId1", "worksheet", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml", sheet), at)
		c.Format = format
		cases = append(cases, c)
	}
	toStrict := strings.NewReplacer("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
		"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
	add("strict", zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
		"_rels/.rels", toStrict.Replace(rels("r1", "officeDocument", "xl/workbook.xml")),
		"xl/workbook.xml", toStrict.Replace("<workbook"+nsCalc+"><sheets><sheet name='Paie' r:id='rId1'/></sheets></workbook>"),
		"xl/_rels/workbook.xml.rels", toStrict.Replace(rels("rId1", "worksheet", "worksheets/sheet1.xml")),
		"xl/worksheets/sheet1.xml", toStrict.Replace(sheet)), extracttest.Text{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1, Column: 1})
	return cases
}

// binaryNouns are the places of a text in a workbook of binary parts.
func binaryNouns(t testing.TB) []extracttest.Case {
	file := func(sheet []byte, parts ...string) []byte {
		return zipOf(t, append([]string{
			"[Content_Types].xml", contentTypes("ms-excel.sheet.binary.macroEnabled.main"),
			"_rels/.rels", rels("r1", "officeDocument", "xl/workbook.bin"),
			"xl/_rels/workbook.bin.rels", rels("rId1", "worksheet", "worksheets/sheet1.bin"),
			"xl/workbook.bin", string(binRec(156, u32(0, 1), binText("rId1"), binText("Paie"))),
			"xl/worksheets/sheet1.bin", string(join(binRec(0, u32(0), make([]byte, 13)), sheet, binRec(146))),
		}, parts...)...)
	}
	at := extracttest.Text{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1, Column: 1}
	named := func(name string, data []byte, want extracttest.Text) extracttest.Case {
		return noun("binary-"+name, "a.xlsb", data, want)
	}
	cell := u32(0, 0)
	return []extracttest.Case{
		named("string", file(binRec(6, cell, binText(planted))), at),
		named("shared-string", file(binRec(7, cell, u32(0)), "xl/sharedStrings.bin", string(binRec(19, []byte{0}, binText(planted)))), at),
		named("formula-text", file(binRec(8, cell, binText(planted), make([]byte, 12))), at),
		named("rich-string", file(binRec(62, cell, []byte{0}, binText(planted))), at),
		named("number", file(binRec(5, cell, float(185057800608436))), extracttest.Text{Text: "185057800608436", Zone: poterne.ZoneCell, Row: 1}),
		named("validation", file(binRec(64, make([]byte, 20), binText(planted))), extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"}),
		named("header", file(binRec(479, u16(0), binText("&L"+planted))), extracttest.Text{Zone: poterne.ZoneHeader, Sheet: "Paie"}),
		named("comment", file(nil, "xl/comments1.bin", string(join(binRec(635, u32(0, 3, 3, 1, 1), make([]byte, 16)), binRec(637, []byte{0}, binText(planted))))),
			extracttest.Text{Zone: poterne.ZoneComment, Row: 4, Column: 2}),
		named("pivot", file(nil, "xl/pivotCache/pivotCacheDefinition1.bin", string(binRec(24, binText(planted)))), in(poterne.ZoneHidden)),
		named("chart", file(nil, "xl/charts/chart1.xml", chartNouns()[3].xml), in(poterne.ZoneBody)),
	}
}
