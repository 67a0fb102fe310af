package classifiers

import (
	"hash/maphash"
	"math"
	"slices"

	"poterne"
)

// A key alone is no proof: one number in a hundred or in ten passes. What proves a
// value without a context word is that too many of its kind pass for it to be
// chance: in its column, in its list, in the whole part; or, of a rule whose fields
// say enough, that it passes at all.

// pending says what a value without a context word still needs to count.
type pending uint8

const (
	settled pending = iota // nothing
	keyOnly                // company: a proof of its column, its list or its part
	plain                  // the same, or little else of its form in the part: its fields make sense
)

// The chance of what is believed is at most this, as powers of ten: one part in a
// million of those with such a column or list, and one in a thousand for plain values,
// which are therefore to be confirmed.
const (
	listOdds  = -6
	plainOdds = -3
)

// weakKey is a key that many numberings have: codes of articles and customers carry
// Luhn's as cards do. A list of them is no chance, and yet to be confirmed.
const weakKey = 1.0 / 10

// columnShare is the share of a column from which it is of one kind (doctrine D.3.1).
const columnShare = 0.8

// proof says why values without a context word count.
type proof struct {
	name       string // of the step: "column", "list", "alone"
	passed, of int
	confidence float64
	confirm    bool
}

// oddsOf counts, in one part, the values of the rules' forms that failed their
// check, beside those that passed without a context word.
type oddsOf struct {
	f      *identifiers
	cells  map[string][]int // cells that are not empty, by sheet and column
	sheet  string           // the sheet of column
	column []int
	groups map[groupKey]*group
	last   *group
	hash   maphash.Hash
}

// groupKey names the values of one rule in one column, or in all that is no table.
type groupKey struct {
	rule   int
	text   bool
	sheet  string
	column int
}

// group is what passed and what failed in one column, or in all text.
type group struct {
	key    groupKey
	values int      // that passed, the same one as often as it stands there
	failed int      // different values
	seen   []uint64 // hashes of the first of them
	starts starts   // how they start
	passed starts   // how those start that passed
	row    textRow  // of a text
}

// textRow are the last values of a text that no failure parts.
type textRow struct {
	number   int
	distinct prints
	proven   bool
	kept     []kept // until it is proven
}

// kept is a pending value of a text.
type kept struct {
	place  poterne.Place
	offset int
	c      candidate
	print  print
	masked string
}

// starts are the first characters of some values.
type starts [][startLength]byte

const (
	startLength = 5
	maxStarts   = 32
	// maxSeen is how many values of a group are told apart: with as many failures, no
	// single value is believed, and the order of magnitude is enough.
	maxSeen = 64
	// maxKept is how long a row is held back: where it is not proven by then, one value
	// is repeated.
	maxKept = 64
	// maxGroups is how many columns of all rules are told apart: 64,000 of them are
	// 20 MB. The rest counts as one column for each rule.
	maxGroups = 1 << 16
)

func (s *starts) add(v []byte) {
	var b [startLength]byte
	copy(b[:], v)
	if len(*s) < maxStarts && !slices.Contains(*s, b) {
		*s = append(*s, b)
	}
}

func (s starts) meet(o starts) bool {
	return slices.ContainsFunc(s, func(b [startLength]byte) bool { return slices.Contains(o, b) })
}

// cell counts a cell of a table for its column.
func (o *oddsOf) cell(s *segment) {
	if s.Place.Zone != poterne.ZoneCell || s.piece > 0 || s.Body == s.Header || s.Place.Column < 1 || s.Place.Column > 1<<14 {
		return
	}
	if o.cells == nil {
		o.cells = map[string][]int{}
	}
	if s.Place.Sheet != o.sheet || o.column == nil {
		if o.column != nil {
			o.cells[o.sheet] = o.column
		}
		o.sheet, o.column = s.Place.Sheet, o.cells[s.Place.Sheet]
	}
	for len(o.column) <= s.Place.Column {
		o.column = append(o.column, 0)
	}
	o.column[s.Place.Column]++
}

// keyOf names the group of a rule's values in place.
func (o *oddsOf) keyOf(rule int, place poterne.Place) groupKey {
	if place.Zone != poterne.ZoneCell {
		return groupKey{rule: rule, text: true}
	}
	key := groupKey{rule: rule, sheet: place.Sheet, column: place.Column}
	if len(o.groups) >= maxGroups && o.groups[key] == nil {
		return groupKey{rule: rule, column: -1}
	}
	return key
}

