package classifiers

import (
	"bytes"
	"cmp"
	"math"
	"math/bits"
	"slices"

	"poterne"
)

// The score of a vocabulary (doctrine C.4): the sum over its terms of
// weight × (1 + ½ log2 n), n counting sentences; words of lessons lower it. It is
// probable from scoreProbable with two different terms, certain from scoreCertain
// with three.
const (
	scoreProbable = 14
	scoreCertain  = 24
)

// minStrong is the weight from which a term counts as one of those different
// terms: "tunnel" and "scrutin" add to a score, they are no second witness.
const minStrong = 3

// halfWindow is half of the number of words over which a score is taken. A long
// document is scored on its strongest 1,500 words, so that one medical page
// counts in an archive of a thousand, and scattered words do not add up.
const halfWindow = 750

// Limits on what is kept of one part.
const (
	maxOccurrences = 512 // places of one category
	maxEvents      = 64  // words of one sentence; a longer one is a list
)

// wordWindow counts the terms and cues of half a window.
type wordWindow struct {
	words   int
	counts  []uint16 // by term
	touched []int    // terms that are counted
	titles  uint32   // categories that a title names, as bits
	lessons [2]uint64
	empty   int // empty fields
	forms   int // words of forms
	persons int
}

func (w *wordWindow) reset() {
	for _, t := range w.touched {
		w.counts[t] = 0
	}
	*w = wordWindow{counts: w.counts, touched: w.touched[:0]}
}

// occurrence is one place of a term.
type occurrence struct {
	place  poterne.Place
	offset int
	weight int
}

// subjectScore is the best score of one category.
type subjectScore struct {
	score   float64
	raw     float64
	terms   []int // weightiest first
	talks   bool
	blank   bool
	factors [2]float64 // of lessons and of blank forms
}

// windowSum is what the terms of one category add up to in a window.
type windowSum struct {
	score float64
	terms []int
}

type wordEvent struct {
	use
	start, end int
}

// lexiconDetector scores the vocabularies in one part and notes names of persons.
type lexiconDetector struct {
	*lexicons
	d        *document
	sentence int
	counted  []int // by term: the last sentence in which it was counted
	now, old wordWindow
	best     []subjectScore
	sums     []windowSum // by category: scratch of score, empty between two
	places   [][]occurrence
	total    []int  // places by category
	care     uint32 // categories of which a title names a document of care, as bits
	titled   uint32 // categories of which a title names the kind of a document
	paged    bool
	lines    int
	lessons  [2]uint64 // in the title or the name
	public   bool
	events   []wordEvent
	names    personNames
	record   personRecord
	// personSheet is the sheet, by name, whose titles seen so far speak of persons.
	personSheet string
}

func (f *lexicons) detector(d *document) detector {
	x, _ := f.spare.Get().(*lexiconDetector)
	if x == nil {
		n := len(f.terms)
		counters := make([]uint16, 2*n)
		x = &lexiconDetector{
			lexicons: f,
			counted:  make([]int, n), total: make([]int, len(f.categories)),
			now: wordWindow{counts: counters[:n]}, old: wordWindow{counts: counters[n:]},
			best: make([]subjectScore, len(f.categories)), sums: make([]windowSum, len(f.categories)), places: make([][]occurrence, len(f.categories)),
		}
	}
	x.d = d
	return x
}

// release empties x and gives it back for another part. Its sentences go on
// being numbered, so that counted need not be cleared.
func (x *lexiconDetector) release() {
	x.now.reset()
	x.old.reset()
	clear(x.total)
	for c := range x.best {
		x.best[c] = subjectScore{terms: x.best[c].terms[:0]}
	}
	for c := range x.places {
		x.places[c] = x.places[c][:0]
	}
	*x = lexiconDetector{
		lexicons: x.lexicons, sentence: x.sentence, counted: x.counted, now: x.now, old: x.old,
		best: x.best, sums: x.sums, places: x.places, total: x.total, events: x.events[:0],
	}
	x.spare.Put(x)
}

func (x *lexiconDetector) segment(s *segment) {
	text := s.text
	body := s.Place.Zone == poterne.ZoneBody || s.Place.Zone == poterne.ZoneCell
	x.paged = x.paged || s.Place.Page > 0 || s.Place.Zone == poterne.ZoneCell
	if x.now.words >= halfWindow {
		x.roll()
	}
	x.now.words += bytes.Count(text, []byte{' '}) + 1
	if body {
		x.now.empty += emptyFields(text)
	}
	x.personCell(s)
	x.sentence++
	at := 0
	for _, h := range s.hits[ownerLexicons] {
		for _, u := range x.uses[h.word] {
			switch u.kind {
			case useLesson:
				x.now.lessons[u.index/64%2] |= 1 << (u.index % 64)
				if s.Place.Zone == poterne.ZoneName || body && x.lines < titleLines && s.Place.Page <= 1 && len(text) < 200 {
					x.lessons[u.index/64%2] |= 1 << (u.index % 64)
				}
			case useForm:
				x.now.forms++
			case usePublic:
				x.public = x.public || s.Place.Zone == poterne.ZoneName
			case useTitleOfPerson, useLabelOfPerson, useWeakLabel, useBirth:
				x.person(s, h, u.kind)
			default:
				if end := int(h.start); end > at {
					if len(x.events) > 0 && sentenceEnds(text[at:end]) {
						x.endSentence(s)
					}
					at = end
				}
				if len(x.events) < maxEvents {
					x.events = append(x.events, wordEvent{u, int(h.start), int(h.end)})
				}
			}
		}
	}
	x.endSentence(s)
	if body && len(bytes.TrimSpace(text)) > 0 {
		x.lines += 1 + bytes.Count(text, []byte{'\n'})
	}
}

