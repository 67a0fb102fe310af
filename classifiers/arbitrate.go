package classifiers

import (
	"cmp"
	"slices"

	"poterne"
)

// judge gives each candidate its context and drops those that lack what their
// rule demands.
func (d *idDetector) judge(s *segment) {
	kept := d.candidates[:0]
	for _, c := range d.candidates {
		r := c.rule
		if !c.context {
			d.context(s, &c)
		}
		if d.contradicted(s, &c) && !(c.keyed && c.grouped) {
			continue
		}
		switch {
		case c.context, r.Context == "" || r.Context == "optional", r.Context == "solid" && c.grouped:
		case c.keyed && s.Place.Zone == poterne.ZoneCell && r.Chance > 0:
			c.pending = true
		default:
			continue
		}
		if confidence(&c) < 0.5 {
			continue
		}
		kept = append(kept, c)
	}
	d.candidates = kept
}

// context looks for the nearest context word of c's rule: 100 characters before, 50
// after on the same line. The title of a column stands at distance 0 of all its cells.
func (d *idDetector) context(s *segment, c *candidate) {
	c.distance = far
	set := func(h hit, distance int32) {
		c.context, c.cue, c.distance = true, h.word, distance
	}
	for _, h := range s.header {
		if has(d.f.cues, h.word, c.rule.index) {
			set(h, 0)
			return
		}
	}
	i, _ := slices.BinarySearchFunc(d.cues, c.start, func(h hit, at int32) int { return cmp.Compare(h.end, at+1) })
	for k := i - 1; k >= 0 && c.start-d.cues[k].end <= contextBefore; k-- {
		if has(d.f.cues, d.cues[k].word, c.rule.index) {
			set(d.cues[k], c.start-d.cues[k].end)
			break
		}
	}
	for k := i; k < len(d.cues) && d.cues[k].start-c.end < min(contextAfter, c.distance); k++ {
		if h := d.cues[k]; h.start >= c.end && has(d.f.cues, h.word, c.rule.index) {
			if !slices.Contains(s.text[c.end:h.start], '\n') {
				set(h, h.start-c.end)
			}
			break
		}
	}
}

// contradicted reports whether a word that speaks against c's rule is nearer than
// its context: in the column's title, or within 40 characters before the value.
func (d *idDetector) contradicted(s *segment, c *candidate) bool {
	if len(c.rule.Not) == 0 {
		return false
	}
	for _, h := range s.header {
		if has(d.f.against, h.word, c.rule.index) {
			return true
		}
	}
	i, _ := slices.BinarySearchFunc(d.cues, c.start, func(h hit, at int32) int { return cmp.Compare(h.end, at+1) })
	for k := i - 1; k >= 0; k-- {
		gap := c.start - d.cues[k].end
		if gap > 40 || c.context && gap > c.distance {
			return false
		}
		if has(d.f.against, d.cues[k].word, c.rule.index) {
			return true
		}
	}
	return false
}

// confidence is that of doctrine D.3.1 for one value.
func confidence(c *candidate) float64 {
	switch {
	case c.several:
		return 0.95
	case c.keyed && c.context:
		return 0.85
	case c.keyed:
		return 0.75
	case c.grouped:
		return 0.70
	case c.context:
		return 0.65
	}
	return 0.35
}

// arbitrate keeps one candidate for each stretch of text: settled before pending,
// then verified key, nearer context, specificity, length.
func (d *idDetector) arbitrate(s *segment) {
	if len(d.candidates) > 1 {
		slices.SortStableFunc(d.candidates, better)
	}
	if n := len(s.text); len(d.taken) < n {
		d.taken = make([]bool, max(n, maxPiece))
	}
	kept := d.candidates[:0]
	for _, c := range d.candidates {
		free := true
		for _, t := range d.taken[max(c.start, 0):c.end] {
			if t {
				free = false
				break
			}
		}
		if !free {
			continue
		}
		for i := max(c.start, 0); i < c.end; i++ {
			d.taken[i] = true
		}
		kept = append(kept, c)
	}
	slices.SortFunc(kept, func(a, b candidate) int { return cmp.Compare(a.start, b.start) })
	for i := range kept {
		c := &kept[i]
		clear(d.taken[max(c.start, 0):c.end])
		d.tally.add(s, c, d.norms[c.norm.from:c.norm.to])
	}
}

// better orders candidates, the better one first.
func better(a, b candidate) int {
	return cmp.Or(
		orderBool(!a.pending, !b.pending),
		orderBool(a.several, b.several),
		orderBool(a.keyed, b.keyed),
		orderBool(a.context, b.context),
		cmp.Compare(a.distance, b.distance),
		cmp.Compare(b.rule.Rank, a.rule.Rank),
		cmp.Compare(a.rule.Chance, b.rule.Chance),
		cmp.Compare(b.end-b.start, a.end-a.start),
		cmp.Compare(a.start, b.start),
		cmp.Compare(a.rule.index, b.rule.index),
	)
}

func orderBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
