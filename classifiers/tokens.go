package classifiers

import (
	"fmt"
	"slices"
	"strings"
)

// maxWord is the length of the longest word that shapes and finders look at.
const maxWord = 44

// Kinds of words that hold a digit.
const (
	tokenLetters = iota // starts with a letter
	tokenDigits         // digits only
	tokenMixed          // starts with a digit, holds letters
	tokenKinds
)

// tokenIndex says what to try at a word, by its kind and length and, for shapes in
// groups, by the length of the word behind the separator. Nearly all numbers of a
// text are years, amounts and references: they must cost next to nothing.
type tokenIndex struct {
	solid   [tokenKinds][maxWord + 1][]shapeRef
	grouped [tokenKinds][maxWord + 1][maxWord + 1][]shapeRef
	finders [tokenKinds][maxWord + 1][]finder
}

type shapeRef struct {
	rule  *compiled
	shape *shape
}

// addShape enters a shape: written solid, written in groups.
func (x *tokenIndex) addShape(c *compiled, sh *shape, solid, grouped bool) {
	ref := shapeRef{c, sh}
	for _, k := range sh.kinds(len(sh.parts)) {
		if slices.ContainsFunc(c.shapes, func(o *shape) bool { return o != sh && o.solidForm() == sh.solidForm() }) {
			break // written together, the shapes of a rule are often one
		}
		for n := sh.solid.min; n <= min(sh.solid.max, maxWord) && !sh.literal && solid; n++ {
			x.solid[k][n] = append(x.solid[k][n], ref)
		}
	}
	if !sh.split || !grouped {
		return
	}
	for _, k := range sh.kinds(sh.border) {
		for n := sh.first.min; n <= min(sh.first.max, maxWord); n++ {
			for m := sh.second.min; m <= min(sh.second.max, maxWord); m++ {
				x.grouped[k][n][m] = append(x.grouped[k][n][m], ref)
			}
		}
	}
}

// solidForm is the notation of the shape written without separators.
func (sh *shape) solidForm() string {
	var b strings.Builder
	for _, p := range sh.parts {
		switch {
		case p.kind == ' ' || p.kind == '~':
		case p.min == p.max:
			b.WriteString(strings.Repeat(string(p.kind)+string(p.literal), p.min))
		default:
			fmt.Fprintf(&b, "%c%c{%d,%d}", p.kind, p.literal, p.min, p.max)
		}
	}
	return b.String()
}

// kinds returns the kinds of words that may match the first n parts of a shape.
func (sh *shape) kinds(n int) []int {
	var needs, may bool // letters
	for _, p := range sh.parts[:n] {
		switch {
		case p.kind == 'X' || p.kind == 'N':
			may = true
		case p.kind != '9' && p.kind != ' ' && p.kind != '~' && !(p.kind == 'l' && !isUpper(p.literal)):
			needs = needs || p.min > 0
			may = true
		}
	}
	switch p := sh.parts[0]; {
	case p.kind == 'X' || p.kind == 'N':
		if needs {
			return []int{tokenLetters, tokenMixed}
		}
		return []int{tokenLetters, tokenDigits, tokenMixed}
	case p.kind != '9' && !(p.kind == 'l' && isDigit(p.literal)):
		return []int{tokenLetters}
	case needs:
		return []int{tokenMixed}
	case may:
		return []int{tokenDigits, tokenMixed}
	}
	return []int{tokenDigits}
}

func (x *tokenIndex) addFinder(f finder, at []tokenRange) {
	for _, r := range at {
		for n := r.min; n <= min(r.max, maxWord); n++ {
			x.finders[r.kind][n] = append(x.finders[r.kind][n], f)
		}
	}
}

// tokenRange names words by kind and length.
type tokenRange struct{ kind, min, max int }

// beside are the bytes before and behind a word, and how it starts: one look settles
// which finders need not be called.
type beside uint8

const (
	besideDot beside = 1 << iota
	besideComma
	besideColon
	besideHyphen
	besideDollar
	besidePlus
	twoZeros
)

var besideOf = [256]beside{'.': besideDot, ',': besideComma, ':': besideColon, '-': besideHyphen, '$': besideDollar, '+': besidePlus}

// besideWord looks at what stands beside text[start:end].
func besideWord(text []byte, start, end int) (b beside) {
	if start > 0 {
		b = besideOf[text[start-1]]
	}
	if end < len(text) {
		b |= besideOf[text[end]]
	}
	if text[start] == '0' && end > start+1 && text[start+1] == '0' {
		b |= twoZeros
	}
	return b
}

// token tries the shapes and finders that may start at a word.
func (d *idDetector) token(s *segment, h hit) {
	text := s.text
	start, end := int(h.start), int(h.end)
	kind := tokenDigits
	if h.word == wordMixed {
		for start > 0 && isAlnum(text[start-1]) {
			start--
		}
		if isLetter(text[start]) {
			kind = tokenLetters
		}
	}
	for end < len(text) && isAlnum(text[end]) {
		if kind == tokenDigits && !isDigit(text[end]) {
			kind = tokenMixed
		}
		end++
	}
	n := end - start
	if n > maxWord || end < len(text) && text[end] >= 0x80 || start > 0 && text[start-1] >= 0x80 {
		return // too long, or a word with letters of another script
	}
	x := &d.f.tokens
	if d.bare {
		x = &d.f.bare
	}
	around := besideWord(text, start, end)
	for _, f := range x.finders[kind][n] {
		if f.beside == 0 || f.beside&around != 0 {
			f.find(d, s, f.rule, hit{h.word, int32(start), int32(end)})
		}
	}
	for _, ref := range x.solid[kind][n] {
		if !d.hopeless(ref.rule, true) {
			d.tryShape(s, ref.rule, ref.shape, start, end)
		}
	}
	if end+1 < len(text) && text[end] != '\n' && !isWord[text[end]] {
		m := end + 1
		for m < len(text) && isAlnum(text[m]) && m-end <= maxWord+1 {
			m++
		}
		if m = m - end - 1; m <= maxWord {
			// An amount has two groups where most identifiers have three and more.
			more := end+1+m < len(text) && text[end+1+m] == text[end]
			number := isDigit(text[end+1])
			for _, ref := range x.grouped[kind][n][m] {
				if (more || !ref.shape.three) && (number || !ref.shape.number) && !d.hopeless(ref.rule, false) {
					d.tryShape(s, ref.rule, ref.shape, start, -1)
				}
			}
		}
	}
	if start > 2 && isLetter(text[start-2]) {
		d.lettersBefore(s, x, start)
	}
}

// lettersBefore tries the shapes that start at one of the words before the number
// at start, where these hold no digit that would call them: AB-123-CD, FR 44
// 732829320, DBVM-V-B7G-LFAB.
func (d *idDetector) lettersBefore(s *segment, x *tokenIndex, start int) {
	text := s.text
	next := 0
	for next < maxWord && start+next < len(text) && isAlnum(text[start+next]) {
		next++
	}
	for range 2 {
		if start < 2 || text[start-1] != ' ' && text[start-1] != '-' && text[start-1] != '.' || !isLetter(text[start-2]) {
			return
		}
		end := start - 1
		start = end
		for start > 0 && isLetter(text[start-1]) && end-start < 6 {
			start--
		}
		if start > 0 && isWord[text[start-1]] {
			return
		}
		for _, ref := range x.grouped[tokenLetters][end-start][next] {
			if !d.hopeless(ref.rule, false) {
				d.tryShape(s, ref.rule, ref.shape, start, -1)
			}
		}
		next = end - start
	}
}
