package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
	"poterne/extract/sandbox"
)

// pdfCache is where the engine is compiled for all tests of this run.
var pdfCache string

// TestMain makes the test's own binary a child of the sandbox too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Command {
		if err := sandbox.Child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "poterne-pdf-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pdfCache = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func pdfExtractor(t testing.TB) *extract.Extractor {
	t.Helper()
	if err := extract.PreparePDF(pdfCache); err != nil {
		t.Fatal(err)
	}
	x := extract.New(extract.Options{CacheDir: pdfCache})
	t.Cleanup(func() { x.Close() })
	return x
}

func TestPDF(t *testing.T) {
	x := pdfExtractor(t)
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{
			Name: "lines", File: "note.pdf", Format: "pdf",
			Data: textPDF([]string{"DIFFUSION RESTREINTE", "Préfecture : numéro 1 85 05 78", "006 084 36, reçu à Besançon"}, []string{"Page deux (fin)"}),
			Want: []extracttest.Text{
				{Text: "DIFFUSION RESTREINTE\nPréfecture : numéro 1 85 05 78 006 084 36, reçu à Besançon", Page: 1},
				{Text: "Page deux (fin)", Page: 2},
			},
		},
		{
			Name: "words-cut-at-line-ends", File: "a.pdf",
			Data: textPDF([]string{"un docu-", "ment administratif, dossier 12-", "34 du service"}),
			Want: []extracttest.Text{{Text: "un document administratif"}, {Text: "12-\n34"}},
		},
		{Name: "annotations", File: "a.pdf", Data: annotatedPDF(), Want: []extracttest.Text{
			{Text: "Texte de la page", Page: 1},
			{Text: "Remarque du relecteur", Zone: poterne.ZoneComment, Page: 1},
			{Text: "Camille Exemple", Zone: poterne.ZoneComment, Page: 1},
			{Text: "Ajout libre", Page: 1},
			{Text: "mailto:agent@exemple.invalid", Zone: poterne.ZoneHidden, Page: 1},
			{Text: "contenu joint", Member: "note jointe.txt"},
		}, Once: []string{"Ajout libre", "Remarque du relecteur", "mailto:agent@exemple.invalid", "Camille Exemple"}},
		{Name: "form", File: "cerfa.pdf", Data: formPDF(), Want: []extracttest.Text{
			{Text: "1850578006084", Header: "Numéro de sécurité sociale", Page: 1},
			{Text: "valeur du parent", Header: "ville", Page: 1},
			{Text: "☒ Diffusion limitée", Page: 1},
			{Text: "Premier choix\nSecond choix", Zone: poterne.ZoneHidden, Header: "Choix", Page: 1},
			{Text: "donnée XFA", Header: "nom"},
		}, Once: []string{"1850578006084", "valeur du parent"}, Not: []string{"☒ Diffusion large"}},
		{Name: "properties", File: "a.pdf", Data: describedPDF(), Want: []extracttest.Text{
			{Text: "Title: Rapport d'étape", Zone: poterne.ZoneProperty},
			{Text: "MSIP_Label_0001_Name: Confidentiel interne", Zone: poterne.ZoneProperty},
			{Text: "description: Sujet XMP", Zone: poterne.ZoneProperty},
			{Text: "Marquage: Réservé", Zone: poterne.ZoneProperty},
			{Text: "Chapitre premier", Zone: poterne.ZoneProperty},
			{Text: "Section cachée", Zone: poterne.ZoneProperty},
			{Text: "PageLabel: Annexe-7", Zone: poterne.ZoneProperty, Page: 1},
		}, Not: []string{"http://ns.example/"}},
		{Name: "attachments", File: "dossier.pdf", Data: portfolioPDF(), Want: []extracttest.Text{
			{Text: "page de garde du dossier", Page: 1},
			{Text: "texte de la pièce", Member: "pièce.txt"},
			{Text: "un autre texte", Member: "pièce.txt#2"},
			{Text: "PDF dans le PDF", Member: "annexe.pdf", Page: 1},
		}},
		{
			Name: "hidden-text", File: "a.pdf",
			Data: onePage([]byte("BT 3 Tr /F1 11 Tf 50 800 Td (texte reconnu sous image) Tj ET")),
			Want: []extracttest.Text{{Text: "texte reconnu sous image", Page: 1}},
		},
		{Name: "picture", File: "scan.pdf", Data: picturePDF(false), Kind: poterne.ImageOnly},
		{Name: "picture-and-text", File: "scan.pdf", Data: picturePDF(true), Kind: poterne.Partial,
			Want: []extracttest.Text{{Text: "une page de texte entière", Page: 2}}},
		{Name: "drawing", File: "plan.pdf", Data: onePage(bytes.Repeat([]byte("10 10 m 20 20 l S\n"), 200)), Kind: poterne.ImageOnly},
		{Name: "identity-card-on-a-page", File: "cni.pdf", Data: cardPDF(243, 153), Kind: poterne.ImageOnly},
		{Name: "logo-on-a-page", File: "garde.pdf", Data: cardPDF(113, 57)},
		{Name: "blank", File: "vide.pdf", Data: onePage(nil)},
		{Name: "private-letters", File: "a.pdf", Data: privatePDF(), Kind: poterne.ImageOnly},
		{Name: "encrypted", File: "a.pdf", Data: encryptedPDF("secret", "ligne chiffrée du dossier"), Kind: poterne.Encrypted, Not: []string{"ligne"}},
		{Name: "encrypted-without-password", File: "a.pdf", Data: encryptedPDF("", "ligne chiffrée du dossier"),
			Want: []extracttest.Text{{Text: "ligne chiffrée du dossier", Page: 1}}},
		{Name: "wrong-xref", File: "a.pdf",
			Data: bytes.Replace(textPDF([]string{"le texte est encore là"}), []byte("startxref\n"), []byte("startxref\n9"), 1),
			Want: []extracttest.Text{{Text: "le texte est encore là", Page: 1}}},
		{Name: "not-one", File: "a.pdf", Data: []byte("%PDF-1.7\nrien de plus\n%%EOF"), Kind: poterne.Malformed},
	})
}

