package classifiers

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// hitsOf renders the hits of a finder as "word@start-end".
func hitsOf(f *wordFinder, text string) []string {
	var hits [owners][]hit
	f.scan([]byte(foldString(text)), &hits)
	var out []string
	for _, h := range hits[ownerRules] {
		name := f.words[h.word].text
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

func TestWords(t *testing.T) {
	d := newDictionary()
	for w, flags := range map[string]wordFlags{
		"secret": 0, "secret défense": 0, "défense": 0, "hospitalis": wordPrefix, "n° de sécurité": 0, "patient": wordPlural,
		"d.d.n.": 0, "c3": 0, "d'écrou": 0, "cab": 0, "abc": 0,
	} {
		if _, err := d.add(w, flags, ownerRules); err != nil {
			t.Fatal(err)
		}
	}
	f := d.compile()
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
			if d := gocmp.Diff(c.want, hitsOf(f, c.in)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// plainHits finds the words of a dictionary one by one at each place of text.
func plainHits(words []word, text []byte) (hits []hit) {
	for i, b := range text {
		if b == '@' {
			hits = append(hits, hit{wordAt, int32(i), int32(i + 1)})
		}
		if !inWord(b) || i > 0 && inWord(text[i-1]) {
			continue
		}
		for id := firstWord; int(id) < len(words); id++ {
			if end := plainEnd(&words[id], text, i); end > 0 {
				hits = append(hits, hit{id, int32(i), int32(end)})
			}
		}
		for k := i; k < len(text) && inWord(text[k]); k++ {
			if isDigit(text[k]) {
				hits = append(hits, hit{wordMixed, int32(k), int32(k + 1)})
				if k == i {
					hits[len(hits)-1].word = wordDigit
				}
				break
			}
		}
	}
	return hits
}

// plainEnd returns where w ends that starts at text[i], or -1.
func plainEnd(w *word, text []byte, i int) int {
	for k := range len(w.text) {
		switch {
		case i == len(text):
			return -1
		case w.text[k] == ' ' && isSpace[text[i]]:
			for i+1 < len(text) && isSpace[text[i+1]] {
				i++
			}
		case w.text[k] == 'o' && text[i] == foldOrdinal:
		case isUpper(text[i]) && text[i]|0x20 == w.text[k], text[i] == w.text[k]:
		default:
			return -1
		}
		i++
	}
	rest := strings.ToLower(string(text[i:min(i+2, len(text))])) + "  "
	last := text[i-1]
	if isWord[rest[0]] && isWord[last] && w.flags&wordPrefix == 0 && (w.flags&wordPlural == 0 || rest[0] != 's' && rest[0] != 'x' || isWord[rest[1]]) {
		return -1
	}
	return i
}

// TestWordsAgainstSearch compares the finder with a plain search over texts made of
// pieces of its words, the words of the rules among them.
func TestWordsAgainstSearch(t *testing.T) {
	d := newDictionary()
	for w, flags := range map[string]wordFlags{
		"ab": 0, "abc": wordPlural, "b c": 0, "c a b": 0, "b": 0, "a b a b": 0, "bc": wordPrefix, "a.b.": 0, "d'ab": 0, "d'a c": wordPlural,
		"abcabcabcabcabc": wordPlural, "abcabcabcabcabcd": wordPlural, "abcabcabcabcabcde": 0, "Ωa": 0, "a Ω": 0, "no a": 0, "a1": 0, "1a.b": wordPrefix, "7": 0,
	} {
		if _, err := d.add(w, flags, ownerRules); err != nil {
			t.Fatal(err)
		}
	}
	rules := newClassifier(t).words
	pieces := []string{"a", "b", "c", "ab", "abc", "bc", "abcabcabcabcabc", "d", "e", "s", "x", "1", "7", "42", " ", " ", " ", "  ", "-", "_", "\n", ".", "'", "@",
		"\x04", "n\x04", "no", "Ω", "A", "AB", strings.Repeat("a", 61), strings.Repeat("b1", 40)}
	for _, w := range rules.words[firstWord:] {
		pieces = append(pieces, w.text, w.text+" ")
	}
	small := d.compile()
	r := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		var b strings.Builder
		few := len(pieces)
		if r.IntN(2) == 0 {
			few = 32
		}
		for range r.IntN(40) {
			b.WriteString(pieces[r.IntN(few)])
		}
		for _, f := range []*wordFinder{small, rules} {
			checkWords(t, f, []byte(b.String()))
		}
	}
}

func checkWords(t *testing.T, f *wordFinder, text []byte) {
	t.Helper()
	var hits [owners][]hit
	f.scan(slices.Clone(text), &hits)
	want := plainHits(f.words, text)
	sortHits := func(list []hit) {
		slices.SortFunc(list, func(a, b hit) int {
			return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start), cmp.Compare(a.word, b.word))
		})
	}
	for o := range owners {
		mine := slices.DeleteFunc(slices.Clone(want), func(h hit) bool { return f.words[h.word].owners&(1<<o) == 0 })
		sortHits(mine)
		got := slices.Clone(hits[o])
		sortHits(got)
		if d := gocmp.Diff(mine, got, gocmp.AllowUnexported(hit{}), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%q (-want +got)\n%s", text, d)
		}
		if !slices.IsSortedFunc(hits[o], func(a, b hit) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start)) }) {
			t.Fatalf("%q: hits are not in the order in which they end: %v", text, hits[o])
		}
	}
}

func FuzzWords(f *testing.F) {
	words := newClassifier(f).words
	for _, s := range []string{"", "NIR", "n° de sécurité sociale 2 90", "a@b", strings.Repeat("mot de passe ", 9), strings.Repeat("é", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkWords(t, words, []byte(foldString(s))) })
}

// TestLiterals compares the finder of literals with a search of each.
func TestLiterals(t *testing.T) {
	texts := []string{"ab", "abc", "bca", "c-a", "aaa", "éa"}
	var l literals
	for _, s := range texts {
		l.add(s)
	}
	if again := l.add("bca"); again != 2 {
		t.Errorf("a known literal has the index %d, want 2", again)
	}
	l.compile()
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		var b strings.Builder
		for range r.IntN(30) {
			b.WriteString([]string{"a", "b", "C", "-", "é", "x"}[r.IntN(6)])
		}
		text := b.String()
		var want []literalHit
		for end := range len(text) + 1 {
			for start := range end {
				if id := slices.Index(texts, strings.ToLower(text[start:end])); id >= 0 {
					want = append(want, literalHit{id, start, end})
				}
			}
		}
		if d := gocmp.Diff(want, l.find([]byte(text)), gocmp.AllowUnexported(literalHit{}), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%q (-want +got)\n%s", text, d)
		}
	}
}
