package train

import (
	"strings"

	"poterne/classifiers/subject"
)

// leastStem is what a suffix leaves of a word at least.
const leastStem = 4

// endings are what a folded French word may end in beside its stem, with what
// stands for it, longest first: what agrees in gender, number, person and tense is
// one word.
var endings = []struct{ from, to string }{
	{"issements", ""}, {"issement", ""}, {"issaient", ""}, {"eraient", ""}, {"erions", ""},
	{"atrices", "at"}, {"ateurs", "at"}, {"atrice", "at"}, {"ations", "at"}, {"issant", ""}, {"issait", ""}, {"issent", ""},
	{"ateur", "at"}, {"ation", "at"}, {"aient", ""}, {"erait", ""}, {"eront", ""}, {"erons", ""}, {"antes", ""}, {"ement", ""},
	{"trice", "t"}, {"teurs", "t"}, {"euses", "eu"}, {"ieres", "ier"}, {"elles", "el"}, {"ennes", "en"},
	{"teur", "t"}, {"euse", "eu"}, {"eurs", "eu"}, {"iere", "ier"}, {"iers", "ier"}, {"elle", "el"}, {"enne", "en"}, {"ives", "if"},
	{"ante", ""}, {"ants", ""}, {"ions", ""}, {"erai", ""}, {"eras", ""}, {"aux", "al"}, {"ales", "al"},
	{"eux", "eu"}, {"eur", "eu"}, {"ive", "if"}, {"ifs", "if"}, {"ale", "al"}, {"als", "al"}, {"ant", ""}, {"ait", ""}, {"ais", ""}, {"era", ""},
	{"ees", ""}, {"ent", ""}, {"ies", ""}, {"ons", ""},
	{"ier", "ier"}, {"er", ""}, {"ez", ""}, {"ee", ""}, {"es", ""}, {"ie", ""}, {"is", ""}, {"it", ""}, {"ir", ""},
	{"e", ""}, {"s", ""}, {"x", ""}, {"i", ""}, {"a", ""},
}

// stem returns the stem of a folded word. It is for grouping, not for reading.
func stem(w string) string {
	if subject.IsStop(w) {
		return w + " " // of no other word
	}
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(w, e.from); ok && len(rest) >= leastStem {
			return rest + e.to
		}
	}
	return w
}
