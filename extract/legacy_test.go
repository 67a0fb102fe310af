package extract_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
)

func TestSealedWorkbooks(t *testing.T) {
	book := join(rec(0x809, u16(0x600, 5, 0, 0), u32(0, 0)), rec(0x85, u32(0), u16(0), []byte{5, 0}, []byte("Paie ")), rec(0x0A),
		rec(0x809, u16(0x600, 0x10, 0, 0), u32(0, 0)))
	for i := range 200 { // more than a kilobyte: the key changes
		book = join(book, rec(0x204, u16(i, 0, 0), str8(fmt.Sprintf("cellule %d", i))))
	}
	book = join(book, rec(0x0A))
	x := extract.New(extract.Options{Passwords: []string{"sésame"}})
	defer x.Close()
	for _, api := range []bool{false, true} {
		for password, cells := range map[string]int{"VelvetSweatshop": 200, "sésame": 200, "inconnu": 0} {
			n, kind := 0, poterne.Kind("")
			for s, err := range x.Extract(t.Context(), poterne.Document{Path: "a.xls"}, content{bytes.NewReader(sealBook(book, password, api))}) {
				var f *poterne.Failure
				switch {
				case errors.As(err, &f):
					kind = f.Kind
				case s.Place.Zone == poterne.ZoneCell && s.Body == fmt.Sprintf("cellule %d", s.Place.Row-1):
					n++
				}
			}
			if want := map[bool]poterne.Kind{false: poterne.Encrypted}[cells > 0]; n != cells || kind != want {
				t.Errorf("api %v, password %q: %d cells, failure %q; want %d, %q", api, password, n, kind, cells, want)
			}
		}
	}
}

func TestMacros(t *testing.T) {
	source := "Attribute VB_Name = \"Module1\"\r\nmotDePasse = \"fictif\"\r\nFin"
	for len(source)%8 != 0 { // literals come in eights
		source += "n"
	}
	last := source[strings.LastIndex(source, "Fin"):] + "nnn"
	project := oleFile(oleStream{"VBA/Module1", join(make([]byte, 100), packVBA(source))}, oleStream{"VBA/dir", []byte{1}}, oleStream{"PROJECT", []byte("x")})
	x := extract.New(extract.Options{})
	defer x.Close()
	want := []extracttest.Text{{Text: `motDePasse = "fictif"`, Zone: poterne.ZoneHidden}, {Text: last, Zone: poterne.ZoneHidden}}
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{Name: "docm", File: "a.docm", Format: "docm", Want: want, Not: []string{"VB_Name"},
			Data: zipOf(t, "[Content_Types].xml", contentTypes("ms-word.document.macroEnabled.main+xml"), "word/document.xml", "<w:document><w:body>"+p("texte")+"</w:body></w:document>", "word/vbaProject.bin", string(project))},
		{Name: "xls", File: "a.xls", Format: "xls", Want: want,
			Data: xlsFile(oleStream{"_VBA_PROJECT_CUR/VBA/Module1", join(make([]byte, 100), packVBA(source))})},
	})
}

