package extract_test

import (
	"fmt"

	"poterne"
	"poterne/extract/extracttest"
)

// docStoriesFile is a document of Word 97 whose runs of text are the stories: main
// text, footnotes, headers, macros, comments, endnotes, text boxes, those of headers.
// It is one piece in Unicode.
func docStoriesFile(stories [8]string, extra ...oleStream) []byte {
	return docDrawingsFile(stories, nil, extra...)
}

// docDrawingsFile is such a document with drawings: a store of pictures, then the
// shapes of the text (behind 0) and of the headers (behind 1).
func docDrawingsFile(stories [8]string, drawings []byte, extra ...oleStream) []byte {
	fib := make([]byte, 1024)
	le.PutUint16(fib, 0xA5EC)
	le.PutUint16(fib[2:], 0xC1)
	le.PutUint16(fib[6:], 0x40C)
	le.PutUint16(fib[0x0A:], 0x0200)
	all := ""
	for i, s := range stories {
		le.PutUint32(fib[0x4C+4*i:], uint32(len([]rune(s))))
		all += s
	}
	clx := join([]byte{2}, u32(16), u32(0, len([]rune(all))), u16(0), u32(len(fib)), u16(0))
	le.PutUint32(fib[0x1A6:], uint32(len(clx)))
	hdd := u32(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, len([]rune(stories[2]))) // an odd footer
	le.PutUint32(fib[0xF2:], uint32(len(clx)))
	le.PutUint32(fib[0xF6:], uint32(len(hdd)))
	le.PutUint32(fib[0x22A:], uint32(len(clx)+len(hdd)))
	le.PutUint32(fib[0x22E:], uint32(len(drawings)))
	return oleFile(append([]oleStream{{"WordDocument", join(fib, wide(all))}, {"1Table", join(clx, hdd, drawings)}}, extra...)...)
}

// bookOfRecords is a workbook of BIFF8 with one sheet called Paie; globals and
// cells are further records of the workbook and of the sheet.
func bookOfRecords(globals, cells []byte, extra ...oleStream) []byte {
	head := func(at int) []byte {
		return join(rec(0x809, u16(0x600, 5, 0, 0), u32(0, 0)),
			rec(0x41E, u16(164), str8(`0\ 00\ 00\ 00\ 000\ 000\ 00`)), rec(0x41E, u16(165), str8("0000000000")),
			rec(0xE0, u16(0, 0, 0), make([]byte, 14)), rec(0xE0, u16(0, 164, 0), make([]byte, 14)), rec(0xE0, u16(0, 165, 0), make([]byte, 14)), rec(0xE0, u16(0, 14, 0), make([]byte, 14)),
			rec(0x85, u32(at), u16(0), []byte{4, 0}, []byte("Paie")), globals, rec(0x0A))
	}
	sheet := join(rec(0x809, u16(0x600, 0x10, 0, 0), u32(0, 0)), cells, rec(0x0A))
	return oleFile(append([]oleStream{{"Workbook", join(head(len(head(0))), sheet)}}, extra...)...)
}

// pptAtom and pptBox are records of PowerPoint.
func pptAtom(instance, kind int, data []byte) []byte {
	return join(u16(instance<<4, kind), u32(len(data)), data)
}

func pptBox(instance, kind int, data ...[]byte) []byte {
	d := join(data...)
	return join(u16(instance<<4|15, kind), u32(len(d)), d)
}

// showOfRecords is a presentation of one slide whose record is slide, and further
// records at the top.
func showOfRecords(slide []byte, extra ...[]byte) []byte {
	document := pptBox(0, 0x03E8, pptBox(0, 0x0FF0, pptAtom(0, 0x03F3, join(u32(1), make([]byte, 16)))))
	persist := pptAtom(0, 0x1772, join(u32(1|1<<20), u32(len(document))))
	return oleFile(oleStream{"PowerPoint Document", join(document, slide, join(extra...), persist)}, oleStream{"Current User", make([]byte, 20)})
}

