package classifiers

import (
	"cmp"
	"fmt"
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
	columns map[string][]int // cells that are not empty, by sheet and column
	sheet   string           // the sheet of column
	column  []int
	byClass [classes][]*spot       // scratch of rule
	slab    []spot                 // spots are made many at a time: a long document has one for each page
	allowed map[int]map[string]int // by rule and entry of an allow list: places taken out
	shown   []int                  // by rule and class: masked forms of settled values kept so far
}

type spotKey struct {
	rule    int
	class   class
	pending bool
	zone    poterne.Zone
	page    int
	sheet   string
	column  int
}

type spot struct {
	key      spotKey
	place    poterne.Place
	count    int
	cells    int // cells of the column that hold a value
	row      int // the last one
	rows     []int
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

// column rule of doctrine D.3.1, and the chance below which a column of values
// that pass a key is no coincidence: 1 in a million.
const (
	columnShare = 0.8
	columnOdds  = 6
)

func (t *counter) init(f *identifiers, doc *document) {
	*t = counter{f: f, doc: doc, spots: map[spotKey]*spot{}, shown: make([]int, len(f.rules)*int(classes))}
}

// cell counts a cell of a table for its column.
func (t *counter) cell(s *segment) {
	if s.Place.Zone != poterne.ZoneCell || s.piece > 0 || s.Body == s.Header || s.Place.Column < 1 || s.Place.Column > 1<<14 {
		return
	}
	if t.columns == nil {
		t.columns = map[string][]int{}
	}
	if s.Place.Sheet != t.sheet || t.column == nil {
		if t.column != nil {
			t.columns[t.sheet] = t.column
		}
		t.sheet, t.column = s.Place.Sheet, t.columns[s.Place.Sheet]
	}
	for len(t.column) <= s.Place.Column {
		t.column = append(t.column, 0)
	}
	t.column[s.Place.Column]++
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
		t.noteAllowed(c.rule.index, entry)
	}
	key := spotKey{c.rule.index, c.class, c.pending, place.Zone, place.Page, place.Sheet, place.Column}
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
	if place.Row != sp.row {
		sp.row = place.Row
		sp.cells++
		if c.pending && c.rule.Person {
			sp.rows = append(sp.rows, place.Row)
		}
	}
	if confidence(c) > confidence(&sp.best) {
		sp.best = *c
	}
	settled := !c.pending
	if sp.distinct.add(p) && len(sp.masked) < maxMasked && !(settled && t.shown[c.rule.index*int(classes)+int(c.class)] >= maxMasked) {
		if m := c.rule.masked(value); !slices.Contains(sp.masked, m) {
			sp.masked = append(sp.masked, m)
			if settled {
				t.shown[c.rule.index*int(classes)+int(c.class)]++
			}
		}
	}
	if c.rule.Person && c.class == classReal && !c.pending {
		t.doc.people.add(place, offset)
	}
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
	if t.column != nil {
		t.columns[t.sheet] = t.column
	}
	slices.SortStableFunc(t.order, func(a, b *spot) int { return cmp.Compare(a.key.rule, b.key.rule) })
	var out []poterne.Finding
	for i := 0; i < len(t.order); {
		k := i
		for k < len(t.order) && t.order[k].key.rule == t.order[i].key.rule {
			k++
		}
		if f, ok := t.rule(&t.f.rules[t.order[i].key.rule], t.order[i:k]); ok {
			out = append(out, f)
		}
		i = k
	}
	return out
}

