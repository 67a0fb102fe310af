package classifiers

import (
	"context"
	"iter"
	"strings"
	"testing"

	"poterne"
)

// TestEveryWordAsALabel puts each word of the dictionary where a cue of a value may
// stand: as the title of a column, in the paragraph before, and behind all text.
func TestEveryWordAsALabel(t *testing.T) {
	c := newClassifier(t)
	part := &poterne.Part{}
	for _, w := range c.words.words[firstWord:] {
		for place, all := range map[string][]poterne.Segment{
			"title": {{Part: part, Header: w.text, Body: "poste-12", Place: poterne.Place{Zone: poterne.ZoneCell, Row: 2, Column: 1, Header: w.text}}},
			"line":  {{Part: part, Body: w.text + " :"}, {Part: part, Body: "poste 12"}},
			"alone": {{Part: part, Body: w.text}, {Part: part, Body: w.text}, {Part: part, Body: "x"}},
			"end":   {{Part: part, Body: "12 " + w.text + " "}, {Part: part, Body: "06 12 34 56 78"}},
		} {
			if problem := panicOf(c, all); problem != nil {
				t.Errorf("%q as %s: %v", w.text, place, problem)
			}
		}
	}
}

// panicOf returns with what the classification of segments panics, or the error.
func panicOf(c *Classifier, all []poterne.Segment) (problem any) {
	defer func() {
		if p := recover(); p != nil {
			problem = p
		}
	}()
	if _, err := c.Classify(context.Background(), poterne.Document{}, inTurn(all)); err != nil {
		return err
	}
	return nil
}

func inTurn(all []poterne.Segment) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		for _, s := range all {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// TestNamesOfProgramsAsLabels: the name of a program is no cue of a value, the
// values beside it are found.
func TestNamesOfProgramsAsLabels(t *testing.T) {
	c := newClassifier(t)
	part := &poterne.Part{Format: "csv"}
	found, err := c.Classify(context.Background(), poterne.Document{}, inTurn([]poterne.Segment{
		{Part: part, Body: "NIR " + madeNIR(1), Header: "Nom", Place: poterne.Place{Zone: poterne.ZoneCell, Row: 2, Column: 1, Header: "Nom"}},
		{Part: part, Body: "poste-12", Header: "Machine", Place: poterne.Place{Zone: poterne.ZoneCell, Row: 2, Column: 2, Header: "Machine"}},
	}))
	if err != nil || len(found) != 1 || found[0].Rule != "fr-nir" {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := c.Classify(context.Background(), poterne.Document{}, oneSegment(strings.Repeat("mysql \n", 1000))); err != nil {
		t.Error(err)
	}
}

// TestCommandLines: passwords are found where the manual of a program has them, and
// what stands at other places is none.
func TestCommandLines(t *testing.T) {
	c := newClassifier(t)
	for line, want := range map[string]bool{
		`net use Z: \\srv\paie Gr4nd!Chene42 /user:DOM\adm`:                 true,
		`net use Z: \\srv\paie Gr4nd!Chene42 /user:DOM\adm /persistent:yes`: true,
		`net use Z: \\srv\paie /user:DOM\adm Gr4nd!Chene42`:                 true,
		`NET USE Z: \\srv\paie /USER:"DOM\adm paie" Gr4nd!Chene42`:          true,
		`net use Z: \\srv\paie /user:DOM\adm /persistent:yes`:               false,
		`net use Z: \\srv\paie * /user:DOM\adm`:                             false,
		`psexec \\srv -priority -u DOM\adm -p Gr4nd!Chene42 cmd`:            true,
		`psexec \\srv -p`: false,
		`curl --user-agent moz --user svc:Gr4nd-Chene https://x`:             true,
		`curl -usvc:Gr4nd-Chene https://api.exemple.fr/`:                     true,
		`curl -u svc https://api.exemple.fr:8443/Paie2024`:                   false,
		`mysql --protocol=tcp -port -pGr4nd-Chene42 paie`:                    true,
		`mysql -u root -p Paie_2024`:                                         false, // the name of the base
		`ConvertTo-SecureString "Gr4nd!Chene42" -AsPlainText -Force`:         true,
		`ConvertTo-SecureString -String "Gr4nd!Chene42" -AsPlainText -Force`: true,
		`ConvertTo-SecureString -AsPlainText -Force $mot`:                    false,
		`ConvertTo-SecureString -AsPlainText -Force 'Gr4nd!Chene42'`:         true,
		`cmdkey /add:srv /user:adm /PASS:Gr4nd!Chene42`:                      true,
		`machine srv.exemple.fr login svc password Gr4nd-Chene42`:            true,
	} {
		found, err := c.Classify(context.Background(), poterne.Document{}, oneSegment(line))
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, f := range found {
			got = got || f.Rule == "sec-pwd"
		}
		if got != want {
			t.Errorf("%s: found %t", line, got)
		}
	}
}
