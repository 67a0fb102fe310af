package extract_test

import (
	"encoding/base64"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// odfFile is a package of a kind with the content of a body and further parts.
func odfFile(t testing.TB, kind, before, body string, parts ...string) []byte {
	root := map[string]string{"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation", "graphics": "drawing"}[kind]
	return zipOf(t, append([]string{"mimetype", "application/vnd.oasis.opendocument." + kind,
		"content.xml", `<?xml version="1.0"?><office:document-content>` + before + `<office:body><office:` + root + `>` + body + `</office:` + root + `></office:body></office:document-content>`,
	}, parts...)...)
}

// odfNouns are the places of a text in OpenDocument.
func odfNouns(t testing.TB) []extracttest.Case {
	var cases []extracttest.Case
	text := func(name, body string, want extracttest.Text) {
		cases = append(cases, noun("text-"+name, "a.odt", odfFile(t, "text", "", body), want))
	}
	part := func(name, part, xml string, want extracttest.Text) {
		cases = append(cases, noun("part-"+name, "a.odt", odfFile(t, "text", "", "<text:p>corps</text:p>", part, xml), want))
	}
	sheet := func(name, body string, want extracttest.Text) {
		cases = append(cases, noun("sheet-"+name, "a.ods", odfFile(t, "spreadsheet", "", body), want))
	}
	slide := func(name, before, body string, want extracttest.Text) {
		cases = append(cases, noun("slide-"+name, "a.odp", odfFile(t, "presentation", before, body), want))
	}
	para := "<text:p>" + planted + "</text:p>"

	text("paragraph", para, in(poterne.ZoneBody))
	text("heading", "<text:h>"+planted+"</text:h>", in(poterne.ZoneBody))
	text("spans", "<text:p>Vau<text:span>bex</text:span>ange</text:p>", in(poterne.ZoneBody))
	text("spaces", "<text:p>1 85<text:s/>05<text:s text:c='2'/>78</text:p>", extracttest.Text{Text: "1 85 05  78"})
	text("list", "<text:list><text:list-item>"+para+"</text:list-item></text:list>", in(poterne.ZoneBody))
	text("section", "<text:section>"+para+"</text:section>", in(poterne.ZoneBody))
	text("hidden-section", "<text:section text:display='none'>"+para+"</text:section>", in(poterne.ZoneHidden))
	text("hidden-text", "<text:p><text:hidden-text text:string-value='"+planted+"'/></text:p>", in(poterne.ZoneHidden))
	text("hidden-paragraph", "<text:p><text:hidden-paragraph text:is-hidden='true'/>"+planted+"</text:p>", in(poterne.ZoneBody))
	text("conditional-text", "<text:p><text:conditional-text text:string-value-if-true='"+planted+"'>x</text:conditional-text></text:p>", in(poterne.ZoneHidden))
	text("inserted", "<text:tracked-changes><text:changed-region><text:insertion/></text:changed-region></text:tracked-changes><text:p><text:change-start/>"+planted+"<text:change-end/></text:p>", in(poterne.ZoneBody))
	text("deleted", "<text:tracked-changes><text:changed-region><text:deletion>"+para+"</text:deletion></text:changed-region></text:tracked-changes>", in(poterne.ZoneComment))
	text("author-of-change", "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>"+planted+"</dc:creator></office:change-info></text:deletion></text:changed-region></text:tracked-changes>", in(poterne.ZoneProperty))
	text("footnote", "<text:p>x<text:note><text:note-body>"+para+"</text:note-body></text:note></text:p>", in(poterne.ZoneNote))
	text("annotation", "<text:p>x<office:annotation>"+para+"</office:annotation></text:p>", in(poterne.ZoneComment))
	text("author-of-annotation", "<text:p>x<office:annotation><dc:creator>"+planted+"</dc:creator></office:annotation></text:p>", in(poterne.ZoneProperty))
	text("frame", "<text:p><draw:frame><draw:text-box>"+para+"</draw:text-box></draw:frame></text:p>", in(poterne.ZoneBody))
	text("shape", "<text:p><draw:custom-shape>"+para+"</draw:custom-shape></text:p>", in(poterne.ZoneBody))
	text("alternative-text", "<text:p><draw:frame><svg:desc>"+planted+"</svg:desc></draw:frame></text:p>", in(poterne.ZoneBody))
	text("alternative-title", "<text:p><draw:frame><svg:title>"+planted+"</svg:title></draw:frame></text:p>", in(poterne.ZoneBody))
	text("link", "<text:p><text:a xlink:href='https://intranet.example/"+planted+"'>x</text:a></text:p>", in(poterne.ZoneProperty))
	text("title-of-link", "<text:p><text:a xlink:href='https://a.example/' office:title='"+planted+"'>x</text:a></text:p>", in(poterne.ZoneHidden))
	text("drop-down", "<text:p><text:dropdown><text:label text:value='"+planted+"'/>x</text:dropdown></text:p>", in(poterne.ZoneHidden))
	text("placeholder", "<text:p><text:placeholder>"+planted+"</text:placeholder></text:p>", in(poterne.ZoneBody))
	text("variable", "<text:user-field-decls><text:user-field-decl text:name='v' office:value-type='string' office:string-value='"+planted+"'/></text:user-field-decls>", in(poterne.ZoneHidden))
	text("set-variable", "<text:p><text:variable-set office:string-value='"+planted+"'/></text:p>", in(poterne.ZoneHidden))
	text("script", "<text:p><text:script>"+planted+"</text:script></text:p>", in(poterne.ZoneBody))
	text("index-mark", "<text:p>x<text:alphabetical-index-mark text:string-value='"+planted+"'/></text:p>", in(poterne.ZoneHidden))
	text("bibliography", "<text:p><text:bibliography-mark text:author='"+planted+"'>[1]</text:bibliography-mark></text:p>", in(poterne.ZoneHidden))
	text("database-field", "<text:p><text:database-display text:column-name='"+planted+"'>x</text:database-display></text:p>", in(poterne.ZoneHidden))
	text("ruby", "<text:p><text:ruby><text:ruby-base>"+planted+"</text:ruby-base><text:ruby-text>x</text:ruby-text></text:ruby></text:p>", in(poterne.ZoneBody))
	text("cell", "<table:table table:name='T'><table:table-row><table:table-cell><text:p>Nom</text:p></table:table-cell><table:table-cell><text:p>Ville</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell>"+para+"</table:table-cell></table:table-row></table:table>",
		extracttest.Text{Zone: poterne.ZoneCell, Sheet: "T", Row: 2, Column: 2, Header: "Ville"})
	text("field-of-form", "<office:forms><form:form><form:text form:current-value='"+planted+"'/></form:form></office:forms>", in(poterne.ZoneBody))
	text("label-of-form", "<office:forms><form:form><form:checkbox form:label='"+planted+"'/></form:form></office:forms>", in(poterne.ZoneBody))
	text("fixed-text-of-form", "<office:forms><form:form><form:fixed-text form:label='"+planted+"'/></form:form></office:forms>", in(poterne.ZoneBody))
	text("list-of-form", "<office:forms><form:form><form:listbox><form:option form:label='"+planted+"'/></form:listbox></form:form></office:forms>", in(poterne.ZoneBody))
	text("help-of-form", "<office:forms><form:form><form:text form:title='"+planted+"'/></form:form></office:forms>", in(poterne.ZoneHidden))
	text("event", "<office:scripts><office:script script:language='ooo:Basic'>"+planted+"</office:script></office:scripts>", in(poterne.ZoneHidden))

	master := func(s string) string {
		return "<office:document-styles><office:master-styles><style:master-page>" + s + "</style:master-page></office:master-styles></office:document-styles>"
	}
	part("header", "styles.xml", master("<style:header>"+para+"</style:header>"), in(poterne.ZoneHeader))
	part("header-left", "styles.xml", master("<style:header-left>"+para+"</style:header-left>"), in(poterne.ZoneHeader))
	part("header-first", "styles.xml", master("<style:header-first>"+para+"</style:header-first>"), in(poterne.ZoneHeader))
	part("footer", "styles.xml", master("<style:footer>"+para+"</style:footer>"), in(poterne.ZoneFooter))
	part("region-of-header", "styles.xml", master("<style:header><style:region-left>"+para+"</style:region-left></style:header>"), in(poterne.ZoneHeader))
	part("watermark", "styles.xml", master("<style:header><text:p><draw:custom-shape draw:name='PowerPlusWaterMarkObject'>"+para+"</draw:custom-shape></text:p></style:header>"), in(poterne.ZoneWatermark))
	part("list-prefix", "styles.xml", "<office:document-styles><office:styles><text:outline-level-style style:num-prefix='"+planted+"'/></office:styles></office:document-styles>", in(poterne.ZoneHidden))
	for _, e := range []string{"dc:title", "dc:subject", "dc:description", "dc:creator", "meta:initial-creator", "meta:keyword", "meta:printed-by"} {
		part(e[len("dc:"):], "meta.xml", "<office:document-meta><office:meta><"+e+">"+planted+"</"+e+"></office:meta></office:document-meta>", in(poterne.ZoneProperty))
	}
	part("own-property", "meta.xml", "<office:document-meta><office:meta><meta:user-defined meta:name='n'>"+planted+"</meta:user-defined></office:meta></office:document-meta>", in(poterne.ZoneProperty))
	part("name-of-own-property", "meta.xml", "<office:document-meta><office:meta><meta:user-defined meta:name='"+planted+"'>oui</meta:user-defined></office:meta></office:document-meta>", in(poterne.ZoneProperty))
	part("template", "meta.xml", "<office:document-meta><office:meta><meta:template xlink:title='"+planted+"'/></office:meta></office:document-meta>", in(poterne.ZoneProperty))
	chart := func(s string) string {
		return "<office:document-content><office:body><office:chart><chart:chart>" + s + "</chart:chart></office:chart></office:body></office:document-content>"
	}
	part("title-of-chart", "Object 1/content.xml", chart("<chart:title>"+para+"</chart:title>"), in(poterne.ZoneBody))
	part("cache-of-chart", "Object 1/content.xml", chart("<table:table table:name='local-table'><table:table-row><table:table-cell>"+para+"</table:table-cell></table:table-row></table:table>"), extracttest.Text{Zone: poterne.ZoneCell, Row: 1})
	part("formula", "Object 1/content.xml", "<math><semantics><mi>x</mi><annotation>"+planted+"</annotation></semantics></math>", in(poterne.ZoneBody))
	part("object", "Object 2", string(oleFile(oleStream{"\x01Ole10Native", ole10("pièce.txt", planted)})), extracttest.Text{Member: "Object 2!pièce.txt"})
	part("macro", "Basic/Standard/Module1.xml", "<script:module script:name='m'>motDePasse = &quot;"+planted+"&quot;</script:module>", in(poterne.ZoneHidden))
	part("script-of-python", "Scripts/python/m.py", "mot = '"+planted+"'", extracttest.Text{Member: "Scripts/python/m.py"})
	part("dialogue", "Dialogs/Standard/Dialog1.xml", "<dlg:window><dlg:text dlg:value='"+planted+"'/></dlg:window>", in(poterne.ZoneHidden))
	part("version", "Versions/Version1", string(odfFile(t, "text", "", para)), extracttest.Text{Member: "Versions/Version1"})

	cell := func(name, xml, text string) {
		sheet("cell-"+name, "<table:table table:name='Paie'><table:table-row><table:table-cell><text:p>Nom</text:p></table:table-cell><table:table-cell><text:p>Valeur</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>"+xml+"</table:table-row></table:table>",
			extracttest.Text{Text: text, Zone: poterne.ZoneCell, Sheet: "Paie", Row: 2, Column: 2, Header: "Valeur"})
	}
	cell("text", "<table:table-cell office:value-type='string'>"+para+"</table:table-cell>", "")
	cell("value-without-text", "<table:table-cell office:value-type='string' office:string-value='"+planted+"'/>", "")
	cell("nir-as-shown", "<table:table-cell office:value-type='float' office:value='185057800608436'><text:p>1 85 05 78 006 084 36</text:p></table:table-cell>", "1 85 05 78 006 084 36")
	cell("nir-as-stored", "<table:table-cell office:value-type='float' office:value='185057800608436'><text:p>1,85E+14</text:p></table:table-cell>", "185057800608436")
	cell("telephone-as-stored", "<table:table-cell office:value-type='float' office:value='612345678'><text:p>06 12 34 56 78</text:p></table:table-cell>", "06 12 34 56 78\t612345678")
	cell("date-as-shown", "<table:table-cell office:value-type='date' office:date-value='1990-01-01'><text:p>01/01/90</text:p></table:table-cell>", "01/01/90")
	cell("date-as-stored", "<table:table-cell office:value-type='date' office:date-value='1990-01-01'><text:p>01/01/90</text:p></table:table-cell>", "1990-01-01")
	cell("too-narrow", "<table:table-cell office:value-type='float' office:value='12345'><text:p>###</text:p></table:table-cell>", "12345")
	cell("covered", "<table:covered-table-cell>"+para+"</table:covered-table-cell>", "")
	row := "<table:table-row><table:table-cell>" + para + "</table:table-cell></table:table-row>"
	at := extracttest.Text{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1, Column: 1}
	sheet("hidden", "<table:table table:name='Paie' table:style-name='cachee'>"+row+"</table:table>", at)
	sheet("hidden-row", "<table:table table:name='Paie'><table:table-row table:visibility='collapse'><table:table-cell>"+para+"</table:table-cell></table:table-row></table:table>", at)
	sheet("hidden-column", "<table:table table:name='Paie'><table:table-column table:visibility='collapse'/>"+row+"</table:table>", at)
	sheet("group", "<table:table table:name='Paie'><table:table-row-group><table:table-rows>"+row+"</table:table-rows></table:table-row-group></table:table>", at)
	sheet("name", "<table:table table:name='"+planted+"'/>", in(poterne.ZoneProperty))
	sheet("annotation", "<table:table table:name='Paie'><table:table-row><table:table-cell><office:annotation>"+para+"</office:annotation></table:table-cell></table:table-row></table:table>", extracttest.Text{Zone: poterne.ZoneComment, Sheet: "Paie"})
	sheet("shape", "<table:table table:name='Paie'><table:shapes><draw:frame><draw:text-box>"+para+"</draw:text-box></draw:frame></table:shapes></table:table>", extracttest.Text{Sheet: "Paie"})
	sheet("shape-at-cell", "<table:table table:name='Paie'><table:table-row><table:table-cell><text:p>x</text:p><draw:custom-shape>"+para+"</draw:custom-shape></table:table-cell></table:table-row></table:table>", at)
	sheet("validation", "<table:content-validations><table:content-validation table:condition='of:cell-content-is-in-list(&quot;a&quot;;&quot;"+planted+"&quot;)'/></table:content-validations>", in(poterne.ZoneHidden))
	sheet("help", "<table:content-validations><table:content-validation><table:help-message>"+para+"</table:help-message></table:content-validation></table:content-validations>", in(poterne.ZoneHidden))
	sheet("named-range", "<table:named-expressions><table:named-range table:name='"+planted+"'/></table:named-expressions>", in(poterne.ZoneProperty))
	sheet("named-expression", "<table:named-expressions><table:named-expression table:name='n' table:expression='of:=&quot;"+planted+"&quot;'/></table:named-expressions>", in(poterne.ZoneProperty))
	sheet("formula-quoted", "<table:table table:name='Paie'><table:table-row><table:table-cell table:formula='of:=IF(1;&quot;"+planted+"&quot;;2)' office:value-type='float' office:value='2'><text:p>2</text:p></table:table-cell></table:table-row></table:table>", at)
	sheet("filter", "<table:database-ranges><table:database-range table:name='r'><table:filter><table:filter-condition table:value='"+planted+"'/></table:filter></table:database-range></table:database-ranges>", in(poterne.ZoneHidden))
	sheet("pivot-member", "<table:data-pilot-tables><table:data-pilot-table><table:data-pilot-field><table:data-pilot-level><table:data-pilot-members><table:data-pilot-member table:name='"+planted+"'/></table:data-pilot-members></table:data-pilot-level></table:data-pilot-field></table:data-pilot-table></table:data-pilot-tables>", in(poterne.ZoneHidden))
	sheet("scenario", "<table:table table:name='Paie'><table:scenario table:comment='"+planted+"'/></table:table>", extracttest.Text{Zone: poterne.ZoneHidden, Sheet: "Paie"})
	sheet("deleted-cell", "<table:tracked-changes><table:cell-content-change><table:previous><table:change-track-table-cell>"+para+"</table:change-track-table-cell></table:previous></table:cell-content-change></table:tracked-changes>", in(poterne.ZoneComment))
	sheet("linked-cell", "<table:table table:name=\"'file:///tmp/autre.ods'#$F\"><table:table-source xlink:href='../"+planted+".ods'/></table:table>", in(poterne.ZoneProperty))

	box := "<draw:frame><draw:text-box>" + para + "</draw:text-box></draw:frame>"
	slide("text", "", "<draw:page draw:name='p'/><draw:page>"+box+"</draw:page>", extracttest.Text{Page: 2})
	slide("notes", "", "<draw:page><presentation:notes>"+box+"</presentation:notes></draw:page>", extracttest.Text{Zone: poterne.ZoneNote, Page: 1})
	slide("annotation", "", "<draw:page><office:annotation>"+para+"</office:annotation></draw:page>", extracttest.Text{Zone: poterne.ZoneComment, Page: 1})
	slide("hidden", "<office:automatic-styles><style:style style:name='dp1' style:family='drawing-page'><style:drawing-page-properties presentation:visibility='hidden'/></style:style></office:automatic-styles>",
		"<draw:page draw:style-name='dp1'>"+box+"</draw:page>", extracttest.Text{Zone: poterne.ZoneHidden, Page: 1})
	slide("footer", "", "<presentation:footer-decl presentation:name='f'>"+planted+"</presentation:footer-decl><draw:page/>", in(poterne.ZoneFooter))
	slide("table", "", "<draw:page><draw:frame><table:table><table:table-row><table:table-cell>"+para+"</table:table-cell></table:table-row></table:table></draw:frame></draw:page>", extracttest.Text{Zone: poterne.ZoneCell, Page: 1, Row: 1})
	slide("name", "", "<draw:page draw:name='"+planted+"'/>", extracttest.Text{Zone: poterne.ZoneHidden, Page: 1})
	cases = append(cases, noun("slide-master", "a.odp", odfFile(t, "presentation", "", "<draw:page/>", "styles.xml", master(box)), in(poterne.ZoneHeader)),
		noun("drawing-text", "a.odg", odfFile(t, "graphics", "", "<draw:page>"+box+"</draw:page>"), in(poterne.ZoneBody)),
		noun("drawing-layer", "a.odg", odfFile(t, "graphics", "", "<draw:page><draw:g><svg:title>"+planted+"</svg:title></draw:g></draw:page>"), in(poterne.ZoneBody)))
	for flat, mime := range map[string]string{"fodt": "text", "fods": "spreadsheet", "fodp": "presentation", "fodg": "graphics"} {
		object := base64.StdEncoding.EncodeToString(oleFile(oleStream{"\x01Ole10Native", ole10("pièce.txt", planted)}))
		head := `<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.` + mime + `"><office:body>`
		c := noun("flat-"+flat, "a."+flat, []byte(head+"<office:text>"+para+"</office:text></office:body></office:document>"), in(poterne.ZoneBody))
		c.Format = flat
		cases = append(cases, c, noun("object-in-"+flat, "a."+flat, []byte(head+"<office:text><draw:object-ole><office:binary-data>"+object+"</office:binary-data></draw:object-ole></office:text></office:body></office:document>"),
			extracttest.Text{Member: "objet 1!pièce.txt"}))
	}
	base := zipOf(t, "mimetype", "application/vnd.oasis.opendocument.base", "content.xml", "<office:document-content><office:body><office:database><db:queries><db:query db:name='q' db:command='SELECT "+planted+"'/></db:queries></office:database></office:body></office:document-content>",
		"database/script", "CREATE MEMORY TABLE t(a VARCHAR(9))\nINSERT INTO t VALUES('donnée de la base')\n", "forms/Obj1/content.xml", "<office:document-content><office:body><office:text>"+para+"</office:text></office:body></office:document-content>")
	return append(cases, noun("base-query", "a.odb", base, in(poterne.ZoneHidden)), noun("base-form", "a.odb", base, in(poterne.ZoneBody)),
		noun("base-data", "a.odb", base, extracttest.Text{Text: "donnée de la base", Member: "database/script"}))
}
