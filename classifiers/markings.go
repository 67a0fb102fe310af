package classifiers

import (
	"bytes"
	"strings"

	"poterne"
)

// form is how a marking stands in its line (doctrine C.2).
type form uint8

const (
	formBanner   form = iota // the line is made of it
	formField                // a field of the line is made of it: "SGDSN | DIFFUSION RESTREINTE | page 2"
	formCapitals             // in a sentence, in capitals
	formLower                // in a sentence, in lower case
	formAssert               // in a sentence that says it of the document itself
	formPortion              // in parentheses in front of a paragraph
	formTicked               // its box is ticked
)

var formNames = [...]string{"banner", "field", "capitals", "lower", "assertion", "portion", "ticked"}

// mention is one place where a marking stands. What it weighs is known at the
// end of the document only: where the last page is, whether the page header
// repeats, whether the document is a lesson.
type mention struct {
	mark   int
	form   form
	sigle  bool
	short  bool // of two letters
	dated  bool // until the year in which the marking was given up
	listed bool // other markings of the same scale stand in the same line
	// damped is what case, quotation, errors of reading and talk words leave, 0..1.
	damped float64
	talk   int // talk words in the same sentence
	place  poterne.Place
	text   print // of the line, see linePrint
	line   int   // among the lines of the page, or of the part where there are no pages; from 0
	label  int   // the number of the label of which it is the name, see mipProperty
}

// maxMentions bounds the places kept for one part; of more, the first and the
// last half are kept, since what stands at the edges decides.
const maxMentions = 4096

// markingDetector looks for the markings of one part.
type markingDetector struct {
	*markings
	doc      poterne.Document
	key      *keyed
	text     []byte // the line under the eye
	parser   lineParser
	mentions []mention // the first maxMentions/2
	recent   []mention // a ring of the last ones
	ring     int
	pages    map[int]int // lines of body text by page
	lines    int         // lines of body text outside of pages
	lesson   bool        // the title or the name says so
	table    bool        // a table of correspondence
	lifted   bool
	oldest   int // smallest year from 1950 on in the first lines, 0 for none
	mip      []mipLabel
}

func (f *markings) detector(d *document) detector {
	x, _ := f.spare.Get().(*markingDetector)
	if x == nil {
		x = &markingDetector{markings: f, pages: map[int]int{}}
	}
	x.doc, x.key = d.doc, &d.c.key
	return x
}

// release empties d and gives it back for another part.
func (d *markingDetector) release() {
	clear(d.pages)
	*d = markingDetector{markings: d.markings, parser: d.parser, mentions: d.mentions[:0], recent: d.recent[:0], pages: d.pages, mip: d.mip[:0]}
	d.spare.Put(d)
}

// titleLines is how many lines of text from the start may be the title.
const titleLines = 4

func (d *markingDetector) segment(s *segment) {
	hits := s.hits[ownerMarkings]
	d.text = nil
	switch s.Place.Zone {
	case poterne.ZoneProperty:
		d.property(s)
		return
	case poterne.ZoneName:
		d.name(s)
		return
	}
	counted := s.Place.Zone == poterne.ZoneBody || s.Place.Zone == poterne.ZoneCell
	line := d.lines
	if s.Place.Page > 0 {
		line = d.pages[s.Place.Page]
	}
	text := s.text
	for from := 0; from < len(text); {
		to := lineEnd(text, from)
		for len(hits) > 0 && int(hits[0].end) <= from {
			hits = hits[1:]
		}
		n := 0
		for ; n < len(hits) && int(hits[n].start) < to; n++ {
			if int(hits[n].end) > to { // "DIFFUSION" and "RESTREINTE" on two lines of a stamp
				to = lineEnd(text, int(hits[n].end))
			}
		}
		if l := text[from:to]; !blankLine(l) {
			d.line(s, l, hits[:n], from, line, counted)
			if counted {
				line++
			}
		}
		from = to + 1
	}
	if !counted {
		return
	}
	if s.Place.Page > 0 {
		d.pages[s.Place.Page] = line
	} else {
		d.lines = line
	}
}

