package policy

import (
	"strconv"

	"poterne"
)

// weighVolume counts distinct persons (D.4).
func (p *Policy) weighVolume(v *verdict, ev *evidence, left []amount, who crowd, say *account) {
	vol := p.data.Volume
	for i := range ev.items {
		it := &ev.items[i]
		if it.kind != identifierKind || !it.id.Directory || left[i].gone || !it.counts || left[i].distinct < vol.Directory || !it.f.Counts() {
			continue
		}
		p.tell(v, ev, i, poterne.Personal, p.rows["directory"], true, say, -1, "directory", func() []string {
			return []string{it.f.Rule, strconv.Itoa(left[i].distinct), placeOf(it.f)}
		})
	}
	if who.by < 0 || who.number < vol.Nominative {
		return
	}
	r := p.rows["personal"]
	key := "nominative"
	switch {
	case who.number >= vol.Large:
		r, key = p.rows["large"], "volume"
	case who.number >= vol.Mass:
		r, key = p.rows["mass"], "volume"
	}
	by := &ev.items[who.by]
	firm := !by.f.Has(poterne.TagConfirm)
	p.tell(v, ev, who.by, poterne.Personal, r, firm, say, -1, key, func() []string {
		return []string{by.f.Rule, strconv.Itoa(who.number), flagArg(by.id.Keyed), placeOf(by.f)}
	})
	if say == nil {
		return
	}
	say.note("note-register", []string{"RGPD art. 30"}, strconv.Itoa(who.number))
	if who.number >= vol.Large {
		say.note("note-dpia", []string{"RGPD art. 35"}, strconv.Itoa(who.number))
	}
}

// weighMosaic looks for what findings say together (D.3.4).
func (p *Policy) weighMosaic(v *verdict, ev *evidence, gone []removal, left []amount, say *account) {
	vol := p.data.Volume
	var buf [32]uint64
	var bits []uint64
	if ev.places <= len(buf) {
		bits = buf[:ev.places]
	} else {
		bits = make([]uint64, ev.places)
	}
	addresses, hosts, position, infra := 0, 0, -1, -1
	for i := range ev.items {
		it := &ev.items[i]
		if left[i].gone || !it.f.Counts() {
			continue
		}
		switch {
		case it.id.Network == "address":
			addresses += left[i].distinct
		case it.id.Network == "host":
			hosts += left[i].distinct
		case it.id.Position:
			position = i
		case it.f.Rule == "infra" && !ev.published && !it.f.Has(poterne.TagTalks) && !it.f.Has(poterne.TagBlank) && it.f.Confidence >= p.data.Confidence.MarkingConfirm:
			infra = i
		}
		if it.bit == 0 || !it.counts {
			continue
		}
		for j, place := range it.places {
			if gone == nil || gone[i].spots&(1<<j) == 0 {
				bits[place] |= it.bit
			}
		}
	}
	best, most := -1, 0
	for place, b := range bits {
		if n := ones(b); n > most {
			best, most = place, n
		}
	}
	if most >= vol.MosaicCategories {
		p.tell(v, ev, -1, poterne.Sensitive, p.rows["mosaic"], false, say, -1, "mosaic", func() []string {
			return []string{strconv.Itoa(most), ev.placeName(best)}
		})
	}
	if addresses >= vol.MosaicAddresses && hosts >= vol.MosaicHosts {
		p.tell(v, ev, -1, poterne.Sensitive, p.rows["ssi"], true, say, -1, "mosaic-network", func() []string {
			return []string{strconv.Itoa(addresses), strconv.Itoa(hosts)}
		})
		if say != nil {
			say.subject("ssi")
		}
	}
	if position >= 0 && infra >= 0 && !ev.items[infra].counts {
		p.tell(v, ev, infra, poterne.Sensitive, p.rows["infra"], false, say, position, "mosaic-position", func() []string {
			return []string{ev.items[position].f.Rule, placeOf(ev.items[position].f)}
		})
		if say != nil {
			say.subject("infra")
		}
	}
}

// weighClaims applies the named exclusions that lower a document to public: an
// issuer's own mention, a blank form, a share that is published. None of them
// cancels what was found above level 1.
func (p *Policy) weighClaims(v *verdict, ev *evidence, left []amount, say *account) {
	claim, blank, held := -1, -1, false
	for i := range ev.items {
		it := &ev.items[i]
		switch {
		case left[i].gone:
		case it.kind == markingKind && it.mark.Claim != "":
			if it.f.Confidence >= p.data.Confidence.MarkingHard && !it.f.Has(poterne.TagConfirm) && !it.f.Has(poterne.TagLifted) {
				claim = i
			}
		case it.kind == markingKind && it.f.Confidence >= p.data.Confidence.MarkingHint:
			held = true // another marking, be it a hint, speaks against it
		case it.kind == subjectKind && it.f.Has(poterne.TagBlank):
			blank = i
		}
	}
	if claim < 0 && blank < 0 && !ev.published || ev.unread != "" {
		return
	}
	if v.level > poterne.Internal || held {
		if claim >= 0 && say != nil {
			say.note("note-claim-conflict", nil, ev.items[claim].f.Mark)
		}
		return
	}
	if claim < 0 && !ev.published {
		// A blank form is public only where nothing was filled in.
		for i := range ev.items {
			it := &ev.items[i]
			filled := it.isPerson() || it.id.Name || it.kind == secretKind ||
				it.kind == subjectKind && it.counts && !it.f.Has(poterne.TagBlank) && !it.f.Has(poterne.TagTalks)
			if filled && !left[i].gone && it.f.Counts() {
				return
			}
		}
	}
	r := p.rows["public"]
	*v = verdict{level: poterne.Public, firmLevel: poterne.Public, class: r.class, firmClass: r.class, flags: r.flags}
	if say == nil {
		return
	}
	c := contribution{level: v.level, class: v.class, firm: true, items: [2]int{-1, -1}}
	switch {
	case claim >= 0:
		it := &ev.items[claim]
		c.reason = poterne.Reason{Key: "public-claim", Args: []string{it.f.Mark, placeOf(it.f)}, Legal: it.legal}
	case ev.published:
		c.reason = poterne.Reason{Key: "public-source", Legal: r.legal}
	default:
		c.reason = poterne.Reason{Key: "public-blank", Args: []string{ev.items[blank].f.Rule}, Legal: r.legal}
	}
	say.because(c)
}

// weighFailure holds the floor of the source under what was not read whole. Where
// nothing was found before the failure, nothing is known: no level and no class,
// which means "do not move".
func (p *Policy) weighFailure(v *verdict, ev *evidence, say *account) {
	if ev.unread == "" {
		return
	}
	args := []string{string(ev.unread), ev.floor.String()}
	legal := p.rows["internal"].legal
	if v.level <= poterne.Internal {
		*v = verdict{}
		if say != nil {
			say.because(contribution{items: [2]int{-1, -1}, reason: poterne.Reason{Key: "unread", Args: args, Legal: legal}})
		}
		return
	}
	class := v.class
	v.raise(v.level, ev.floor, 0, false)
	if say == nil {
		return
	}
	c := contribution{level: poterne.Unassessed, class: class, items: [2]int{-1, -1}, reason: poterne.Reason{Key: "unread-part", Args: args, Legal: legal}}
	if ev.floor > class {
		c.class = ev.floor
	}
	say.because(c)
}
