package classifiers

import (
	"fmt"
	"strconv"
	"strings"
)

// shape is the form of a value, compiled from the notation of rule files:
//
//	9      a digit
//	A      a letter        H  one without I, O, U (plates)    L  one without I, O
//	X      a letter or a digit                                N  one without I, O, Q
//	fr     lower-case letters stand for themselves
//	- / .  punctuation stands for itself; ? makes it optional
//	space  a border between groups: one of the rule's separators, the same one
//	       throughout, or nothing throughout
//	~      up to three separators of any kind, or none
//	{3}    {1,4}  how often the class before it is repeated
//
// Letters are upper case in text; a lower-case value needs a context.
type shape struct {
	parts []part
	// first, second and solid are the lengths of the first two groups and of the
	// whole without separators, and border is the part at which the first group ends:
	// the index of shapes goes by them.
	first, second, solid lengths
	border               int
	split                bool // it has group borders or punctuation
	three                bool // the separator between its first two groups stands behind the second as well
	number               bool // its second group starts with a digit
	literal              bool // punctuation that a value always has
}

type part struct {
	kind     byte // one of the notation's characters, 'l' for a literal
	literal  byte
	min, max int
}

type lengths struct{ min, max int }

func parseShape(s string) (*shape, error) {
	sh := &shape{}
	for i := 0; i < len(s); i++ {
		c := s[i]
		p := part{kind: c, min: 1, max: 1}
		switch {
		case strings.IndexByte("9AHLXN", c) >= 0, c == ' ', c == '~':
		case c >= 'a' && c <= 'z':
			p = part{kind: 'l', literal: c - 'a' + 'A', min: 1, max: 1}
		case strings.IndexByte("-/.:_+", c) >= 0, isDigit(c):
			p = part{kind: 'l', literal: c, min: 1, max: 1}
		default:
			return nil, fmt.Errorf("shape %q: unknown character %q", s, c)
		}
		switch {
		case i+1 < len(s) && s[i+1] == '?':
			p.min = 0
			i++
		case i+1 < len(s) && s[i+1] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("shape %q: missing }", s)
			}
			low, high, two := strings.Cut(s[i+2:i+end], ",")
			if !two {
				high = low
			}
			var err1, err2 error
			p.min, err1 = strconv.Atoi(low)
			p.max, err2 = strconv.Atoi(high)
			if err1 != nil || err2 != nil || p.min < 0 || p.max < p.min || p.max > 64 {
				return nil, fmt.Errorf("shape %q: bad repetition", s)
			}
			i += end
		}
		if n := len(sh.parts); n > 0 && p.kind == sh.parts[n-1].kind && p.kind != 'l' && p.kind != ' ' && sh.parts[n-1].min == sh.parts[n-1].max && p.min == p.max {
			sh.parts[n-1].min += p.min
			sh.parts[n-1].max += p.max
			continue
		}
		sh.parts = append(sh.parts, p)
	}
	if len(sh.parts) == 0 {
		return nil, fmt.Errorf("shape is empty")
	}
	sh.measure()
	return sh, nil
}

func (sh *shape) measure() {
	var kinds []byte // of the borders
	groups := []lengths{{}}
	any := lengths{0, maxWord}
	for i, p := range sh.parts {
		if p.kind == ' ' || p.kind == '~' || p.kind == 'l' && !isAlnum(p.literal) {
			if !sh.split {
				sh.border = i
			}
			sh.split = true
			sh.literal = sh.literal || p.kind == 'l' && p.min > 0
			kinds = append(kinds, p.kind)
			if len(groups) == 1 {
				sh.first = groups[0]
			}
			if p.kind == '~' || p.min == 0 { // the groups may touch
				groups[len(groups)-1] = any
				groups = append(groups, any)
				continue
			}
			groups = append(groups, lengths{})
			continue
		}
		g := &groups[len(groups)-1]
		g.min += p.min
		g.max += p.max
		sh.solid.min += p.min
		sh.solid.max += p.max
	}
	if len(groups) > 1 {
		sh.second = groups[1]
	}
	sh.three = len(kinds) > 1 && kinds[0] == ' ' && kinds[1] == ' '
	sh.number = len(kinds) > 0 && kinds[0] == ' ' && sh.border+1 < len(sh.parts) && sh.parts[sh.border+1].kind == '9' && sh.parts[sh.border+1].min > 0
}

// match is where a shape matched.
type match struct {
	end   int
	sep   byte // the separator between groups, 0 where the value is solid
	loose bool // a loose border was not empty
	lower bool // it has lower-case letters
}

// match matches sh at text[i:] and appends the value without separators, in upper
// case, to norm. The left and right edges are the caller's to check.
func (sh *shape) match(text []byte, i int, seps *[256]bool, norm []byte) (match, []byte, bool) {
	m := match{}
	bordered := false
	for k := range sh.parts {
		p := &sh.parts[k]
		switch p.kind {
		case ' ':
			if !bordered {
				bordered = true
				if i < len(text) && seps[text[i]] {
					m.sep = text[i]
				}
			}
			if m.sep != 0 {
				if i >= len(text) || text[i] != m.sep {
					return m, norm, false
				}
				i++
			}
			continue
		case '~':
			for n := 0; n < 3 && i < len(text) && strings.IndexByte(" .-/(", text[i]) >= 0; n++ {
				i++
				m.loose = true
			}
			continue
		}
		n := 0
		for n < p.max && i < len(text) {
			c := text[i]
			if isLetter(c) && c >= 'a' {
				c -= 'a' - 'A'
				if !p.takes(c) {
					break
				}
				m.lower = true
			} else if !p.takes(c) {
				break
			}
			if isAlnum(c) {
				norm = append(norm, c)
			}
			n++
			i++
		}
		if n < p.min {
			return m, norm, false
		}
	}
	m.end = i
	return m, norm, true
}

func (p *part) takes(c byte) bool {
	switch p.kind {
	case '9':
		return isDigit(c)
	case 'A':
		return isUpper(c)
	case 'H':
		return isUpper(c) && c != 'I' && c != 'O' && c != 'U'
	case 'L':
		return isUpper(c) && c != 'I' && c != 'O'
	case 'X':
		return isDigit(c) || isUpper(c)
	case 'N':
		return isDigit(c) || isUpper(c) && c != 'I' && c != 'O' && c != 'Q'
	}
	return c == p.literal
}