// sentenceEnds reports whether a sentence ends in text.
func sentenceEnds(text []byte) bool {
	for i, b := range text {
		if !mayEnd[b] {
			continue
		}
		if b != '.' {
			return true
		}
		if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\n') && i > 3 && isWord[text[i-2]] && isWord[text[i-3]] {
			return true
		}
	}
	return false
}

// mayEnd holds the bytes that may end a sentence: one look-up is all that the
// others cost.
var mayEnd = [256]bool{'\n': true, '!': true, '?': true, ';': true, '.': true}

// endSentence counts the terms of the sentence whose words were gathered.
func (x *lexiconDetector) endSentence(s *segment) {
	for i, e := range x.events {
		switch e.kind {
		case useTitle, useCare:
			if x.lines < edgeLines && s.Place.Page <= 1 && startsLine(s.text, e.start) {
				if e.kind == useCare {
					x.care |= 1 << e.index
				} else {
					x.now.titles |= 1 << e.index
					if s.Place.Zone != poterne.ZoneCell { // the title of an empty grid stands in a cell
						x.titled |= 1 << e.index
					}
				}
			}
		case useTerm:
			t := &x.terms[e.index]
			if x.counted[e.index] == x.sentence || t.capitals && !upperText(s.text, e.start, e.end) || x.cancelled(i) {
				continue
			}
			x.counted[e.index] = x.sentence
			if x.now.counts[e.index] == 0 {
				x.now.touched = append(x.now.touched, e.index)
			}
			x.now.counts[e.index]++
			x.total[t.category]++
			if p := x.places[t.category]; len(p) < maxOccurrences {
				x.places[t.category] = append(p, occurrence{s.Place, s.base + e.start, t.weight})
			}
		}
	}
	x.events = x.events[:0]
	x.sentence++
}

// cancelled reports whether event i, a term, means something else in its sentence
// or is a part of a longer term of the same category.
func (x *lexiconDetector) cancelled(i int) bool {
	e := x.events[i]
	for j, o := range x.events {
		holds := o.start <= e.start && e.end <= o.end
		switch {
		case o.kind == useNear && o.index == e.index,
			o.kind == useInside && o.index == e.index && holds:
			return true
		case o.kind == useTerm && j != i && holds && o.end-o.start > e.end-e.start && x.terms[o.index].category == x.terms[e.index].category:
			return true
		}
	}
	return false
}

// startsLine reports whether the word at start is the first of its line, or the
// first after "Objet".
func startsLine(text []byte, start int) bool {
	before := text[bytes.LastIndexByte(text[:start], '\n')+1 : start]
	before = bytes.Trim(before, " .:-*#()0123456789\"")
	return len(before) == 0 || bytes.EqualFold(before, []byte("objet"))
}

// emptyFields counts the fields to fill in: dotted or underlined stretches, save
// the leaders of a table of contents, and empty boxes.
func emptyFields(text []byte) int {
	n := bytes.Count(text, []byte{foldBox}) / 2
	for _, b := range []byte{'.', '_'} {
		for i := 0; ; {
			k := bytes.IndexByte(text[i:], b)
			if k < 0 {
				break
			}
			i += k
			end := i
			for end < len(text) && (text[end] == b || text[end] == '/' && end+1 < len(text) && text[end+1] == b) {
				end++
			}
			if end-i >= 4 {
				rest := bytes.TrimLeft(text[end:min(len(text), end+6)], " ")
				if len(rest) == 0 || !isDigit(rest[0]) {
					n++
				}
			}
			i = end
		}
	}
	return n
}

// roll scores the last two half windows and starts another.
func (x *lexiconDetector) roll() {
	x.score()
	x.old, x.now = x.now, x.old
	x.now.reset()
}