func onePage(content []byte) []byte {
	p := new(pdfFile)
	return p.bytes(p.build("", page{content: content}))
}

func annotatedPDF() []byte {
	p := new(pdfFile)
	font := p.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	shown := p.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 %d 0 R >> >>", font),
		[]byte("BT /F1 10 Tf 2 5 Td (Ajout libre) Tj ET"))
	file := p.stream("/Type /EmbeddedFile", []byte("contenu joint à une remarque"))
	annots := strings.Join([]string{
		"<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (Remarque du relecteur) /T (Camille Exemple) >>",
		"<< /Type /Annot /Subtype /Popup /Rect [10 10 30 30] /Contents (Remarque du relecteur) >>",
		"<< /Type /Annot /Subtype /Highlight /Rect [10 40 30 60] /T (Camille Exemple) >>",
		fmt.Sprintf("<< /Type /Annot /Subtype /FreeText /Rect [50 50 250 70] /DA (/F1 10 Tf) /Contents (Ajout libre) /AP << /N %d 0 R >> >>", shown),
		"<< /Type /Annot /Subtype /Link /Rect [50 100 250 120] /A << /S /URI /URI (mailto:agent@exemple.invalid) >> >>",
		"<< /Type /Annot /Subtype /Link /Rect [50 200 250 220] /A << /S /URI /URI (mailto:agent@exemple.invalid) >> >>",
		fmt.Sprintf("<< /Type /Annot /Subtype /FileAttachment /Rect [50 300 60 310] /FS << /Type /Filespec /F (note jointe.txt) /UF (note jointe.txt) /EF << /F %d 0 R >> >> >>", file),
	}, "\n")
	return p.bytes(p.build("", page{content: lines("Texte de la page"), entries: "/Annots [" + annots + "]"}))
}

