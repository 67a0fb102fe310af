package extract_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
)

// zipOf packs parts, given as name, content, name, content…, in that order.
func zipOf(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		method := zip.Deflate
		if parts[i] == "mimetype" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: parts[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func contentTypes(main string) string {
	return `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/main.xml" ContentType="application/vnd.` + main + `"/></Types>`
}

func rels(list ...string) string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i := 0; i < len(list); i += 3 {
		mode := ""
		if strings.Contains(list[i+2], "://") {
			mode = ` TargetMode="External"`
		}
		b.WriteString(`<Relationship Id="` + list[i] + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + list[i+1] + `" Target="` + list[i+2] + `"` + mode + `/>`)
	}
	return b.String() + `</Relationships>`
}

// The namespaces of the transitional schema.
const (
	nsWord = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:v="urn:schemas-microsoft-com:vml"`
	nsCalc = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	nsShow = ` xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
)

func p(runs ...string) string {
	return "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t xml:space='preserve'>" + strings.Join(runs, "</w:t></w:r><w:proofErr/><w:r><w:rPr><w:b/></w:rPr><w:t xml:space='preserve'>") + "</w:t></w:r></w:p>"
}

func tc(text string) string { return "<w:tc><w:tcPr><w:tcW w:w='10'/></w:tcPr>" + p(text) + "</w:tc>" }

func docxFile(t testing.TB) []byte {
	inner := zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.wordprocessingml.document.main+xml"),
		"word/document.xml", "<w:document"+nsWord+"><w:body>"+p("texte du document incorporé")+"</w:body></w:document>")
	box := "<w:txbxContent>" + p("zone de ", "texte flottante") + "</w:txbxContent>"
	body := p("Numéro 2 90 01 75 ", "123 456 ", "78 coupé") +
		"<w:tbl><w:tblPr/><w:tr><w:trPr><w:tblHeader/></w:trPr>" + tc("Nom") + tc("NIR") + "</w:tr><w:tr>" + tc("Exemple") + tc("valeur en tableau") + "</w:tr></w:tbl>" +
		"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'>" + box + "</mc:Choice><mc:Fallback>" + box + "</mc:Fallback></mc:AlternateContent></w:r></w:p>" +
		"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>texte masqué</w:t></w:r><w:r><w:t>texte visible</w:t></w:r></w:p>" +
		"<w:p><w:ins w:author='A. Fictif'><w:r><w:t>passage inséré</w:t></w:r></w:ins><w:del><w:r><w:delText>passage supprimé</w:delText></w:r></w:del></w:p>" +
		"<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> MERGEFIELD colonne_nir </w:instrText></w:r></w:p>" +
		"<w:p><w:r><w:drawing><wp:docPr id='1' descr='photo du portail'/></w:drawing></w:r></w:p>" +
		"<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText='choix proposé' w:value='1'/></w:dropDownList></w:sdtPr><w:sdtContent>" + p("choix retenu") + "</w:sdtContent></w:sdt>" +
		"<w:p><w:r><w:t>avant</w:t><w:br w:type='page'/></w:r><w:r><w:lastRenderedPageBreak/><w:t>après la page</w:t></w:r></w:p>" + p("sur la deuxième page") +
		"<w:p><w:r><w:t>un</w:t><w:tab/><w:t>deux</w:t><w:noBreakHyphen/><w:t>trois</w:t></w:r></w:p>" + p("R&amp;D &lt;interne&gt; caf&#233;")
	return zipOf(t,
		"[Content_Types].xml", contentTypes("openxmlformats-officedocument.wordprocessingml.document.main+xml"),
		"_rels/.rels", rels("r1", "officeDocument", "word/document.xml"),
		"docProps/core.xml", "<cp:coreProperties><dc:title>Titre du dossier</dc:title><dcterms:created>2024-01-01T00:00:00Z</dcterms:created></cp:coreProperties>",
		"docProps/custom.xml", "<Properties><property name='MSIP_Label_0001_Name'><vt:lpwstr>Diffusion Restreinte</vt:lpwstr></property></Properties>",
		"word/settings.xml", "<w:settings"+nsWord+"><w:docVars><w:docVar w:name='niveau' w:val='C2 interne'/></w:docVars></w:settings>",
		"docMetadata/LabelInfo.xml", "<clbl:labelList><clbl:label id='{0001}' name='Restreint'/></clbl:labelList>",
		"word/document.xml", "<?xml version='1.0'?><w:document"+nsWord+"><w:body>"+body+"</w:body></w:document>",
		"word/_rels/document.xml.rels", rels("r2", "header", "header1.xml", "r3", "hyperlink", "https://intranet.example/dossier"),
		"word/header1.xml", "<w:hdr"+nsWord+">"+p("DIFFUSION ", "RESTREINTE")+"<w:p><w:r><w:pict><v:shape><v:textpath string='CONFIDENTIEL FILIGRANE'/></v:shape></w:pict></w:r></w:p></w:hdr>",
		"word/footer1.xml", "<w:ftr"+nsWord+">"+p("pied de page")+"</w:ftr>",
		"word/footnotes.xml", "<w:footnotes"+nsWord+"><w:footnote>"+p("note de bas de page")+"</w:footnote></w:footnotes>",
		"word/endnotes.xml", "<w:endnotes"+nsWord+"><w:endnote>"+p("note de fin")+"</w:endnote></w:endnotes>",
		"word/comments.xml", "<w:comments"+nsWord+"><w:comment w:author='B. Fictif'>"+p("commentaire ajouté")+"</w:comment></w:comments>",
		"word/glossary/document.xml", "<w:glossaryDocument"+nsWord+">"+p("bloc de construction")+"</w:glossaryDocument>",
		"word/charts/chart1.xml", "<c:chartSpace><c:tx><c:rich><a:p><a:r><a:t>Effectifs par service</a:t></a:r></a:p></c:rich></c:tx><c:strCache><c:pt><c:v>catégorie en cache</c:v></c:pt></c:strCache></c:chartSpace>",
		"word/diagrams/data1.xml", "<dgm:dataModel><dgm:pt><dgm:t><a:bodyPr/><a:p><a:r><a:t>case de l’organigramme</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>",
		"word/diagrams/drawing1.xml", "<dsp:drawing><a:p><a:r><a:t>case de l’organigramme</a:t></a:r></a:p></dsp:drawing>",
		"word/embeddings/doc1.docx", string(inner),
	)
}

