package classifiers

import "bytes"

// letterCase is how a marking is written.
type letterCase uint8

const (
	lowerCase letterCase = iota
	titleCase            // its first letter is a capital
	upperCase
)

// lineWord is one word of a line: letters and digits.
type lineWord struct{ start, end int32 }

// found is a marking, or a locution that is none, in the words of a line.
type found struct {
	from, to int // words
	mark     int
	sigle    bool
	never    bool
	written  letterCase
}

// box is a box to tick.
type box struct {
	at     int
	ticked bool
}

// lineParser finds the words, markings and boxes of one line. Its slices are used again.
type lineParser struct {
	text   []byte
	words  []lineWord
	founds []found
	boxes  []box
}

// maxFounds bounds the markings looked at in one line. A line with more is a list.
const maxFounds = 128

func (p *lineParser) tokenize(text []byte) {
	p.text = text
	p.words = p.words[:0]
	for i := 0; i < len(text); {
		if !isWord[text[i]] {
			i++
			continue
		}
		start := i
		for i < len(text) && isWord[text[i]] {
			i++
		}
		p.words = append(p.words, lineWord{int32(start), int32(i)})
	}
}

// parse finds the markings of a line: at each word the longest phrase wins, so
// that "secret ue" is not "secret", and a locution hides what it holds.
func (f *markings) parse(p *lineParser, text []byte) {
	p.tokenize(text)
	p.founds = p.founds[:0]
	const mask = roleVariant | roleSigle | roleNever
	for i := 0; i < len(p.words) && len(p.founds) < maxFounds; {
		n, end := f.phrases.longest(p, i, mask)
		if n == nil {
			i++
			continue
		}
		fd := found{from: i, to: end}
		switch {
		case n.roles&roleVariant != 0:
			fd.mark = int(n.mark[0])
		case n.roles&roleSigle != 0:
			fd.mark, fd.sigle = int(n.mark[1]), true
		case f.reachesBeyond(p, i+1, end):
			i++
			continue
		default:
			fd.never = true
		}
		fd.never = fd.never || p.variable(fd)
		fd.written = p.letterCase(i, end)
		p.founds = append(p.founds, fd)
		i = end
	}
	p.findBoxes()
}

// reachesBeyond reports whether a marking starts in the words [from, to) and goes
// on after them: "le secret" hides nothing in "le secret défense".
func (f *markings) reachesBeyond(p *lineParser, from, to int) bool {
	for i := from; i < to; i++ {
		if n, end := f.phrases.longest(p, i, roleVariant); n != nil && end > to {
			return true
		}
	}
	return false
}

// longest returns the longest phrase with one of the roles in mask that starts at
// word i, and the word after it.
func (n *phraseNode) longest(p *lineParser, i int, mask role) (best *phraseNode, end int) {
	var buf [48]byte
	for ; i < len(p.words); i++ {
		t := p.words[i]
		if int(t.end-t.start) > len(buf) {
			break
		}
		w := buf[:t.end-t.start]
		for j, b := range p.text[t.start:t.end] {
			if isUpper(b) {
				b |= 0x20
			}
			w[j] = b
		}
		if n = n.next[string(w)]; n == nil {
			break
		}
		if n.roles&mask != 0 {
			best, end = n, i+1
		}
	}
	return best, end
}

func (p *lineParser) letterCase(from, to int) letterCase {
	upper, lower := 0, 0
	for _, t := range p.words[from:to] {
		for _, b := range p.text[t.start:t.end] {
			switch {
			case isUpper(b):
				upper++
			case isLetter(b):
				lower++
			}
		}
	}
	switch {
	case lower == 0 && upper > 0:
		return upperCase
	case isUpper(p.text[p.words[from].start]):
		return titleCase
	}
	return lowerCase
}

// size is the length of fd in bytes.
func (p *lineParser) size(fd found) int {
	return int(p.words[fd.to-1].end - p.words[fd.from].start)
}

func (p *lineParser) findBoxes() {
	p.boxes = p.boxes[:0]
	for i := 0; i < len(p.text); i++ {
		switch b := p.text[i]; b {
		case foldBox, foldTicked:
			p.boxes = append(p.boxes, box{i, b == foldTicked})
		case '[', '(':
			closing := byte(']')
			if b == '(' {
				closing = ')'
			}
			end := bytes.IndexByte(p.text[i:min(i+5, len(p.text))], closing)
			if end < 0 {
				continue
			}
			inside := bytes.TrimSpace(p.text[i+1 : i+end])
			switch {
			case len(inside) == 0 || len(inside) == 1 && inside[0] == foldBox:
				p.boxes = append(p.boxes, box{i, false})
				i += end
			case len(inside) == 1 && (inside[0]|0x20 == 'x' || inside[0] == foldTicked):
				p.boxes = append(p.boxes, box{i, true})
				i += end
			}
		}
	}
}

