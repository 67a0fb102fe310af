package subject

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"poterne"
	"poterne/classifiers"
)

// A window is two blocks of about blockWords words, so that windows overlap by half:
// long enough to know a subject, short enough that one page in a hundred stands out.
// A document of at most shortBlocks blocks is one window, as in the corpus.
const (
	blockWords  = 125
	blockSlack  = 35 // words to wait for the end of a sentence
	shortBlocks = 4
)

// Tables: all rows of the head of a sheet, then one in rowStep.
const (
	headRows   = 400
	rowStep    = 8
	maxColumns = 256
)

// mailSubject is the one property that is text: the line of a mail that says what
// it is about.
var mailSubject = []byte("Subject: ")

// maxReasons is how many words are told for and against a category.
const maxReasons = 5

// block gathers what one stretch of text adds to the scores.
type block struct {
	words    int
	lower    int // words in lower case
	strange  int // of these, words that the corpus does not have
	place    poterne.Place
	features sums // of different words and pairs
	again    sums // of those that the block before has too
	vectors  [heads]int32
	weight   int32 // of the words with a vector
	shapes   [cues]uint16
	list     []uint16 // features, for explanations
}

// sums are the weights of different features.
type sums struct {
	heads  [heads]int32
	square float32 // of their rarities
}

func (s *sums) add(w *[heads]int16, rarity float32) {
	for h, v := range w {
		s.heads[h] += int32(v)
	}
	s.square += rarity * rarity
}

func (b *block) reset() {
	*b = block{list: b.list[:0]}
}

// best is the strongest window of one category.
type best struct {
	thin      float64 // what its few known words took from the margin
	margin    float64 // above gate and threshold, whichever is nearer
	opinion   opinion
	place     poterne.Place
	speaksFor []uint16 // features, weightiest first
	against   []uint16
	seen      bool
}

// told reports whether x is strong enough, and a word speaks for it: what only
// figures, signs and capitals speak for can be explained to nobody.
func (x *best) told(penalty float64) bool { return x.margin >= penalty && len(x.speaksFor) > 0 }

// column is the title of a column, read again in each block, so that a window in
// the middle of a long table still knows what its cells are.
type column struct {
	title  string
	folded []byte
	tokens []token
	block  uint32
}

// reader reads one part; it implements classifiers.SubjectReader.
type reader struct {
	m        *Model
	tokens   []token
	seen     []uint32 // by feature: the block in which it stood last
	number   uint32   // of the current block, over all parts that the reader reads
	first    uint32   // number of the first block of the part
	now, old block
	whole    block      // the first blocks of the part as one window
	before   [Reach]int // features of the words before, the nearest first, −1 for none
	windows  int
	blocks   int    // ended
	bests    []best // by category, then one for the gate
	columns  []column
	sheet    string
	scores   [heads]float64
}

// Reader returns a reader for one part after another. It belongs to one goroutine.
func (m *Model) Reader() classifiers.SubjectReader { return m.reader() }

func (m *Model) reader() *reader {
	r := &reader{m: m, seen: make([]uint32, len(m.weights)), bests: make([]best, len(m.header.Categories)+1)}
	r.start()
	return r
}

// start makes r ready for a part.
func (r *reader) start() {
	r.now.reset()
	r.old.reset()
	r.whole.reset()
	r.windows, r.blocks, r.sheet = 0, 0, ""
	forget(&r.before)
	r.columns = r.columns[:0]
	for i := range r.bests {
		r.bests[i] = best{speaksFor: r.bests[i].speaksFor[:0], against: r.bests[i].against[:0]}
	}
	if r.number > math.MaxUint32/2 {
		clear(r.seen)
		r.number = 0
	}
	r.number += 2 // one apart: the block before is another document's
	r.first = r.number
}

