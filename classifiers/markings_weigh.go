package classifiers

import (
	"cmp"
	"math"
	"slices"

	"poterne"
)

// standing is the part of a document where a marking stands (doctrine C.2).
type standing uint8

const (
	inHeader standing = iota // page header or footer
	onFirstPage
	inLabel // metadata
	onLastPage
	inName
	inBody
	inStamp // watermark, stamp
)

var standingNames = [...]string{"header", "first page", "label", "last page", "name", "body", "stamp"}

// weights are those of the table of doctrine C.2: a full banner, a banner made of
// a sigle only, in a sentence in capitals, in a sentence in lower case. Sentences
// in a stamp are weighed as in the body, those in a label are the subject of a
// mail; in a file name lower case is weighed like the body's.
var weights = [...]struct{ banner, sigle, capitals, lower float64 }{
	inHeader:    {100, 70, 60, 30},
	onFirstPage: {95, 55, 55, 25},
	inLabel:     {90, 60, 50, 25},
	onLastPage:  {80, 30, 50, 25},
	inName:      {70, 30, 50, 25},
	inBody:      {70, 30, 50, 25},
	inStamp:     {85, 40, 50, 25},
}

// Thresholds of doctrine C.2, in hundredths of confidence: from weightHard a
// marking decides alone, from weightConfirm it gives its level until a person has
// looked, from weightHint it is told as a hint of level 1 at most; below it is
// not a finding.
const (
	weightHard    = 80
	weightConfirm = 50
	weightHint    = 25
)

const (
	pageEdge  = 3  // lines at the top and the bottom of a page that act as its header and footer
	edgeLines = 15 // lines of text at the start of a document without pages that stand for its first page
	lastLines = 10 // the same at its end
)

// weighed is a mention with its weight and how it came about.
type weighed struct {
	mention
	block  print // see blocks
	where  standing
	weight float64
	trace  []poterne.Step
}

// tally is what is known of a whole part once it is read.
type tally struct {
	pages    int          // number of pages, 0 where there are none
	edges    map[edge]int // pages on whose edge a marking stands, by marking
	tops     map[int]bool // ranked markings in banners of the first page
	distinct int          // different ranked markings
	lesson   bool
	reason   string
	portions map[int]int // portion marks by marking
	headers  map[int]int // 1: in headers, 2: in footers, 3: in both
	old      bool        // the document is not younger than the old levels
}

const lessonByTitle = "title"

type edge struct {
	mark   int
	bottom bool
}

func (d *markingDetector) finish() []poterne.Finding {
	defer d.release()
	all := d.inForce(slices.Concat(d.mentions, d.recent[d.ring:], d.recent[:d.ring]))
	if len(all) == 0 {
		return nil
	}
	t := d.tally(all)
	best := map[int][]weighed{}
	blocks := d.blocks(all)
	for i := range all {
		w := d.weigh(all, i, &t)
		w.block = blocks[i]
		best[w.mark] = append(best[w.mark], w)
	}
	var findings []poterne.Finding
	var heads []weighed
	for mark := range d.marks {
		if f, head, ok := d.finding(mark, best[mark]); ok {
			findings = append(findings, f)
			heads = append(heads, head)
		}
	}
	d.clash(findings, heads)
	return findings
}

