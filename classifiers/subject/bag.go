package subject

import (
	"math"
	"slices"
	"strings"
)

// Bag is what a training needs of a text that a person has judged: which words and
// pairs of the model's own vocabulary it has, by the hashes of the words, in no
// order; the weight of its words by vector; its traits of form. No name, place or
// number is in it, since none is in the vocabulary.
type Bag struct {
	Words   []uint32         `json:"words"`
	Pairs   [][2]uint32      `json:"pairs"`
	Vectors map[uint16]int32 `json:"vectors"`
	Forms   []float32        `json:"forms"`
	Length  int              `json:"length"` // words read
}

// Label is what a person decided about one category of a document, with the bag of
// its words.
type Label struct {
	Category string `json:"category"`
	Holds    bool   `json:"holds"` // a case of the category is carried
	Bag      Bag    `json:"bag"`
}

// bagWords is the length of the stretches of which a bag holds one: that of a window.
const bagWords = 2 * blockWords

// Bag returns the bag of the stretch of text that speaks most for a category, the one
// that a verdict rests on; false where m does not know the category or the text has
// no word.
func (m *Model) Bag(text, category string) (Bag, bool) {
	c := slices.Index(m.header.Categories, category)
	if c < 0 {
		return Bag{}, false
	}
	best, most := "", math.Inf(-1)
	for _, s := range stretches(text) {
		if z := m.Scores(s)[c]; z > most {
			best, most = s, z
		}
	}
	f := m.Features(best)
	if f.Words == 0 {
		return Bag{}, false
	}
	b := Bag{Vectors: f.Rows, Forms: f.Shapes, Length: f.Words}
	for _, i := range f.List {
		if int(i) < len(m.words) {
			b.Words = append(b.Words, hashWord(m.words[i]))
			continue
		}
		p := m.pairs[int(i)-len(m.words)]
		b.Pairs = append(b.Pairs, [2]uint32{hashWord(m.words[p[0]]), hashWord(m.words[p[1]])})
	}
	slices.Sort(b.Words)
	return b, true
}

// stretches cuts a text at the ends of lines into stretches of bagWords words or more.
func stretches(text string) []string {
	var out []string
	words, from, at := 0, 0, 0
	for line := range strings.Lines(text) {
		words += len(strings.Fields(line))
		at += len(line)
		if words >= bagWords {
			out = append(out, text[from:at])
			words, from = 0, at
		}
	}
	if strings.TrimSpace(text[from:]) != "" {
		out = append(out, text[from:])
	}
	return out
}