// Segment reads a folded segment.
func (r *reader) Segment(text []byte, s *poterne.Segment) {
	p := &s.Place
	switch p.Zone {
	case poterne.ZoneProperty:
		if len(text) < len(mailSubject) || !bytes.EqualFold(text[:len(mailSubject)], mailSubject) {
			return
		}
		text = text[len(mailSubject):]
	case poterne.ZoneName, poterne.ZoneWatermark, poterne.ZonePrompt:
		return // the corpus has none: they would be read as what they are not
	case poterne.ZoneHeader, poterne.ZoneFooter:
		if p.Page > 1 {
			return // they repeat themselves
		}
	}
	if p.Sheet != r.sheet {
		r.sheet = p.Sheet
		r.columns = r.columns[:0]
		if p.Zone == poterne.ZoneCell {
			r.turn()
		}
	}
	if p.Zone == poterne.ZoneCell && p.Row > headRows && p.Row%rowStep != 0 {
		return
	}
	if r.now.words == 0 {
		r.now.place = *p
	} else if p.Page != r.now.place.Page && r.old.words+r.now.words >= blockWords {
		r.turn() // one page among others would be drowned in the page before
		r.now.place = *p
	}
	if s.Header != "" && p.Column > 0 && p.Column <= maxColumns {
		r.title(p.Column-1, s.Header)
	}
	r.tokens = scan(r.tokens[:0], text)
	for i := range r.tokens {
		t := &r.tokens[i]
		switch t.kind {
		case tokenWord:
			r.word(text, t)
		case tokenCue:
			r.now.shapes[t.size]++
			if cue(t.size).counted() {
				r.now.words++
			}
		default:
			forget(&r.before)
			if r.now.words >= blockWords {
				r.close()
				r.now.place = *p
			}
		}
		if r.now.words >= blockWords+blockSlack {
			r.close()
			r.now.place = *p
		}
	}
}

// title reads the title of a column once in each block.
func (r *reader) title(i int, title string) {
	for len(r.columns) <= i {
		r.columns = append(r.columns, column{})
	}
	c := &r.columns[i]
	if c.title != title {
		folded := classifiers.Fold(c.folded[:0], title)
		*c = column{title: title, folded: folded, tokens: scan(c.tokens[:0], folded)}
	}
	if c.block == r.number {
		return
	}
	c.block = r.number
	forget(&r.before)
	for i := range c.tokens {
		if t := &c.tokens[i]; t.kind == tokenWord {
			r.word(c.folded, t)
		}
	}
	forget(&r.before)
}

// word counts one word of text in the current block.
func (r *reader) word(text []byte, t *token) {
	m := r.m
	r.now.words++
	if t.how == lowerWord {
		r.now.lower++
	}
	feat, row, near := m.lookUp(text, t)
	if t.how == lowerWord && (near || feat < 0) {
		r.now.strange++
	}
	rarity := m.header.Common
	if feat >= 0 {
		rarity = float64(m.rarity[feat])
		r.feature(feat)
		if m.stops[feat] {
			return
		}
		for _, b := range r.before {
			if id, ok := m.pair(b, feat); ok {
				r.feature(id)
			}
		}
	} else if row < 0 && t.how != lowerWord && t.size > 2 {
		r.now.shapes[cueNameUnknown]++
	}
	r.before = [Reach]int{feat, r.before[0]}
	if row >= 0 {
		weight := vectorWeight(rarity)
		for h, v := range &m.rows[row] {
			r.now.vectors[h] += int32(v) * weight
		}
		r.now.weight += weight
	}
}

// vectorWeight is the share of a word in the average of the vectors, 1..15.
func vectorWeight(rarity float64) int32 { return int32(min(15, max(1, math.Round(rarity*1.6)))) }

// feature counts a word or a pair once in each block.
func (r *reader) feature(f int) {
	last := r.seen[f]
	if last == r.number {
		return
	}
	r.seen[f] = r.number
	w, rarity := &r.m.weights[f], r.m.rarity[f]
	r.now.features.add(w, rarity)
	r.now.list = append(r.now.list, uint16(f))
	if last == r.number-1 && last >= r.first {
		r.now.again.add(w, rarity)
	}
	if last < r.first && r.blocks < shortBlocks {
		r.whole.features.add(w, rarity)
		r.whole.list = append(r.whole.list, uint16(f))
	}
}

// close ends the current block, scores its window, and starts another.
func (r *reader) close() {
	if r.now.words == 0 && r.now.shapes == [cues]uint16{} {
		return
	}
	if r.blocks < shortBlocks {
		r.whole.addForms(&r.now)
	}
	if r.now.words > 0 {
		r.window()
	}
	r.old, r.now = r.now, r.old
	r.now.reset()
	r.number++
	r.blocks++
}

// turn ends the current block, and the window that it is in.
func (r *reader) turn() {
	r.close()
	r.old.reset()
	r.number++
}

// addForms adds the vectors and cues of o to b, and its place where b is empty.
func (b *block) addForms(o *block) {
	if b.words == 0 {
		b.place = o.place
	}
	b.words += o.words
	b.lower += o.lower
	b.strange += o.strange
	b.weight += o.weight
	for h := range b.vectors {
		b.vectors[h] += o.vectors[h]
	}
	for c := range b.shapes {
		b.shapes[c] += o.shapes[c]
	}
}