// tally counts what the weight of a single place depends on.
func (d *markingDetector) tally(all []mention) tally {
	t := tally{
		edges: map[edge]int{}, tops: map[int]bool{}, portions: map[int]int{}, headers: map[int]int{},
		pages: len(d.pages),
		old:   d.oldest > 0 && d.oldest <= lastOldYear || !d.doc.ModTime.IsZero() && d.doc.ModTime.Year() < lastOldYear,
	}
	ranked := map[int]bool{}
	seen := map[struct {
		edge
		page int
	}]bool{}
	for _, c := range all {
		if d.marks[c.mark].Rank > 0 && c.form != formTicked && c.form != formPortion {
			ranked[c.mark] = true
		}
		if c.form == formPortion {
			t.portions[c.mark]++
		}
		switch c.place.Zone {
		case poterne.ZoneHeader:
			t.headers[c.mark] |= 1
		case poterne.ZoneFooter:
			t.headers[c.mark] |= 2
		}
		if c.form != formBanner && c.form != formField {
			continue
		}
		if top, bottom := d.atEdge(&c); top || bottom {
			k := struct {
				edge
				page int
			}{edge{c.mark, bottom && !top}, c.place.Page}
			if !seen[k] {
				seen[k] = true
				t.edges[k.edge]++
			}
		}
		if d.where(&c, &t) == onFirstPage && d.marks[c.mark].Rank > 0 {
			t.tops[c.mark] = true
		}
	}
	t.distinct = len(ranked)
	switch {
	case t.distinct >= 4:
		t.lesson, t.reason = true, "levels"
	case d.table:
		t.lesson, t.reason = true, "table"
	case d.lesson:
		t.lesson, t.reason = true, lessonByTitle
	}
	return t
}

// atEdge reports whether c stands in the first or last lines of a page of text.
func (d *markingDetector) atEdge(c *mention) (top, bottom bool) {
	if c.place.Page == 0 || c.place.Zone != poterne.ZoneBody {
		return false, false
	}
	return c.line < pageEdge, c.line >= d.pages[c.place.Page]-pageEdge
}

// where tells the standing of c.
func (d *markingDetector) where(c *mention, t *tally) standing {
	switch c.place.Zone {
	case poterne.ZoneHeader, poterne.ZoneFooter:
		return inHeader
	case poterne.ZoneProperty:
		return inLabel
	case poterne.ZoneName:
		return inName
	case poterne.ZoneWatermark:
		return inStamp
	case poterne.ZoneNote, poterne.ZoneComment, poterne.ZoneHidden, poterne.ZonePrompt:
		return inBody
	case poterne.ZoneCell:
		if c.place.Header != "" || c.place.Sheet != "" && c.place.Row > pageEdge {
			return inBody
		}
	}
	if c.place.Page > 0 {
		lines := d.pages[c.place.Page]
		top, bottom := d.atEdge(c)
		switch {
		case top && t.edges[edge{c.mark, false}] >= 2, bottom && t.edges[edge{c.mark, true}] >= 2:
			return inHeader
		case c.place.Page == 1 && (c.line*3 < lines+2*pageEdge || (lines-c.line)*3 <= lines+2*pageEdge):
			return onFirstPage
		case c.place.Page == t.pages && t.pages > 1:
			return onLastPage
		}
		return inBody
	}
	switch {
	case c.line < edgeLines:
		return onFirstPage
	case c.line >= d.lines-lastLines:
		return onLastPage
	}
	return inBody
}

// weigh gives mention i its weight.
func (d *markingDetector) weigh(all []mention, i int, t *tally) weighed {
	c := all[i]
	m := &d.marks[c.mark]
	w := weighed{mention: c, where: d.where(&c, t)}
	base := &weights[w.where]
	step := func(name string, to float64, detail string) {
		if to = math.Round(to); to != w.weight {
			w.trace = append(w.trace, poterne.Step{Name: name, Delta: to - w.weight, Detail: detail})
			w.weight = to
		}
	}
	lone := false // a sigle that stands for itself
	switch c.form {
	case formBanner, formTicked:
		w.weight = base.banner
		if lone = c.sigle; lone {
			w.weight = base.sigle
		}
		if c.place.Zone == poterne.ZoneCell && c.place.Header != "" && !lone {
			w.weight = base.capitals // a value in a column, not a banner
		}
	case formField:
		w.weight = (base.banner + base.capitals) / 2
		switch {
		case c.sigle:
			lone, w.weight = true, base.sigle
		case w.where == inHeader || w.where == inName:
			w.weight = base.banner
		}
	case formCapitals:
		w.weight = base.capitals
	case formLower:
		w.weight = base.lower
	case formAssert:
		w.weight = 60
	case formPortion:
		w.weight = 60
		if m.ID != "dr" && len(t.portions) < 2 && t.portions[c.mark] < 2 {
			w.weight = 40 // "(S)" once may be a suppléant
		}
	}
	w.trace = append(w.trace, poterne.Step{Name: "zone", Delta: w.weight, Detail: standingNames[w.where] + ", " + formNames[c.form]})
	if lone {
		d.weighSigle(&w, t, step)
	}
	if c.damped < 1 {
		step("form", w.weight*c.damped, "lower case or damaged")
	}
	if c.talk > 0 && (c.form == formCapitals || c.form == formLower || c.form == formField) {
		step("talk", w.weight*talkFactor(c.talk), "words that speak about markings")
	}
	if c.form == formBanner && t.pages >= 2 && w.where == inHeader {
		if n := max(t.edges[edge{c.mark, false}], t.edges[edge{c.mark, true}]); 2*n >= t.pages {
			step("repeated", min(100, w.weight+15), "on half of the pages or more")
		}
	}
	d.weighLists(all, i, &w, t, step)
	return w
}

