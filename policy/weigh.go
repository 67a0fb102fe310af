package policy

import (
	"strconv"

	"poterne"
)

// verdict is a level and a hosting, with the part of them that no person has to
// confirm.
type verdict struct {
	level, firmLevel poterne.Level
	class, firmClass poterne.Class
	flags            flags
}

// raise takes v up to what one contribution demands. It never lowers.
func (v *verdict) raise(level poterne.Level, class poterne.Class, f flags, firm bool) {
	v.level, v.class = max(v.level, level), max(v.class, class)
	v.flags |= f
	if firm {
		v.firmLevel, v.firmClass = max(v.firmLevel, level), max(v.firmClass, class)
	}
}

// contribution is one reason with what it demands.
type contribution struct {
	level  poterne.Level
	class  poterne.Class
	firm   bool
	items  [2]int // findings that it speaks of, −1 for none
	reason poterne.Reason
}

// account is what [Policy.weigh] tells while it weighs.
type account struct {
	contributions []contribution
	notes         []poterne.Reason
	steps         []poterne.Reason
	subjects      map[string]bool
}

func (a *account) step(key string, args ...string) {
	a.steps = append(a.steps, poterne.Reason{Key: key, Args: args})
}

func (a *account) note(key string, legal []string, args ...string) {
	for _, n := range a.notes {
		if n.Key == key {
			return
		}
	}
	r := poterne.Reason{Key: key, Args: args, Legal: legal}
	a.notes = append(a.notes, r)
	a.steps = append(a.steps, r)
}

func (a *account) because(c contribution) {
	a.contributions = append(a.contributions, c)
	a.steps = append(a.steps, c.reason)
}

// crowd is how many persons a document names.
type crowd struct {
	number int // distinct persons by the most frequent rule that counts
	by     int // index of that item, −1 for none
	any    bool
}

// weigh is the decision (doctrine D.3, D.4, A.4) on ev less the removals gone (nil
// for none). It tells its reasons to say where say is not nil; without it, it
// allocates next to nothing, because a counterfactual calls it many times.
func (p *Policy) weigh(ev *evidence, gone []removal, say *account) verdict {
	var buf [16]amount
	left := buf[:0]
	for i := range ev.items {
		var r removal
		if gone != nil {
			r = gone[i]
		}
		left = append(left, ev.items[i].left(r))
	}
	who := p.crowd(ev, left)
	v := verdict{level: poterne.Internal, firmLevel: poterne.Internal, class: p.rows["internal"].class}
	v.firmClass = v.class
	if say != nil && who.number > 0 {
		say.step("step-persons", strconv.Itoa(who.number), ev.items[who.by].f.Rule)
	}
	for i := range ev.items {
		it := &ev.items[i]
		switch {
		case left[i].gone:
		case !it.f.Counts():
			if say != nil {
				key := "example"
				if it.f.Has(poterne.TagAllowed) {
					key = "allowed"
				}
				say.step(key, it.f.Rule, strconv.Itoa(left[i].distinct))
			}
		case it.kind == markingKind:
			p.weighMarking(&v, ev, i, say)
		case it.kind == subjectKind:
			p.weighSubject(&v, ev, i, left, who, say)
		case it.kind == secretKind:
			p.weighSecret(&v, ev, i, left[i], say)
		default:
			p.weighIdentifier(&v, ev, i, left[i], who, say)
		}
	}
	p.weighVolume(&v, ev, left, who, say)
	p.weighMosaic(&v, ev, gone, left, say)
	p.weighClaims(&v, ev, left, say)
	p.weighFailure(&v, ev, say)
	return v
}

// tell raises v by a contribution of item i under row r, and says why.
func (p *Policy) tell(v *verdict, ev *evidence, i int, level poterne.Level, r *row, firm bool, say *account, other int, key string, args func() []string) {
	v.raise(level, r.class, r.flags, firm)
	if say == nil {
		return
	}
	legal := r.legal
	if i >= 0 {
		if it := &ev.items[i]; len(it.f.Legal) > 0 {
			legal = it.f.Legal
		} else if len(it.legal) > 0 && level > poterne.Internal {
			legal = it.legal
		}
	}
	if len(r.doctrine) > 0 && r.class >= poterne.H2 {
		legal = append(append([]string(nil), legal...), r.doctrine...)
	}
	say.because(contribution{
		level: level, class: r.class, firm: firm, items: [2]int{i, other},
		reason: poterne.Reason{Key: key, Args: args(), Legal: legal},
	})
	if r.recommended > r.class {
		say.note("note-recommended", nil, r.recommended.String())
	}
	if r.flags&flagHDS != 0 {
		say.note("note-hds", p.rows["care"].legal)
	}
	if r.flags&flagFR != 0 {
		say.note("note-french", r.legal)
	}
}

func (p *Policy) crowd(ev *evidence, left []amount) crowd {
	c := crowd{by: -1}
	for i := range ev.items {
		it := &ev.items[i]
		if left[i].gone || !it.f.Counts() {
			continue
		}
		n := 0
		switch {
		case it.id.Name:
			c.any, n = true, left[i].cells
		case it.isPerson():
			c.any, n = true, left[i].distinct
		}
		if n > c.number {
			c.number, c.by = n, i
		}
	}
	return c
}