// window scores the last two blocks.
func (r *reader) window() {
	r.windows++
	both := block{words: r.now.words, lower: r.now.lower, strange: r.now.strange, weight: r.now.weight, vectors: r.now.vectors, shapes: r.now.shapes, features: r.now.features}
	for h := range both.vectors {
		both.vectors[h] += r.old.vectors[h]
		both.features.heads[h] += r.old.features.heads[h] - r.now.again.heads[h]
	}
	both.features.square += r.old.features.square - r.now.again.square
	both.words += r.old.words
	both.lower += r.old.lower
	both.strange += r.old.strange
	both.weight += r.old.weight
	for c := range both.shapes {
		both.shapes[c] += r.old.shapes[c]
	}
	both.place = r.now.place
	if r.old.words > r.now.words/2 {
		both.place = r.old.place
	}
	r.judge(&both, r.now.list, r.old.list)
}

// judge keeps a window where it is the strongest so far of a category.
func (r *reader) judge(b *block, lists ...[]uint16) {
	m := r.m
	m.score(b, &r.scores)
	o := m.judge(&r.scores)
	thin := thinness(lists) + b.strangeness()
	open := o.gate - thin
	for c := range r.bests {
		x := &r.bests[c]
		margin := open
		if c < len(m.header.Categories) {
			margin = o.told[c] - m.header.Thresholds[c] - thin
			if !m.header.Minor[c] {
				margin = min(margin, open)
				if b.place.Zone == poterne.ZoneCell {
					// What is likelier than not passes a closed gate in a table: one of
					// union members has none of the sentences by which papers carry a case.
					margin = max(margin, o.told[c]-thin)
				}
			} else if open < 0 {
				margin -= m.header.Alone
			}
		}
		if x.seen && margin <= x.margin {
			continue
		}
		x.seen, x.margin, x.thin, x.opinion, x.place = true, margin, thin, o, b.place
		x.speaksFor, x.against = x.speaksFor[:0], x.against[:0]
		if margin > 0 {
			of := c
			if c == len(m.header.Categories) {
				of = o.most
			}
			r.reasons(x, of, lists)
		}
	}
}

// A window of fewer known words and pairs than enough says little: each one that is
// missing takes thinStep from the logarithm of its odds. The corpus has no text of
// one or two words ("note", "lettre"), about which a linear model knows nothing and
// says anything.
const (
	enough   = 12
	thinStep = 0.4
)

func thinness(lists [][]uint16) float64 {
	known := 0
	for _, l := range lists {
		known += len(l)
	}
	return thinStep * float64(max(0, enough-known))
}

// score fills scores with what each head says of b.
func (m *Model) score(b *block, scores *[heads]float64) {
	norm, mean := WordShare(float64(b.features.square)), VectorShare(b.weight)
	values := shapeValues(&b.shapes, b.words)
	var shapes [heads]float32
	for i, v := range values {
		if v != 0 {
			w := &m.shapes[i]
			for h := range shapes {
				shapes[h] += v * w[h]
			}
		}
	}
	hd := &m.header
	for h := range scores {
		scores[h] = hd.Bias[h] + float64(b.features.heads[h])*hd.WordScale[h]*norm + float64(b.vectors[h])*hd.RowScale[h]*mean + float64(shapes[h])
	}
}

// Of the words in lower case that a French paper has, the corpus lacks 3 % as a rule
// and 16 % at most (99 in 100 documents), and a third where optical recognition
// damaged them. It lacks more than half of a page in English, Spanish or Latin, and
// of a list of codes: what a linear model says of the rest is chance.
const (
	strangeFrom = 0.4
	strangeStep = 15 // taken from the logarithm of the odds, by the share above
	enoughLower = 10
)

func (b *block) strangeness() float64 {
	if b.lower < enoughLower {
		return 0
	}
	return strangeStep * max(0, float64(b.strange)/float64(b.lower)-strangeFrom)
}

// reasons finds the words and pairs that weigh most for and against category c.
func (r *reader) reasons(x *best, c int, lists [][]uint16) {
	m := r.m
	weigh := func(f uint16) float64 { return m.featureWeight(int(f), c) }
	for _, list := range lists {
		for _, f := range list {
			switch w := weigh(f); {
			case int(f) < len(m.stops) && m.stops[f]: // "il", "sa" weigh, but explain nothing
			case w > 0 && !slices.Contains(x.speaksFor, f):
				x.speaksFor = keepTop(x.speaksFor, f, func(f uint16) float64 { return weigh(f) })
			case w < 0 && !slices.Contains(x.against, f):
				x.against = keepTop(x.against, f, func(f uint16) float64 { return -weigh(f) })
			}
		}
	}
}

