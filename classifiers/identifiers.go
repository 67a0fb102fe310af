package classifiers

import (
	"fmt"
	"slices"
	"strings"

	"poterne"
)

// identifiers is the family of the rules of the section "rules": compiled, read-only.
type identifiers struct {
	rules    []compiled
	tokens   tokenIndex
	bare     tokenIndex // those that may count without a context word
	demand   []uint64   // the rules that nothing but one can make count, as bits
	atSign   []finder   // called at each '@'
	atWord   [][]finder // by word: called where it stands
	cues     [][]uint64 // by word: the rules that it is a context word of, as bits
	against  [][]uint64 // by word: the rules that it speaks against
	listened []bool     // by word: it is a context word of some rule, speaks against one, or leads to a value
	patterns patterns
}

// compiled is a rule ready to run.
type compiled struct {
	*Rule
	index     int
	check     check
	shapes    []*shape
	seps      [256]bool
	published map[string]bool // normalised
}

// demands reports whether a value written solid, or in groups, needs a context word.
func (c *compiled) demands(solid bool) bool {
	return c.Context == "required" || c.Context == "solid" && solid
}

// finder proposes candidates of a rule at a hit.
type finder struct {
	rule   *compiled
	beside beside
	labels bool // as in finderKind
	find   func(d *idDetector, s *segment, r *compiled, h hit)
}

func newIdentifiers(rules *Rules, dict *dictionary) (family, error) {
	n := len(rules.rules)
	f := &identifiers{rules: make([]compiled, n), demand: make([]uint64, n/64+1)}
	for i := range rules.rules {
		if err := f.compile(i, &rules.rules[i], dict); err != nil {
			return nil, fmt.Errorf("rule %s: %w", rules.rules[i].ID, err)
		}
	}
	f.listen()
	f.patterns.literals.compile()
	return f, nil
}

func (f *identifiers) compile(i int, r *Rule, dict *dictionary) error {
	c := &f.rules[i]
	*c = compiled{Rule: r, index: i, check: checks[r.Check], published: map[string]bool{}}
	for _, p := range r.Published {
		c.published[normal(p)] = true
	}
	for _, b := range []byte(r.Separators) {
		c.seps[b] = true
	}
	for _, text := range r.Shapes {
		sh, err := parseShape(text)
		if err != nil {
			return err
		}
		c.shapes = append(c.shapes, sh)
		if r.Find != "lead" {
			f.tokens.addShape(c, sh, true, true)
			f.bare.addShape(c, sh, !c.demands(true) || r.Chance > 0, !c.demands(false) || r.Chance > 0)
		}
	}
	if r.Find == "regexp" {
		if err := f.patterns.add(c); err != nil {
			return err
		}
	}
	for _, w := range r.Words {
		if err := f.addTo(&f.cues, i, w, dict); err != nil {
			return err
		}
	}
	for _, w := range r.Not {
		if err := f.addTo(&f.against, i, w, dict); err != nil {
			return err
		}
	}
	if c.demands(true) && r.Chance == 0 {
		f.demand[i/64] |= 1 << (i % 64)
	}
	return f.hook(c, dict)
}

// listen fills in listened.
func (f *identifiers) listen() {
	f.listened = make([]bool, max(len(f.cues), len(f.against), len(f.atWord)))
	for w := range f.listened {
		f.listened[w] = w < len(f.cues) && f.cues[w] != nil || w < len(f.against) && f.against[w] != nil || w < len(f.atWord) && f.atWord[w] != nil
	}
}

// hook registers the rule's finder with what calls it.
func (f *identifiers) hook(c *compiled, dict *dictionary) error {
	k, ok := finders[c.Find]
	if !ok {
		return nil
	}
	fd := finder{c, k.beside, k.labels, k.find}
	if k.tokens != nil {
		f.tokens.addFinder(fd, k.tokens)
		f.bare.addFinder(fd, k.tokens)
	}
	if k.atSign {
		f.atSign = append(f.atSign, fd)
	}
	words := c.Cues
	if words == nil {
		words = k.words
	}
	for _, w := range words {
		flags := k.flags
		if start, ok := strings.CutSuffix(w, "*"); ok {
			w, flags = start, wordPrefix
		}
		for _, spelling := range spellings(w) {
			if err := f.hookAt(spelling, flags, fd, dict); err != nil {
				return err
			}
		}
	}
	for _, w := range k.commands {
		if err := f.hookAt(w, 0, finder{rule: c, find: k.command}, dict); err != nil {
			return err
		}
	}
	return nil
}

