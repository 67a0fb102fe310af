package train

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"poterne/classifiers/subject"
)

// ReadLabels reads one label a line, as "poterne model labels" writes them.
func ReadLabels(r io.Reader) ([]subject.Label, error) {
	var out []subject.Label
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var l subject.Label
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("label %d: %w", n, err)
		}
		switch {
		case !slices.Contains(Categories, l.Category):
			return nil, fmt.Errorf("label %d: unknown category %q", n, l.Category)
		case len(l.Bag.Forms) != len(subject.CueNames()):
			return nil, fmt.Errorf("label %d: %d traits of form, not %d: it was written by another version", n, len(l.Bag.Forms), len(subject.CueNames()))
		}
		out = append(out, l)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	return out, nil
}

// addLabels adds decisions as examples of the heads that they speak about, and of no
// other: who says that a paper is not of one category says nothing of the others.
func (t *trainer) addLabels() {
	words := map[uint32]int{}
	for form, id := range t.vocab.forms {
		words[subject.HashWord(form)] = id
	}
	pairs := map[[2]int]int{}
	for i, p := range t.vocab.pairs {
		pairs[p] = len(t.vocab.words) + i
	}
	for _, l := range t.o.Labels {
		f := subject.Features{Rows: map[uint16]int32{}, Shapes: l.Bag.Forms, Words: l.Bag.Length}
		for _, h := range l.Bag.Words {
			if id, ok := words[h]; ok {
				f.List = append(f.List, uint16(id))
			}
		}
		for _, p := range l.Bag.Pairs {
			a, okA := words[p[0]]
			b, okB := words[p[1]]
			if id, ok := pairs[[2]int{a, b}]; ok && okA && okB {
				f.List = append(f.List, uint16(id))
			}
		}
		slices.Sort(f.List)
		f.List = slices.Compact(f.List)
		for row, weight := range l.Bag.Vectors {
			if t.o.Vectors != nil && int(row) < len(t.o.Vectors.Values) {
				f.Rows[row], f.Weight = weight, f.Weight+weight
			}
		}
		y, speaks := make([]bool, headCount), make([]bool, headCount)
		c := slices.Index(Categories, l.Category)
		y[c], speaks[c] = l.Holds, true
		if l.Holds {
			y[headCarries], speaks[headCarries] = true, true
			y[headSensitive], speaks[headSensitive] = true, !minor[l.Category]
		}
		t.add(-1, f, y, 1)
		t.speaks[len(t.examples)-1] = speaks
	}
}
