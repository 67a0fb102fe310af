package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		name, text      string
		letters, digits []string
	}{
		{"case", "Préfecture DU Rhône", []string{"du", "préfecture", "rhône"}, nil},
		{"single-letters", "l'été a 7 jours", []string{"jours", "été"}, nil},
		{"letters-touch-digits", "abc123de4", []string{"abc", "de"}, []string{"123"}},
		{"underscore-parts", "nom_du_champ", []string{"champ", "du", "nom"}, nil},
		{"decomposed", "e\u0301te\u0301", []string{"te", "été"}, nil},
		{"sharp-s", "Straße", []string{"strasse"}, nil},
		{"arabic-digits", "٣٤٥", nil, []string{"٣٤٥"}},
		{"empty", "", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWords()
			w.add(c.text)
			if diff := cmp.Diff(c.letters, keys(w.letters)); diff != "" {
				t.Errorf("letters (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.digits, keys(w.digits)); diff != "" {
				t.Errorf("digits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTallyCountsMembersAndFailures(t *testing.T) {
	references := []reference{
		{Path: "a.zip", Format: "zip", Words: []string{"un", "deux"}},
		{Path: "b!.docx", Format: "docx", Words: []string{"trois", "quatre"}, Numbers: []string{"12", "34"}},
		{Path: "c.docx", Format: "docx", Words: []string{"cinq"}},
		{Path: "d.docx", Format: "docx"},
	}
	lines := `{"path":"a.zip","text":"UN"}
{"path":"a.zip!x/y.txt","text":"deux"}
{"path":"b!.docx","text":"quatre 12","failure":"partial"}
{"path":"other.docx","text":"cinq"}
{"path":"d.docx","text":""}
`
	found, err := collect(strings.NewReader(lines), references)
	if err != nil {
		t.Fatal(err)
	}
	s := tally(references, found)
	type short struct {
		Format         string
		Documents, Un  int
		Macro, Numbers float64
	}
	var got []short
	for _, r := range s.rows {
		got = append(got, short{r.format, r.documents, r.unread, r.macro(), ratio(r.nhit, r.numbers)})
	}
	want := []short{{"docx", 3, 1, 0.25, 0.5}, {"zip", 1, 0, 1, 1}, {"total", 4, 1, 0.5, 0.5}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if err := s.silent(nil); err == nil || !strings.Contains(err.Error(), "c.docx") || strings.Contains(err.Error(), "b!") {
		t.Errorf("silent misses = %v, want c.docx only", err)
	}
	if err := s.silent(map[string]string{"c.docx": "why"}); err != nil {
		t.Errorf("an explained miss is reported: %v", err)
	}
	if err := s.belowTargets(); err == nil || !strings.Contains(err.Error(), "docx") {
		t.Errorf("belowTargets = %v, want docx", err)
	}
}

func TestWriteTableKeepsThePage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	for _, table := range []string{"| a |\n", "| b |\n"} {
		if table == "| a |\n" {
			if err := os.WriteFile(page, []byte("# Titre\n"+tableStart+"vieux\n"+tableEnd+"suite\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := writeTable(page, table); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("# Titre\n"+tableStart+"\n"+table+"\n"+tableEnd+"suite\n", string(got)); diff != "" {
			t.Errorf("page (-want +got):\n%s", diff)
		}
	}
	if err := os.WriteFile(page, []byte("# Titre\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeTable(page, "x"); err == nil {
		t.Error("a page without marks is accepted")
	}
}

func TestReasonsAreNeeded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "explained.txt")
	if err := os.WriteFile(file, []byte("# head\na.pdf\tits letters are drawn\nb.pdf\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readReasons(file); err == nil || !strings.Contains(err.Error(), ":3:") {
		t.Errorf("readReasons = %v, want a complaint about line 3", err)
	}
}

func TestDamageDamages(t *testing.T) {
	good := []byte(strings.Repeat("document ", 1000))
	for round := range rounds {
		a, b := damage(good, round, 7), damage(good, round, 7)
		if string(a) != string(b) {
			t.Errorf("round %d differs from itself", round)
		}
		if string(a) == string(good) {
			t.Errorf("round %d leaves the file whole", round)
		}
		if cut := len(a) < len(good); cut != (round%2 == 0) {
			t.Errorf("round %d: cut %v", round, cut)
		}
	}
	if len(good) != 9000 || !strings.HasPrefix(string(good), "document document") {
		t.Error("damage changed the original")
	}
}

func TestDifferences(t *testing.T) {
	ours, theirs := newWords(), newWords()
	ours.add("préfecture de Lyon, dossier médical, exclusif")
	theirs.add("préfecturedeLyon préfec ture dossiers perdu médical")
	d := compare(reference{Path: "a.pdf", Format: "pdf"}, ours, theirs)
	if diff := cmp.Diff([]string{"dossiers", "perdu"}, d.theirs); diff != "" {
		t.Errorf("only they find (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"exclusif"}, d.ours); diff != "" {
		t.Errorf("only we find (-want +got):\n%s", diff)
	}
	var b strings.Builder
	report(&b, []difference{d})
	if !strings.Contains(b.String(), "| pdf | ledongthuc | 1 | 1 | 2 | 0 |") {
		t.Errorf("report:\n%s", &b)
	}
}
