//go:build !nounioffice

package extract_test

import (
	"testing"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
)

// TestSecondReader reads with the second engine asked for, as after a crash of
// the first: the running text is there, and it is said that not all is.
func TestSecondReader(t *testing.T) {
	x := extract.New(extract.Options{SecondEngine: true})
	defer x.Close()
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{
			Name: "docx", File: "note.docx", Data: docxFile(t), Kind: poterne.Partial,
			Want: []extracttest.Text{
				{Text: "Numéro 2 90 01 75 123 456 78 coupé"},
				{Text: "valeur en tableau"},
				{Text: "DIFFUSION RESTREINTE", Zone: poterne.ZoneHeader},
				{Text: "commentaire ajouté", Zone: poterne.ZoneComment},
			},
		},
		{
			Name: "xlsx", File: "paie.xlsx", Data: xlsxFile(t), Kind: poterne.Partial,
			Want: []extracttest.Text{
				{Text: "290017512345678", Zone: poterne.ZoneCell, Row: 4, Column: 2},
				{Text: "Titre de la feuille", Zone: poterne.ZoneCell},
			},
		},
		{
			Name: "pptx", File: "exposé.pptx", Data: pptxFile(t), Kind: poterne.Partial,
			Want: []extracttest.Text{{Text: "Titre projeté"}, {Text: "notes de l’orateur", Zone: poterne.ZoneNote}},
		},
	})
}
