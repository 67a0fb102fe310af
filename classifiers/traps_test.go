package classifiers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"poterne"
)

// TestTraps holds texts in which numbers look like identifiers and are none.
// Findings of level 0 may stand: they raise nothing.
func TestTraps(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct{ name, text string }{
		{"timestamps", "20240131123456 20240131123457 20240201080910"},
		{"epoch-ms", "1732550400000 1732550401000 1732550402511"},
		{"epoch-s", "1732550400 1732550401"},
		{"uuid", "550e8400-e29b-41d4-a716-446655440000 12345678-1234-1234-1234-123456789012"},
		{"decimals", "0.1850578006084 12,185057800608491 3.14159265358979 48.85"},
		{"versions", "version 10.4.12.3, paquet 2.6.32-754.35.1, OID 1.2.840.113549.1.1.11"},
		{"sections", "4.2.1\n4.2.2\n4.2.3 Généralités\n4.2.4.1"},
		{"section-numbers-in-one-line", "10.1.2.3 Objet 10.1.2.4 Portée"},
		{"order-numbers", "commande 185057800608491, colis 290072A00412384"},
		{"sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"ean", "3012345678167 EAN, 4006381333931"},
		{"isbn", "ISBN 978-2-07-036822-8"},
		{"amounts", "1 234 567 890 € et 732 829 320 €"},
		{"years", "de 2019 à 2024, page 12 sur 45, 12 M 30"},
		{"phone-like-reference", "référence 0612345678"},
		{"row-of-numbers", "4970 1012 3456 7893 1234 5678 9012"},
		{"two-digit-row", "01 02 03 04 05 06 07 08 09 10"},
		{"paper", "formats A10, A11 et B12, bâtiment C13"},
		{"css", "color: #4970101234567893; width: 12345678901234567px"},
		{"data-uri", "data:image/png;base64," + longBase64()},
		{"words-in-capitals", "CONFRERE ET CONSOEUR DEPARTEMENT"},
		{"password-policy", "Le mot de passe doit comporter 12 caractères. Mot de passe oublié ? mot de passe : obligatoire"},
		{"placeholders", "password=${PASSWORD} pwd: **** mdp = xxxxxxxx, mot de passe : à définir"},
		{"lesson-on-keys", "Le fichier commence par -----BEGIN RSA PRIVATE KEY----- puis la clé."},
		{"date-of-text", "Lyon, le 03/07/1990. Réunion du 3 juillet 1990"},
		{"street-without-town", "12 rue de la Paix et 3 place du marché"},
		{"file-names", "logo@2x.png photo@3x.jpg"},
		{"minutes", "réunion de 12:30:45 à 13:15:00"},
		{"greek-edges", "Ω185057800608491 NIRΩ"},
	} {
		t.Run(x.name, func(t *testing.T) {
			found, err := c.Classify(context.Background(), poterne.Document{}, exampleSegments(x.text))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if f.Level > poterne.Public {
					t.Errorf("%s at level %s: %v", f.Rule, f.Level, f.Trace)
				}
			}
		})
	}
}

func longBase64() string {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, 4000)
	for i := range b {
		b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[r.IntN(64)]
	}
	return string(b)
}