// group returns the group of r's values in place.
func (o *oddsOf) group(r *compiled, place poterne.Place) *group {
	key := o.keyOf(r.index, place)
	if o.last != nil && o.last.key == key {
		return o.last
	}
	g := o.groups[key]
	if g == nil {
		if o.groups == nil {
			o.groups = map[groupKey]*group{}
		}
		g = &group{key: key}
		o.groups[key] = g
	}
	o.last = g
	return g
}

// failed counts a value of r's form that its check refused.
func (o *oddsOf) failed(r *compiled, place poterne.Place, value []byte) {
	g := o.group(r, place)
	if len(g.seen) < maxSeen {
		o.hash.Reset()
		o.hash.Write(value)
		h := o.hash.Sum64()
		if slices.Contains(g.seen, h) {
			return
		}
		g.seen = append(g.seen, h)
		g.starts.add(value)
	}
	g.failed++
}

// passed notes a value of r that its check let pass and returns the number of its
// row: a failure ends a row.
func (o *oddsOf) passed(r *compiled, place poterne.Place, value []byte) int {
	g := o.group(r, place)
	g.values++
	g.passed.add(value)
	return g.failed
}

// keep holds a pending value of a text back until its row is proven, or ends.
func (t *counter) keep(k kept) {
	g := t.odds.group(k.c.rule, k.place)
	row := &g.row
	if row.number != k.c.list {
		t.endRow(row)
		*row = textRow{number: k.c.list, kept: row.kept}
	}
	row.distinct.add(k.print)
	row.kept = append(row.kept, k)
	if !row.proven {
		// Somewhere among all of them, chance has as many places to start a row as
		// there are values.
		n := row.distinct.n
		row.proven = math.Log10(float64(g.failed+g.values))+oddsAgainst(n, n, k.c.rule.check.key) <= listOdds
	}
	if row.proven || len(row.kept) == maxKept {
		t.endRow(row)
	}
}

// endRow counts what is kept of a row.
func (t *counter) endRow(row *textRow) {
	for i := range row.kept {
		k := &row.kept[i]
		sp := t.count(k.place, k.offset, &k.c, row.proven)
		if sp.distinct.add(k.print) && len(sp.masked) < maxMasked && !slices.Contains(sp.masked, k.masked) {
			sp.masked = append(sp.masked, k.masked)
		}
	}
	row.kept = row.kept[:0]
}

func (t *counter) endRows() {
	for _, g := range t.odds.groups {
		t.endRow(&g.row)
	}
}

// proofs returns why those of spots that are pending count, for those that do, and
// which of the others stand in a column most of which passes.
func (o *oddsOf) proofs(sorted []*spot) map[*spot]*proof {
	if o.column != nil {
		o.cells[o.sheet] = o.column
	}
	proofs := map[*spot]*proof{}
	owns := map[groupKey]bool{}
	for spots := range byRule(sorted) {
		if !slices.ContainsFunc(spots, (*spot).onTrial) {
			continue
		}
		o.prove(&o.f.rules[spots[0].key.rule], spots, proofs)
		for _, sp := range spots {
			if sp.key.behind == 0 && proofs[sp] != nil {
				owns[o.keyOf(sp.key.rule, sp.place)] = true
			}
		}
	}
	for sp := range proofs {
		if sp.key.behind > 0 && owns[o.keyOf(sp.key.behind-1, sp.place)] {
			delete(proofs, sp)
		}
	}
	return proofs
}

