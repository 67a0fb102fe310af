package classifiers

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"

	"poterne"
)

// counter counts the values of all rules in one document, by place, as keyed
// hashes: no value is kept.
type counter struct {
	f       *identifiers
	doc     *document
	spots   map[spotKey]*spot
	order   []*spot
	last    *spot
	odds    oddsOf
	byClass [classes][]*spot       // scratch of rule
	slab    []spot                 // spots are made many at a time: a long document has one for each page
	allowed map[int]map[string]int // by rule and entry of an allow list: places taken out
	shown   []int                  // by rule and class: masked forms of settled values kept so far
}

type spotKey struct {
	rule    int
	class   class
	pending pending
	inRow   bool // of pending values in text: their row is a proof
	behind  int  // of pending values: the rule that owns the text, from 1
	zone    poterne.Zone
	page    int
	sheet   string
	column  int
}

type spot struct {
	key      spotKey
	place    poterne.Place
	count    int
	cells    int   // cells of the column that hold a value
	row      int   // the last one
	at       []int // of pending values of persons: the rows of cells, else offsets
	distinct prints
	masked   []string
	best     candidate
}

// prints is a set. Most hold one or two values: one page of a document.
type prints struct {
	few  [2]print
	n    int
	many map[print]struct{} // all of them, from the third on
}

