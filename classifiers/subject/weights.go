package subject

import (
	"cmp"
	"slices"
)

// Weight is what one word, pair of words or trait of form ("<date>") adds to the
// score of a head. The score of a text is divided by the length of the text, so
// weights compare with each other, not with a threshold.
type Weight struct {
	Word  string
	Value float64
}

// Trained says what m was trained on.
func (m *Model) Trained() string { return m.header.Trained }

// Weights returns the n weights of a category, or of one of Heads, that speak most
// for it, or against it; none where m has no such head.
func (m *Model) Weights(head string, n int, against bool) []Weight {
	h := slices.Index(m.header.Categories, head)
	if i := slices.Index(Heads, head); i >= 0 {
		h = headSensitive + i
	}
	if h < 0 {
		return nil
	}
	all := make([]Weight, 0, len(m.weights)+cueValues)
	for f := range m.weights {
		all = append(all, Weight{m.name(f), float64(m.weights[f][h]) * m.header.WordScale[h]})
	}
	for i, name := range CueNames() {
		all = append(all, Weight{name, float64(m.shapes[i][h])})
	}
	slices.SortStableFunc(all, func(a, b Weight) int {
		if against {
			a, b = b, a
		}
		return cmp.Compare(b.Value, a.Value)
	})
	return all[:max(0, min(n, len(all)))]
}

// Words returns the vocabulary of m, sorted: words as the corpus writes them most
// often, folded.
func (m *Model) Words() []string { return slices.Clone(m.words) }
