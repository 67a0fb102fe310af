package subject

import (
	"slices"
	"testing"

	"poterne/classifiers"
)

// tiny returns a model that knows three words.
func tiny(t *testing.T) *Model {
	t.Helper()
	m, err := Build(Spec{
		Categories: []string{"sante"}, Words: []string{"malade", "patient", "salade"},
		Forms:  []Form{{"malade", 0}, {"patient", 1}, {"salade", 2}, {"patients", 1}},
		Rarity: []float64{1, 1, 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDamagedWordIsRead(t *testing.T) {
	m := tiny(t)
	for _, c := range []struct{ name, text, want string }{
		{"whole", "malade", "malade"},
		{"other-letter", "pafient", "patient"},
		{"first-letter", "zatient", "patient"},
		{"last-letter", "patienl", "patient"},
		{"lost-letter", "patint", "patient"},
		{"lost-first", "atient", "patient"},
		{"lost-last", "maad", ""}, // two of six
		{"longer-form", "patienls", "patient"},
		{"figure", "pat1ent", "patient"},
		{"figure-alone", "sa1ade", "salade"},
		{"most-frequent", "xalade", "malade"},
		{"two-letters", "pafiemt", ""},
		{"letter-too-many", "pattient", ""},
		{"short", "mal", ""},
		{"name", "Pafient", ""},
		{"capitals", "PAFIENT", ""},
		{"code", "B12", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, i := range m.Features(c.text).List {
				got += m.name(int(i))
			}
			if got != c.want {
				t.Errorf("%q is read as %q, not %q", c.text, got, c.want)
			}
		})
	}
}

func TestPairWithAWordBetween(t *testing.T) {
	m, err := Build(Spec{
		Categories: []string{"sante"}, Words: []string{"fracture", "poignet", "du"}, Pairs: [][2]int{{0, 1}}, Rarity: []float64{1, 1, 1, 1},
		Forms: []Form{{"du", 2}, {"fracture", 0}, {"poignet", 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		pair bool
	}{
		{"fracture poignet", true}, {"fracture du poignet", true}, {"fracture ouverte du poignet", true},
		{"fracture ouverte ancienne du poignet", false}, {"fracture. poignet", false}, {"poignet fracture", false},
	} {
		if got := slices.Contains(m.Features(c.text).List, 3); got != c.pair {
			t.Errorf("%q has the pair: %v", c.text, got)
		}
	}
}

func TestKnownWordIsLeftAlone(t *testing.T) {
	if got := tiny(t).Features("salade").List; len(got) != 1 || got[0] != 2 {
		t.Errorf("features %v", got)
	}
}

// TestMoreFrequentFormKeepsItsHash is about two words of the corpus whose hashes are one.
func TestMoreFrequentFormKeepsItsHash(t *testing.T) {
	const often, rarely = "pretre", "sollicitions"
	if hashWord(often) != hashWord(rarely) {
		t.Fatal("the hashes differ")
	}
	m, err := Build(Spec{
		Categories: []string{"opinions"}, Words: []string{"pretre", "solliciter"}, Rarity: []float64{1, 1},
		Forms: []Form{{"solliciter", 1}, {often, 0}, {rarely, 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Features(often).List; len(got) != 1 || got[0] != 0 {
		t.Errorf("features %v", got)
	}
}

func TestMisreadWords(t *testing.T) {
	for _, c := range []struct {
		text string
		word bool
	}{
		{"pr0cureur", true}, {"p0l1cier", true}, {"annexe1", false}, {"1ettre", false}, {"h1n1", false}, {"mod3le", false},
		{"a10bcde", false}, {"B0nj0ur", false}, {"p0urquoi@exemple", false},
	} {
		word := false
		for _, k := range scan(nil, classifiers.Fold(nil, c.text)) {
			word = word || k.kind == tokenWord && int(k.size) == len(c.text)
		}
		if word != c.word {
			t.Errorf("%q is a word: %v", c.text, word)
		}
	}
}

// BenchmarkReadDamaged reads lines of which every word has to be looked for near others.
func BenchmarkReadDamaged(b *testing.B) {
	m := open(b)
	pages := report(200)
	size := 0
	var folded [][]byte
	for i := range pages {
		text := classifiers.Fold(nil, pages[i].Body)
		for k := range text {
			if k%9 == 4 && isLetter(text[k]) {
				text[k] = 'q'
			}
		}
		size += len(text)
		folded = append(folded, text)
	}
	benchmarkReader(b, m, pages, folded, size)
}