// rule makes the finding of one rule: of its real values; where there are none, of
// those of services; where there are none either, of the published examples.
func (t *counter) rule(r *compiled, spots []*spot) (poterne.Finding, bool) {
	whole := t.whole(r, spots)
	byClass := &t.byClass
	for i := range byClass {
		byClass[i] = byClass[i][:0]
	}
	for _, sp := range spots {
		if sp.key.pending && whole[columnOf(sp)] == 0 {
			continue
		}
		if sp.key.pending && r.Person && sp.key.class == classReal {
			for _, n := range sp.rows {
				t.doc.people.add(poterne.Place{Zone: sp.key.zone, Sheet: sp.key.sheet, Row: n}, 0)
			}
		}
		byClass[sp.key.class] = append(byClass[sp.key.class], sp)
	}
	for class, list := range byClass {
		if len(list) == 0 {
			continue
		}
		f := t.finding(r, list, whole)
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

type columnKey struct {
	sheet  string
	column int
}

func columnOf(sp *spot) columnKey { return columnKey{sp.key.sheet, sp.key.column} }

// whole returns the columns most of whose cells pass the rule's key, with the
// number of cells that do.
func (t *counter) whole(r *compiled, spots []*spot) map[columnKey]int {
	if r.Chance <= 0 || t.columns == nil {
		return nil
	}
	passed := map[columnKey]int{}
	for _, sp := range spots {
		if sp.key.zone == poterne.ZoneCell && sp.best.keyed && sp.key.class != classExample {
			passed[columnOf(sp)] += sp.cells
		}
	}
	for k, n := range passed {
		all := 0
		if list := t.columns[k.sheet]; k.column > 0 && k.column < len(list) {
			all = list[k.column]
		}
		if float64(n) < columnShare*float64(all) || -math.Log10(r.Chance)*float64(n) < columnOdds {
			delete(passed, k)
		}
	}
	return passed
}

func (t *counter) finding(r *compiled, spots []*spot, whole map[columnKey]int) poterne.Finding {
	f := poterne.Finding{Rule: r.ID, Category: r.Category, Level: r.Level(), Legal: slices.Clone(r.Legal)}
	if r.Person {
		f.Tags = append(f.Tags, poterne.TagPerson)
	}
	if r.Secret {
		f.Tags = append(f.Tags, poterne.TagSecret)
	}
	f.Spots = make([]poterne.Spot, 0, len(spots))
	var all prints
	for _, sp := range spots {
		f.Count += sp.count
		all.addAll(&sp.distinct)
		for _, m := range sp.masked {
			if len(f.Masked) < maxMasked && !slices.Contains(f.Masked, m) {
				f.Masked = append(f.Masked, m)
			}
		}
		t.explain(&f, r, sp, whole)
		if i := t.twin(f.Spots, sp); i >= 0 { // the settled and the pending values of a column
			f.Spots[i].Count += sp.count
			f.Spots[i].Distinct = t.together(sp.key)
			continue
		}
		f.Spots = append(f.Spots, poterne.Spot{Place: sp.place, Count: sp.count, Distinct: sp.distinct.n})
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

// twin returns the index in list of the spot of the same column as sp, or -1.
func (t *counter) twin(list []poterne.Spot, sp *spot) int {
	other := sp.key
	other.pending = !other.pending
	if t.spots[other] == nil {
		return -1
	}
	return slices.IndexFunc(list, func(s poterne.Spot) bool {
		return s.Place.Zone == sp.key.zone && s.Place.Page == sp.key.page && s.Place.Sheet == sp.key.sheet && s.Place.Column == sp.key.column
	})
}

// together counts the different values of a column, settled and pending.
func (t *counter) together(k spotKey) int {
	var all prints
	for _, pending := range []bool{true, false} {
		k.pending = pending
		all.addAll(&t.spots[k].distinct)
	}
	return all.n
}

// explain raises the confidence of f to that of sp and says how it came about.
func (t *counter) explain(f *poterne.Finding, r *compiled, sp *spot, whole map[columnKey]int) {
	c := &sp.best
	p := confidence(c)
	passed := 0
	if sp.key.zone == poterne.ZoneCell {
		passed = whole[columnOf(sp)]
	}
	if passed > 0 {
		p = 0.95
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
	if passed > 0 {
		step("column", fmt.Sprintf("%d/%d", passed, t.columns[sp.key.sheet][sp.key.column]), p)
	}
}

// cueText returns the rule's own word that made the context.
func (t *counter) cueText(c *candidate) string {
	if c.cue < firstWord {
		return ""
	}
	return t.doc.c.words.words[c.cue].text
}
