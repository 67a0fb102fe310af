package train

import (
	"math/rand/v2"
	"strings"
	"unicode"

	"poterne/classifiers"
)

// Damage is a way in which a text comes to a reader other than it was written: as one
// text or as several.
type Damage struct {
	Name string
	Do   func(text string) []string
}

// confusions are what optical recognition takes letters for.
var confusions = map[rune][]rune{
	'e': []rune("co"), 'a': []rune("oe"), 'i': []rune("l1"), 'l': []rune("1I"), 'o': []rune("0c"), 'n': []rune("ru"), 'u': []rune("nv"),
	'r': []rune("nt"), 't': []rune("fl"), 's': []rune("5z"), 'c': []rune("eo"), 'm': []rune("nr"), 'd': []rune("ao"), 'p': []rune("qn"),
}

// Seeds of the damage in training and in measures: no text is measured with the
// damage that it was learnt with.
const measureSeed = 7

var trainingSeeds = []uint64{11, 13}

// garble damages one letter in ten, as optical recognition does.
func garble(text string, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, uint64(len(text))))
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) || random.IntN(10) > 0 {
			return r
		}
		if c := confusions[unicode.ToLower(r)]; c != nil && random.IntN(4) > 0 {
			return c[random.IntN(len(c))]
		}
		return -1
	}, text)
}

// Damages are those that a measure tries.
var Damages = []Damage{
	{"un caractère sur dix abîmé, comme par une reconnaissance optique", func(text string) []string { return []string{garble(text, measureSeed)} }},
	{"sans accents", func(text string) []string {
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			lines[i] = string(classifiers.Fold(nil, l))
		}
		return []string{strings.Join(lines, "\n")}
	}},
	{"en capitales", func(text string) []string { return []string{strings.ToUpper(text)} }},
	{"coupés en deux, ce que disent l'un et l'autre morceaux", func(text string) []string {
		if h := Halves(text); h != nil {
			return h
		}
		return []string{text}
	}},
	{"première moitié seule, la seconde perdue", func(text string) []string {
		if h := Halves(text); h != nil {
			return h[:1]
		}
		return []string{text}
	}},
}