func (p *Policy) weighIdentifier(v *verdict, ev *evidence, i int, left amount, who crowd, say *account) {
	it, level, r := &ev.items[i], ev.items[i].level, ev.items[i].row
	hint := !it.counts || it.id.NeedsPerson && !who.any
	if hint {
		level, r = min(level, poterne.Internal), p.rows["internal"]
	}
	if level <= poterne.Internal {
		v.raise(level, poterne.ClassUnknown, 0, true)
		if say != nil {
			key := "identifier-minor"
			if hint {
				key = "identifier-hint"
			}
			say.step(key, it.f.Rule, strconv.Itoa(left.distinct), placeOf(it.f))
		}
		return
	}
	firm := !it.f.Has(poterne.TagConfirm)
	p.tell(v, ev, i, level, r, firm, say, -1, "identifier", func() []string {
		return []string{it.f.Rule, strconv.Itoa(left.distinct), flagArg(it.id.Keyed), placeOf(it.f)}
	})
	if say != nil && it.id.Subject != "" {
		say.subject(it.id.Subject)
	}
	if say != nil && it.id.NIR {
		say.note("note-nir", it.legal)
	}
}

func (p *Policy) weighSecret(v *verdict, ev *evidence, i int, left amount, say *account) {
	it := &ev.items[i]
	if !it.counts {
		if say != nil {
			say.step("identifier-hint", it.f.Rule, strconv.Itoa(left.distinct), placeOf(it.f))
		}
		return
	}
	p.tell(v, ev, i, it.level, it.row, !it.f.Has(poterne.TagConfirm), say, -1, "secret", func() []string {
		return []string{it.f.Rule, strconv.Itoa(left.distinct), placeOf(it.f)}
	})
	if say != nil {
		say.subject("ssi")
	}
}

func (p *Policy) weighSubject(v *verdict, ev *evidence, i int, left []amount, who crowd, say *account) {
	it := &ev.items[i]
	f, c := it.f, it.subject
	switch {
	case f.Has(poterne.TagTalks), f.Has(poterne.TagBlank):
		if say != nil {
			key := "subject-talks"
			if f.Has(poterne.TagBlank) {
				key = "subject-blank"
			}
			say.step(key, f.Rule)
		}
		return
	case !it.counts, c.Needs == "never":
		if say != nil {
			say.step("subject-hint", f.Rule, f.Likelihood(), placeOf(f))
		}
		return
	case ev.published:
		if say != nil {
			say.step("subject-published", f.Rule)
		}
		return
	}
	// A person that the classifier saw near counts until the counterfactual has
	// taken every person away.
	near := f.Has(poterne.TagNear) && (who.any || !ev.persons)
	if c.Needs == "person" && !near {
		p.tell(v, ev, i, poterne.Internal, p.rows["internal"], true, say, -1, "subject-alone", func() []string {
			return []string{f.Rule, f.Likelihood(), placeOf(f)}
		})
		return
	}
	special := c.GDPR && who.number >= p.data.Volume.Special
	firm := !f.Has(poterne.TagConfirm) && (f.Confidence >= p.data.Confidence.Certain || special)
	if c.Needs == "none" {
		firm = !f.Has(poterne.TagConfirm)
	}
	if c.Needs == "person" && who.by >= 0 {
		by := &ev.items[who.by]
		p.tell(v, ev, i, it.level, it.row, firm, say, who.by, "subject-persons", func() []string {
			return []string{f.Rule, f.Likelihood(), by.f.Rule, strconv.Itoa(who.number), flagArg(by.id.Keyed), placeOf(f)}
		})
	} else if c.Needs == "person" {
		p.tell(v, ev, i, it.level, it.row, firm, say, -1, "subject-person", func() []string {
			return []string{f.Rule, f.Likelihood(), placeOf(f)}
		})
	} else {
		p.tell(v, ev, i, it.level, it.row, firm, say, -1, "subject", func() []string {
			return []string{f.Rule, f.Likelihood(), placeOf(f)}
		})
	}
	if say == nil {
		return
	}
	say.subject(f.Rule)
	if special {
		say.note("note-dpia", []string{"RGPD art. 35"}, strconv.Itoa(who.number))
	}
	if c.Candidate && it.level < poterne.Restricted {
		say.note("note-candidate", []string{"II 901 du 28 janvier 2015"}, f.Rule)
	}
	if c.Care != "" && it.row.flags&flagHDS == 0 {
		say.note("note-hds-check", p.rows["care"].legal)
	}
}

func (p *Policy) weighMarking(v *verdict, ev *evidence, i int, say *account) {
	it, cf := &ev.items[i], p.data.Confidence
	f := it.f
	if f.Confidence < cf.MarkingConfirm {
		if f.Confidence >= cf.MarkingHint && say != nil {
			say.step("marking-hint", f.Mark, placeOf(f))
		}
		return
	}
	if f.Has(poterne.TagTalks) {
		if say != nil {
			say.step("marking-legend", f.Mark, placeOf(f))
		}
		return
	}
	lifted := f.Has(poterne.TagLifted)
	key := "marking"
	switch {
	case it.mark.Claim != "":
		return // weighClaims reads it once everything else is known
	case lifted:
		key = "marking-lifted"
	case f.Confidence < cf.MarkingHard || f.Has(poterne.TagConfirm):
		key = "marking-confirm"
	}
	p.tell(v, ev, i, it.level, it.row, key == "marking", say, -1, key, func() []string {
		return []string{f.Mark, placeOf(f), strconv.Itoa(int(f.Confidence*100 + 0.5))}
	})
	if say == nil {
		return
	}
	if it.level == poterne.Classified && f.Confidence >= cf.Alert {
		say.note("note-alert", []string{"IGI 1300"}, f.Mark)
	}
	if it.row.name == "unpublished" {
		say.note("note-unpublished", it.legal, f.Mark)
	}
	if f.Has(poterne.TagClash) {
		say.note("note-clash", nil, f.Mark)
	}
}
