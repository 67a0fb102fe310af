package classifiers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"poterne"
)

// planted are values as they could be written in a title, a name of a sheet or a
// name of a file.
var planted = []string{
	"2 90 07 2A 004 123 84", "290072A00412384", "FR76 1027 8060 4100 0202 7080 149", "FR7610278060410002027080149",
	"06 12 34 56 78", "0612345678", "jeanne.durand@orange.fr", "4970 1012 3456 7893", "30 12 345 678 167", "12AB34567", "03/07/1990", "AB-123-CD", "12 bis rue de la Paix 75002 Paris",
}

// TestTitlesHoldNoValue plants values where the place of a finding is taken from.
func TestTitlesHoldNoValue(t *testing.T) {
	c := newClassifier(t)
	for _, v := range planted {
		for _, form := range []string{"%s", "NIR %s", "Tél. %s", "dossier %s (suite)", "née le %s", "passeport n° %s"} {
			title := fmt.Sprintf(form, v)
			if !strings.Contains(form, "née le") && v == "03/07/1990" || !strings.Contains(form, "passeport") && v == "12AB34567" {
				continue // a date and a word are no value by themselves
			}
			part := &poterne.Part{Format: "xlsx"}
			found, err := c.Classify(context.Background(), poterne.Document{Path: title + ".xlsx"}, func(yield func(poterne.Segment, error) bool) {
				for i := range 3 {
					s := poterne.Segment{Part: part, Body: "NIR " + madeNIR(i) + " confidentiel industrie", Header: title,
						Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: title, Row: i + 2, Column: 1, Header: title}}
					if !yield(s, nil) {
						return
					}
				}
				yield(poterne.Segment{Part: part, Body: title + ".xlsx", Place: poterne.Place{Zone: poterne.ZoneName}}, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 0 {
				t.Fatal("nothing was found")
			}
			if text := fmt.Sprintf("%+v", found); strings.Contains(text, v) || strings.Contains(normal(text), normal(v)) {
				t.Errorf("title %q leaves with a finding", title)
			}
		}
	}
}

// TestTitlesStay: usual titles are shown, they say where to look.
func TestTitlesStay(t *testing.T) {
	c := newClassifier(t)
	for _, title := range []string{
		"NIR", "N° de sécurité sociale", "Nom", "Prénom", "Nom et prénom", "Nom de l'agent", "Agent", "Date de naissance", "IBAN", "Adresse électronique",
		"Téléphone portable", "Exercice 2023-2024", "Paie mars 2024", "Feuil1", "Budget 2025 (k€)", "Mot de passe", "Bénéficiaires", "M. / Mme", "Observations du médecin", "N° dossier", "Article 9", "Code postal", "Domicilié à",
		"Sheet1", "Feuille1", "Données", "Paie 2024", "Agents", "agents_paie", "Liste des bénéficiaires", "T2 2024", "numeroSecuriteSociale", "tableau 1", "NIR des agents", "date_naissance", "1", "2024", "Arrêts maladie",
	} {
		if c.holdsValue(context.Background(), title) {
			t.Errorf("%q is hidden", title)
		}
		if got := c.knownWords(title); got != title {
			t.Errorf("%q is shown as %q", title, got)
		}
	}
}

// TestTitlesOfATableOnItsSide: where the first row names persons, none leaves as the
// title of a column; titles of usual tables do.
func TestTitlesOfATableOnItsSide(t *testing.T) {
	c := newClassifier(t)
	for title, stays := range map[string]bool{
		"Vautrin Odile": false, "PLOUMAGNAC Jean-Yves": false, "Odile": false,
		"NIR": true, "numeroSecuriteSociale": true, "Date de naissance": true, "Nom de l'agent": true, "Téléphone portable": true,
	} {
		found, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
			yield(poterne.Segment{Part: &poterne.Part{Format: "xlsx"}, Body: "NIR " + madeNIR(1), Header: title,
				Place: poterne.Place{Zone: poterne.ZoneCell, Row: 2, Column: 2, Header: title}}, nil)
		})
		if err != nil || len(found) == 0 {
			t.Fatalf("found %v, %v", found, err)
		}
		if got := found[0].Spots[0].Place.Header; (got != "") != stays {
			t.Errorf("the title %q leaves as %q", title, got)
		}
	}
}