// hookAt has a finder called where a phrase stands, once.
func (f *identifiers) hookAt(phrase string, flags wordFlags, fd finder, dict *dictionary) error {
	id, err := dict.add(phrase, flags, ownerRules)
	if err != nil {
		return err
	}
	for len(f.atWord) <= int(id) {
		f.atWord = append(f.atWord, nil)
	}
	if !slices.ContainsFunc(f.atWord[id], func(o finder) bool { return o.rule == fd.rule }) {
		f.atWord[id] = append(f.atWord[id], fd)
	}
	return nil
}

// addTo sets the bit of rule i in the sets of a word, in all its spellings.
func (f *identifiers) addTo(sets *[][]uint64, i int, phrase string, dict *dictionary) error {
	for _, spelling := range spellings(phrase) {
		if err := f.addOneTo(sets, i, spelling, dict); err != nil {
			return err
		}
	}
	return nil
}

func (f *identifiers) addOneTo(sets *[][]uint64, i int, phrase string, dict *dictionary) error {
	id, err := dict.add(phrase, wordPlural, ownerRules)
	if err != nil {
		return err
	}
	for len(*sets) <= int(id) {
		*sets = append(*sets, nil)
	}
	set := &(*sets)[id]
	for len(*set) <= i/64 {
		*set = append(*set, 0)
	}
	(*set)[i/64] |= 1 << (i % 64)
	return nil
}

func has(sets [][]uint64, w wordID, rule int) bool {
	return int(w) < len(sets) && rule/64 < len(sets[w]) && sets[w][rule/64]>>(rule%64)&1 != 0
}

func (f *identifiers) detector(doc *document) detector {
	d := &idDetector{f: f, doc: doc, near: make([]uint64, len(f.rules)/64+1)}
	d.tally.init(f, doc)
	return d
}

// idDetector finds the identifiers of one document.
type idDetector struct {
	f     *identifiers
	doc   *document
	tally counter

	candidates []candidate
	norms      []byte   // the normalised values of the candidates, one after the other
	cues       []hit    // context words of this segment and of what stood just before, by end
	near       []uint64 // rules that have a context word among cues or in the column's title
	bare       bool     // no rule of demand is among them
	carried    []hit    // context words before this segment, at negative offsets
	last       poterne.Place
	lastPart   *poterne.Part
	lastLabel  bool        // what stood there may be a label
	owner      []int32     // by byte of the segment: the candidate that owns it, from 1
	behind     []candidate // scratch of arbitrate
	mrz        mrzLines
	pem        pemState
}

// candidate is a value that may be an identifier.
type candidate struct {
	rule       *compiled
	start, end int32
	norm       span // in idDetector.norms
	distance   int32
	keyed      bool // the rule's key has been verified
	grouped    bool // written with the standard grouping, or of a distinctive form
	context    bool
	several    bool // several keys, or a value that decodes
	class      class
	pending    pending
	list       int    // of pending ones: the number of their row, see oddsOf.passed
	behind     int    // of pending ones: the rule that owns the text, from 1
	cue        wordID // the context word
}

// class says whether a value counts.
type class uint8

const (
	classReal    class = iota
	classPublic        // an address of a service, not of a person
	classExample       // a published example
	classAllowed       // taken out by an allow list
	classes
)

// far is the distance of a context word that was not found.
const far = 1 << 20

const (
	contextBefore = 100 // characters between a context word and the value after it (doctrine D.3.1)
	contextAfter  = 50
)

func (d *idDetector) segment(s *segment) {
	d.begin(s)
	for _, h := range s.hits[ownerRules] {
		switch {
		case h.word == wordDigit || h.word == wordMixed:
			d.token(s, h)
		case h.word == wordAt:
			for _, f := range d.f.atSign {
				f.find(d, s, f.rule, h)
			}
		case int(h.word) < len(d.f.atWord):
			for _, f := range d.f.atWord[h.word] {
				f.find(d, s, f.rule, h)
			}
		}
	}
	d.labelled(s)
	d.mrzSegment(s)
	d.pemSegment(s)
	d.f.patterns.find(d, s)
	if len(d.candidates) > 0 {
		d.judge(s)
		d.arbitrate(s)
	}
	d.tally.odds.cell(s)
	d.carry(s)
}

// begin gathers the context words.
func (d *idDetector) begin(s *segment) {
	d.candidates = d.candidates[:0]
	d.norms = d.norms[:0]
	if s.piece == 0 && !d.follows(s) {
		d.carried = d.carried[:0]
	}
	d.last, d.lastPart = s.Place, s.Part
	d.cues = append(d.cues[:0], d.carried...)
	for _, h := range s.hits[ownerRules] {
		if int(h.word) < len(d.f.listened) && d.f.listened[h.word] {
			d.cues = append(d.cues, h)
		}
	}
	clear(d.near)
	for _, h := range d.cues {
		d.addNear(h)
	}
	for _, h := range s.header {
		d.addNear(h)
	}
	d.bare = true
	for i, set := range d.near {
		d.bare = d.bare && set&d.f.demand[i] == 0
	}
}