// keepTop puts f among the maxReasons features of the largest weight.
func keepTop(top []uint16, f uint16, weight func(uint16) float64) []uint16 {
	i, _ := slices.BinarySearchFunc(top, f, func(a, b uint16) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a, b))
	})
	if i == maxReasons {
		return top
	}
	if len(top) == maxReasons {
		top = top[:maxReasons-1]
	}
	return slices.Insert(top, i, f)
}

// featureWeight is what feature f adds to the calibrated score of category c.
func (m *Model) featureWeight(f, c int) float64 {
	p := m.header.Calibrate[c]
	w := &m.weights[f]
	return p.Own*float64(w[c])*m.header.WordScale[c] + p.Sensitive*float64(w[headSensitive])*m.header.WordScale[headSensitive]
}

// Probabilities of what is told lie between these: below the first nothing is
// told, and a subject that only the gate lets through is never better than doubtful.
const (
	leastTold    = 0.5
	mostDoubtful = 0.64
	hintMargin   = 3 // below gate or threshold: where a vocabulary may still turn the scale
)

// Subjects ends the part and returns what it is about, likeliest first, and makes
// the reader ready for another part.
func (r *reader) Subjects() []classifiers.Subject {
	defer r.start()
	r.finish()
	var out []classifiers.Subject
	m := r.m
	penalty, major := r.penalty(), false
	for c, minor := range m.header.Minor {
		x := &r.bests[c]
		if !x.seen || x.margin < penalty-hintMargin {
			continue
		}
		s := r.subject(x, c, max(leastTold, sigmoid(x.opinion.told[c]-penalty-x.thin)))
		if s.Hint = !x.told(penalty) || r.stronger(c, penalty) >= maxTold; s.Hint {
			s.Probability = leastTold
		} else {
			major = major || !minor
		}
		out = append(out, s)
	}
	if x := &r.bests[len(m.header.Minor)]; !major && x.seen && x.told(penalty) {
		c := x.opinion.most
		out = slices.DeleteFunc(out, func(s classifiers.Subject) bool { return s.Category == m.header.Categories[c] })
		out = append(out, r.subject(x, c, min(mostDoubtful, max(leastTold, sigmoid(x.opinion.told[c]-x.thin)))))
	}
	slices.SortStableFunc(out, func(a, b classifiers.Subject) int { return cmp.Compare(b.Probability, a.Probability) })
	return out
}

// maxTold is how many categories are told of a part: one more than the guide of the
// corpus allows, since the main one is among the three likeliest of 94 papers in 100.
const maxTold = 4

// stronger returns how many categories that would be told are likelier than c.
func (r *reader) stronger(c int, penalty float64) int {
	n := 0
	for o := range r.m.header.Categories {
		x := &r.bests[o]
		if x.seen && x.told(penalty) && x.opinion.told[o] > r.bests[c].opinion.told[c] {
			n++
		}
	}
	return n
}

func (r *reader) subject(x *best, c int, probability float64) classifiers.Subject {
	m := r.m
	return classifiers.Subject{
		Category: m.header.Categories[c], Probability: probability, Place: x.place,
		For: m.names(x.speaksFor), Against: m.names(x.against),
		Carries: sigmoid(x.opinion.heads[headCarries]),
		Person:  sigmoid(x.opinion.heads[headPerson]),
		Blank:   sigmoid(x.opinion.heads[headBlank]),
	}
}

// penalty is what the number of windows takes from the strongest: among many, one
// is strong by chance.
func (r *reader) penalty() float64 {
	if r.windows <= shortBlocks {
		return 0
	}
	return r.m.header.Length * math.Log(float64(r.windows)/shortBlocks)
}

// finish scores what is left, and a short part as one window.
func (r *reader) finish() {
	short := r.blocks < shortBlocks
	r.close()
	if !short || r.whole.words == 0 && r.windows == 0 {
		return
	}
	for c := range r.bests {
		r.bests[c].seen = false
	}
	r.judge(&r.whole, r.whole.list)
}

// names returns the words of features.
func (m *Model) names(features []uint16) []string {
	var out []string
	for _, f := range features {
		out = append(out, m.name(int(f)))
	}
	return out
}

// name returns the word or the two words of feature f.
func (m *Model) name(f int) string {
	if f < len(m.words) {
		return m.words[f]
	}
	p := m.pairs[f-len(m.words)]
	return m.words[p[0]] + " " + m.words[p[1]]
}