// weighSigle weighs a sigle that stands alone.
func (d *markingDetector) weighSigle(w *weighed, t *tally, step func(string, float64, string)) {
	m := &d.marks[w.mark]
	if w.where == inHeader && w.form == formBanner {
		n := max(t.edges[edge{w.mark, false}], t.edges[edge{w.mark, true}])
		if n >= 2 || t.headers[w.mark] == 3 {
			step("repeated", 90, "in header and footer, or on several pages")
		}
	}
	if m.Until > 0 && !w.dated && !t.old {
		step("date", w.weight*0.4, "no date from before the reform")
	}
	if w.short && m.ID != "dr" && w.where != inHeader && w.where != inLabel && w.form != formTicked && !w.dated {
		step("sigle", w.weight/2, "two letters that mean many things")
	}
}

// talkFactor is what talk words in the same sentence leave (doctrine C.3: 0.4 to 0.1).
func talkFactor(n int) float64 {
	switch n {
	case 1:
		return 0.4
	case 2:
		return 0.2
	}
	return 0.1
}

// weighLists lowers what stands in legends, lists of levels and lessons.
func (d *markingDetector) weighLists(all []mention, i int, w *weighed, t *tally, step func(string, float64, string)) {
	if w.where == inLabel || w.where == inStamp {
		return
	}
	c := &all[i]
	switch rivals := d.neighbours(all, i); {
	case c.listed && (w.where == inHeader && t.distinct <= 2):
		step("legend", min(w.weight, 60), "two levels in one line of a header")
	case c.listed:
		step("legend", min(w.weight, 10), "several levels in one line")
	case w.where == inHeader:
	case rivals == 1: // one may be the stamp that replaces the other
		step("legend", min(w.weight, 60), "another level in the next line")
	case rivals > 0:
		step("legend", min(w.weight, 20), "other levels in the next lines")
	}
	if !t.lesson || w.form == formTicked {
		return
	}
	switch {
	case w.form != formBanner && !(w.form == formField && w.where == inHeader):
		step("lesson", min(w.weight, 10), t.reason)
	case w.where == inHeader, w.where == inName:
		// A course may itself be restricted: the banner in its header stays.
	case w.where == onFirstPage && len(t.tops) <= 1:
		// The only banner of the first page is its stamp, unless the text goes on to
		// list levels: then a person has to see where it stands.
		if t.reason != lessonByTitle && !d.outermost(c) {
			step("lesson", min(w.weight, 60), t.reason)
		}
	default:
		step("lesson", min(w.weight, 20), t.reason)
	}
}