func (d *idDetector) addNear(h hit) {
	if int(h.word) < len(d.f.cues) {
		for i, set := range d.f.cues[h.word] {
			d.near[i] |= set
		}
	}
}

// hopeless reports whether no value of r can count in this segment, for want of
// any context word: most numbers of most texts are settled by that. Where the check
// of r is rarely passed by chance, enough values that pass are their own context.
func (d *idDetector) hopeless(r *compiled, solid bool) bool {
	return !d.bare && r.Chance == 0 && r.demands(solid) && d.near[r.index/64]>>(r.index%64)&1 == 0
}

// follows reports whether what stood before s may be a label of what stands in s:
// the paragraph before on the same page, the cell before in the same row.
func (d *idDetector) follows(s *segment) bool {
	a, b := &d.last, &s.Place
	if d.lastPart != s.Part || a.Zone != b.Zone || a.Page != b.Page || a.Sheet != b.Sheet {
		return false
	}
	// In a table with titles, the cell before is another property of the same thing,
	// save where it names one: « Rubrique | Valeur ».
	return b.Zone != poterne.ZoneCell || a.Row == b.Row && (s.Header == "" || d.lastLabel)
}

// carry keeps the context words at the end of s for the segment after it.
func (d *idDetector) carry(s *segment) {
	n := int32(len(s.text)) + 1
	d.carried = d.carried[:0]
	for _, h := range d.cues {
		if h.end+contextBefore > n {
			d.carried = append(d.carried, hit{h.word, h.start - n, h.end - n})
		}
	}
	d.lastLabel = isLabel(s.text)
}

// tryShape proposes the value of a shape that starts at start; where end is not
// negative, it must end there.
func (d *idDetector) tryShape(s *segment, r *compiled, sh *shape, start, end int) bool {
	from := len(d.norms)
	text := s.text
	if end >= 0 {
		text = text[:end]
	}
	m, norms, ok := sh.match(text, start, &r.seps, d.norms)
	d.norms = norms
	if !ok || end >= 0 && m.end != end || withoutKey(r, len(norms)-from) && keyFollows(s.text, m.end) || !d.edges(s.text, start, m.end, m.sep, r) {
		d.norms = d.norms[:from]
		return false
	}
	c := candidate{rule: r, start: int32(start), end: int32(m.end), grouped: m.sep != 0 || m.loose || sh.literal || r.Distinctive}
	value := d.norms[from:]
	ok = d.propose(c, from, m.lower)
	if r.Chance > 0 && r.demands(!c.grouped) {
		if ok {
			d.candidates[len(d.candidates)-1].list = d.tally.odds.passed(r, s.Place, value)
		} else {
			d.tally.odds.failed(r, s.Place, value)
		}
	}
	return ok
}

// withoutKey reports whether a value of n digits of r is one whose key was left out.
func withoutKey(r *compiled, n int) bool { return r.Check == "nir13" || r.Check == "nia" && n == 13 }

// keyFollows reports whether two digits stand behind a number of 13: then it is a
// number of 15 whose key is wrong, not one without a key.
func keyFollows(text []byte, i int) bool {
	if i+2 >= len(text) || strings.IndexByte(" .-/", text[i]) < 0 || groupLength(text, i+1, 1) != 2 {
		return false
	}
	return i+3 == len(text) || !joined(text[i+3], 0) || i+4 == len(text) || !isDigit(text[i+4])
}

// propose checks the value d.norms[from:] and adds the candidate.
func (d *idDetector) propose(c candidate, from int, lower bool) bool {
	r := c.rule
	c.norm = span{from, len(d.norms)}
	v := d.norms[from:]
	if r.check.valid != nil {
		ok := r.check.valid(v)
		if !ok && !r.check.bonus {
			d.norms = d.norms[:from]
			return false
		}
		c.keyed = ok && r.check.key > 0 && !withoutKey(r, len(v))
	}
	if lower {
		c.grouped = false
	}
	if c.class == classReal && (r.published[string(v)] || trivial(v)) {
		c.class = classExample
	}
	d.candidates = append(d.candidates, c)
	return true
}

// trivial reports whether v is one digit repeated or digits in counting order.
func trivial(v []byte) bool {
	if len(v) < 7 || !digits(v) {
		return false
	}
	same, up, down := true, true, true
	for i := 1; i < len(v); i++ {
		same = same && v[i] == v[0]
		up = up && (v[i] == v[i-1]+1 || v[i] == '0' && v[i-1] == '9')
		down = down && (v[i] == v[i-1]-1 || v[i] == '9' && v[i-1] == '0')
	}
	return same || up || down
}

func (d *idDetector) finish() []poterne.Finding {
	d.endPEM()
	return d.tally.finish()
}