// column yields a column of cells, the title first where there is one.
func column(title string, cells []string) func(func(poterne.Segment, error) bool) {
	part := &poterne.Part{Format: "xlsx"}
	return func(yield func(poterne.Segment, error) bool) {
		for i, body := range cells {
			s := poterne.Segment{Part: part, Body: body, Header: title,
				Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Row: i + 2, Column: 4, Header: title}}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// madeNIR returns the i-th of a family of made numbers with a valid key.
func madeNIR(i int) string {
	body := fmt.Sprintf("%d%02d%02d%02d%03d%03d", 1+i%2, 50+i%49, 1+i%12, 1+i%95, 1+i%989, 1+i%998)
	var n int64
	fmt.Sscan(body, &n)
	return fmt.Sprintf("%s%02d", body, 97-n%97)
}

func madeSPI(i int) string {
	n := int64(1000000000 + i*7919)
	return fmt.Sprintf("%010d%03d", n, n%511)
}

// TestColumns: a bare key is a proof only where most of a column passes it.
func TestColumns(t *testing.T) {
	c := newClassifier(t)
	fill := func(n int, of func(int) string, others int) []string {
		var cells []string
		for i := range n {
			cells = append(cells, of(i))
		}
		for i := range others {
			cells = append(cells, fmt.Sprintf("sans objet %c", 'a'+i%26))
		}
		return cells
	}
	r := rand.New(rand.NewPCG(1, 2))
	sensor := func(int) string { return fmt.Sprintf("%d%012d", 1+r.IntN(2), r.Int64N(1e12)) }
	for _, x := range []struct {
		name, title string
		cells       []string
		rule        string
		want        int // distinct values
		confidence  float64
	}{
		{"nir-without-title", "", fill(20, madeNIR, 0), "fr-nir", 20, 0.95},
		{"nir-with-title", "NIR", fill(20, madeNIR, 0), "fr-nir", 20, 0.95},
		{"nir-four-of-five", "", fill(20, madeNIR, 5), "fr-nir", 20, 0.95},
		{"nir-half", "", fill(10, madeNIR, 10), "fr-nir", 10, 0.85},
		{"nir-half-with-title", "N° de sécurité sociale", fill(10, madeNIR, 10), "fr-nir", 10, 0.85},
		{"spi-without-title", "", fill(20, madeSPI, 0), "fr-spi", 20, 0.95},
		{"two-nir-to-confirm", "", fill(2, madeNIR, 0), "fr-nir", 2, 0.75},
		{"one-spi-is-chance", "", fill(1, madeSPI, 0), "fr-spi", 0, 0},
		{"sensor-nir", "valeur", fill(2000, sensor, 0), "fr-nir", 0, 0},
		{"sensor-spi", "valeur", fill(2000, sensor, 0), "fr-spi", 0, 0},
		{"sensor-nir13", "valeur", fill(2000, sensor, 0), "fr-nir13", 0, 0},
		{"title-speaks-against", "N° de colis", fill(20, madeNIR, 0), "fr-nir", 0, 0},
		{"phone", "Portable", []string{"0612345678", "0712345679"}, "fr-tel", 2, 0.70},
		{"birth", "Date de naissance", []string{"03/07/1990", "1985-02-28", "date inconnue"}, "fr-ddn", 2, 0.70},
		{"staff", "Matricule", []string{"1204567", "7354021", "12"}, "fr-matricule", 2, 0.65},
		{"staff-in-prose", "Matricule", []string{"1204567 et le dossier de 2019"}, "fr-matricule", 0, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			found, err := c.Classify(context.Background(), poterne.Document{}, column(x.title, x.cells))
			if err != nil {
				t.Fatal(err)
			}
			var got poterne.Finding
			for _, f := range found {
				if f.Rule == x.rule {
					got = f
				}
			}
			if got.Distinct != x.want || got.Confidence != x.confidence {
				t.Fatalf("distinct %d at %.2f, want %d at %.2f: %+v", got.Distinct, got.Confidence, x.want, x.confidence, got.Trace)
			}
			if x.want > 0 {
				p := got.Spots[0].Place
				if p.Sheet != "Paie" || p.Column != 4 || p.Header != x.title || len(got.Spots) != 1 {
					t.Errorf("spots = %+v", got.Spots)
				}
				if len(got.Prints) != x.want {
					t.Errorf("%d fingerprints, want %d", len(got.Prints), x.want)
				}
			}
		})
	}
}

// TestLabels: what stands just before a value gives it its context, in the cells
// before it in the row, in the label above it in a column without a title, or in
// the paragraph before it; nothing farther does, and then the value is to be confirmed.
func TestLabels(t *testing.T) {
	c := newClassifier(t)
	part := &poterne.Part{}
	cell := func(row, col int, body string) poterne.Segment {
		return poterne.Segment{Part: part, Body: body, Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: row, Column: col}}
	}
	titled := func(row, col int, title, body string) poterne.Segment {
		s := cell(row, col, body)
		s.Header, s.Place.Header = title, title
		return s
	}
	text := func(page int, body string) poterne.Segment {
		return poterne.Segment{Part: part, Body: body, Place: poterne.Place{Page: page}}
	}
	for _, x := range []struct {
		name string
		in   []poterne.Segment
		want bool
	}{
		{"cell-before", []poterne.Segment{cell(1, 1, "NIR"), cell(1, 2, madeNIR(1))}, true},
		{"cell-above", []poterne.Segment{cell(1, 1, "NIR"), cell(2, 1, madeNIR(1))}, true},
		{"cell-above-a-short-number", []poterne.Segment{cell(1, 1, "NIR"), cell(2, 1, "12"), cell(3, 1, "A12"), cell(4, 1, madeNIR(1))}, true},
		{"cell-far-above", []poterne.Segment{cell(1, 1, "NIR"), cell(1, 2, "Nom"), cell(2, 2, "Durand"), cell(40, 1, madeNIR(1))}, true},
		{"cell-above-of-another-column", []poterne.Segment{cell(1, 1, "NIR"), cell(1, 2, "Nom"), cell(2, 2, madeNIR(1))}, false},
		{"cell-above-says-otherwise", []poterne.Segment{cell(1, 1, "NIR"), cell(2, 1, "N° de colis"), cell(3, 1, madeNIR(1))}, false},
		{"value-in-groups-above", []poterne.Segment{cell(1, 1, "NIR 851.379.297"), cell(2, 1, madeNIR(1))}, false},
		{"prose-above", []poterne.Segment{cell(1, 1, "Une longue remarque sur le NIR, qui explique en plus de quatre-vingts caractères d'où il vient"), cell(2, 1, madeNIR(1))}, false},
		{"label-under-titles", []poterne.Segment{titled(1, 1, "Rubrique", "NIR"), titled(1, 2, "Valeur", madeNIR(1))}, true},
		{"label-two-cells-before", []poterne.Segment{titled(1, 1, "Rubrique", "NIR"), titled(1, 2, "Source", "carte"), titled(1, 3, "Valeur", madeNIR(1))}, true},
		{"label-of-another-row", []poterne.Segment{titled(1, 1, "Rubrique", "NIR"), titled(2, 2, "Valeur", madeNIR(1))}, false},
		{"value-under-titles", []poterne.Segment{titled(1, 1, "Objet", "NIR 123456"), titled(1, 2, "Colis", madeNIR(1))}, false},
		{"paragraph-before", []poterne.Segment{text(1, "Numéro de sécurité sociale :"), text(1, madeNIR(1))}, true},
		{"page-before", []poterne.Segment{text(1, "Numéro de sécurité sociale :"), text(2, madeNIR(1))}, false},
		{"far-before", []poterne.Segment{text(1, "Numéro de sécurité sociale"), text(1, "un paragraphe assez long pour que rien de ce qui le précède ne puisse encore valoir étiquette de ce qui vient après lui"), text(1, madeNIR(1))}, false},
		{"same-line-after", []poterne.Segment{text(1, madeNIR(1)+" (NIR)")}, true},
		{"next-line-after", []poterne.Segment{text(1, madeNIR(1)+"\nNIR de l'autre")}, false},
		{"hundred-before", []poterne.Segment{text(1, "NIR "+spaces(90)+madeNIR(1))}, true},
		{"more-than-hundred-before", []poterne.Segment{text(1, "NIR "+spaces(110)+madeNIR(1))}, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			found, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
				for _, s := range x.in {
					if !yield(s, nil) {
						return
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			got := false
			for _, f := range found {
				got = got || f.Rule == "fr-nir" && !f.Has(poterne.TagConfirm)
			}
			if got != x.want {
				t.Errorf("found %v, want %v", got, x.want)
			}
		})
	}
}

func spaces(n int) string { return fmt.Sprintf("%-*s", n, "") }