// score keeps, for each category, the best score so far.
func (x *lexiconDetector) score() {
	gain := func(t int) float64 {
		n := float64(x.now.counts[t]) + float64(x.old.counts[t])
		return float64(x.terms[t].weight) * (1 + math.Log2(n)/2)
	}
	each := func(t int) {
		sum := &x.sums[x.terms[t].category]
		sum.score += gain(t)
		sum.terms = append(sum.terms, t)
	}
	for _, t := range x.now.touched {
		each(t)
	}
	for _, t := range x.old.touched {
		if x.now.counts[t] == 0 {
			each(t)
		}
	}
	lesson, talks := x.lessonFactor()
	empty := x.now.empty + x.old.empty
	blank := x.now.persons+x.old.persons == 0 && (empty >= 6 || empty >= 3 && x.now.forms+x.old.forms > 0)
	for c := range x.sums {
		s := &x.sums[c]
		if len(s.terms) == 0 {
			continue
		}
		if (x.now.titles|x.old.titles)&(1<<c) != 0 && !talks && !blank {
			s.score += titleWeight
		}
		n := subjectScore{raw: s.score, talks: talks, blank: blank, factors: [2]float64{lesson, 1}}
		if blank {
			n.factors[1] = 0.4
		}
		n.score = s.score * n.factors[0] * n.factors[1]
		if n.score > x.best[c].score {
			slices.SortFunc(s.terms, func(a, b int) int {
				return cmp.Or(cmp.Compare(gain(b), gain(a)), cmp.Compare(a, b))
			})
			n.terms = append(x.best[c].terms[:0], s.terms...)
			x.best[c] = n
		}
		s.score, s.terms = 0, s.terms[:0]
	}
}

// lessonFactor is what the words of lessons leave of a score. Those of the title
// count twice. Four are more than a case ever has: the doctrine stops at two.
func (x *lexiconDetector) lessonFactor() (factor float64, talks bool) {
	n := 0
	for i := range x.lessons {
		n += bits.OnesCount64(x.now.lessons[i]|x.old.lessons[i]|x.lessons[i]) + bits.OnesCount64(x.lessons[i])
	}
	switch {
	case n == 0:
		return 1, false
	case n == 1:
		return 0.7, false
	case n < 4:
		return 0.4, true
	}
	return 0.2, true
}

func (x *lexiconDetector) finish() []poterne.Finding {
	x.endRecord()
	x.score()
	var out []poterne.Finding
	for c := range x.categories {
		if f, ok := x.subject(c); ok {
			out = append(out, f)
		}
	}
	if f, ok := x.names.finding(); ok {
		out = append(out, f)
	}
	x.release()
	return out
}

// onePageText is how long in bytes a text without pages is at most to be one page.
const onePageText = 3000

// onePage reports whether the part is one page of text that names a person.
func (x *lexiconDetector) onePage() bool {
	return !x.paged && x.d.seg.base+len(x.d.seg.text) <= onePageText && len(x.d.people.spans) > 0
}

// subject makes the finding of one category.
func (x *lexiconDetector) subject(c int) (poterne.Finding, bool) {
	best, cat := &x.best[c], &x.categories[c]
	strong := 0
	for _, t := range best.terms {
		if x.terms[t].weight >= minStrong {
			strong++
		}
	}
	if best.score < scoreProbable || strong < 2 {
		return poterne.Finding{}, false
	}
	near := x.onePage()
	for _, o := range x.places[c] {
		near = near || x.d.people.near(o.place, o.offset)
	}
	if cat.Person && !near && x.titled&(1<<c) == 0 {
		return poterne.Finding{}, false
	}
	f := poterne.Finding{
		Rule: cat.ID, Category: cat.ID,
		Count: x.total[c], Distinct: len(best.terms),
		Confidence: 0.75, Level: cat.Level(),
		Legal: slices.Clone(cat.Legal),
		Trace: []poterne.Step{{Name: "vocabulary", Delta: best.raw}},
	}
	if best.score >= scoreCertain && strong >= 3 {
		f.Confidence = 0.9
	}
	if best.factors[0] < 1 {
		f.Trace = append(f.Trace, poterne.Step{Name: "talk", Delta: best.raw * (best.factors[0] - 1)})
	}
	if best.factors[1] < 1 {
		f.Trace = append(f.Trace, poterne.Step{Name: "blank", Delta: best.raw * best.factors[0] * (best.factors[1] - 1)})
	}
	for _, t := range best.terms[:min(len(best.terms), maxMasked)] {
		f.Masked = append(f.Masked, x.terms[t].text)
	}
	places := slices.Clone(x.places[c])
	slices.SortStableFunc(places, func(a, b occurrence) int { return cmp.Compare(b.weight, a.weight) })
	for _, o := range places {
		f.Spots = addSpot(f.Spots, o.place)
	}
	slices.SortStableFunc(f.Spots, func(a, b poterne.Spot) int { return cmp.Compare(b.Count, a.Count) })
	for _, t := range []struct {
		is  bool
		tag poterne.Tag
	}{{near, poterne.TagNear}, {best.talks, poterne.TagTalks}, {best.blank, poterne.TagBlank}, {x.care&(1<<c) != 0, poterne.TagCare}} {
		if t.is {
			f.Tags = append(f.Tags, t.tag)
		}
	}
	if x.public {
		f.Level = min(f.Level, poterne.Internal) // a source that is already public
	}
	return f, true
}
