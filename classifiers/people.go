package classifiers

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"poterne"
)

// nearPerson is how far in characters from a person's identifier a subject is
// taken to be about that person (doctrine D.3.3).
const nearPerson = 300

// people remembers where identifiers of persons stand in a document, never what
// they are.
type people struct {
	spans []span // disjoint stretches of the document's folded text that are near a person, ascending
	late  []span // those that came to be known out of order, until settle
	pages map[int]bool
	rows  map[row]bool
}

type span struct{ from, to int }

type row struct {
	sheet string
	row   int
}

func (p *people) reset() {
	p.spans, p.late = p.spans[:0], p.late[:0]
	clear(p.pages)
	clear(p.rows)
}

// add notes a person's identifier at offset (segment.base + start) in place.
// Those that come out of order count from the next settle on.
func (p *people) add(place poterne.Place, offset int) {
	if place.Zone == poterne.ZoneCell {
		if p.rows == nil {
			p.rows = map[row]bool{}
		}
		p.rows[row{place.Sheet, place.Row}] = true
	} else if from, to, n := offset-nearPerson, offset+nearPerson, len(p.spans); n == 0 || from > p.spans[n-1].to {
		p.spans = append(p.spans, span{from, to})
	} else if from < p.spans[n-1].from {
		p.late = append(p.late, span{from, to})
	} else {
		p.spans[n-1].to = max(to, p.spans[n-1].to)
	}
	if place.Page > 0 {
		if p.pages == nil {
			p.pages = map[int]bool{}
		}
		p.pages[place.Page] = true
	}
}

// bylines are the properties that say who wrote something and to whom.
var bylines = map[string]bool{
	"from": true, "to": true, "cc": true, "bcc": true, "sender": true, "reply-to": true, "return-path": true, "delivered-to": true, "on behalf of": true,
	"author": true, "creator": true, "initial-creator": true, "lastmodifiedby": true, "manager": true, "company": true,
}

// byline reports whether s says who wrote: every mail and most documents have such a
// line, and what they are about is not that person's case.
func byline(s *segment) bool {
	if s.Place.Zone != poterne.ZoneProperty {
		return false
	}
	name, _, found := bytes.Cut(s.text, []byte(":"))
	return found && len(name) < 24 && bylines[strings.ToLower(string(name))]
}

// settle puts those that came out of order where they belong.
func (p *people) settle() {
	if len(p.late) == 0 {
		return
	}
	all := append(p.spans, p.late...)
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	p.spans, p.late = all[:0], p.late[:0]
	for _, s := range all {
		if n := len(p.spans); n > 0 && s.from <= p.spans[n-1].to {
			p.spans[n-1].to = max(s.to, p.spans[n-1].to)
		} else {
			p.spans = append(p.spans, s)
		}
	}
}

// near reports whether a person stands within 300 characters of offset, on the
// same page, or in the same row of a table. It is to be asked in finish, when all
// persons are known.
func (p *people) near(place poterne.Place, offset int) bool {
	p.settle()
	if place.Page > 0 && p.pages[place.Page] {
		return true
	}
	if place.Zone == poterne.ZoneCell {
		// Beside each other in a table means in one record; the rows above and below
		// are other persons'.
		return p.rows[row{place.Sheet, place.Row}]
	}
	low, high := 0, len(p.spans)
	for low < high {
		if mid := (low + high) / 2; p.spans[mid].to < offset {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low < len(p.spans) && p.spans[low].from <= offset
}