// TestUnknownWordsOfTitlesAreHidden: of a title that holds a known word beside a name,
// the name is left out, of columns and of sheets alike.
func TestUnknownWordsOfTitlesAreHidden(t *testing.T) {
	c := newClassifier(t)
	for title, want := range map[string]string{
		"nir Vautrin": "nir …", "Vautrin arrêt maladie": "… arrêt maladie", "Odile Vautrin": "", "vautrin_odile": "", "VAUTRIN-ODILE-1990": "",
		"paie_vautrin_odile_2024": "paie_…_2024", "nirVautrin": "nir…", "Vautrin12": "", "Vautrin et 2024": "", "Paie d'Aïda Ploumagnac": "Paie d'…", "Aidan": "",
		"NIR (Vautrin)": "NIR (…)", "dossier n° 12 Vautrin": "dossier n° 12 …",
	} {
		found, err := c.Classify(context.Background(), poterne.Document{}, inTurn([]poterne.Segment{{Part: &poterne.Part{Format: "xlsx"}, Body: "NIR " + madeNIR(1), Header: title,
			Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: title, Row: 2, Column: 2, Header: title}}}))
		if err != nil || len(found) == 0 {
			t.Fatalf("found %v, %v", found, err)
		}
		p := found[0].Spots[0].Place
		for _, got := range []string{p.Sheet, p.Header} {
			if got != want && got != "" {
				t.Errorf("%q leaves as %q, want %q", title, got, want)
			}
		}
		if got := c.knownWords(title); got != want {
			t.Errorf("%q is shown as %q, want %q", title, got, want)
		}
	}
}

func TestLongTitlesAreCut(t *testing.T) {
	if got := cut(strings.Repeat("é", 80), maxTitle); got != strings.Repeat("é", 50)+"…" {
		t.Errorf("cut = %q", got)
	}
}

// TestMasks holds each rule's mask to at most two and two characters, none of a
// short value, and none of a secret, on the values of its own examples.
func TestMasks(t *testing.T) {
	c := newClassifier(t)
	for _, r := range c.rules.List() {
		for _, x := range r.Match {
			f, _ := c.example(r.ID, x)
			for _, m := range f.Masked {
				hidden, shown := strings.Count(m, bullet), 0
				for _, ch := range m {
					if unicode.IsLetter(ch) || unicode.IsDigit(ch) {
						shown++
					}
				}
				switch {
				case r.Mask == "email":
					if head, tail, _ := strings.Cut(m, "@"); strings.Trim(head, bullet) != "" || strings.Count(tail, ".") > 1 {
						t.Errorf("%s: mask %q of %q", r.ID, m, x)
					}
				case shown > 4, r.Secret && shown > 0, hidden+shown < 9 && shown > 0, shown > 0 && hidden < 7:
					t.Errorf("%s: mask %q of %q shows %d of %d", r.ID, m, x, shown, hidden+shown)
				}
			}
		}
	}
}

// TestMaskOfEveryLength: what a mask leaves of a value of digits is never enough
// to list the values that it could be: seven digits at least stay unknown.
func TestMaskOfEveryLength(t *testing.T) {
	for _, mask := range []string{"", "1+2", "2+2", "9+9"} {
		r := compiled{Rule: &Rule{Mask: mask}}
		for n := range 40 {
			m := r.masked([]byte(strings.Repeat("7", n)))
			if shown := strings.Count(m, "7"); shown > 4 || shown > 0 && n-shown < 7 || mask == "" && m != strings.Repeat(bullet, 5) {
				t.Errorf("mask %q of %d digits: %q", mask, n, m)
			}
		}
	}
}
