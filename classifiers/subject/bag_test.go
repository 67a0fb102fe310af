package subject

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestBagIsThatOfTheStrongestStretch(t *testing.T) {
	m := open(t)
	filler := ""
	for _, s := range report(6) {
		filler += s.Body + "\n"
	}
	got, ok := m.Bag(filler+note+"\n"+filler, "sante")
	if !ok || !slices.Contains(got.Words, hashWord("perfusion")) && !slices.Contains(got.Words, hashWord("fievre")) {
		t.Errorf("bag of %d words, %v: no word of the note", len(got.Words), ok)
	}
	if _, ok := m.Bag(note, "none"); ok {
		t.Error("a category that is not there has a bag")
	}
	if _, ok := m.Bag("", "sante"); ok {
		t.Error("no text has a bag")
	}
}

// TestBagHoldsNoTextAndNoName plants a name and a number.
func TestBagHoldsNoTextAndNoName(t *testing.T) {
	m := open(t)
	b, _ := m.Bag(note+"\nDossier 7712345, Ploumagnac", "sante")
	file, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"loumagnac", "7712345", "chambre"} {
		if strings.Contains(string(file), secret) {
			t.Errorf("%q is in the bag", secret)
		}
	}
	if slices.Contains(b.Words, hashWord("ploumagnac")) {
		t.Error("the hash of a name is in the bag")
	}
	known := map[uint32]bool{}
	for _, w := range m.words {
		known[hashWord(w)] = true
	}
	for _, w := range b.Words {
		if !known[w] {
			t.Errorf("%d is no word of the vocabulary", w)
		}
	}
}

func TestStretchesAreTheWhole(t *testing.T) {
	text := strings.Repeat("un deux trois quatre cinq\n", 200) + "fin"
	got := stretches(text)
	if strings.Join(got, "") != text || len(got) != 5 {
		t.Errorf("%d stretches", len(got))
	}
}
