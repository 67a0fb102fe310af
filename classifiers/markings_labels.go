package classifiers

import (
	"bytes"
	"strings"

	"poterne"
)

// labelKey returns the form in which names of properties are compared: no case,
// no accents, no separators.
func labelKey(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && !isAlnum(byte(r)) {
			return -1
		}
		return r
	}, strings.ToLower(foldString(name)))
}

// property looks at one document property or mail header, "name: value". A label
// is a proof of its own, apart from the text (doctrine C.1, last row).
func (d *markingDetector) property(s *segment) {
	name, value, ok := strings.Cut(s.Body, ": ")
	if !ok {
		if name, value, ok = strings.Cut(s.Body, "="); !ok {
			name, value = s.Header, s.Body
		}
	}
	if labelKey(name) == "msiplabels" { // the mail header that holds all properties of the label
		for pair := range strings.SplitSeq(value, ";") {
			k, v, _ := strings.Cut(pair, "=")
			d.label(s, k, v)
		}
		return
	}
	d.label(s, name, value)
}

func (d *markingDetector) label(s *segment, name, value string) {
	// "custom:Classification", "dc:title": the last word names the property.
	name = name[strings.LastIndexAny(name, ":.")+1:]
	label := d.mipProperty(name, value)
	key := labelKey(name)
	text := fold(nil, strings.TrimSpace(value))
	if key == "" || len(text) == 0 || len(text) > 400 {
		return
	}
	p := &d.parser
	d.parse(p, text)
	switch {
	case d.isLabelKey(key):
		d.labelValue(s, p, label)
	case d.mailKeys[key]:
		if n, _ := d.phrases.find(p, 0, len(p.words), roleLesson); n != nil {
			d.lesson = true
		}
		d.marked(s, 0)
	default:
		free := d.freeKeys[key]
		for _, fd := range p.founds {
			if fd.never || fd.sigle && !free || fd.written == lowerCase && !free {
				continue
			}
			from, to := p.listItem(fd)
			if ok, _ := d.isBanner(p, from, to); ok {
				d.add(mention{mark: fd.mark, form: formBanner, sigle: fd.sigle, damped: plainness(&d.marks[fd.mark], fd, false), place: s.Place})
			}
		}
	}
}

func (f *markings) isLabelKey(key string) bool {
	if f.keys[key] {
		return true
	}
	for _, prefix := range f.prefixes {
		if strings.HasPrefix(key, prefix) && strings.HasSuffix(key, "name") {
			return true
		}
	}
	return false
}

// labelValue reads the value of a property that is there to hold a label, and says
// of which it is the name.
func (d *markingDetector) labelValue(s *segment, p *lineParser, label int) {
	c := mention{form: formBanner, damped: 1, place: s.Place, dated: d.datedLine(p.text), label: label}
	if ok, _ := d.isBanner(p, 0, len(p.words)); ok {
		for _, fd := range p.founds {
			c.mark, c.sigle = fd.mark, fd.sigle
			d.add(c)
		}
		return
	}
	if n, end := d.phrases.longest(p, 0, roleLabel); n != nil && end == len(p.words) {
		c.mark = int(n.mark[2])
		d.add(c)
		return
	}
	for _, fd := range p.founds { // "Ministère\Diffusion Restreinte\Tous": a path of labels
		if !fd.never && !fd.sigle {
			c.mark, c.form = fd.mark, formField
			d.add(c)
		}
	}
}

// labelled looks for a label in a line of text that says that it is one:
// "Sensibilité : C2 – restreint". Elsewhere "C2" is a level of French, a room.
func (d *markingDetector) labelled(s *segment, text []byte, line int) bool {
	colon := bytes.IndexByte(text, ':')
	if colon < 0 || len(text) > 100 {
		return false
	}
	p := &d.parser
	p.tokenize(text)
	i := 0
	for i < len(p.words) && int(p.words[i].start) < colon {
		n, end := d.phrases.longest(p, i, rolePrefix|roleBefore|roleBeside)
		if n == nil {
			return false
		}
		i = end
	}
	n, end := d.phrases.longest(p, i, roleLabel)
	if n == nil || end < len(p.words) {
		return false
	}
	d.add(mention{mark: int(n.mark[2]), form: formBanner, damped: 0.7, place: s.Place, line: line})
	return true
}