// add reports whether p was not in the set.
func (s *prints) add(p print) bool {
	if s.many != nil {
		n := len(s.many)
		s.many[p] = struct{}{}
		s.n = len(s.many)
		return s.n > n
	}
	for _, q := range s.few[:s.n] {
		if q == p {
			return false
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = p
		s.n++
		return true
	}
	s.many = map[print]struct{}{p: {}}
	for _, q := range s.few {
		s.many[q] = struct{}{}
	}
	s.n = len(s.many)
	return true
}

func (s *prints) addAll(o *prints) {
	for p := range o.many {
		s.add(p)
	}
	if o.many == nil {
		for _, p := range o.few[:o.n] {
			s.add(p)
		}
	}
}

// sorted returns the fingerprints in order, the first maxPrints of them.
func (s *prints) sorted() []poterne.Fingerprint {
	list := make([]poterne.Fingerprint, 0, s.n)
	for p := range s.many {
		list = append(list, p.fingerprint())
	}
	if s.many == nil {
		for _, p := range s.few[:s.n] {
			list = append(list, p.fingerprint())
		}
	}
	slices.Sort(list)
	return list[:min(len(list), maxPrints)]
}

// Limits on what a finding shows, and on what it remembers.
const (
	maxMasked  = 5
	spotsShown = 8
	maxPrints  = 1 << 17 // values of one rule in one document whose fingerprints are kept: 2 MB
)

func (t *counter) init(f *identifiers, doc *document) {
	*t = counter{f: f, doc: doc, spots: map[spotKey]*spot{}, shown: make([]int, len(f.rules)*int(classes))}
	t.odds.f = f
}

// add counts one value.
func (t *counter) add(s *segment, c *candidate, value []byte) {
	t.addAt(s.Place, s.base+int(c.start), c, value)
}

func (t *counter) addAt(place poterne.Place, offset int, c *candidate, value []byte) {
	p := t.doc.c.key.print(c.rule.ID, value)
	if entry := t.doc.allowed(p); entry != "" && c.class != classExample {
		out := *c
		out.class = classAllowed
		c = &out
		if c.behind == 0 {
			t.noteAllowed(c.rule.index, entry)
		}
	}
	if c.pending != settled && place.Zone != poterne.ZoneCell {
		t.keep(kept{place, offset, *c, p, c.rule.masked(value)})
		return
	}
	sp := t.count(place, offset, c, false)
	if !sp.distinct.add(p) || len(sp.masked) == maxMasked {
		return
	}
	shown := &t.shown[c.rule.index*int(classes)+int(c.class)]
	if c.pending == settled && *shown >= maxMasked {
		return
	}
	if m := c.rule.masked(value); !slices.Contains(sp.masked, m) {
		sp.masked = append(sp.masked, m)
		if c.pending == settled {
			*shown++
		}
	}
}

// count counts a value at its spot, and its person.
func (t *counter) count(place poterne.Place, offset int, c *candidate, inRow bool) *spot {
	key := spotKey{c.rule.index, c.class, c.pending, inRow, c.behind, place.Zone, place.Page, place.Sheet, place.Column}
	sp := t.last
	if sp == nil || sp.key != key {
		if sp = t.spots[key]; sp == nil {
			sp = t.newSpot()
			*sp = spot{key: key, place: place, best: *c, row: -1}
			t.spots[key] = sp
			t.order = append(t.order, sp)
		}
		t.last = sp
	}
	sp.count++
	sameRow := place.Row == sp.row
	if !sameRow {
		sp.row = place.Row
		sp.cells++
	}
	if confidence(c) > confidence(&sp.best) {
		sp.best = *c
	}
	switch {
	case !c.rule.Person || c.class != classReal:
	case c.pending == settled:
		if !byline(&t.doc.seg) {
			t.doc.people.add(place, offset)
		}
	case place.Zone != poterne.ZoneCell:
		sp.at = append(sp.at, offset)
	case !sameRow:
		sp.at = append(sp.at, place.Row)
	}
	return sp
}

func (t *counter) noteAllowed(rule int, entry string) {
	if t.allowed == nil {
		t.allowed = map[int]map[string]int{}
	}
	if t.allowed[rule] == nil {
		t.allowed[rule] = map[string]int{}
	}
	t.allowed[rule][entry]++
}

func (t *counter) newSpot() *spot {
	if len(t.slab) == cap(t.slab) {
		t.slab = make([]spot, 0, min(1024, 2*cap(t.slab)+4))
	}
	t.slab = t.slab[:len(t.slab)+1]
	return &t.slab[len(t.slab)-1]
}

func (t *counter) finish() []poterne.Finding {
	t.endRows()
	slices.SortStableFunc(t.order, func(a, b *spot) int { return cmp.Compare(a.key.rule, b.key.rule) })
	proofs := t.odds.proofs(t.order)
	var out []poterne.Finding
	for spots := range byRule(t.order) {
		if f, ok := t.rule(&t.f.rules[spots[0].key.rule], spots, proofs); ok {
			out = append(out, f)
		}
	}
	t.doc.people.settle()
	return out
}

// byRule yields the spots of each rule together.
func byRule(sorted []*spot) iter.Seq[[]*spot] {
	return func(yield func([]*spot) bool) {
		for i := 0; i < len(sorted); {
			k := i
			for k < len(sorted) && sorted[k].key.rule == sorted[i].key.rule {
				k++
			}
			if !yield(sorted[i:k]) {
				return
			}
			i = k
		}
	}
}

// rule makes the finding of one rule: of its real values; where there are none, of
// those of services; where there are none either, of the published examples.
func (t *counter) rule(r *compiled, spots []*spot, proofs map[*spot]*proof) (poterne.Finding, bool) {
	byClass := &t.byClass
	for i := range byClass {
		byClass[i] = byClass[i][:0]
	}
	for _, sp := range spots {
		if sp.key.pending != settled {
			if proofs[sp] == nil {
				continue
			}
			t.meet(r, sp)
		}
		byClass[sp.key.class] = append(byClass[sp.key.class], sp)
	}
	for class, list := range byClass {
		if len(list) == 0 {
			continue
		}
		f := t.finding(r, list, proofs)
		if f.Distinct < r.AtLeast {
			return f, false
		}
		switch {
		case classOf(class) == classAllowed:
			f.Level, f.Confidence = poterne.Public, 0
			f.Tags = []poterne.Tag{poterne.TagAllowed}
			f.Trace = nil
		case classOf(class) == classExample:
			f.Level, f.Confidence = poterne.Public, 0
			f.Tags = []poterne.Tag{poterne.TagExample}
			f.Trace = []poterne.Step{{Name: "example", Detail: strconv.Itoa(f.Count)}}
		case classOf(class) == classPublic, f.Confidence < 0.65:
			f.Level = poterne.Public
		}
		if n := countOf(byClass[classExample]); n > 0 && classOf(class) != classExample {
			f.Trace = append(f.Trace, poterne.Step{Name: "example", Detail: strconv.Itoa(n)})
		}
		for _, entry := range slices.Sorted(maps.Keys(t.allowed[r.index])) {
			f.Trace = append(f.Trace, allowedStep(entry, t.allowed[r.index][entry]))
		}
		return f, true
	}
	return poterne.Finding{}, false
}

func classOf(i int) class { return class(i) }

func countOf(spots []*spot) (n int) {
	for _, sp := range spots {
		n += sp.count
	}
	return n
}

// meet notes the persons of values that have come to count.
func (t *counter) meet(r *compiled, sp *spot) {
	if !r.Person || sp.key.class != classReal {
		return
	}
	place := poterne.Place{Zone: sp.key.zone, Page: sp.key.page, Sheet: sp.key.sheet}
	for _, n := range sp.at {
		place.Row = n // of a cell; for text, only the offset is read
		t.doc.people.add(place, n)
	}
}

func (t *counter) finding(r *compiled, spots []*spot, proofs map[*spot]*proof) poterne.Finding {
	f := poterne.Finding{Rule: r.ID, Category: r.Category, Level: r.Level(), Legal: slices.Clone(r.Legal)}
	if r.Person {
		f.Tags = append(f.Tags, poterne.TagPerson)
	}
	if r.Secret {
		f.Tags = append(f.Tags, poterne.TagSecret)
	}
	f.Spots = make([]poterne.Spot, 0, len(spots))
	var all prints
	var joined map[poterne.Place]*prints // by place that has several spots: its values
	if slices.ContainsFunc(spots, func(sp *spot) bool { return sp.key.pending != settled }) {
		joined = map[poterne.Place]*prints{}
	}
	confirm := true
	for _, sp := range spots {
		f.Count += sp.count
		all.addAll(&sp.distinct)
		for _, m := range sp.masked {
			if len(f.Masked) < maxMasked && !slices.Contains(f.Masked, m) {
				f.Masked = append(f.Masked, m)
			}
		}
		by := proofs[sp]
		confirm = confirm && by != nil && by.confirm
		t.explain(&f, r, sp, by)
		if joined != nil {
			at := poterne.Place{Zone: sp.key.zone, Page: sp.key.page, Sheet: sp.key.sheet, Column: sp.key.column}
			if set := joined[at]; set != nil {
				set.addAll(&sp.distinct)
				i := slices.IndexFunc(f.Spots, func(s poterne.Spot) bool {
					return s.Place.Zone == at.Zone && s.Place.Page == at.Page && s.Place.Sheet == at.Sheet && s.Place.Column == at.Column
				})
				f.Spots[i].Count += sp.count
				f.Spots[i].Distinct = set.n
				continue
			}
			set := &prints{}
			set.addAll(&sp.distinct)
			joined[at] = set
		}
		f.Spots = append(f.Spots, poterne.Spot{Place: sp.place, Count: sp.count, Distinct: sp.distinct.n})
	}
	if confirm {
		f.Tags = append(f.Tags, poterne.TagConfirm)
	}
	f.Distinct = all.n
	slices.SortFunc(f.Spots, func(a, b poterne.Spot) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Place.Page, b.Place.Page), cmp.Compare(a.Place.Zone, b.Place.Zone),
			cmp.Compare(a.Place.Sheet, b.Place.Sheet), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	f.Spots = slices.Clone(f.Spots[:min(len(f.Spots), spotsShown)])
	f.Prints = all.sorted()
	return f
}

// explain raises the confidence of f to that of sp and says how it came about.
func (t *counter) explain(f *poterne.Finding, r *compiled, sp *spot, by *proof) {
	c := &sp.best
	p := confidence(c)
	if by != nil {
		p = max(p, by.confidence)
	}
	if p <= f.Confidence {
		return
	}
	f.Confidence = p
	f.Trace = f.Trace[:0]
	sum := 0.0
	step := func(name, detail string, to float64) {
		f.Trace = append(f.Trace, poterne.Step{Name: name, Delta: math.Round((to-sum)*100) / 100, Detail: detail})
		sum = to
	}
	bare := candidate{rule: r, grouped: c.grouped}
	step("form", cmp.Or(r.Find, "shape"), confidence(&bare))
	if c.keyed {
		bare.keyed = true
		step("key", r.Check, confidence(&bare))
	}
	if c.context {
		bare.context = true
		step("context", t.cueText(c), confidence(&bare))
	}
	if c.several {
		step("keys", r.Find, 0.95)
	}
	if by != nil {
		step(by.name, fmt.Sprintf("%d/%d", by.passed, by.of), p)
	}
}

// cueText returns the rule's own word that made the context.
func (t *counter) cueText(c *candidate) string {
	if c.cue < firstWord {
		return ""
	}
	return t.doc.c.words.words[c.cue].text
}