// boxOf returns the box of the marking fd: the last one before it where the line
// starts with a box, else the first one after it. ok is false where there is none.
func (p *lineParser) boxOf(fd found) (b box, ok bool) {
	if len(p.boxes) == 0 || len(p.founds) == 0 {
		return box{}, false
	}
	start, end := int(p.words[fd.from].start), int(p.words[fd.to-1].end)
	first := p.founds[0]
	for _, other := range p.founds {
		if !other.never {
			first = other
			break
		}
	}
	if p.boxes[0].at < int(p.words[first.from].start) {
		for _, c := range p.boxes {
			if c.at > start {
				break
			}
			b, ok = c, true
		}
		return b, ok
	}
	for _, c := range p.boxes {
		if c.at >= end {
			return c, true
		}
	}
	return box{}, false
}

// maxBannerWords bounds a banner. The longest known one, with a copy number, a
// date and associated mentions, has 20 words.
const maxBannerWords = 30

// isBanner reports whether the words [from, to) are made wholly of a marking but
// for what may stand beside one. prefixed says that a word such as
// "Classification" stands in front, so that what follows can only be a marking.
func (f *markings) isBanner(p *lineParser, from, to int) (ok, prefixed bool) {
	if to-from > maxBannerWords {
		return false, false
	}
	next := 0
	for next < len(p.founds) && p.founds[next].from < from {
		next++
	}
	seen, codeWords, after := false, 0, false
	for i := from; i < to; {
		if next < len(p.founds) && p.founds[next].from == i {
			fd := p.founds[next]
			if fd.never || fd.to > to {
				return false, false
			}
			seen, codeWords = true, 0
			i = fd.to
			next++
			continue
		}
		mask := roleBeside
		if !seen {
			mask |= roleBefore | rolePrefix
		}
		if n, end := f.phrases.longest(p, i, mask); n != nil && end <= to && (next == len(p.founds) || end <= p.founds[next].from) {
			if !seen && n.roles&rolePrefix != 0 {
				prefixed = true
			}
			after = seen && end-i >= 2 // "releasable to", "communicable à": names of countries follow
			i = end
			continue
		}
		b := p.text[p.words[i].start]
		switch {
		case isDigit(b):
		case seen && p.letterCase(i, i+1) == upperCase && (after || codeWords < 2 && f.takesCode(p, next)):
			codeWords++
		default:
			return false, false
		}
		i++
	}
	if !seen {
		return false, false
	}
	// A question, or what a definition follows.
	text := p.text[p.words[from].start:]
	if to < len(p.words) {
		text = p.text[p.words[from].start:p.words[to].start]
	}
	text = bytes.TrimRight(text, " \n\"'")
	if bytes.IndexByte(text, '?') >= 0 || bytes.HasSuffix(text, []byte(":")) {
		return false, false
	}
	return true, prefixed
}

// numbered reports whether fd is joined to a number by a hyphen, as in the numbers of
// forms ("1986-SD" of the tax office): such a number is no date.
func (p *lineParser) numbered(fd found) bool {
	before, after := p.text[:p.words[fd.from].start], p.text[p.words[fd.to-1].end:]
	return len(before) > 1 && before[len(before)-1] == '-' && isDigit(before[len(before)-2]) ||
		len(after) > 1 && after[0] == '-' && isDigit(after[1])
}

// takesCode reports whether a code name may follow the last marking before founds[next].
func (f *markings) takesCode(p *lineParser, next int) bool {
	if next == 0 {
		return false
	}
	switch f.marks[p.founds[next-1].mark].ID {
	case "ts-special", "atomal", "bohemia", "cosmic-top-secret":
		return true
	}
	return false
}

// field returns the words of the field that holds fd: what stands between two
// separators of the line, as in "SGDSN | DIFFUSION RESTREINTE | page 2".
func (p *lineParser) field(fd found) (from, to int) {
	for from = fd.from; from > 0 && !p.separated(from-1); from-- {
	}
	for to = fd.to; to < len(p.words) && !p.separated(to-1); to++ {
	}
	return from, to
}

// separated reports whether a separator of fields stands between word i and the next.
func (p *lineParser) separated(i int) bool {
	gap := p.text[p.words[i].end:p.words[i+1].start]
	for j, b := range gap {
		switch b {
		case '|', '\\', '\n', foldSymbol, '[', ']', '{', '}', ';':
			return true
		case '-', '/', '*':
			if len(gap) >= 3 && j > 0 && j < len(gap)-1 {
				return true
			}
		}
	}
	return bytes.Contains(gap, []byte("   "))
}

// sentence returns the words of the sentence that holds fd, at most 250 bytes
// before and after it.
func (p *lineParser) sentence(fd found) (from, to int) {
	const far = 250
	start, end := p.words[fd.from].start, p.words[fd.to-1].end
	for from = fd.from; from > 0 && start-p.words[from-1].start <= far && !p.stopped(from-1); from-- {
	}
	for to = fd.to; to < len(p.words) && p.words[to].end-end <= far && !p.stopped(to-1); to++ {
	}
	return from, to
}

