package index

import (
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"golang.org/x/text/unicode/norm"
)

var (
	folder  = asciifolding.New()
	stemmer = fr.NewFrenchLightStemmerFilter()
	stops   = tokenMap(fr.FrenchStopWords)
	// articles are what an apostrophe cuts off in French.
	articles = tokenMap(fr.FrenchArticles)
)

// fold removes accents, ligatures and case, so that "Décès" and "deces" are one
// term. Bytes that are not UTF-8 become U+FFFD.
func fold(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(s)
	}
	// A share fed by a Mac holds names with combining accents.
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.ToLower(string(folder.Filter([]byte(s))))
}

// words cuts text into folded, stemmed words. The stock French analyzer is of no
// use here: it cuts accents off long words only, and of 18 pairs that a user
// expects to meet (accès and acces, décès and deces, reçu and recu…) it joins 7.
// Stop words are kept: "né" folds into one.
func words(s string) []string {
	ws := split(s)
	for i, w := range ws {
		ws[i] = stem(w)
	}
	return ws
}

// split cuts text into folded words, without the articles that an apostrophe cuts off.
func split(s string) []string {
	s = fold(s)
	var out []string
	for len(s) > 0 {
		i := strings.IndexFunc(s, inWord)
		if i < 0 {
			break
		}
		s = s[i:]
		j := strings.IndexFunc(s, func(r rune) bool { return !inWord(r) })
		if j < 0 {
			j = len(s)
		}
		w, apostrophe := s[:j], strings.HasPrefix(s[j:], "'")
		s = s[j:]
		if apostrophe && articles[w] {
			continue
		}
		out = append(out, w)
	}
	return out
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func stem(w string) string {
	ts := stemmer.Filter(analysis.TokenStream{{Term: []byte(w)}})
	return string(ts[0].Term)
}

// askedWords returns the words of a question: those of text without stop words,
// unless there are no others.
func askedWords(text string) []string {
	var kept []string
	for _, w := range split(text) {
		if !stops[w] {
			kept = append(kept, stem(w))
		}
	}
	if len(kept) == 0 {
		return words(text)
	}
	return kept
}

// tokenMap reads a word list of the French package: one word a line, "|" starts a
// comment. The words are folded.
func tokenMap(list []byte) map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		line, _, _ = strings.Cut(line, "|")
		for _, w := range strings.Fields(line) {
			m[fold(w)] = true
		}
	}
	return m
}