// find returns the first phrase with a role in mask in the words [from, to).
func (n *phraseNode) find(p *lineParser, from, to int, mask role) (*phraseNode, int) {
	for i := from; i < to; i++ {
		if m, end := n.longest(p, i, mask); m != nil && end <= to {
			return m, i
		}
	}
	return nil, -1
}

// listItem returns the words of the item that holds fd in a list parted by commas
// or semicolons.
func (p *lineParser) listItem(fd found) (from, to int) {
	parted := func(i int) bool {
		return strings.ContainsAny(string(p.text[p.words[i].end:p.words[i+1].start]), ",;\n|")
	}
	for from = fd.from; from > 0 && !parted(from-1); from-- {
	}
	for to = fd.to; to < len(p.words) && !parted(to-1); to++ {
	}
	return from, to
}

// name looks at the file's name and path, element by element.
func (d *markingDetector) name(s *segment) {
	elements := strings.FieldsFunc(s.Body, func(r rune) bool { return r == '/' || r == '\\' || r == '!' || r == '\n' })
	for i, e := range elements {
		if i == len(elements)-1 {
			if dot := strings.LastIndexByte(e, '.'); dot > 0 && len(e)-dot <= 6 {
				e = e[:dot]
			}
		}
		d.nameElement(s, e, i == len(elements)-1)
	}
}

func (d *markingDetector) nameElement(s *segment, e string, last bool) {
	p := &d.parser
	d.parse(p, fold(nil, e))
	if n, _ := d.phrases.find(p, 0, len(p.words), roleLesson); n != nil && last {
		d.lesson = true
	}
	whole, prefixed := d.isBanner(p, 0, len(p.words))
	for _, fd := range p.founds {
		if fd.never {
			continue
		}
		m := &d.marks[fd.mark]
		single := fd.to-fd.from == 1
		c := mention{mark: fd.mark, sigle: fd.sigle, short: p.size(fd) <= 2, damped: 1, place: s.Place, dated: d.datedLine(p.text) && !p.numbered(fd), listed: d.listed(p)}
		c.talk, _ = d.speaks(p, fd, 0, len(p.words))
		if n, _ := d.phrases.find(p, 0, len(p.words), roleLesson); n != nil {
			c.talk++
		}
		delimited := p.delimited(fd)
		switch {
		case fd.sigle && (fd.written != upperCase || !delimited):
			continue
		case fd.sigle:
			c.form = formBanner
		case fd.written == lowerCase && single && m.Level() >= poterne.Sensitive:
			continue // "note_secret" may be about one
		case fd.written == lowerCase && single:
			c.form, c.damped = formField, 0.5
		case whole:
			c.form, c.damped = formBanner, plainness(m, fd, prefixed)
		case delimited && fd.written == upperCase:
			c.form = formField
		case delimited && !single:
			c.form, c.damped = formField, 0.75
		case fd.written == upperCase:
			c.form = formCapitals
		default:
			c.form, c.damped = formLower, 0.8
		}
		d.add(c)
	}
}

// delimited reports whether fd stands in a file name between signs that people
// write around a marking: "_DR_", "(SECRET)", "DR-note".
func (p *lineParser) delimited(fd found) bool {
	start, end := int(p.words[fd.from].start), int(p.words[fd.to-1].end)
	sign := func(b byte) bool { return strings.IndexByte("_-()[]{}.+", b) >= 0 }
	before := start == 0 || sign(p.text[start-1]) || start > 1 && p.text[start-1] == ' ' && sign(p.text[start-2])
	after := end == len(p.text) || sign(p.text[end]) || end+1 < len(p.text) && p.text[end] == ' ' && sign(p.text[end+1])
	return before && after && (start > 0 || end < len(p.text) || len(p.founds) > 0)
}