func lineEnd(text []byte, from int) int {
	if i := bytes.IndexByte(text[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(text)
}

func blankLine(l []byte) bool {
	for _, b := range l {
		if b != ' ' {
			return false
		}
	}
	return true
}

// line looks at one line of text outside of properties and names.
func (d *markingDetector) line(s *segment, text []byte, hits []hit, at, line int, counted bool) {
	d.text = text
	early := line < edgeLines && (s.Place.Page <= 1 || line < pageEdge)
	if early && counted && s.Place.Page <= 1 {
		d.noteYear(text)
	}
	var why role
	sigle := false
	for _, h := range hits {
		r := d.triggers[h.word]
		why |= r
		if r&roleSigle != 0 && upperText(text, int(h.start)-at, int(h.end)-at) {
			sigle = true
		}
	}
	if why&roleLifted != 0 {
		d.lifted = true
	}
	if why&roleTable != 0 {
		d.table = true
	}
	if why&roleLesson != 0 && counted && s.Place.Page <= 1 && line < titleLines && len(text) < 200 {
		d.lesson = true
	}
	if code := portionCode(text); code != nil {
		d.portion(s, code, text, line)
	}
	if why&roleVariant != 0 || sigle && len(text) <= 200 {
		d.parse(&d.parser, text)
		if d.marked(s, line) {
			return
		}
	}
	if why&rolePrefix != 0 && d.labelled(s, text, line) {
		return
	}
	if !counted || early || why == 0 && spaced(text) {
		d.damaged(s, text, line) // "SECRET DEFEN5E", "S E C R E T"
	}
}

// upperText reports whether text[from:to] holds no lower-case letter.
func upperText(text []byte, from, to int) bool {
	for _, b := range text[max(from, 0):min(to, len(text))] {
		if b >= 'a' && b <= 'z' {
			return false
		}
	}
	return true
}

// marked turns the markings of a parsed line into mentions, and reports whether
// the line is a banner.
func (d *markingDetector) marked(s *segment, line int) bool {
	p := &d.parser
	banner, prefixed := false, false
	if len(p.boxes) == 0 {
		banner, prefixed = d.isBanner(p, 0, len(p.words))
		banner = banner && !p.spelledOut()
	}
	listed := d.listed(p)
	dated := d.datedLine(p.text)
	options := 0
	for _, fd := range p.founds {
		if !fd.never {
			options++
		}
	}
	// A tab cuts a line into fields that look like lines: what stands in a table of
	// a text file is a cell.
	tabbed := s.Place.Zone == poterne.ZoneBody && strings.IndexByte(s.Body, '\t') >= 0
	for _, fd := range p.founds {
		if fd.never {
			continue
		}
		m := &d.marks[fd.mark]
		c := mention{mark: fd.mark, sigle: fd.sigle, short: p.size(fd) <= 2, dated: dated && !p.numbered(fd), listed: listed, damped: 1, place: s.Place, line: line}
		if b, ok := p.boxOf(fd); ok {
			if !b.ticked {
				continue // an option that was not chosen
			}
			c.form, c.listed = formTicked, false
			c.sigle = fd.sigle && options < 2
			d.add(c)
			continue
		}
		switch {
		case banner && d.standsAlone(s, p, fd, tabbed):
			c.form = formBanner
			c.sigle = fd.sigle && !prefixed
			c.damped = plainness(m, fd, prefixed)
		case d.inField(p, fd, &c) && !tabbed && (!fd.sigle || p.bracketed(fd)):
			c.damped = min(c.damped, plainness(m, fd, prefixed))
		case fd.sigle, m.Capitals && fd.written != upperCase && fd.to-fd.from == 1:
			continue // a sigle in a sentence is anything; so is "secret"
		case p.inIdentifier(fd):
			continue // AWS_SECRET_ACCESS_KEY
		default:
			d.inSentence(p, fd, &c)
		}
		d.add(c)
	}
	return banner
}

// inIdentifier reports whether fd is a part of a name with underscores, as programs have.
func (p *lineParser) inIdentifier(fd found) bool {
	start, end := int(p.words[fd.from].start), int(p.words[fd.to-1].end)
	return start > 1 && p.text[start-1] == '_' && isWord[p.text[start-2]] ||
		end+1 < len(p.text) && p.text[end] == '_' && isWord[p.text[end+1]]
}

// standsAlone says whether a banner of fd may be one where it stands: a lone sigle
// in a table is a code, and "© DR" is the credit of a picture.
func (d *markingDetector) standsAlone(s *segment, p *lineParser, fd found, tabbed bool) bool {
	if !fd.sigle {
		return !tabbed || fd.written == upperCase
	}
	if fd.written != upperCase || tabbed {
		return false
	}
	if s.Place.Zone == poterne.ZoneCell {
		return d.keys[labelKey(s.Header)]
	}
	before := bytes.TrimSpace(p.text[:p.words[fd.from].start])
	after := bytes.TrimSpace(p.text[p.words[fd.to-1].end:])
	lone := func(b []byte) bool { return len(b) > 0 && b[0] == foldSymbol }
	return !lone(before) || lone(after)
}

// plainness lowers what is written as ordinary words are.
func plainness(m *Marking, fd found, prefixed bool) float64 {
	switch {
	case prefixed || fd.written == upperCase:
		return 1
	case fd.written == lowerCase:
		return 0.8
	case m.Capitals: // "Secret" alone on a line may be a title
		return 0.6
	}
	return 1
}

// inField looks for a field of the line that is made of the marking, in capitals.
func (d *markingDetector) inField(p *lineParser, fd found, c *mention) bool {
	if fd.written != upperCase || len(p.boxes) > 0 {
		return false
	}
	from, to := p.field(fd)
	if from == 0 && to == len(p.words) && !p.bracketed(fd) {
		return false
	}
	if ok, _ := d.isBanner(p, from, to); !ok {
		return false
	}
	c.form = formField
	sFrom, sTo := p.sentence(fd)
	c.talk, _ = d.speaks(p, fd, sFrom, sTo)
	if p.quoted(fd) {
		return false
	}
	if p.bracketed(fd) && d.leads(p, fd) {
		c.form, c.talk = formBanner, 0 // "Objet : [TLP:AMBER] …", "[DIFFUSION RESTREINTE] Note…"
	}
	return true
}

// leads reports whether only words such as "Objet" stand before fd.
func (d *markingDetector) leads(p *lineParser, fd found) bool {
	for i := 0; i < fd.from; {
		n, end := d.phrases.longest(p, i, roleBefore|rolePrefix|roleVariant|roleSigle)
		if n == nil || end > fd.from {
			return false
		}
		i = end
	}
	return true
}

func (d *markingDetector) inSentence(p *lineParser, fd found, c *mention) {
	from, to := p.sentence(fd)
	talk, assert := d.speaks(p, fd, from, to)
	c.talk = talk
	switch {
	case assert:
		c.form, c.talk = formAssert, 0
	case fd.written == upperCase:
		c.form = formCapitals
		if fd.to-fd.from == 1 {
			c.damped = 0.8 // the trial of the doctrine gave 40 to SECRET alone in capitals
		}
	default:
		c.form = formLower
		c.damped = 0.8 // below what is reported: lower case in a sentence is talk until more is known
	}
}

// listed reports whether a line holds markings of the same scale and different
// ranks outside of boxes: a legend, a list of levels.
func (d *markingDetector) listed(p *lineParser) bool {
	if len(p.boxes) > 0 {
		return false
	}
	for i, a := range p.founds {
		for _, b := range p.founds[i+1:] {
			if !a.never && !b.never && d.rivals(a.mark, b.mark) {
				return true
			}
		}
	}
	return false
}

// rivals reports whether a document cannot carry both markings.
func (f *markings) rivals(i, j int) bool {
	a, b := &f.marks[i], &f.marks[j]
	return a.Scale == b.Scale && a.Rank > 0 && b.Rank > 0 && a.Rank != b.Rank
}

func (d *markingDetector) portion(s *segment, code, text []byte, line int) {
	mark, ok := d.portions[strings.Join(phraseWords(string(code)), " ")]
	if !ok {
		return
	}
	d.add(mention{mark: mark, form: formPortion, sigle: true, damped: 1, dated: d.datedLine(text), place: s.Place, line: line})
}

func (d *markingDetector) add(c mention) {
	if d.text != nil {
		c.text = linePrint(d.key, d.text)
	}
	if len(d.mentions) < maxMentions/2 {
		d.mentions = append(d.mentions, c)
		return
	}
	if len(d.recent) < maxMentions/2 {
		d.recent = append(d.recent, c)
		return
	}
	d.recent[d.ring] = c
	d.ring = (d.ring + 1) % len(d.recent)
}

// noteYear keeps the smallest year of the first lines.
func (d *markingDetector) noteYear(text []byte) {
	if y := firstYear(text); y > 0 && (d.oldest == 0 || y < d.oldest) {
		d.oldest = y
	}
}

// datedLine reports whether the line holds a year in which the old classification
// levels were in use.
func (d *markingDetector) datedLine(text []byte) bool {
	y := firstYear(text)
	return y > 0 && y <= lastOldYear
}

// lastOldYear is the year of the reform: the levels Confidentiel Défense, Secret
// Défense and Très Secret Défense ended on 1 July 2021 (décret 2019-1271).
const lastOldYear = 2021

// firstYear returns the first number from 1950 to 2099 that is a word of text, or 0.
func firstYear(text []byte) int {
	for i := 0; i+4 <= len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		j, y := i, 0
		for j < len(text) && isDigit(text[j]) {
			if j < i+4 {
				y = 10*y + int(text[j]-'0')
			}
			j++
		}
		if j == i+4 && y >= 1950 && y < 2100 {
			return y
		}
		i = j
	}
	return 0
}
