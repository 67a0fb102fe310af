package policy

import (
	"slices"
	"strconv"
	"time"

	"poterne"
)

// Derogation is a decision that lets a project stay for a time where the rules do
// not admit it.
type Derogation struct {
	Project   string
	Authority string    // who signed: a minister
	Doctrine  string    // the text that it is granted under: "2021", "2023" or "sren"
	Engaged   time.Time // day on which the project was engaged; zero where unknown
	Offer     time.Time // day from which an acceptable offer exists in France
	End       time.Time
	Scope     string
	Public    bool // it was made public
	Approved  bool // by the Prime Minister
}

// Deadline returns the last day that the text allows d to run to: 12 months after
// the offer under the circulars, 18 under the law. It is the zero time where the
// day of the offer or the doctrine is unknown: the clock does not run.
func (p *Policy) Deadline(d Derogation) time.Time {
	doc, ok := p.data.Doctrines[d.Doctrine]
	if !ok || d.Offer.IsZero() {
		return time.Time{}
	}
	return addMonths(d.Offer, doc.Derogation.Months)
}

// addMonths adds months and stays within the month that it reaches: a year after
// 29 February is 28 February.
func addMonths(t time.Time, months int) time.Time {
	y, m, day := t.Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, t.Location()).Day()
	return time.Date(y, m+time.Month(months), min(day, last), 0, 0, 0, 0, t.Location())
}

// Review says what there is to say of d at the time now, and whether it may be
// relied on: it runs, within its legal limit, with what its text asks for. The
// last 90 days are told.
func (p *Policy) Review(d Derogation, now time.Time) (holds bool, reasons []poterne.Reason) {
	doc, known := p.data.Doctrines[d.Doctrine]
	holds = known
	problem := func(key string, args ...string) {
		holds = false
		reasons = append(reasons, poterne.Reason{Key: key, Args: args, Legal: shown(doc.Legal)})
	}
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	deadline := p.Deadline(d)
	end := d.End
	switch {
	case deadline.IsZero():
		problem("derogation-no-offer")
	case end.IsZero():
		end = deadline
	case end.After(deadline):
		problem("derogation-too-long", d.Project, day(end), day(deadline))
		end = deadline
	}
	if !d.Engaged.IsZero() && d.Engaged.After(doc.Date) {
		problem("derogation-late", d.Project, day(d.Engaged), day(doc.Date))
	}
	if d.Authority == "" || doc.Derogation.Approval && !d.Approved {
		problem("derogation-unapproved")
	}
	if doc.Derogation.Public && !d.Public {
		problem("derogation-unpublished")
	}
	if d.Scope == "" {
		problem("derogation-scope")
	}
	if end.IsZero() {
		return holds, reasons
	}
	left := daysTo(now, end)
	switch {
	case left < 0:
		problem("derogation-over", d.Project, day(end))
	case left <= alertDays:
		reasons = append(reasons, poterne.Reason{Key: "derogation-soon", Args: []string{day(end), strconv.Itoa(left)}})
	case holds:
		reasons = append(reasons, poterne.Reason{Key: "derogation-running", Args: []string{d.Project, day(end)}})
	}
	return holds, reasons
}

// Prior reports whether a system in place since that day is older than the
// doctrine: it is then to be examined by a person, and neither presumed compliant
// nor refused by the rules of new projects.
func (p *Policy) Prior(inPlace time.Time) (poterne.Reason, bool) {
	if inPlace.IsZero() || !inPlace.Before(p.data.Prior) {
		return poterne.Reason{}, false
	}
	return poterne.Reason{Key: "derogation-prior", Args: []string{inPlace.Format(time.DateOnly)}, Legal: []string{"circ. 6282-SG du 5 juillet 2021"}}, true
}

// Tolerates says what a derogation makes of a verdict v that does not admit a
// document with assessment a. A derogation lifts the demand of a qualified offer
// and nothing else: what is classified, Diffusion Restreinte, Spécial France, of
// class H4 and above or not read stays where it is, and so does what its
// destination may not hold for another reason (certification of health data). A
// derogation that does not hold lifts nothing, save that a system in place before
// the doctrine (inPlace, zero where unknown) is to be examined by a person.
func (p *Policy) Tolerates(a poterne.Assessment, v Verdict, d Derogation, inPlace, now time.Time) Verdict {
	if v.Allowed == Yes {
		return v
	}
	if beyond(a, v) {
		v.Reasons = append(slices.Clone(v.Reasons), poterne.Reason{Key: "derogation-beyond", Args: []string{d.Project}})
		return v
	}
	holds, reasons := p.Review(d, now)
	if holds {
		return Verdict{Allowed: Tolerated, Reasons: append(reasons, v.Reasons...)}
	}
	if prior, ok := p.Prior(inPlace); ok {
		return Verdict{Allowed: Examine, Reasons: append([]poterne.Reason{prior}, v.Reasons...)}
	}
	v.Reasons = append(slices.Clone(v.Reasons), reasons...)
	return v
}

// beyond reports whether no derogation can reach a document.
func beyond(a poterne.Assessment, v Verdict) bool {
	if a.Hosting.Class == poterne.ClassUnknown || a.Hosting.Class >= poterne.H4 || a.Level >= poterne.Restricted {
		return true
	}
	return slices.ContainsFunc(v.Reasons, func(r poterne.Reason) bool {
		return r.Key == "dest-flag-no" || r.Key == "dest-flag-unknown" || r.Key == "dest-unknown-document"
	})
}
