package policy

import (
	"poterne"
)

// kind is how the policy reads a finding.
type kind uint8

const (
	identifierKind kind = iota
	subjectKind
	markingKind
	secretKind
)

// evidence is the findings of one document, read once: [Policy.weigh] weighs it
// whole for the verdict, and less some removals for the counterfactual.
type evidence struct {
	items     []item
	places    int // number of different places of the items
	persons   bool
	published bool
	unread    poterne.Kind  // "" where the document was read whole
	floor     poterne.Class // of the source
}

// item is one finding with what the policy knows of its rule.
type item struct {
	f       *poterne.Finding
	kind    kind
	level   poterne.Level // of one occurrence that counts
	row     *row
	legal   []string
	counts  bool // the confidence is enough (D.3.2)
	id      identifier
	subject category
	mark    marking
	places  []int  // of each spot, numbered over the evidence
	bit     uint64 // of the category of an identifier, for the mosaic
	rest    int    // places that no spot tells
}

// removal is what a counterfactual takes away from an item.
type removal struct {
	spots uint64 // bit i: the spot i
	whole bool
}

// amount is what is left of an item.
type amount struct {
	distinct int
	cells    int // distinct values in cells of tables
	gone     bool
}

func (p *Policy) read(doc poterne.Document, findings []poterne.Finding, failure *poterne.Failure) *evidence {
	ev := &evidence{
		items:     make([]item, len(findings)),
		published: p.published[doc.Share],
		floor:     p.Floor(doc.Share),
	}
	if failure != nil {
		ev.unread = failure.Kind
	}
	type spotKey struct {
		page  int
		sheet string
	}
	places, categories := map[spotKey]int{}, map[string]uint64{}
	for i := range findings {
		f, it := &findings[i], &ev.items[i]
		it.f = f
		p.recognise(it)
		if it.isPerson() || it.id.Name {
			ev.persons = true
		}
		spots := f.Spots[:min(len(f.Spots), 64)]
		it.rest, it.places = max(f.Count, f.Distinct, 1), make([]int, len(spots))
		for j, s := range spots {
			it.rest -= max(s.Count, 1)
			key := spotKey{s.Place.Page, s.Place.Sheet}
			n, ok := places[key]
			if !ok {
				n = len(places)
				places[key] = n
			}
			it.places[j] = n
		}
		it.rest = max(it.rest, 0)
		if it.kind == identifierKind && it.level >= poterne.Personal {
			bit, ok := categories[f.Category]
			if !ok {
				bit = 1 << (len(categories) % 64)
				categories[f.Category] = bit
			}
			it.bit = bit
		}
	}
	ev.places = len(places)
	return ev
}

// recognise fills what the data say of the rule of it.
func (p *Policy) recognise(it *item) {
	f := it.f
	it.level, it.counts = min(f.Level, poterne.Classified), f.Confidence >= p.data.Confidence.Counts
	it.row = p.rows[p.severity(f.Level)]
	if f.Rule == poterne.RuleMarking {
		it.kind, it.counts = markingKind, f.Confidence >= p.data.Confidence.MarkingConfirm
		if m, ok := p.data.Markings[f.Mark]; ok {
			it.mark, it.legal = m, m.Legal
			it.row = p.rows[m.Label]
			if it.level > m.Level.Level {
				// A user's rule holds it higher; what the mention demands besides stays.
				higher := *p.rows[p.severity(f.Level)]
				higher.flags |= it.row.flags
				it.row = &higher
			}
			it.level = max(it.level, m.Level.Level)
		}
		return
	}
	if c, ok := p.data.Categories[f.Rule]; ok {
		it.kind, it.subject, it.legal = subjectKind, c, c.Legal
		it.level, it.row = c.Level.Level, p.rows[c.Label]
		it.counts = it.counts || f.Has(poterne.TagConfirm) && f.Confidence >= p.data.Confidence.SubjectConfirm
		if c.Care != "" && f.Has(poterne.TagCare) {
			it.row = p.rows[c.Care]
		}
		return
	}
	it.id = p.data.Identifiers[f.Rule]
	it.legal = it.id.Legal
	if f.Has(poterne.TagSecret) {
		it.kind, it.level, it.row = secretKind, max(it.level, poterne.Sensitive), p.rows["secret"]
		return
	}
	if it.id.Label != "" && f.Level >= poterne.Sensitive {
		it.row = p.rows[it.id.Label]
	}
	if it.id.Name {
		// A name alone is an agent in function until a table or a subject says more.
		it.level, it.row = min(it.level, poterne.Internal), p.rows["internal"]
	}
}

// severity is the label of a level that no entry says more of.
func (p *Policy) severity(l poterne.Level) string {
	n := min(max(l.Number(), 0), len(p.data.Severities)-1)
	return p.data.Severities[n]
}

// isPerson reports whether it identifies persons whose number counts (D.4). What
// is personal in itself counts too: an account or a passport is somebody's.
func (it *item) isPerson() bool {
	return it.kind == identifierKind && it.counts &&
		!it.id.Directory && !it.id.Name && !it.id.NeedsPerson && !it.id.Position &&
		it.f.Counts() && (it.f.Has(poterne.TagPerson) || it.level >= poterne.Personal)
}

// left returns what r leaves of it. Where the same values may stand in several
// places, it keeps the larger number.
func (it *item) left(r removal) amount {
	f := it.f
	a := amount{distinct: max(f.Distinct, 1)}
	if r.whole {
		a.gone = true
		return a
	}
	kept, remain := it.rest, false
	for j := range it.places {
		if r.spots&(1<<j) != 0 {
			continue
		}
		s := f.Spots[j]
		remain = true
		kept += max(s.Distinct, 1)
		if s.Place.Zone == poterne.ZoneCell || s.Place.Column > 0 { // hidden cells are cells too
			a.cells += max(s.Distinct, 1)
		}
	}
	a.gone = !remain && it.rest == 0
	a.distinct = min(a.distinct, max(kept, 1))
	a.cells = min(a.cells, a.distinct)
	return a
}
