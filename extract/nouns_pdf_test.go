package extract_test

import (
	"fmt"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// pdfNouns are the places of a text in a PDF.
func pdfNouns() []extracttest.Case {
	var cases []extracttest.Case
	add := func(name string, data []byte, want extracttest.Text) {
		cases = append(cases, noun(name, "a.pdf", data, want))
	}
	front := lines("Texte de la page, assez long pour en être un")
	shows := func(content string) []byte { return onePage([]byte(content)) }
	// noted is a page with an annotation.
	noted := func(name, entries string, want extracttest.Text) {
		want.Page = 1
		p := new(pdfFile)
		add("note-"+name, p.bytes(p.build("", page{content: front, entries: "/Annots [<< /Type /Annot /Rect [10 10 200 30] " + entries + " >>]"})), want)
	}
	// filled is a form with one field.
	filled := func(name, entries string, want extracttest.Text) {
		want.Page = 1
		p := new(pdfFile)
		field := p.add("<< /Type /Annot /Subtype /Widget /Rect [10 10 200 30] /T (ville) %s >>", entries)
		add("field-"+name, p.bytes(p.build(fmt.Sprintf("/AcroForm << /Fields [%d 0 R] >>", field), page{content: front, entries: fmt.Sprintf("/Annots [%d 0 R]", field)})), want)
	}
	// catalogued is a document with entries of its catalogue, made by more.
	catalogued := func(name string, more func(p *pdfFile) string, want extracttest.Text) {
		p := new(pdfFile)
		entries := more(p)
		add(name, p.bytes(p.build(entries, page{content: front})), want)
	}

	add("text", textPDF([]string{planted}), extracttest.Text{Page: 1})
	add("second-page", textPDF([]string{"x"}, []string{planted}), extracttest.Text{Page: 2})
	add("kerned", shows("BT /F1 11 Tf 50 800 Td [(Vau) 20 (bex) -15 (ange)] TJ ET"), extracttest.Text{Page: 1})
	add("placed-letter-groups", shows("BT /F1 11 Tf 1 0 0 1 50 800 Tm (Vau) Tj (bexange) Tj ET"), extracttest.Text{Page: 1})
	add("invisible", shows("BT 3 Tr /F1 11 Tf 50 800 Td ("+planted+") Tj ET"), extracttest.Text{Page: 1})
	add("white", shows("1 1 1 rg BT /F1 11 Tf 50 800 Td ("+planted+") Tj ET"), extracttest.Text{Page: 1})
	add("outside-of-the-page", shows("BT /F1 11 Tf 50 900 Td ("+planted+") Tj ET"), extracttest.Text{Page: 1})
	add("turned", shows("BT /F1 11 Tf 0 1 -1 0 50 100 Tm ("+planted+") Tj ET"), extracttest.Text{Page: 1})
	add("tiny", shows("BT /F1 0.5 Tf 50 800 Td ("+planted+") Tj ET"), extracttest.Text{Page: 1})
	add("clipped", shows("0 0 1 1 re W n BT /F1 11 Tf 50 800 Td ("+planted+") Tj ET"), extracttest.Text{Page: 1})
	add("hyphenated", shows("BT /F1 11 Tf 14 TL 50 800 Td (Vaube-) Tj T* (xange) Tj ET"), extracttest.Text{Page: 1})
	add("soft-hyphen", shows("BT /F1 11 Tf 14 TL 50 800 Td (Vaube\\255) Tj T* (xange) Tj ET"), extracttest.Text{Page: 1})
	add("actual-text", shows("/Span << /ActualText ("+planted+") >> BDC BT /F1 11 Tf 50 800 Td (V) Tj ET EMC"), extracttest.Text{Page: 1})
	form := new(pdfFile)
	inner := form.stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>", lines(planted))
	add("form-object", form.bytes(form.build("", page{content: []byte("/Fx Do"), resources: fmt.Sprintf("/XObject << /Fx %d 0 R >>", inner)})), extracttest.Text{Page: 1})
	layer := new(pdfFile)
	group := layer.add("<< /Type /OCG /Name (calque) >>")
	add("hidden-layer", layer.bytes(layer.build(fmt.Sprintf("/OCProperties << /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>", group, group), page{
		content: append([]byte("/OC /L1 BDC "), append(lines(planted), " EMC"...)...), resources: fmt.Sprintf("/Properties << /L1 %d 0 R >>", group)})), extracttest.Text{Page: 1})

	for _, kind := range []string{"Text", "Highlight", "Underline", "StrikeOut", "Square", "Line", "Ink", "Caret", "Redact"} {
		noted(kind, "/Subtype /"+kind+" /Contents ("+planted+")", in(poterne.ZoneComment))
	}
	noted("FreeText", "/Subtype /FreeText /DA (/F1 10 Tf) /Contents ("+planted+")", in(poterne.ZoneBody))
	noted("Stamp", "/Subtype /Stamp /Contents ("+planted+")", in(poterne.ZoneWatermark))
	noted("author", "/Subtype /Text /T ("+planted+") /Contents (x)", in(poterne.ZoneComment))
	noted("subject", "/Subtype /Text /Subj ("+planted+") /Contents (x)", in(poterne.ZoneComment))
	noted("rich-text", "/Subtype /FreeText /RC (<body><p>"+planted+"</p></body>)", in(poterne.ZoneBody))
	noted("hidden", "/Subtype /Text /F 2 /Contents ("+planted+")", in(poterne.ZoneComment))
	noted("link", "/Subtype /Link /A << /S /URI /URI (https://intranet.example/"+planted+") >>", in(poterne.ZoneHidden))
	noted("launch", "/Subtype /Link /A << /S /Launch /F (C:/"+planted+".doc) >>", in(poterne.ZoneHidden))
	filled("text", "/FT /Tx /V ("+planted+")", extracttest.Text{Header: "ville"})
	filled("utf-16", "/FT /Tx /V <FEFF005600610075006200650078 0061006E00670065>", extracttest.Text{Header: "ville"})
	filled("tool-tip", "/FT /Tx /TU ("+planted+") /V (x)", extracttest.Text{Text: "x", Header: planted})
	filled("default", "/FT /Tx /DV ("+planted+")", extracttest.Text{Zone: poterne.ZoneHidden, Header: "ville"})
	filled("choice", "/FT /Ch /Ff 131072 /V (b) /Opt [(a) ("+planted+")]", extracttest.Text{Zone: poterne.ZoneHidden, Header: "ville"})
	filled("chosen", "/FT /Ch /Ff 131072 /V ("+planted+") /Opt [(a) (b)]", extracttest.Text{Header: "ville"})
	filled("password", "/FT /Tx /Ff 8192 /V ("+planted+")", extracttest.Text{Header: "ville"})
	filled("without-appearance-hidden", "/FT /Tx /F 2 /V ("+planted+")", extracttest.Text{Header: "ville"})

	catalogued("attachment", func(p *pdfFile) string {
		s := p.stream("/Type /EmbeddedFile", []byte(planted))
		return fmt.Sprintf("/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a.txt) /UF (a.txt) /EF << /F %d 0 R >> >>] >> >>", s)
	}, extracttest.Text{Member: "a.txt"})
	catalogued("portfolio", func(p *pdfFile) string {
		s := p.stream("/Type /EmbeddedFile", textPDF([]string{planted}))
		return fmt.Sprintf("/Collection << /Type /Collection >> /Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (b.pdf) /UF (b.pdf) /EF << /F %d 0 R >> >>] >> >>", s)
	}, extracttest.Text{Member: "b.pdf", Page: 1})
	catalogued("associated-file", func(p *pdfFile) string {
		s := p.stream("/Type /EmbeddedFile", []byte("<facture>"+planted+"</facture>"))
		spec := p.add("<< /Type /Filespec /F (facture.xml) /UF (facture.xml) /AFRelationship /Data /EF << /F %d 0 R >> >>", s)
		return fmt.Sprintf("/AF [%d 0 R] /Names << /EmbeddedFiles << /Names [(f) %d 0 R] >> >>", spec, spec)
	}, extracttest.Text{Member: "facture.xml"})
	catalogued("bookmark", func(p *pdfFile) string {
		root, first := p.add("null"), p.add("null")
		p.set(root, "<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count 1 >>", first, first)
		p.set(first, "<< /Title (%s) /Parent %d 0 R >>", planted, root)
		return fmt.Sprintf("/Outlines %d 0 R", root)
	}, in(poterne.ZoneProperty))
	catalogued("page-label", func(*pdfFile) string { return "/PageLabels << /Nums [0 << /P (" + planted + ") >>] >>" }, extracttest.Text{Zone: poterne.ZoneProperty, Page: 1})
	catalogued("xmp", func(p *pdfFile) string {
		return fmt.Sprintf("/Metadata %d 0 R", p.stream("/Type /Metadata /Subtype /XML", []byte("<x:xmpmeta><rdf:RDF><rdf:Description><dc:title><rdf:Alt><rdf:li>"+planted+"</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>")))
	}, in(poterne.ZoneProperty))
	catalogued("xmp-deflated", func(p *pdfFile) string {
		return fmt.Sprintf("/Metadata %d 0 R", p.stream("/Type /Metadata /Subtype /XML /Filter /FlateDecode", deflate([]byte("<x:xmpmeta><rdf:Description pdfx:Marquage='"+planted+"'/></x:xmpmeta>"))))
	}, in(poterne.ZoneProperty))
	catalogued("xfa-data", func(p *pdfFile) string {
		s := p.stream("", []byte("<xfa:datasets xmlns:xfa='x'><xfa:data><ville>"+planted+"</ville></xfa:data></xfa:datasets>"))
		return fmt.Sprintf("/AcroForm << /Fields [] /XFA [(datasets) %d 0 R] >>", s)
	}, extracttest.Text{Header: "ville"})
	catalogued("xfa-template", func(p *pdfFile) string {
		s := p.stream("", []byte("<template><field><caption><value><text>"+planted+"</text></value></caption></field></template>"))
		return fmt.Sprintf("/AcroForm << /Fields [] /XFA [(template) %d 0 R] >>", s)
	}, in(poterne.ZoneBody))
	catalogued("xfa-in-one-stream", func(p *pdfFile) string {
		s := p.stream("", []byte("<xdp:xdp xmlns:xdp='x'><xfa:datasets><xfa:data><ville>"+planted+"</ville></xfa:data></xfa:datasets></xdp:xdp>"))
		return fmt.Sprintf("/AcroForm << /Fields [] /XFA %d 0 R >>", s)
	}, extracttest.Text{Header: "ville"})
	catalogued("named-script", func(p *pdfFile) string {
		return "/Names << /JavaScript << /Names [(s) << /S /JavaScript /JS (mot = '" + planted + "') >>] >> >>"
	}, in(poterne.ZoneHidden))
	for _, key := range []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer"} {
		p := new(pdfFile)
		p.trailer = fmt.Sprintf("/Info %d 0 R", p.add("<< /%s (%s) >>", key, planted))
		add("info-"+key, p.bytes(p.build("", page{content: front})), in(poterne.ZoneProperty))
	}
	label := new(pdfFile)
	label.trailer = fmt.Sprintf("/Info %d 0 R", label.add("<< /MSIP_Label_1_Name (%s) >>", planted))
	add("info-label", label.bytes(label.build("", page{content: front})), in(poterne.ZoneProperty))
	return cases
}

// TestEveryNounOfPDF is TestEveryNoun with the engine of PDF.
func TestEveryNounOfPDF(t *testing.T) {
	extracttest.Find(t, pdfExtractor(t).Extract, pdfNouns())
}