func xlsxFile(t testing.TB) []byte {
	row := func(n string, cells ...string) string {
		return "<row r='" + n + "'>" + strings.Join(cells, "") + "</row>"
	}
	sheet := "<worksheet" + nsCalc + "><cols><col min='5' max='5' hidden='1'/></cols><sheetData>" +
		row("1", "<c r='A1' t='s'><v>4</v></c>") +
		row("3", "<c r='A3' t='s'><v>0</v></c><c r='B3' t='s'><v>1</v></c><c r='C3' t='inlineStr'><is><t>Naissance</t></is></c><c r='D3' t='str'><v>Téléphone</v></c><c r='E3' t='str'><v>Note</v></c>") +
		row("4", "<c r='A4' t='s'><v>2</v></c><c r='B4'><v>2.90017512345678E+14</v></c><c r='C4' s='1'><v>32874</v></c><c r='D4' s='2'><v>612345678</v></c><c r='E4' t='s'><v>3</v></c>") +
		row("5", "<c r='B5' s='3'><v>290017512345678</v></c><c r='C5' t='b'><v>1</v></c><c r='D5' t='str'><f>CONCATENATE(\"préfixe secret\",A1)</f><v>résultat calculé</v></c>") +
		"</sheetData><dataValidations><dataValidation prompt='aide à la saisie'><formula1>\"Titulaire,Contractuel\"</formula1></dataValidation></dataValidations>" +
		"<headerFooter><oddHeader>&amp;L&amp;\"Arial,Bold\"&amp;12Direction RH&amp;CPage &amp;P</oddHeader></headerFooter></worksheet>"
	return zipOf(t,
		"[Content_Types].xml", contentTypes("openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
		"_rels/.rels", rels("r1", "officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml", "<workbook"+nsCalc+"><sheets><sheet name='Paie' r:id='rId2'/><sheet name='Archives' state='hidden' r:id='rId1'/></sheets><definedNames><definedName name='taux_secret'>\"valeur nommée\"</definedName></definedNames></workbook>",
		"xl/_rels/workbook.xml.rels", rels("rId1", "worksheet", "worksheets/sheet1.xml", "rId2", "worksheet", "/xl/worksheets/sheet2.xml"),
		"xl/worksheets/sheet1.xml", "<worksheet"+nsCalc+"><sheetData>"+row("1", "<c t='s'><v>5</v></c>")+"</sheetData></worksheet>",
		"xl/worksheets/sheet2.xml", sheet,
		"xl/worksheets/_rels/sheet2.xml.rels", rels("r1", "comments", "../comments1.xml", "r2", "drawing", "../drawings/drawing1.xml"),
		"xl/comments1.xml", "<comments"+nsCalc+"><authors><author>C. Fictif</author></authors><commentList><comment ref='B4'><text><r><t>note de </t></r><r><t>cellule</t></r></text></comment></commentList></comments>",
		"xl/drawings/drawing1.xml", "<xdr:wsDr><xdr:sp><xdr:txBody><a:p><a:r><a:t>forme dessinée</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>",
		"xl/styles.xml", "<styleSheet"+nsCalc+"><numFmts><numFmt numFmtId='164' formatCode='0#&quot; &quot;##&quot; &quot;##&quot; &quot;##&quot; &quot;##'/><numFmt numFmtId='165' formatCode='0\\ 00\\ 00\\ 00\\ 000\\ 000\\ 00'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs></styleSheet>",
		"xl/sharedStrings.xml", "<sst"+nsCalc+"><si><t>Nom</t></si><si><r><t>N</t></r><r><t>IR</t></r><rPh><t>phonétique</t></rPh></si><si><t>Exemple</t></si><si><t>colonne _x0009_masquée</t></si><si><t>Titre de la feuille</t></si><si><t>cellule de feuille cachée</t></si></sst>",
		"xl/pivotCache/pivotCacheDefinition1.xml", "<pivotCacheDefinition"+nsCalc+"><cacheFields><cacheField name='Matricule'><sharedItems><s v='valeur partagée'/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>",
		"xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels", rels("r1", "pivotCacheRecords", "pivotCacheRecords1.xml"),
		"xl/pivotCache/pivotCacheRecords1.xml", "<pivotCacheRecords"+nsCalc+"><r><s v='enregistrement gardé'/></r></pivotCacheRecords>",
		"xl/connections.xml", "<connections"+nsCalc+"><connection name='base' ><dbPr connection='Provider=X;Password=fictif'/></connection></connections>",
	)
}

func pptxFile(t testing.TB) []byte {
	para := func(s string) string { return "<a:p><a:r><a:t>" + s + "</a:t></a:r></a:p>" }
	sp := func(ph, s string) string {
		return "<p:sp><p:nvSpPr><p:nvPr>" + ph + "</p:nvPr></p:nvSpPr><p:txBody><a:bodyPr/>" + para(s) + "</p:txBody></p:sp>"
	}
	cell := func(s string) string { return "<a:tc><a:txBody>" + para(s) + "</a:txBody></a:tc>" }
	return zipOf(t,
		"[Content_Types].xml", contentTypes("openxmlformats-officedocument.presentationml.presentation.main+xml"),
		"_rels/.rels", rels("r1", "officeDocument", "ppt/presentation.xml"),
		"ppt/presentation.xml", "<p:presentation"+nsShow+"><p:sldIdLst><p:sldId id='256' r:id='rId2'/><p:sldId id='257' r:id='rId1'/></p:sldIdLst></p:presentation>",
		"ppt/_rels/presentation.xml.rels", rels("rId1", "slide", "slides/slide1.xml", "rId2", "slide", "slides/slide2.xml"),
		"ppt/slides/slide1.xml", "<p:sld show='0'"+nsShow+"><p:cSld><p:spTree>"+sp("", "diapositive masquée")+"</p:spTree></p:cSld></p:sld>",
		"ppt/slides/slide2.xml", "<p:sld"+nsShow+"><p:cSld><p:spTree>"+sp("<p:ph type='title'/>", "Titre projeté")+sp("<p:ph type='ftr'/>", "pied de diapositive")+
			"<p:graphicFrame><a:tbl><a:tr>"+cell("Agent")+cell("Grade")+"</a:tr><a:tr>"+cell("Exemple")+cell("attaché")+"</a:tr></a:tbl></p:graphicFrame></p:spTree></p:cSld></p:sld>",
		"ppt/slides/_rels/slide2.xml.rels", rels("r1", "notesSlide", "../notesSlides/notesSlide1.xml", "r2", "comments", "../comments/comment1.xml", "r3", "slideLayout", "../slideLayouts/slideLayout1.xml"),
		"ppt/notesSlides/notesSlide1.xml", "<p:notes"+nsShow+"><p:cSld><p:spTree>"+sp("<p:ph type='body'/>", "notes de l’orateur")+"</p:spTree></p:cSld></p:notes>",
		"ppt/comments/comment1.xml", "<p:cmLst"+nsShow+"><p:cm><p:text>remarque du relecteur</p:text></p:cm></p:cmLst>",
		"ppt/slideLayouts/slideLayout1.xml", "<p:sldLayout"+nsShow+">"+sp("<p:ph type='title'/>", "Modifiez le titre")+sp("", "BANDEAU DU MASQUE")+"</p:sldLayout>",
	)
}

func odtFile(t testing.TB) []byte {
	content := `<?xml version="1.0"?><office:document-content><office:automatic-styles><style:style/></office:automatic-styles><office:body><office:text>
<text:tracked-changes><text:changed-region><text:deletion><text:p>texte supprimé</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:h>Titre du rapport</text:h>
<text:p>Numéro 2 90<text:s/>01 <text:span>75</text:span><text:s text:c="1"/>123 456 78</text:p>
<text:p>avec note<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>note du bas</text:p></text:note-body></text:note> et suite<office:annotation><dc:creator>D. Fictif</dc:creator><text:p>avis du relecteur</text:p></office:annotation></text:p>
<text:p><draw:frame><svg:title>image</svg:title><svg:desc>plan du bâtiment</svg:desc><draw:text-box><text:p>cadre de texte</text:p></draw:text-box></draw:frame></text:p>
<table:table table:name="Agents"><table:table-header-rows><table:table-row><table:table-cell><text:p>Nom</text:p></table:table-cell><table:table-cell><text:p>Matricule</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell><text:p>Exemple</text:p></table:table-cell><table:table-cell><text:p>valeur du tableau</text:p></table:table-cell></table:table-row></table:table>
<text:p>lien <text:a xlink:href="https://intranet.example/a">ici</text:a></text:p></office:text></office:body></office:document-content>`
	return zipOf(t, "mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", content,
		"styles.xml", `<office:document-styles><office:master-styles><style:master-page><style:header><text:p>DIFFUSION RESTREINTE</text:p></style:header><style:footer><text:p>pied de page</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>`,
		"meta.xml", `<office:document-meta><office:meta><meta:generator>X</meta:generator><dc:title>Titre en propriété</dc:title><meta:keyword>mot clé</meta:keyword><meta:user-defined meta:name="Classification">C2 interne</meta:user-defined></office:meta></office:document-meta>`,
		"Object 1/content.xml", `<office:document-content><office:body><office:chart><chart:title><text:p>titre du graphique</text:p></chart:title></office:chart></office:body></office:document-content>`)
}

func odsFile(t testing.TB) []byte {
	content := `<office:document-content><office:body><office:spreadsheet><table:table table:name="Liste"><table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>Agent</text:p></table:table-cell><table:table-cell><text:p>NIR</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><office:annotation><text:p>annotation de cellule</text:p></office:annotation><text:p>Exemple</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="290017512345678"><text:p>2,9E+14</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`
	return zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", content)
}

func TestOffice(t *testing.T) {
	x := extract.New(extract.Options{})
	defer x.Close()
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{
			Name: "docx", File: "note.docx", Data: docxFile(t), Format: "docx",
			Want: []extracttest.Text{
				{Text: "dossier/note.docx", Zone: poterne.ZoneName},
				{Text: "Numéro 2 90 01 75 123 456 78 coupé"},
				{Text: "valeur en tableau", Zone: poterne.ZoneCell, Header: "NIR", Row: 2, Column: 2},
				{Text: "zone de texte flottante"},
				{Text: "texte masqué", Zone: poterne.ZoneHidden},
				{Text: "texte visible"},
				{Text: "passage inséré"},
				{Text: "passage supprimé", Zone: poterne.ZoneComment},
				{Text: "colonne_nir", Zone: poterne.ZoneProperty},
				{Text: "photo du portail"},
				{Text: "choix proposé", Zone: poterne.ZoneHidden},
				{Text: "choix retenu"},
				{Text: "sur la deuxième page", Page: 2},
				{Text: "un\tdeux\u2011trois"},
				{Text: "R&D <interne> café"},
				{Text: "title: Titre du dossier", Zone: poterne.ZoneProperty},
				{Text: "MSIP_Label_0001_Name: Diffusion Restreinte", Zone: poterne.ZoneProperty},
				{Text: "https://intranet.example/dossier", Zone: poterne.ZoneProperty},
				{Text: "niveau: C2 interne", Zone: poterne.ZoneProperty},
				{Text: "label: Restreint", Zone: poterne.ZoneProperty},
				{Text: "DIFFUSION RESTREINTE", Zone: poterne.ZoneHeader},
				{Text: "CONFIDENTIEL FILIGRANE", Zone: poterne.ZoneWatermark},
				{Text: "pied de page", Zone: poterne.ZoneFooter},
				{Text: "note de bas de page", Zone: poterne.ZoneNote},
				{Text: "note de fin", Zone: poterne.ZoneNote},
				{Text: "commentaire ajouté", Zone: poterne.ZoneComment},
				{Text: "B. Fictif", Zone: poterne.ZoneProperty},
				{Text: "bloc de construction", Zone: poterne.ZoneHidden},
				{Text: "Effectifs par service"},
				{Text: "catégorie en cache"},
				{Text: "case de l’organigramme"},
				{Text: "texte du document incorporé", Member: "word/embeddings/doc1.docx"},
			},
			Once:    []string{"zone de texte flottante", "case de l’organigramme", "Numéro"},
			Members: map[string]poterne.Kind{"word/embeddings/doc1.docx": ""},
		},
		{
			Name: "xlsx", File: "paie.xlsx", Data: xlsxFile(t), Format: "xlsx",
			Want: []extracttest.Text{
				{Text: "Titre de la feuille", Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1},
				{Text: "290017512345678", Zone: poterne.ZoneCell, Sheet: "Paie", Row: 4, Column: 2, Header: "NIR"},
				{Text: "01/01/1990\t1990-01-01", Zone: poterne.ZoneCell, Header: "Naissance"},
				{Text: "06 12 34 56 78\t612345678", Zone: poterne.ZoneCell, Header: "Téléphone"},
				{Text: "2 90 01 75 123 456 78", Zone: poterne.ZoneCell, Row: 5, Header: "NIR"},
				{Text: "colonne \tmasquée", Zone: poterne.ZoneCell, Header: "Note"},
				{Text: "cellule de feuille cachée", Zone: poterne.ZoneCell, Sheet: "Archives", Row: 1, Column: 1},
				{Text: "résultat calculé", Zone: poterne.ZoneCell},
				{Text: "préfixe secret", Zone: poterne.ZoneCell},
				{Text: "Contractuel", Zone: poterne.ZoneHidden},
				{Text: "aide à la saisie", Zone: poterne.ZoneHidden},
				{Text: "Direction RH\nPage", Zone: poterne.ZoneHeader},
				{Text: "note de cellule", Zone: poterne.ZoneComment, Sheet: "Paie", Row: 4, Column: 2},
				{Text: "forme dessinée", Sheet: "Paie"},
				{Text: "valeur nommée", Zone: poterne.ZoneProperty},
				{Text: "valeur partagée", Zone: poterne.ZoneCell, Header: "Matricule"},
				{Text: "enregistrement gardé", Zone: poterne.ZoneCell, Header: "Matricule"},
				{Text: "Password=fictif", Zone: poterne.ZoneProperty},
			},
			Not: []string{"phonétique", "E+14", "Arial"},
		},
		{
			Name: "pptx", File: "exposé.pptx", Data: pptxFile(t), Format: "pptx",
			Want: []extracttest.Text{
				{Text: "Titre projeté", Page: 1},
				{Text: "pied de diapositive", Zone: poterne.ZoneFooter, Page: 1},
				{Text: "attaché", Zone: poterne.ZoneCell, Page: 1, Header: "Grade"},
				{Text: "diapositive masquée", Zone: poterne.ZoneHidden, Page: 2},
				{Text: "notes de l’orateur", Zone: poterne.ZoneNote, Page: 1},
				{Text: "remarque du relecteur", Zone: poterne.ZoneComment, Page: 1},
				{Text: "BANDEAU DU MASQUE", Zone: poterne.ZoneHeader},
				{Text: "Modifiez le titre", Zone: poterne.ZonePrompt},
			},
			Once: []string{"BANDEAU DU MASQUE"},
		},
		{
			Name: "odt", File: "rapport.odt", Data: odtFile(t), Format: "odt",
			Want: []extracttest.Text{
				{Text: "Titre du rapport"},
				{Text: "Numéro 2 90 01 75 123 456 78"},
				{Text: "texte supprimé", Zone: poterne.ZoneComment},
				{Text: "avec note et suite"},
				{Text: "note du bas", Zone: poterne.ZoneNote},
				{Text: "avis du relecteur", Zone: poterne.ZoneComment},
				{Text: "cadre de texte"},
				{Text: "plan du bâtiment"},
				{Text: "valeur du tableau", Zone: poterne.ZoneCell, Header: "Matricule", Sheet: "Agents", Row: 2, Column: 2},
				{Text: "https://intranet.example/a", Zone: poterne.ZoneProperty},
				{Text: "DIFFUSION RESTREINTE", Zone: poterne.ZoneHeader},
				{Text: "pied de page", Zone: poterne.ZoneFooter},
				{Text: "title: Titre en propriété", Zone: poterne.ZoneProperty},
				{Text: "Classification: C2 interne", Zone: poterne.ZoneProperty},
				{Text: "titre du graphique"},
			},
		},
		{
			Name: "ods", File: "liste.ods", Data: odsFile(t), Format: "ods",
			Want: []extracttest.Text{
				{Text: "\t290017512345678", Zone: poterne.ZoneCell, Header: "NIR", Row: 5, Column: 4},
				{Text: "Exemple", Zone: poterne.ZoneCell, Header: "Agent", Sheet: "Liste"},
				{Text: "annotation de cellule", Zone: poterne.ZoneComment},
			},
		},
		{
			Name: "fodt", File: "plat.fodt", Format: "fodt",
			Data: []byte(`<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text"><office:meta><dc:title>titre à plat</dc:title></office:meta><office:body><office:text><text:p>texte à plat</text:p><draw:image><office:binary-data>QUJDREVG</office:binary-data></draw:image><text:p>suite</text:p></office:text></office:body></office:document>`),
			Want: []extracttest.Text{{Text: "texte à plat"}, {Text: "suite"}, {Text: "title: titre à plat", Zone: poterne.ZoneProperty}},
			Not:  []string{"QUJDREVG"},
		},
		{
			Name: "word-2003", File: "note.xml", Format: "wordml",
			Data: []byte(`<?xml version="1.0"?><w:wordDocument><w:body><wx:sect><w:p><w:r><w:t>numéro </w:t></w:r><w:r><w:t>coupé</w:t></w:r></w:p></wx:sect></w:body></w:wordDocument>`),
			Want: []extracttest.Text{{Text: "numéro coupé"}},
		},
		{
			Name: "excel-2003", File: "paie.xls", Format: "spreadsheetml",
			Data: []byte(`<?xml version="1.0"?><Workbook><Worksheet ss:Name="Paie"><Table><Row><Cell><Data ss:Type="String">Nom</Data></Cell><Cell><Data ss:Type="String">NIR</Data></Cell></Row><Row ss:Index="4"><Cell ss:Index="2"><Data ss:Type="Number">2.90017512345678E14</Data><Comment><Data>remarque</Data></Comment></Cell></Row></Table></Worksheet></Workbook>`),
			Want: []extracttest.Text{
				{Text: "290017512345678", Zone: poterne.ZoneCell, Sheet: "Paie", Row: 4, Column: 2, Header: "NIR"},
				{Text: "remarque", Zone: poterne.ZoneComment, Row: 4},
			},
		},
		{
			Name: "odt-encrypted", File: "clos.odt", Format: "odt", Kind: poterne.Encrypted,
			Data: zipOf(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "\x01\x02\x03",
				"META-INF/manifest.xml", `<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`),
		},
	})
}

