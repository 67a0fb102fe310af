package classifiers

import (
	"bytes"
	"slices"
	"strings"

	"poterne"
)

// rulePerson is the rule of persons who are named without any identifier.
const rulePerson = "personne"

// maxNames bounds the different persons told apart in one part.
const maxNames = 1 << 16

// personNames counts the persons named in one part, as keyed hashes: no name is
// kept, and none has a masked form, since half a name is a name.
type personNames struct {
	count  int
	prints map[poterne.Fingerprint]bool
	spots  []poterne.Spot
}

// person notes the person who stands after word h: "Mme Vautrin", "patient :
// Vautrin", "né le 3 mars".
func (x *lexiconDetector) person(s *segment, h hit, kind useKind) {
	text, start, end := s.text, int(h.start), int(h.end)
	switch kind {
	case useBirth:
		if rest := bytes.TrimLeft(text[end:min(len(text), end+4)], " :"); len(rest) > 0 && isDigit(rest[0]) {
			x.now.persons++
			x.d.people.add(s.Place, s.base+start)
		}
		return
	case useLabelOfPerson, useWeakLabel:
		rest := bytes.TrimLeft(text[end:], " ")
		if len(rest) == 0 || rest[0] != ':' {
			return
		}
		end = len(text) - len(rest) + 1
		if i := bytes.IndexFunc(text[end:], func(r rune) bool { return r != ' ' }); i > 0 {
			end += i
		}
	case useTitleOfPerson:
		word := text[start:end]
		if !isUpper(word[0]) || end == len(text) || isDigitBefore(text, start) {
			return
		}
		dot := text[end] == '.'
		if len(word) == 1 && !dot || len(word) == 2 && word[1] == 'M' && !dot {
			return // "5 M EUR"
		}
		for end < len(text) && (text[end] == '.' || text[end] == ' ') {
			end++
		}
	}
	if name := x.name(text[end:]); name != "" {
		x.noteName(s, name, s.base+start)
	}
}

func isDigitBefore(text []byte, i int) bool {
	return i > 1 && text[i-1] == ' ' && isDigit(text[i-2])
}

// personCell notes the person of a cell whose column is one of names.
func (x *lexiconDetector) personCell(s *segment) {
	if s.Place.Zone != poterne.ZoneCell || len(s.text) > 60 {
		return
	}
	if s.Header == "" { // a title itself
		if x.labels(s.hits[ownerLexicons], len(s.text)) == useLabelOfPerson {
			x.personSheet = "/" + s.Place.Sheet
		}
		return
	}
	switch x.labels(s.header, s.headerSize) {
	case useLabelOfPerson:
	case useWeakLabel:
		if x.personSheet != "/"+s.Place.Sheet {
			return
		}
	default:
		return
	}
	name := x.name(s.text)
	if name == "" {
		return
	}
	x.now.persons++
	x.d.people.add(s.Place, s.base)
	if x.record.sheet != s.Place.Sheet || x.record.row != s.Place.Row {
		x.endRecord()
		x.record = personRecord{sheet: s.Place.Sheet, row: s.Place.Row, place: s.Place}
	}
	x.record.name += " " + name
}

// personRecord is the person of one row of a table: surname and first name stand
// in two cells.
type personRecord struct {
	sheet string
	row   int
	name  string
	place poterne.Place
}

// endRecord counts the person of the row that was read.
func (x *lexiconDetector) endRecord() {
	if x.record.name != "" {
		x.names.add(&x.d.c.key, x.record.name, x.record.place)
	}
	x.record = personRecord{}
}

// labels tells whether a title of n bytes that holds the words hits is a label of
// persons: useLabelOfPerson, useWeakLabel where it is nothing but that, or useTerm.
func (x *lexiconDetector) labels(hits []hit, n int) useKind {
	const addition = 16 // bytes: "agent concerné", "prénom (usage)"
	kind := useTerm
	for _, h := range hits {
		if int(h.word) >= len(x.uses) || h.start > 1 {
			continue
		}
		for _, u := range x.uses[h.word] {
			switch rest := n - int(h.end); {
			case u.kind == useLabelOfPerson && rest <= addition:
				return useLabelOfPerson
			case u.kind == useWeakLabel && rest <= 2:
				kind = useWeakLabel
			}
		}
	}
	return kind
}

// name returns the surname at the start of text, folded, or "": the words in
// capitals of a name, else its last word.
func (x *lexiconDetector) name(text []byte) string {
	const longest = 5 // words
	var last []byte
	var capitals, low [64]byte
	n := 0 // bytes of capitals
	for i, words := 0, 0; words < longest && i < len(text); words++ {
		end := i
		for end < len(text) && (isWord[text[end]] && !isDigit(text[end]) || end > i && (text[end] == '-' || text[end] == '\'') && end+1 < len(text) && isWord[text[end+1]]) {
			end++
		}
		w := text[i:end]
		if len(w) == 0 || len(w) > len(low) {
			break
		}
		lower := low[:copy(low[:], w)]
		for k, c := range lower {
			if isUpper(c) {
				lower[k] = c | 0x20
			}
		}
		switch {
		case isUpper(w[0]) && (x.notNames[string(lower)] || isDigitAt(text, end)):
			i = len(text)
		case isUpper(w[0]) && len(w) > 1:
			last = w
			if upperText(w, 0, len(w)) {
				n += copy(capitals[n:], lower)
			}
			i = end
		case isUpper(w[0]) && end < len(text) && text[end] == '.': // an initial
			i = end + 1
		case x.particles[string(lower)]:
			i = end
		default:
			i = len(text)
		}
		if i < len(text) {
			if text[i] != ' ' {
				break
			}
			i++
		}
	}
	if n > 0 {
		return string(capitals[:n])
	}
	return strings.ToLower(string(last))
}

func isDigitAt(text []byte, i int) bool { return i < len(text) && isDigit(text[i]) }

func (x *lexiconDetector) noteName(s *segment, name string, offset int) {
	if !byline(s) {
		x.now.persons++
		x.d.people.add(s.Place, offset)
	}
	x.names.add(&x.d.c.key, name, s.Place)
}

func (p *personNames) add(key *keyed, name string, place poterne.Place) {
	p.count++
	if p.prints == nil {
		p.prints = map[poterne.Fingerprint]bool{}
	}
	if len(p.prints) < maxNames {
		p.prints[key.print(rulePerson, []byte(name)).fingerprint()] = true
	}
	p.spots = addSpot(p.spots, place)
}

// finding tells how many persons are named. Names alone are of level 1: agents are
// named in their functions everywhere (doctrine A.4).
func (p *personNames) finding() (poterne.Finding, bool) {
	if p.count == 0 {
		return poterne.Finding{}, false
	}
	prints := make([]poterne.Fingerprint, 0, len(p.prints))
	for f := range p.prints {
		prints = append(prints, f)
	}
	slices.Sort(prints)
	for i := range p.spots { // at most: persons are not told apart by place
		p.spots[i].Distinct = min(p.spots[i].Count, len(prints))
	}
	return poterne.Finding{
		Rule: rulePerson, Category: "personnel",
		Count: p.count, Distinct: len(prints),
		Confidence: 0.65, Level: poterne.Internal,
		Prints: prints, Spots: p.spots,
		Legal: []string{"RGPD art. 4"},
		Tags:  []poterne.Tag{poterne.TagPerson},
		Trace: []poterne.Step{{Name: "form", Delta: 0.35}, {Name: "context", Delta: 0.3, Detail: "title or label in front of a name"}},
	}, true
}
