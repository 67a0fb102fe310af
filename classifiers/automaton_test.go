package classifiers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hitsOf renders the hits of an automaton as "word@start-end".
func hitsOf(a *automaton, text string) []string {
	var hits [owners][]hit
	a.scan([]byte(foldString(text)), &hits, new(pair))
	var out []string
	for _, h := range hits[ownerRules] {
		name := a.words[h.word].text
		switch h.word {
		case wordDigit:
			name = "#"
		case wordMixed:
			name = "%"
		}
		out = append(out, fmt.Sprintf("%s@%d-%d", name, h.start, h.end))
	}
	return out
}

func TestAutomaton(t *testing.T) {
	d := newDictionary()
	for w, flags := range map[string]wordFlags{
		"secret": 0, "secret défense": 0, "défense": 0, "hospitalis": wordPrefix, "n° de sécurité": 0, "patient": wordPlural,
		"d.d.n.": 0, "c3": 0, "d'écrou": 0, "cab": 0, "abc": 0,
	} {
		if _, err := d.add(w, flags, ownerRules); err != nil {
			t.Fatal(err)
		}
	}
	a := d.compile()
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"overlap", "SECRET-DÉFENSE", []string{"secret@0-6", "secret defense@0-14", "defense@7-14"}},
		{"line-end", "secret  \n défense", []string{"secret@0-6", "secret defense@0-17", "defense@10-17"}},
		{"inside-word", "secretaire undefense", nil},
		{"unicode-edge", "Ωsecret secretΩ", nil},
		{"prefix", "hospitalisée", []string{"hospitalis@0-10"}},
		{"plural", "patients patiente", []string{"patient@0-7"}},
		{"ordinal", "N° de sécurité", []string{"no de securite@0-14"}},
		{"ordinal-as-letter", "no de securite", []string{"no de securite@0-14"}},
		{"dots", "d.d.n. x", []string{"d.d.n.@0-6"}},
		{"digit", "a 12 n°7", []string{"#@2-3", "%@7-8"}},
		{"mixed", "ab12c3 c3", []string{"%@2-3", "c3@7-9", "%@8-9"}},
		{"apostrophe", "n d’écrou", []string{"d'ecrou@2-9"}},
		{"fail-link", "cabc abc", []string{"abc@5-8"}},
		{"at", "a@b", []string{"@@1-2"}},
		{"underscore", "x_secret_y", []string{"secret@2-8"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, hitsOf(a, c.in)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestAutomatonAgainstSearch compares the automaton with a plain search of each
// word over texts made of pieces of the words.
func TestAutomatonAgainstSearch(t *testing.T) {
	words := []string{"ab", "abc", "b c", "c a b", "b", "a b a b", "bc"}
	d := newDictionary()
	for _, w := range words {
		if _, err := d.add(w, 0, ownerRules); err != nil {
			t.Fatal(err)
		}
	}
	a := d.compile()
	alphabet := "abc "
	for n := range 1 << 16 {
		var b strings.Builder
		for i := range 8 {
			b.WriteByte(alphabet[n>>(2*i)&3])
		}
		text := b.String()
		if strings.Contains(text, "  ") {
			continue
		}
		want := 0
		for _, w := range words {
			for i := 0; i+len(w) <= len(text); i++ {
				if text[i:i+len(w)] == w && (i == 0 || text[i-1] == ' ') && (i+len(w) == len(text) || text[i+len(w)] == ' ') {
					want++
				}
			}
		}
		if got := len(hitsOf(a, text)); got != want {
			t.Fatalf("%q: %d hits, want %d: %v", text, got, want, hitsOf(a, text))
		}
	}
}

// TestScanInPairs compares a scan at two places at once with one from end to end.
func TestScanInPairs(t *testing.T) {
	c := newClassifier(t)
	texts := append(frenchText(3, 256<<10), strings.Repeat("né le. NIR secret. ", 40), strings.Repeat("1. ", 100),
		strings.Repeat(" ", 400), strings.Repeat("a", 400), strings.Repeat("numéro de ", 60))
	// Words of several words that lie across the middle, at every offset.
	for i := range 60 {
		texts = append(texts, strings.Repeat("x ", 80)+spaces(i)+"numéro de sécurité sociale confidentiel défense très secret date de naissance "+strings.Repeat("y ", 80))
	}
	for _, p := range texts {
		text := fold(nil, p)
		var pairs, straight [owners][]hit
		c.words.scan(text, &pairs, new(pair))
		c.words.scanFrom(text, 0, 0, &straight)
		if d := cmp.Diff(straight, pairs, cmp.AllowUnexported(hit{})); d != "" {
			t.Fatalf("(-straight +pairs)\n%s", d)
		}
	}
}