// legacyNouns are the places of a text in the formats before 2007.
func legacyNouns() []extracttest.Case {
	var cases []extracttest.Case
	add := func(name, file string, data []byte, want extracttest.Text) {
		cases = append(cases, noun(name, file, data, want))
	}
	doc := func(name string, story int, text string, want extracttest.Text) {
		stories := [8]string{"corps\r"}
		stories[story] = text
		add("doc-"+name, "a.doc", docStoriesFile(stories), want)
	}
	doc("paragraph", 0, planted+"\r", in(poterne.ZoneBody))
	doc("second-page", 0, "x\x0c"+planted+"\r", extracttest.Text{Page: 2})
	doc("field-result", 0, "\x13 AUTHOR \x14"+planted+"\x15\r", in(poterne.ZoneBody))
	doc("field-code", 0, "\x13 MERGEFIELD "+planted+" \x14x\x15\r", in(poterne.ZoneProperty))
	doc("link", 0, "\x13 HYPERLINK \"https://intranet.example/"+planted+"\" \x14x\x15\r", in(poterne.ZoneProperty))
	doc("cell", 0, "x\x07"+planted+"\x07\x07suite\r", extracttest.Text{Zone: poterne.ZoneCell, Column: 2})
	doc("no-break-hyphen", 0, "a\x1eb\r", extracttest.Text{Text: "a\u2011b"})
	doc("footnote", 1, planted+"\r", in(poterne.ZoneNote))
	doc("footer", 2, planted+"\r", in(poterne.ZoneFooter))
	doc("comment", 4, planted+"\r", in(poterne.ZoneComment))
	doc("endnote", 5, planted+"\r", in(poterne.ZoneNote))
	doc("text-box", 6, planted+"\r", in(poterne.ZoneBody))
	doc("text-box-of-header", 7, planted+"\r", in(poterne.ZoneHeader))
	body := [8]string{"corps\r"}
	property := func(id int) []byte { // a complex property of a shape ([MS-ODRAW] 2.3.4)
		text := join(wide(planted), u16(0))
		return pptAtom(1, 0xF00B, join(u16(id|0x8000), u32(len(text)), text))
	}
	drawn := func(story byte, id int) []byte {
		return docDrawingsFile(body, join(pptBox(0, 0xF000), []byte{0}, pptBox(0, 0xF002), []byte{story}, pptBox(0, 0xF002, pptBox(0, 0xF003, pptBox(0, 0xF004, property(id))))))
	}
	add("doc-watermark", "a.doc", drawn(1, 0x00C0), in(poterne.ZoneWatermark))
	add("doc-word-art", "a.doc", drawn(0, 0x00C0), in(poterne.ZoneBody))
	add("doc-alternative-text", "a.doc", drawn(0, 0x0381), in(poterne.ZoneBody))
	for i, name := range map[int]string{2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "comments", 8: "last-author"} {
		value := join(u32(30, len(planted)+1), []byte(planted), make([]byte, 4-len(planted)%4))
		set := join(u16(0xFFFE, 0), u32(0), make([]byte, 16), u32(1), make([]byte, 16), u32(48), u32(0, 1), u32(i, 16), value)
		add("doc-property-"+name, "a.doc", docStoriesFile(body, oleStream{"\x05SummaryInformation", set}), in(poterne.ZoneProperty))
	}
	add("doc-embedded-package", "a.doc", docStoriesFile(body, oleStream{"ObjectPool/_1/\x01Ole10Native", ole10("p.txt", planted)}), extracttest.Text{Member: "_1!p.txt"})
	inner := bookOfRecords(nil, rec(0x204, u16(0, 0, 0), str8(planted)))
	add("doc-embedded-book", "a.doc", docStoriesFile(body, oleStream{"ObjectPool/_2/Workbook", join(rec(0x809, u16(0x600, 0x10, 0, 0), u32(0, 0)), rec(0x204, u16(0, 0, 0), str8(planted)), rec(0x0A))}),
		extracttest.Text{Member: "_2", Zone: poterne.ZoneCell, Row: 1})
	add("doc-embedded-file", "a.doc", docStoriesFile(body, oleStream{"ObjectPool/_3/Package", inner}), extracttest.Text{Member: "_3!Package", Zone: poterne.ZoneCell})

	// B2, whose title is Valeur.
	titles := join(rec(0x204, u16(0, 0, 0), str8("Nom")), rec(0x204, u16(0, 1, 0), str8("Valeur")), rec(0x204, u16(1, 0, 0), str8("x")))
	at := extracttest.Text{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 2, Column: 2, Header: "Valeur"}
	cell := func(name, text string, record []byte) {
		want := at
		want.Text = text
		add("xls-"+name, "a.xls", bookOfRecords(rec(0xFC, u32(1, 1), str8(planted)), join(titles, record)), want)
	}
	cell("shared-string", "", rec(0xFD, u16(1, 1, 0), u32(0)))
	cell("label", "", rec(0x204, u16(1, 1, 0), str8(planted)))
	cell("formula-text", "", join(rec(0x06, u16(1, 1, 0), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, make([]byte, 8)), rec(0x207, str8(planted))))
	cell("number", "185057800608436", rec(0x203, u16(1, 1, 0), float(185057800608436)))
	cell("nir-as-shown", "1 85 05 78 006 084 36", rec(0x203, u16(1, 1, 1), float(185057800608436)))
	cell("nir-as-stored", "\t185057800608436", rec(0x203, u16(1, 1, 1), float(185057800608436)))
	cell("telephone-with-zero", "0612345678", rec(0x203, u16(1, 1, 2), float(612345678)))
	cell("date-as-shown", "01/01/1990", rec(0x203, u16(1, 1, 3), float(32874)))
	cell("date-as-stored", "1990-01-01", rec(0x203, u16(1, 1, 3), float(32874)))
	cell("packed-number", "512345678", rec(0x27E, u16(1, 1, 0), u32(512345678<<2|2)))
	book := func(name string, globals, records []byte, want extracttest.Text) {
		add("xls-"+name, "a.xls", bookOfRecords(globals, records), want)
	}
	here := func(z poterne.Zone) extracttest.Text { return extracttest.Text{Zone: z, Sheet: "Paie"} }
	book("header", nil, rec(0x14, str8("&L"+planted)), here(poterne.ZoneHeader))
	book("footer", nil, rec(0x15, str8("&C"+planted)), here(poterne.ZoneFooter))
	book("shape", nil, join(rec(0x1B6, make([]byte, 10), u16(len(planted)), make([]byte, 6)), rec(0x3C, []byte{0}, []byte(planted))), here(poterne.ZoneComment))
	book("alternative-text", nil, rec(0xEC, pptBox(0, 0xF002, pptBox(0, 0xF004, property(0x0381)))), extracttest.Text{Sheet: "Paie"})
	book("word-art", nil, rec(0xEC, pptBox(0, 0xF002, pptBox(0, 0xF004, property(0x00C0)))), extracttest.Text{Sheet: "Paie"})
	book("author-of-comment", nil, rec(0x1C, u16(0, 0, 0, 1), str8(planted)), in(poterne.ZoneProperty))
	book("link", nil, rec(0x1B8, make([]byte, 32), wide("https://intranet.example/"+planted)), in(poterne.ZoneProperty))
	list := join(u16(0, len(planted)+3, 0), []byte{0x17, byte(len(planted)), 0}, []byte(planted))
	none := join(u16(1), []byte{0, 0})
	book("validation-list", nil, rec(0x1BE, u32(3), none, none, none, none, list[2:]), here(poterne.ZoneHidden))
	book("validation-prompt", nil, rec(0x1BE, u32(3), none, none, str8(planted), none, make([]byte, 8)), here(poterne.ZoneHidden))
	book("defined-name", rec(0x18, u16(0), []byte{0, byte(len(planted))}, u16(0), u16(0), u16(0), []byte{0, 0, 0, 0, 0}, []byte(planted)), nil, in(poterne.ZoneProperty))
	book("series", nil, join(rec(0x809, u16(0x600, 0x20, 0, 0), u32(0, 0)), rec(0x100D, u16(0), []byte{byte(len(planted)), 0}, []byte(planted)), rec(0x0A)), extracttest.Text{Sheet: "Paie"})
	book("linked-cell", join(rec(0x1AE, u16(1), str8("x"), str8("F")), rec(0x5A, []byte{0, 0}, u16(0), []byte{2}, str8(planted))), nil, in(poterne.ZoneHidden))
	book("linked-file", rec(0x1AE, u16(0), str8(planted+".xls")), nil, in(poterne.ZoneProperty))
	add("xls-pivot", "a.xls", bookOfRecords(nil, nil, oleStream{"_SX_DB_CUR/0001", rec(0xCD, str8(planted))}), in(poterne.ZoneCell))
	add("xls-embedded-package", "a.xls", bookOfRecords(nil, nil, oleStream{"MBD0001/\x01Ole10Native", ole10("p.txt", planted)}), extracttest.Text{Member: "mbd0001!p.txt"})

	shape := func(data ...[]byte) []byte { return pptBox(0, 0x03EE, pptBox(0, 0xF00D, data...)) }
	ppt := func(name string, data []byte, want extracttest.Text) { add("ppt-"+name, "a.ppt", data, want) }
	ppt("text", showOfRecords(shape(pptAtom(0, 0x0FA0, wide(planted)))), extracttest.Text{Page: 1})
	ppt("text-in-bytes", showOfRecords(shape(pptAtom(0, 0x0FA8, []byte(planted)))), extracttest.Text{Page: 1})
	ppt("footer", showOfRecords(pptBox(0, 0x03EE, pptBox(0, 0x0FD9, pptAtom(2, 0x0FBA, wide(planted))))), extracttest.Text{Zone: poterne.ZoneFooter, Page: 1})
	ppt("notes", showOfRecords(shape(), pptBox(0, 0x03F0, pptAtom(0, 0x0FA0, wide(planted)))), in(poterne.ZoneNote))
	ppt("master", showOfRecords(shape(), pptBox(0, 0x03F8, pptAtom(0, 0x0FA0, wide(planted)))), in(poterne.ZoneHeader))
	ppt("prompt", showOfRecords(shape(), pptBox(0, 0x03F8, pptAtom(0, 0x0F9F, u32(0)), pptAtom(0, 0x0FA0, wide(planted)))), in(poterne.ZonePrompt))
	ppt("master-other", showOfRecords(shape(), pptBox(0, 0x03F8, pptAtom(0, 0x0F9F, u32(0)), pptAtom(0, 0x0FA0, wide("titre")), pptAtom(0, 0x0F9F, u32(4)), pptAtom(0, 0x0FA0, wide(planted)))), in(poterne.ZoneHeader))
	ppt("handout", showOfRecords(shape(), pptBox(0, 0x0FC9, pptAtom(0, 0x0FA0, wide(planted)))), in(poterne.ZoneHeader))
	ppt("comment", showOfRecords(pptBox(0, 0x03EE, pptBox(0, 0x2EE0, pptAtom(1, 0x0FBA, wide(planted))))), extracttest.Text{Zone: poterne.ZoneComment, Page: 1})
	ppt("author-of-comment", showOfRecords(pptBox(0, 0x03EE, pptBox(0, 0x2EE0, pptAtom(0, 0x0FBA, wide(planted))))), extracttest.Text{Zone: poterne.ZoneComment, Page: 1})
	ppt("link", showOfRecords(shape(), pptBox(0, 0x0409, pptBox(0, 0x0FD7, pptAtom(1, 0x0FBA, wide("https://intranet.example/"+planted))))), in(poterne.ZoneBody))
	ppt("alternative-text", showOfRecords(shape(property(0x0381))), extracttest.Text{Page: 1})
	ppt("word-art", showOfRecords(shape(property(0x00C0))), extracttest.Text{Page: 1})
	ppt("embedded-object", showOfRecords(shape(), pptAtom(0, 0x1011, oleFile(oleStream{"\x01Ole10Native", ole10("p.txt", planted)}))), extracttest.Text{Member: "object 1!p.txt"})

	rtf := func(name, text string, want extracttest.Text) {
		add("rtf-"+name, "a.rtf", []byte(`{\rtf1\ansi\ansicpg1252 `+text+`}`), want)
	}
	rtf("paragraph", planted+`\par`, in(poterne.ZoneBody))
	rtf("runs", `Vau{\b bex}ange\par`, in(poterne.ZoneBody))
	rtf("code-page", `Pr\'e9fecture\par`, extracttest.Text{Text: "Préfecture"})
	rtf("unicode", `caf\u233?\par`, extracttest.Text{Text: "café"})
	rtf("hidden", `{\v `+planted+`}\par`, in(poterne.ZoneHidden))
	rtf("deleted", `{\deleted `+planted+`}\par`, in(poterne.ZoneComment))
	rtf("header", `{\header `+planted+`}x\par`, in(poterne.ZoneHeader))
	rtf("footer", `{\footerf `+planted+`}x\par`, in(poterne.ZoneFooter))
	rtf("footnote", `x{\footnote `+planted+`}\par`, in(poterne.ZoneNote))
	rtf("comment", `x{\*\annotation `+planted+`}\par`, in(poterne.ZoneComment))
	rtf("author-of-comment", `x{\*\atnauthor `+planted+`}\par`, in(poterne.ZoneComment))
	rtf("author-of-change", `{\*\revtbl {`+planted+`;}}x\par`, in(poterne.ZoneProperty))
	rtf("text-box", `{\shp{\*\shpinst{\shptxt `+planted+`\par}}}`, in(poterne.ZoneBody))
	rtf("watermark", `{\header{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv `+planted+`}}}}}`, in(poterne.ZoneWatermark))
	rtf("alternative-text", `{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv `+planted+`}}}}`, in(poterne.ZoneBody))
	rtf("cell", `\trowd\intbl Nom\cell Ville\cell\row\trowd\intbl x\cell `+planted+`\cell\row\pard y\par`, extracttest.Text{Zone: poterne.ZoneCell, Row: 2, Column: 2, Header: "Ville"})
	rtf("field-result", `{\field{\*\fldinst AUTHOR}{\fldrslt `+planted+`}}\par`, in(poterne.ZoneBody))
	rtf("link", `{\field{\*\fldinst HYPERLINK "https://intranet.example/`+planted+`"}{\fldrslt x}}\par`, in(poterne.ZoneHidden))
	rtf("merge-field", `{\field{\*\fldinst MERGEFIELD `+planted+`}{\fldrslt x}}\par`, in(poterne.ZoneHidden))
	rtf("form-default", `{\*\formfield{\*\ffdeftext `+planted+`}}x\par`, in(poterne.ZoneHidden))
	rtf("form-list", `{\*\formfield{\*\ffl `+planted+`}}x\par`, in(poterne.ZoneHidden))
	rtf("index-entry", `{\xe `+planted+`}x\par`, in(poterne.ZoneHidden))
	rtf("variable", `{\*\docvar {n}{`+planted+`}}x\par`, in(poterne.ZoneProperty))
	rtf("own-property", `{\*\userprops{\propname n}\proptype30{\staticval `+planted+`}}x\par`, in(poterne.ZoneProperty))
	rtf("list-prefix", `{\pntext `+planted+`\tab}x\par`, in(poterne.ZoneBody))
	rtf("behind-the-end", `x\par}`+planted+`{`, in(poterne.ZoneHidden))
	for _, name := range []string{"title", "subject", "author", "operator", "keywords", "comment", "doccomm", "company", "manager", "category"} {
		rtf("info-"+name, `{\info{\`+name+` `+planted+`}}x\par`, in(poterne.ZoneProperty))
	}
	object := join(u32(0x501, 2), u32(8), []byte("Package\x00"), u32(0, 0), u32(len(ole10("p.txt", planted))-4), ole10("p.txt", planted)[4:])
	rtf("embedded-package", fmt.Sprintf(`{\object\objemb{\*\objdata %x}}`, object), extracttest.Text{Member: "p.txt"})
	return cases
}