// neighbours counts the different markings that a document cannot carry together
// with mention i and that stand as banners within two lines of it.
func (d *markingDetector) neighbours(all []mention, i int) int {
	c := &all[i]
	if c.form != formBanner && c.form != formField {
		return 0
	}
	seen := map[int]bool{}
	for _, step := range []int{-1, 1} {
		for j := i + step; j >= 0 && j < len(all) && j-i <= 4 && i-j <= 4; j += step {
			o := &all[j]
			near := o.line-c.line <= 2 && c.line-o.line <= 2
			if o.place.Page == c.place.Page && o.place.Zone == c.place.Zone && near && (o.form == formBanner || o.form == formField) && d.rivals(o.mark, c.mark) {
				seen[o.mark] = true
			}
		}
	}
	return len(seen)
}

// outermost reports whether c stands in the very first or last lines.
func (d *markingDetector) outermost(c *mention) bool {
	lines := d.lines
	if c.place.Page > 0 {
		lines = d.pages[c.place.Page]
	}
	return c.line < pageEdge || c.line >= lines-pageEdge
}

// finding makes the finding of one marking of its places, and returns its
// weightiest place.
func (d *markingDetector) finding(mark int, places []weighed) (f poterne.Finding, best weighed, ok bool) {
	places = slices.DeleteFunc(places, func(w weighed) bool { return w.weight < weightHint })
	if len(places) == 0 {
		return f, best, false
	}
	slices.SortStableFunc(places, func(a, b weighed) int { return cmp.Compare(b.weight, a.weight) })
	m := &d.marks[mark]
	best = places[0]
	f = poterne.Finding{
		Rule: poterne.RuleMarking, Category: poterne.CategoryMarking, Mark: m.ID,
		Count: len(places), Distinct: 1,
		Confidence: best.weight / 100,
		Level:      m.Level(),
		Masked:     []string{m.Names["fr"]},
		Legal:      slices.Clone(m.Legal),
		Trace:      best.trace,
	}
	for _, w := range places {
		f.Spots = addSpot(f.Spots, w.place)
	}
	f.Prints = legendPrints(places)
	switch {
	case best.weight < weightConfirm:
		f.Level = min(f.Level, poterne.Internal)
		f.Tags = append(f.Tags, poterne.TagConfirm)
	case best.weight < weightHard:
		f.Tags = append(f.Tags, poterne.TagConfirm)
	}
	if d.lifted && m.Level() >= poterne.Restricted {
		if !f.Has(poterne.TagConfirm) {
			f.Tags = append(f.Tags, poterne.TagConfirm)
		}
		f.Tags = append(f.Tags, poterne.TagLifted)
	}
	return f, best, true
}

// maxSpots bounds the places told of one finding.
const maxSpots = 8

// addSpot counts one more place, by zone, page, sheet and column.
func addSpot(spots []poterne.Spot, at poterne.Place) []poterne.Spot {
	if at.Zone == poterne.ZoneCell {
		at.Row = 0 // a column is one spot
	}
	for i := range spots {
		if s := &spots[i]; s.Place.Zone == at.Zone && s.Place.Page == at.Page && s.Place.Sheet == at.Sheet && s.Place.Column == at.Column {
			s.Count++
			return spots
		}
	}
	if len(spots) < maxSpots {
		spots = append(spots, poterne.Spot{Place: at, Count: 1, Distinct: 1})
	}
	return spots
}

// clash tags markings that contradict each other: two ranks of one scale, or "non
// protégé" beside what is protected. Paragraphs marked one by one do not.
func (d *markingDetector) clash(findings []poterne.Finding, heads []weighed) {
	for i, a := range heads {
		for j, b := range heads {
			if i == j || min(a.weight, b.weight) < weightConfirm || a.form == formPortion || b.form == formPortion {
				continue
			}
			m, n := &d.marks[a.mark], &d.marks[b.mark]
			free := m.ID == "np" && n.Level() >= poterne.Sensitive || n.ID == "np" && m.Level() >= poterne.Sensitive
			if (free || d.rivals(a.mark, b.mark)) && !findings[i].Has(poterne.TagClash) {
				findings[i].Tags = append(findings[i].Tags, poterne.TagClash)
			}
		}
	}
}