// TestPasswords reads packages that are encrypted: with the password that Excel
// uses for all, with one of a list, with none that is known.
func TestPasswords(t *testing.T) {
	sealed := func(password string) []byte {
		f := excelize.NewFile()
		if err := f.SetCellStr("Sheet1", "A1", "cellule protégée"); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.Write(&b, excelize.Options{Password: password}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	x := extract.New(extract.Options{Passwords: []string{"autre", "sésame"}})
	defer x.Close()
	for _, c := range []struct{ password, want string }{
		{"VelvetSweatshop", "xlsx cell cellule protégée"},
		{"sésame", "xlsx cell cellule protégée"},
		{"inconnu", "ooxml-encrypted encrypted"},
	} {
		var got []string
		for s, err := range x.Extract(t.Context(), poterne.Document{Path: "a.xlsx"}, content{bytes.NewReader(sealed(c.password))}) {
			var f *poterne.Failure
			if errors.As(err, &f) {
				got = append(got, s.Part.Format+" "+string(f.Kind))
			} else if s.Place.Zone == poterne.ZoneCell {
				got = append(got, s.Part.Format+" "+s.Place.Zone.String()+" "+s.Body)
			}
		}
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("with the password %q: %q, want %q", c.password, got, c.want)
		}
	}
}

// TestStrict reads Strict OOXML, which has other namespaces and may choose other prefixes.
func TestStrictOOXML(t *testing.T) {
	x := extract.New(extract.Options{})
	defer x.Close()
	extracttest.Run(t, x.Extract, []extracttest.Case{{
		Name: "docx", File: "strict.docx", Format: "docx",
		Data: zipOf(t, "[Content_Types].xml", contentTypes("openxmlformats-officedocument.wordprocessingml.document.main+xml"),
			"_rels/.rels", `<Relationships><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/contenu/principal.xml"/></Relationships>`,
			"contenu/principal.xml", `<document xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"><body><p><r><t>texte strict</t></r></p></body></document>`),
		Want: []extracttest.Text{{Text: "texte strict"}},
	}})
}