func TestLegacyOffice(t *testing.T) {
	x := extract.New(extract.Options{})
	defer x.Close()
	big := strings.Repeat("remplissage ", 500) // a stream outside of the mini stream
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{
			Name: "xls", File: "paie.xls", Data: xlsFile(oleStream{"MBD0001/\x01Ole10Native", ole10("gros.txt", big+"fin de l’objet")}), Format: "xls",
			Want: []extracttest.Text{
				{Text: "290017512345678", Zone: poterne.ZoneCell, Sheet: "Paie ", Row: 2, Column: 2, Header: "NIR"},
				{Text: "coupe ici et là ☺", Zone: poterne.ZoneCell, Header: "Nom", Row: 3},
				{Text: "05 12 34 56 78\t512345678", Zone: poterne.ZoneCell, Row: 3, Column: 2},
				{Text: "01/01/1990", Zone: poterne.ZoneCell, Row: 3, Column: 3},
				{Text: "texte de formule", Zone: poterne.ZoneCell, Row: 4},
				{Text: "valeur masquee", Zone: poterne.ZoneCell},
				{Text: "Direction RH", Zone: poterne.ZoneHeader},
				{Text: "remarque", Zone: poterne.ZoneComment},
				{Text: "titre", Zone: poterne.ZoneProperty},
				{Text: "MSIP_Label: Diffusion Restreinte", Zone: poterne.ZoneProperty},
				{Text: "company: Service fictif", Zone: poterne.ZoneProperty},
				{Text: "fin de l’objet", Member: "mbd0001!gros.txt"},
			},
		},
		{
			Name: "xls-encrypted", File: "clos.xls", Kind: poterne.Encrypted,
			Data: oleFile(oleStream{"Workbook", join(rec(0x809, u16(0x600, 5, 0, 0), u32(0, 0)), rec(0x2F, u16(1, 1, 1)))}),
		},
		{
			Name: "xls-5-code-page", File: "vieux.xls",
			Data: oleFile(oleStream{"Book", join(rec(0x809, u16(0x500, 0x10, 0, 0)), rec(0x42, u16(1252)), rec(0x204, u16(0, 0, 0, 6), []byte("Caf\xe9s\x80")), rec(0x0A))}),
			Want: []extracttest.Text{{Text: "Cafés€", Zone: poterne.ZoneCell}},
		},
		{
			Name: "xls-2-bare", File: "nu.xls", Format: "xls",
			Data: join(rec(0x009, u16(2, 0x10)), rec(0x04, u16(0, 0), []byte{0, 0, 0, 5}, []byte("ancien"[:5])), rec(0x02, u16(1, 0), []byte{0, 0, 0}, u16(1234)), rec(0x0A)),
			Want: []extracttest.Text{{Text: "ancie", Zone: poterne.ZoneCell}, {Text: "1234", Zone: poterne.ZoneCell, Row: 2}},
		},
		{
			Name: "doc", File: "note.doc", Data: docFile(), Format: "doc",
			Want: []extracttest.Text{
				{Text: "Note de service"},
				{Text: "2 90 01 75 123 456 78", Zone: poterne.ZoneCell, Header: "NIR", Row: 2, Column: 2},
				{Text: "suite du texte"},
				{Text: "résultat"},
				{Text: "colonne", Zone: poterne.ZoneProperty},
				{Text: "DIFFUSION RESTREINTE", Zone: poterne.ZoneHeader},
				{Text: "remarque du relecteur", Zone: poterne.ZoneComment},
				{Text: "texte de la pièce jointe", Member: "_1!pièce.txt"},
			},
		},
		{
			Name: "ppt", File: "exposé.ppt", Data: pptFile(), Format: "ppt",
			Want: []extracttest.Text{
				{Text: "Titre du plan", Page: 1},
				{Text: "Deuxieme titre", Page: 2},
				{Text: "Forme un", Page: 2},
				{Text: "ligne deux", Page: 2},
				{Text: "Forme deux", Page: 1},
				{Text: "pied de page", Zone: poterne.ZoneFooter},
				{Text: "notes de l’orateur", Zone: poterne.ZoneNote},
				{Text: "commentaire", Zone: poterne.ZoneComment},
			},
		},
		{
			Name: "msg", File: "message.msg", Data: msgFile(), Format: "msg",
			Want: []extracttest.Text{
				{Text: "Subject: Objet du message", Zone: poterne.ZoneProperty},
				{Text: "From: E. Fictif", Zone: poterne.ZoneProperty},
				{Text: "Sensitivity: Company-Confidential", Zone: poterne.ZoneProperty},
				{Text: "X-Classification: C3", Zone: poterne.ZoneProperty},
				{Text: "msip_label: valeur étiquetée", Zone: poterne.ZoneProperty},
				{Text: "To: F. Destinataire <f@exemple.fr>", Zone: poterne.ZoneProperty},
				{Text: "corps du message"},
				{Text: "texte de la pièce", Member: "pièce.txt"},
				{Text: "corps transmis", Member: "transmis.msg"},
				{Text: "Subject: Objet transmis", Member: "transmis.msg", Zone: poterne.ZoneProperty},
			},
			Members: map[string]poterne.Kind{"pièce.txt": "", "transmis.msg": ""},
		},
		{
			Name: "xlsb", File: "paie.xlsb", Data: xlsbFile(t), Format: "xlsb",
			Want: []extracttest.Text{
				{Text: "Exemple", Zone: poterne.ZoneCell, Sheet: "Paie", Header: "Nom"},
				{Text: "05 12 34 56 78\t512345678", Zone: poterne.ZoneCell, Header: "Téléphone", Row: 2, Column: 2},
				{Text: "290017512345678", Zone: poterne.ZoneCell, Row: 3},
				{Text: "en-tête", Zone: poterne.ZoneHeader},
			},
		},
		{
			Name: "ooxml-encrypted", File: "clos.docx", Kind: poterne.Encrypted,
			Data: oleFile(oleStream{"EncryptionInfo", make([]byte, 64)}, oleStream{"EncryptedPackage", make([]byte, 64)}),
		},
		{
			Name: "vsdx", File: "plan.vsdx", Format: "vsdx",
			Data: zipOf(t, "[Content_Types].xml", contentTypes("ms-visio.drawing.main+xml"), "visio/document.xml", "<VisioDocument/>",
				"visio/pages/page1.xml", "<PageContents><Shapes><Shape><Section N='Property'><Row><Cell N='Value' V='donnée de forme' U='STR'/></Row></Section><Text><cp IX='0'/>texte de <pp/>la forme</Text></Shape></Shapes></PageContents>"),
			Want: []extracttest.Text{{Text: "texte de la forme", Page: 1}, {Text: "donnée de forme"}},
		},
	})
}
