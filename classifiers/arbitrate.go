package classifiers

import (
	"cmp"
	"slices"
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
		case c.context, !r.demands(!c.grouped):
		case c.keyed && r.Chance > 0:
			c.pending = keyOnly
			if v := d.norms[c.norm.from:c.norm.to]; r.check.alone != nil && r.check.alone(v) {
				c.pending = plain
			}
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
	titled := slices.ContainsFunc(s.header, func(h hit) bool { return has(d.f.cues, h.word, c.rule.index) })
	if !titled && slices.ContainsFunc(s.header, func(h hit) bool { return has(d.f.against, h.word, c.rule.index) }) {
		return true
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
// then verified key, nearer context, specificity, length. A pending one that stands
// behind another counts for its own list as well: where the list of the other proves
// to be none, it is the owner.
func (d *idDetector) arbitrate(s *segment) {
	if len(d.candidates) > 1 {
		slices.SortStableFunc(d.candidates, better)
	}
	if n := len(s.text); len(d.owner) < n {
		d.owner = make([]int32, max(n, maxPiece))
	}
	kept, behind := d.candidates[:0], d.behind[:0]
	for _, c := range d.candidates {
		var by int32 // the one that owns some of it, from 1
		for _, o := range d.owner[max(c.start, 0):c.end] {
			if o != 0 {
				by = o
				break
			}
		}
		if by == 0 {
			kept = append(kept, c)
			for i := max(c.start, 0); i < c.end; i++ {
				d.owner[i] = int32(len(kept))
			}
		} else if o := &kept[by-1]; c.pending != settled && o.pending != settled && o.start == c.start && o.end == c.end && o.rule != c.rule {
			c.behind = o.rule.index + 1
			behind = append(behind, c)
		}
	}
	for i := range kept {
		clear(d.owner[max(kept[i].start, 0):kept[i].end])
	}
	kept = append(kept, behind...)
	d.candidates, d.behind = kept, behind
	slices.SortStableFunc(kept, func(a, b candidate) int { return cmp.Compare(a.start, b.start) })
	for i := range kept {
		c := &kept[i]
		d.tally.add(s, c, d.norms[c.norm.from:c.norm.to])
	}
}

// better orders candidates, the better one first.
func better(a, b candidate) int {
	return cmp.Or(
		orderBool(a.pending == settled, b.pending == settled),
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
