//go:build !nounioffice

package extract_test

import (
	"bytes"
	"context"
	"strings"
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

// TestFirstFindsAllThatTheSecondFinds compares the two readers of Office: they
// share no XML code, so what only the second finds is a miss of the first.
func TestFirstFindsAllThatTheSecondFinds(t *testing.T) {
	words := func(second bool, name string, data []byte) map[string]bool {
		x := extract.New(extract.Options{SecondEngine: second})
		defer x.Close()
		found := make(map[string]bool)
		for s, err := range x.Extract(context.Background(), poterne.Document{Path: name}, content{bytes.NewReader(data)}) {
			if err == nil && s.Place.Zone != poterne.ZoneName {
				for _, w := range strings.Fields(s.Body) {
					found[w] = true
				}
			}
		}
		return found
	}
	for name, data := range map[string][]byte{"a.docx": docxFile(t), "a.xlsx": xlsxFile(t), "a.pptx": pptxFile(t)} {
		first, second := words(false, name, data), words(true, name, data)
		if len(second) < 8 {
			t.Errorf("%s: the second reader finds %d words only", name, len(second))
		}
		for w := range second {
			// Dates, truth values and escapes come as they are stored: the first
			// reader shows them; and it keeps hidden text apart.
			if !first[w] && w != "32874" && w != "1" && !strings.Contains(w, "_x0009_") && w != "masquétexte" {
				t.Errorf("%s: only the second reader finds %q", name, w)
			}
		}
	}
}
