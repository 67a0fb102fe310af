package extract_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"poterne"
	"poterne/extract/extracttest"
)

// french is prose as it stands in a note: the guess of an encoding lives on its accents.
const frenchProse = "Le préfet a reçu l’élu à l’hôtel de ville, où le contrôle du dépôt a été décidé.\nLa société chargée des marchés a transmis ses pièces après l’échéance ; elles sont complètes.\n"

// textNouns are the encodings of text, and the places of a text in what is written as text.
func textNouns(t testing.TB) []extracttest.Case {
	var cases []extracttest.Case
	for _, e := range []struct {
		name string
		enc  encoding.Encoding
		word string // with letters that tell it from others
	}{
		{"utf-8", encoding.Nop, "Œuvre n° 12 à l’été"},
		{"utf-8-with-mark", unicode.UTF8BOM, "Œuvre n° 12 à l’été"},
		{"utf-16-le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "Œuvre n° 12 à l’été"},
		{"utf-16-be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "Œuvre n° 12 à l’été"},
		{"utf-16-le-with-mark", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "Œuvre n° 12 à l’été"},
		{"utf-16-be-with-mark", unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "Œuvre n° 12 à l’été"},
		{"utf-32-le-with-mark", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "Œuvre n° 12 à l’été"},
		{"utf-32-be-with-mark", utf32.UTF32(utf32.BigEndian, utf32.UseBOM), "Œuvre n° 12 à l’été"},
		{"windows-1252", charmap.Windows1252, "Œuvre n° 12 à l’été : 35 €"},
		{"iso-8859-15", charmap.ISO8859_15, "déjà reçu à l'hôtel : 35 ¤"},
		{"iso-8859-1", charmap.ISO8859_1, "déjà reçu à l'hôtel"},
		{"macroman", charmap.Macintosh, "Œuvre n° 12 à l’été"},
		{"cp850", charmap.CodePage850, "déjà reçu à l'hôtel, n° 12"},
	} {
		text := strings.ReplaceAll(frenchProse, "’", "'") + e.word + "\n"
		text = strings.ReplaceAll(text, "¤", "€")
		raw, err := e.enc.NewEncoder().String(text)
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		cases = append(cases, noun("encoding-"+e.name, "note.txt", []byte(raw), extracttest.Text{Text: strings.ReplaceAll(e.word, "¤", "€")}))
		raw, err = e.enc.NewEncoder().String("Prénom;Rôle;Ville\nÉlodie;secrétaire générale;Béziers\nRené;préfet délégué;Orléans\nZoé;" + strings.ReplaceAll(e.word, "¤", "€") + ";Nîmes\n")
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		cases = append(cases, noun("table-in-"+e.name, "agents.csv", []byte(raw), extracttest.Text{Text: strings.ReplaceAll(e.word, "¤", "€"), Zone: poterne.ZoneCell, Row: 4, Column: 2, Header: "Rôle"}))
	}
	for name, d := range map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"} {
		row := func(cells ...string) string { return strings.Join(cells, d) + "\n" }
		table := row("Nom", "Ville", "Code") + row("a", "b", "1") + row("c", planted, "2")
		cases = append(cases, noun("delimiter-"+name, "a.csv", []byte(table), extracttest.Text{Zone: poterne.ZoneCell, Row: 3, Column: 2, Header: "Ville"}),
			noun("without-titles-"+name, "a.csv", []byte(row("a", "1", "2")+row("b", "3", "4")+row(planted, "5", "6")), extracttest.Text{Zone: poterne.ZoneCell, Row: 3, Column: 1}))
	}
	add := func(name, file, data string, want extracttest.Text) {
		cases = append(cases, noun(name, file, []byte(data), want))
	}
	add("csv-quoted", "a.csv", "Nom;Note\nx;\"deux lignes\net "+planted+"; avec \"\"guillemets\"\"\"\ny;z\n", extracttest.Text{Text: planted + "; avec \"guillemets\"", Zone: poterne.ZoneCell, Row: 2, Column: 2, Header: "Note"})
	add("csv-sep-line", "a.csv", "sep=;\nNom;Ville\nx;"+planted+"\n", extracttest.Text{Zone: poterne.ZoneCell, Row: 3, Column: 2, Header: "Ville"})
	add("csv-without-name", "export", "Nom;Ville;Code\na;b;1\nc;"+planted+";2\nd;e;3\n", extracttest.Text{Zone: poterne.ZoneCell, Row: 3, Column: 2, Header: "Ville"})

	h := func(name, body string, z poterne.Zone) {
		add("html-"+name, "a.html", "<html><head>"+strings.Repeat(" ", 8)+"</head><body>"+body+"</body></html>", in(z))
	}
	h("text", "<p>"+planted+"</p>", poterne.ZoneBody)
	h("hidden-by-style", "<p style='display:none'>"+planted+"</p>", poterne.ZoneHidden)
	h("invisible", "<p style='visibility: hidden'>"+planted+"</p>", poterne.ZoneHidden)
	h("comment", "<!-- "+planted+" -->", poterne.ZoneComment)
	h("script", "<script>mot = '"+planted+"'</script>", poterne.ZoneHidden)
	h("no-script", "<noscript><p>"+planted+"</p></noscript>", poterne.ZoneBody)
	h("template", "<template><p>"+planted+"</p></template>", poterne.ZoneHidden)
	h("hidden-field", "<input type='hidden' value='"+planted+"'>", poterne.ZoneHidden)
	h("field", "<input value='"+planted+"'>", poterne.ZoneBody)
	h("placeholder", "<input placeholder='"+planted+"'>", poterne.ZoneBody)
	h("text-area", "<textarea>"+planted+"</textarea>", poterne.ZoneBody)
	h("option", "<select><option>"+planted+"</option></select>", poterne.ZoneBody)
	h("picture", "<img alt='"+planted+"'>", poterne.ZoneBody)
	h("tool-tip", "<span title='"+planted+"'>x</span>", poterne.ZoneBody)
	h("aria-label", "<button aria-label='"+planted+"'>x</button>", poterne.ZoneBody)
	h("caption", "<table><caption>"+planted+"</caption><tr><td>x</td></tr></table>", poterne.ZoneBody)
	h("conditional", "<!--[if mso]><p>"+planted+"</p><![endif]-->", poterne.ZoneComment)
	h("data-attribute", "<div data-nom='"+planted+"'></div>", poterne.ZoneHidden)
	h("frame", "<iframe srcdoc='&lt;p&gt;"+planted+"&lt;/p&gt;'></iframe>", poterne.ZoneBody)
	add("html-title", "a.html", "<html><title>"+planted+"</title>", in(poterne.ZoneProperty))
	add("html-description", "a.html", "<html><meta name='description' content='"+planted+"'>", in(poterne.ZoneProperty))
	add("html-data-cut", "a.html", "<html><img alt='"+planted+"' src='data:image/png;base64,"+strings.Repeat("QUJD", 64)+"'>", in(poterne.ZoneBody))
	cases[len(cases)-1].Not = []string{"QUJDQUJD"}

	add("svg-text", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text><tspan>Vau</tspan><tspan>bexange</tspan></text></svg>", in(poterne.ZoneBody))
	add("svg-title", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><title>"+planted+"</title></svg>", in(poterne.ZoneBody))
	add("svg-description", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><desc>"+planted+"</desc></svg>", in(poterne.ZoneBody))
	add("svg-data-cut", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><desc>"+planted+"</desc><image href='data:image/png;base64,"+strings.Repeat("QUJD", 64)+"'/></svg>", in(poterne.ZoneBody))
	cases[len(cases)-1].Not = []string{"QUJDQUJD"}
	add("xml-attribute", "a.xml", "<?xml version='1.0'?><agent nom='"+planted+"'/>", in(poterne.ZoneBody))
	add("xml-comment", "a.xml", "<?xml version='1.0'?><a><!-- "+planted+" --></a>", in(poterne.ZoneComment))
	add("xml-cdata", "a.xml", "<?xml version='1.0'?><nom><![CDATA["+planted+"]]></nom>", extracttest.Text{Header: "nom"})
	for name, cell := range map[string]string{
		"markdown": `{"cell_type":"markdown","source":["Le nom est ","` + planted + `"]}`, "code": `{"cell_type":"code","source":["nom = '` + planted + `'\n"],"outputs":[]}`,
		"output": `{"cell_type":"code","source":[],"outputs":[{"output_type":"stream","text":["` + planted + `\n"]}]}`,
		"result": `{"cell_type":"code","source":[],"outputs":[{"output_type":"execute_result","data":{"text/plain":["` + planted + `"]}}]}`,
	} {
		c := noun("notebook-"+name, "a.ipynb", []byte(`{"cells":[`+cell+`],"metadata":{},"nbformat":4,"nbformat_minor":5}`), in(poterne.ZoneCell))
		cases = append(cases, c)
	}
	add("json-value", "a.json", `{"agents":[{"nom":"`+planted+`"}]}`, extracttest.Text{Zone: poterne.ZoneCell, Header: "nom"})
	add("json-key", "a.json", `{"`+planted+`":{"x":1}}`, extracttest.Text{Text: "1", Zone: poterne.ZoneCell})
	add("json-lines", "a.jsonl", "{\"nom\":\"x\"}\n{\"nom\":\""+planted+"\"}\n", extracttest.Text{Zone: poterne.ZoneCell, Row: 2, Header: "nom"})
	add("yaml-value", "a.yaml", "agents:\n  - nom: "+planted+"\n", extracttest.Text{Zone: poterne.ZoneCell, Header: "nom"})
	add("yaml-comment", "a.yaml", "# "+planted+"\na: b\n", in(poterne.ZoneComment))
	add("ini", "a.ini", "[base]\nmotdepasse="+planted+"\n", extracttest.Text{Row: 1})
	add("sql", "a.sql", "INSERT INTO agents VALUES (1, '"+planted+"');\n", extracttest.Text{Row: 1})
	add("sql-insert", "a.sql", "INSERT INTO agents (id, nom) VALUES\n(1, '"+planted+"');\n", extracttest.Text{Zone: poterne.ZoneCell, Row: 1, Column: 2, Header: "nom"})
	add("sql-copy", "a.sql", "COPY public.agents (id, nom) FROM stdin;\n1\t"+planted+"\n\\.\n", extracttest.Text{Zone: poterne.ZoneCell, Row: 1, Column: 2, Header: "nom"})
	add("log", "a.log", "2024-01-01 12:00:00 INFO "+planted+"\n", extracttest.Text{Row: 1})
	add("source", "a.py", "# "+planted+"\nprint(1)\n", extracttest.Text{Row: 1})
	add("markdown", "a.md", "# Titre\n\n"+planted+"\n", extracttest.Text{Row: 3})
	add("markdown-front-matter", "a.md", "---\nauteur: "+planted+"\n---\n\ntexte\n", in(poterne.ZoneProperty))
	add("markdown-table", "a.md", "| Nom | Ville |\n|---|---|\n| x | "+planted+" |\n", extracttest.Text{Zone: poterne.ZoneCell, Row: 3, Column: 2, Header: "Ville"})
	for name, line := range map[string]string{
		"name": "FN:" + planted, "telephone": "item1.TEL;TYPE=cell:" + planted, "folded": "NOTE:Vau\r\n bexange", "quoted-printable": "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Vaubexan=67e",
	} {
		add("card-"+name, "a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\n"+line+"\r\nEND:VCARD\r\n", in(poterne.ZoneCell))
	}
	for name, line := range map[string]string{
		"summary": "SUMMARY:" + planted, "guest": "ATTENDEE;CN=\"" + planted + "\":mailto:a@b.example", "place": "LOCATION:" + planted, "alarm": "BEGIN:VALARM\r\nDESCRIPTION:" + planted + "\r\nEND:VALARM",
	} {
		add("calendar-"+name, "a.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"+line+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", in(poterne.ZoneCell))
	}
	book := func(parts ...string) []byte {
		return zipOf(t, append([]string{"mimetype", "application/epub+zip", "META-INF/container.xml", "<container><rootfiles><rootfile full-path='OEBPS/content.opf'/></rootfiles></container>"}, parts...)...)
	}
	opf := "<package><metadata><dc:creator>%s</dc:creator></metadata><manifest><item id='c' href='c.xhtml' media-type='application/xhtml+xml'/></manifest><spine><itemref idref='c'/></spine></package>"
	cases = append(cases,
		noun("book-chapter", "a.epub", book("OEBPS/content.opf", opf, "OEBPS/c.xhtml", "<html><body><p>"+planted+"</p></body></html>"), in(poterne.ZoneBody)),
		noun("book-author", "a.epub", book("OEBPS/content.opf", strings.Replace(opf, "%s", planted, 1), "OEBPS/c.xhtml", "<html/>"), in(poterne.ZoneProperty)),
		noun("book-unlisted-chapter", "a.epub", book("OEBPS/content.opf", opf, "OEBPS/c.xhtml", "<html/>", "OEBPS/d.xhtml", "<html><body><p>"+planted+"</p></body></html>"), in(poterne.ZoneBody)),
		noun("book-index", "a.epub", book("OEBPS/content.opf", opf, "OEBPS/c.xhtml", "<html/>", "OEBPS/toc.ncx", "<ncx><navPoint><navLabel><text>"+planted+"</text></navLabel></navPoint></ncx>"), in(poterne.ZoneBody)))
	return cases
}
