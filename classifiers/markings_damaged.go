package classifiers

import "bytes"

// damaged looks for a marking in a short line in which the words cannot be read as
// such: letters spaced out as on a stamp ("S E C R E T"), words run together, or a
// letter or two lost by optical recognition ("D1FFUSI0N RESTRE1NTE").
func (d *markingDetector) damaged(s *segment, text []byte, line int) {
	const longest = 90 // bytes: "TRÈS SECRET – CLASSIFICATION SPÉCIALE" spaced out
	if len(text) > longest || bytes.ContainsAny(text, "?:") {
		return
	}
	var buf [longest]byte
	word, upper := compactWord(buf[:0], text)
	if len(word) < 5 || upper*10 < len(word)*7 {
		return
	}
	c := mention{form: formBanner, damped: 1, place: s.Place, line: line}
	mark, ok := d.compact[string(word)]
	if ok && (spaced(text) || len(word) >= minFuzzy) {
		c.mark = mark
		d.add(c)
		return
	}
	if mark, ok = d.nearest(word); ok {
		c.mark, c.damped = mark, 0.85 // 100 in a header stays a hard rule, the rest is to be confirmed
		d.add(c)
	}
}

// spaced reports whether text starts with letters that stand one by one.
func spaced(text []byte) bool {
	text = bytes.TrimLeft(text, " *-=_[(\"")
	return len(text) >= 9 && isLetter(text[0]) && text[1] == ' ' && isLetter(text[2]) && text[3] == ' ' && isLetter(text[4]) && text[5] == ' '
}

// compactWord appends the letters of text in lower case, digits that look like
// letters being read as those, and counts the capitals.
func compactWord(dst, text []byte) (word []byte, upper int) {
	for i, b := range text {
		switch {
		case isUpper(b):
			dst = append(dst, b|0x20)
			upper++
		case isLetter(b):
			dst = append(dst, b)
		case b == '|' && i > 0 && i+1 < len(text) && isUpper(text[i-1]) && isUpper(text[i+1]):
			dst = append(dst, 'i')
		case isDigit(b) && (i > 0 && isLetter(text[i-1]) || i+1 < len(text) && isLetter(text[i+1])):
			if l := lookAlike[b-'0']; l != 0 {
				dst = append(dst, l)
				upper++
			}
		}
	}
	return dst, upper
}

// lookAlike holds the letters for which optical recognition puts digits.
var lookAlike = [10]byte{0: 'o', 1: 'i', 5: 's', 6: 'g', 8: 'b'}

// nearest returns the marking whose name is word but for one wrong letter, or two
// in names of 16 letters and more. Only high markings are looked for: a wrong
// reading costs a question, a lost one a secret.
func (f *markings) nearest(word []byte) (mark int, ok bool) {
	for _, n := range f.fuzzy {
		limit := 1
		if len(n.text) >= 16 {
			limit = 2
		}
		if diff := len(word) - len(n.text); diff < -limit || diff > limit {
			continue
		}
		if within(word, n.text, limit) {
			return n.mark, true
		}
	}
	return 0, false
}

// within reports whether a becomes b by at most limit insertions, deletions and replacements.
func within(a []byte, b string, limit int) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	if len(a) == 0 || len(b) == 0 {
		return len(a)+len(b) <= limit
	}
	if limit == 0 {
		return false
	}
	return within(a[1:], b[1:], limit-1) || within(a[1:], b, limit-1) || within(a, b[1:], limit-1)
}