// prove adds the proofs of the spots of one rule.
func (o *oddsOf) prove(r *compiled, spots []*spot, proofs map[*spot]*proof) {
	part := trial{chance: r.Chance, key: r.check.key}
	groups := map[groupKey]*trial{}
	for key, g := range o.groups {
		if key.rule == r.index {
			t := &trial{chance: r.Chance, key: r.check.key}
			groups[key] = t
			t.count(g)
			part.count(g)
		}
	}
	var rows prints
	for _, sp := range spots {
		if !sp.onTrial() {
			continue
		}
		key := o.keyOf(r.index, sp.place)
		t := groups[key]
		if t == nil {
			t = &trial{chance: r.Chance, key: r.check.key}
			groups[key] = t
		}
		t.all.addAll(&sp.distinct)
		if sp.inColumn() {
			t.cells += sp.cells
		}
		if sp.key.pending != settled {
			part.all.addAll(&sp.distinct)
		}
		if sp.key.pending == plain {
			part.plain.addAll(&sp.distinct)
		}
		if sp.key.inRow {
			rows.addAll(&sp.distinct)
		}
	}
	for _, sp := range spots {
		if !sp.onTrial() {
			continue
		}
		key := o.keyOf(r.index, sp.place)
		t := groups[key]
		of := o.cellsOf(key)
		switch {
		case sp.inColumn() && float64(t.cells) >= columnShare*float64(of) && t.proven():
			proofs[sp] = &proof{name: "column", passed: t.cells, of: of, confidence: 0.95}
		case sp.key.pending == settled:
		case t.proven():
			proofs[sp] = listProof(t.all.n, t.failed+t.all.n, t.key)
		case part.proven() && !t.chancy():
			proofs[sp] = listProof(part.all.n, part.failed+part.all.n, part.key)
		case sp.key.inRow:
			proofs[sp] = listProof(rows.n, rows.n, r.check.key)
		case sp.key.pending == plain && part.plainProven(r.check.odds):
			proofs[sp] = &proof{name: "alone", passed: part.plain.n, of: part.failed + part.all.n, confidence: 0.75, confirm: true}
		}
	}
}

// onTrial reports whether odds may make sp count, or count more.
func (sp *spot) onTrial() bool {
	return sp.key.class != classExample && sp.best.rule.Chance > 0 && (sp.key.pending != settled || sp.inColumn())
}

// inColumn reports whether the keys of sp passed in cells.
func (sp *spot) inColumn() bool { return sp.key.zone == poterne.ZoneCell && sp.best.keyed }

// cellsOf counts the cells of a column that are not empty.
func (o *oddsOf) cellsOf(key groupKey) int {
	if row := o.cells[key.sheet]; !key.text && key.column > 0 && key.column < len(row) {
		return row[key.column]
	}
	return 0
}

// trial is how many values of a form passed a check, and how many failed.
type trial struct {
	chance, key float64 // of a random value, of a random key
	failed      int
	cells       int // whose key passed, with or without a context word
	all, plain  prints
	series      bool // some that failed start as some that passed
}

func (t *trial) count(g *group) {
	t.failed += g.failed
	t.series = t.series || g.starts.meet(g.passed)
}

// share is how many values pass by chance. Numbers that start alike are a series:
// then only their keys are random.
func (t *trial) share() float64 {
	if t.series {
		return max(t.chance, t.key)
	}
	return t.chance
}

// proven reports whether more values passed than chance lets pass.
func (t *trial) proven() bool {
	return t.all.n > 0 && oddsAgainst(t.failed+t.all.n, t.all.n, t.share()) <= listOdds
}

// chancy reports whether chance may well be why values of t passed: they are not many
// more than it lets pass.
func (t *trial) chancy() bool {
	return float64(t.all.n) < 5*float64(t.failed+t.all.n)*t.share()
}

func (t *trial) plainProven(odds float64) bool {
	return !t.series && t.plain.n > 0 && oddsAgainst(t.failed+t.all.n, t.plain.n, odds) <= plainOdds
}

// listProof is the proof of a list: where most of it passes a strong key, the company
// is a context.
func listProof(passed, of int, key float64) *proof {
	p := &proof{name: "list", passed: passed, of: of, confidence: 0.75, confirm: key >= weakKey}
	if float64(passed) >= columnShare*float64(of) && !p.confirm {
		p.confidence = 0.85
	}
	return p
}

// oddsAgainst bounds the probability that k of n random values or more pass a check
// that a share p passes, C(n,k)·p^k, as a power of ten. It is rounded, so that one in
// a million is one in a million.
func oddsAgainst(n, k int, p float64) float64 {
	return math.Round((chances(n, k)+float64(k)*math.Log10(p))*1e6) / 1e6
}

// chances is the power of ten of the ways to choose k of n.
func chances(n, k int) float64 {
	ln := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return (ln(n) - ln(k) - ln(n-k)) / math.Ln10
}