func formPDF() []byte {
	p := new(pdfFile)
	data := p.stream("", []byte("<xfa:datasets xmlns:xfa=\"http://ns.example/\"><nom>donnée XFA</nom></xfa:datasets>"))
	font := p.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	shown := p.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 %d 0 R >> >>", font),
		[]byte("BT /F1 10 Tf 2 5 Td (1850578006084) Tj ET"))
	button := p.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 %d 0 R >> >>", font),
		[]byte("BT /F1 10 Tf 2 5 Td (Envoyer) Tj ET"))
	mark := p.stream("/Type /XObject /Subtype /Form /BBox [0 0 10 10]", nil)
	parent := p.add("null")
	nir := p.add("<< /Type /Annot /Subtype /Widget /FT /Tx /T (nir) /TU %s /V (1850578006084) /Rect [50 50 250 70] /AP << /N %d 0 R >> >>", literal("Numéro de sécurité sociale"), shown)
	kid := p.add("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /Rect [50 100 250 120] >>", parent)
	p.set(parent, "<< /FT /Tx /T (ville) /V (valeur du parent) /Kids [%d 0 R] >>", kid)
	box := func(name, state string) int {
		return p.add("<< /Type /Annot /Subtype /Widget /FT /Btn /T (c%d) /TU %s /V /%s /AS /%s /Rect [50 150 60 160] /AP << /N << /Oui %d 0 R /Off %d 0 R >> >> >>",
			len(p.objects), literal(name), state, state, mark, mark)
	}
	ticked, open := box("Diffusion limitée", "Oui"), box("Diffusion large", "Off")
	list := p.add("<< /Type /Annot /Subtype /Widget /FT /Ch /Ff 131072 /T (Choix) /V (Second choix) /Opt [(Premier choix) (Second choix)] /Rect [50 200 250 220] >>")
	send := p.add("<< /Type /Annot /Subtype /Widget /FT /Btn /Ff 65536 /T (envoi) /Rect [50 250 250 270] /AP << /N %d 0 R >> >>", button)
	fields := fmt.Sprintf("%d 0 R %d 0 R %d 0 R %d 0 R %d 0 R %d 0 R", nir, parent, ticked, open, list, send)
	annots := fmt.Sprintf("%d 0 R %d 0 R %d 0 R %d 0 R %d 0 R %d 0 R", nir, kid, ticked, open, list, send)
	return p.bytes(p.build(fmt.Sprintf("/AcroForm << /Fields [%s] /XFA [(datasets) %d 0 R] >>", fields, data),
		page{content: lines("Formulaire de demande"), entries: "/Annots [" + annots + "]"}))
}