// stopped reports whether a sentence ends between word i and the next.
func (p *lineParser) stopped(i int) bool {
	gap := p.text[p.words[i].end:p.words[i+1].start]
	for j, b := range gap {
		switch b {
		case '!', '?', ';', '\n':
			return true
		case '.':
			// "art. 3" and "p. 2" do not end a sentence; a single word of one or two letters does not either.
			if j+1 < len(gap) && p.words[i].end-p.words[i].start > 3 {
				return true
			}
		}
	}
	return false
}

// speaks counts the different talk phrases of the words [from, to) outside of fd,
// and says whether they speak of the document itself.
func (f *markings) speaks(p *lineParser, fd found, from, to int) (talk int, assert bool) {
	var seen [8]*phraseNode
	denied := false
	for i := from; i < to; {
		if i == fd.from {
			i = fd.to
			continue
		}
		n, end := f.phrases.longest(p, i, roleTalk|roleAssert|roleDeny)
		if n == nil || end > to {
			i++
			continue
		}
		assert = assert || n.roles&roleAssert != 0 && i < fd.from
		denied = denied || n.roles&roleDeny != 0
		if n.roles&roleTalk != 0 && talk < len(seen) {
			known := false
			for _, s := range seen[:talk] {
				known = known || s == n
			}
			if !known {
				seen[talk] = n
				talk++
			}
		}
		i = end
	}
	if p.quoted(fd) || p.defined(fd) || denied {
		talk++
	}
	return talk, assert && !denied
}

// quoted reports whether fd stands between quotation marks inside a sentence.
func (p *lineParser) quoted(fd found) bool {
	start, end := int(p.words[fd.from].start), int(p.words[fd.to-1].end)
	before := bytes.TrimRight(p.text[:start], " ")
	after := bytes.TrimLeft(p.text[end:], " ")
	return len(before) > 1 && before[len(before)-1] == '"' && len(after) > 0 && after[0] == '"'
}

// defined reports whether a colon or a question mark follows fd: what comes next
// says what it is.
func (p *lineParser) defined(fd found) bool {
	after := bytes.TrimLeft(p.text[p.words[fd.to-1].end:], " \"")
	return len(after) > 0 && (after[0] == ':' || after[0] == '?')
}

// spelledOut reports whether a sigle is followed by what it stands for: "DR :
// diffusion restreinte" in a list of abbreviations.
func (p *lineParser) spelledOut() bool {
	for i := 1; i < len(p.founds); i++ {
		a, b := p.founds[i-1], p.founds[i]
		if a.sigle && !b.sigle && a.mark == b.mark && a.to == b.from {
			return true
		}
	}
	return false
}

// variable reports whether fd is the name of a variable, in a template, a setting or
// a command: "${SECRET}", "{{ SECRET }}", "$SECRET", "%SECRET%". Without brackets,
// no space or hyphen is in the name: "30 $" or "5 %" may stand before a marking of
// several words.
func (p *lineParser) variable(fd found) bool {
	before, after := p.text[:p.words[fd.from].start], p.text[p.words[fd.to-1].end:]
	for _, open := range []string{"${", "$(", "{{"} {
		if bytes.HasSuffix(bytes.TrimRight(before, " "), []byte(open)) {
			return true
		}
	}
	if bytes.ContainsAny(p.text[p.words[fd.from].start:p.words[fd.to-1].end], " -") {
		return false
	}
	return bytes.HasSuffix(before, []byte("$")) || bytes.HasSuffix(before, []byte("%")) && bytes.HasPrefix(after, []byte("%"))
}

// bracketed reports whether fd stands alone in square brackets.
func (p *lineParser) bracketed(fd found) bool {
	start, end := int(p.words[fd.from].start), int(p.words[fd.to-1].end)
	return start > 0 && p.text[start-1] == '[' && end < len(p.text) && p.text[end] == ']'
}

// portionCode returns the letters in parentheses with which a paragraph starts
// ("(DR) Le…", "3. (S) Les…"), as in documents that mark each paragraph, or nil.
func portionCode(line []byte) []byte {
	i := 0
	for i < len(line) && i < 8 && (line[i] == ' ' || line[i] == '.' || isDigit(line[i])) {
		i++
	}
	if i >= len(line) || line[i] != '(' {
		return nil
	}
	end := bytes.IndexByte(line[i:min(len(line), i+10)], ')')
	if end < 2 || len(bytes.TrimSpace(line[i+end+1:])) < minPortion {
		return nil
	}
	code := line[i+1 : i+end]
	for _, b := range code {
		if !isUpper(b) && b != '-' && b != '/' && b != ' ' {
			return nil
		}
	}
	return code
}

// minPortion is how long in bytes the paragraph after a portion mark is at least:
// "(DR)" under a picture is no paragraph.
const minPortion = 20