func describedPDF() []byte {
	p := new(pdfFile)
	info := p.add("<< /Title %s /MSIP_Label_0001_Name (Confidentiel interne) >>", literal("Rapport d'étape"))
	p.trailer = fmt.Sprintf("/Info %d 0 R", info)
	p.stream("", []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://ns.example/"><rdf:Description xmlns:dc="http://ns.example/dc/">`+
		`<dc:description><rdf:Alt><rdf:li xml:lang="fr">Sujet XMP</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`))
	meta := p.stream("/Type /Metadata /Subtype /XML /Filter /FlateDecode",
		deflate([]byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><a xmlns:pdfx="http://ns.example/" pdfx:Marquage="Réservé"/></x:xmpmeta>`)))
	root, first, second := p.add("null"), p.add("null"), p.add("null")
	p.set(root, "<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count 1 >>", first, first)
	p.set(first, "<< /Title (Chapitre premier) /Parent %d 0 R /First %d 0 R /Last %d 0 R /Count -1 >>", root, second, second)
	p.set(second, "<< /Title %s /Parent %d 0 R >>", literal("Section cachée"), first)
	return p.bytes(p.build(fmt.Sprintf("/Metadata %d 0 R /Outlines %d 0 R /PageLabels << /Nums [0 << /P (Annexe-) /S /D /St 7 >>] >>", meta, root),
		page{content: lines("Texte du rapport")}))
}

func portfolioPDF() []byte {
	p := new(pdfFile)
	var names []string
	for _, f := range []struct {
		name string
		data []byte
	}{
		{"annexe.pdf", textPDF([]string{"PDF dans le PDF"})},
		{"pièce.txt", []byte("texte de la pièce")},
		{"pièce.txt", []byte("un autre texte")},
	} {
		s := p.stream("/Type /EmbeddedFile", f.data)
		spec := p.add("<< /Type /Filespec /F %s /UF %s /EF << /F %d 0 R >> >>", literal(f.name), literal(f.name), s)
		names = append(names, fmt.Sprintf("(%d) %d 0 R", len(names), spec))
	}
	return p.bytes(p.build(fmt.Sprintf("/Collection << /Type /Collection >> /Names << /EmbeddedFiles << /Names [%s] >> >>", strings.Join(names, " ")),
		page{content: lines("page de garde du dossier")}))
}

func picturePDF(withText bool) []byte {
	p := new(pdfFile)
	pages := []page{p.picture()}
	if withText {
		pages = append(pages, page{content: lines("une page de texte entière")})
	}
	return p.bytes(p.build("", pages...))
}

// cardPDF shows a picture of so many points on a page of A4.
func cardPDF(width, height int) []byte {
	p := new(pdfFile)
	pg := p.picture()
	pg.content = fmt.Appendf(nil, "q %d 0 0 %d 100 500 cm /Im Do Q", width, height)
	return p.bytes(p.build("", pg))
}

// privatePDF shows letters that map to the private use area, as fonts do that
// hide their text.
func privatePDF() []byte {
	p := new(pdfFile)
	cmap := p.stream("", []byte("/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n1 beginbfrange <20> <7e> <e100> endbfrange endcmap"))
	font := p.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode %d 0 R >>", cmap)
	return p.bytes(p.build("", page{
		content:   []byte("BT /F2 11 Tf 50 800 Td (aucune de ces lettres ne se lit telle quelle) Tj ET"),
		resources: fmt.Sprintf(">> /Unused << /Font << /F2 %d 0 R >>", font),
		entries:   fmt.Sprintf("/Resources << /Font << /F2 %d 0 R >> >>", font),
	}))
}

func TestPDFLargeFilesAreReadThroughAReader(t *testing.T) {
	p := new(pdfFile)
	p.stream("", bytes.Repeat([]byte("remplissage "), 3<<20)) // 36 MiB that no page uses
	data := p.bytes(p.build("", page{content: lines("au bout d'un grand fichier")}))
	if got := strings.Join(bodies(t, pdfExtractor(t), data), "\n"); !strings.Contains(got, "au bout d'un grand fichier") {
		t.Errorf("got %.200q", got)
	}
}

// bodies returns the texts of a document, failures as "!kind".
func bodies(t testing.TB, x interface {
	Extract(context.Context, poterne.Document, poterne.Content) seq
}, data []byte) []string {
	t.Helper()
	return texts(x.Extract(t.Context(), poterne.Document{Path: "a.pdf"}, inMemory{bytes.NewReader(data)}))
}

func texts(s seq) []string {
	var out []string
	for s, err := range s {
		var f *poterne.Failure
		if errors.As(err, &f) {
			out = append(out, "!"+string(f.Kind))
			continue
		}
		if s.Place.Zone != poterne.ZoneName {
			out = append(out, s.Body)
		}
	}
	return out
}

type seq = iter.Seq2[poterne.Segment, error]

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

func TestPreparePDFWantsAPrivateFolder(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := extract.PreparePDF(open); err == nil {
		t.Error("a folder that others may read was taken")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if err := extract.PreparePDF(link); err == nil {
		t.Error("a link was taken")
	}
	if err := extract.PreparePDF(""); err != nil {
		t.Error(err)
	}
}

func TestPasswordsOpenPDFs(t *testing.T) {
	data := encryptedPDF("secret", "ligne chiffrée du dossier")
	for _, c := range []struct {
		name      string
		passwords []string
		opens     bool
	}{{"wrong", []string{"autre"}, false}, {"right", []string{"autre", "secret"}, true}} {
		t.Run(c.name, func(t *testing.T) {
			x := extract.New(extract.Options{CacheDir: pdfCache, Passwords: c.passwords})
			defer x.Close()
			got := fmt.Sprint(bodies(t, x, data))
			if strings.Contains(got, "ligne chiffrée du dossier") != c.opens || strings.Contains(got, "encrypted") == c.opens {
				t.Errorf("with %d passwords: %s", len(c.passwords), got)
			}
		})
	}
}
