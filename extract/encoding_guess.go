package extract

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// charset is an 8-bit encoding as a table.
type charset struct{ runes [256]rune }

// The 8-bit encodings, by their index in legacy.
const (
	windows1252 = iota
	latin9
	macRoman
	dosLatin
)

// The 8-bit encodings that French files are in, likeliest first: a tie goes to
// the first. CP850 is that of DOS programs and of exports still made in a console.
var legacy = [...]*charset{
	windows1252: newCharset(charmap.Windows1252),
	latin9:      newCharset(charmap.ISO8859_15),
	macRoman:    newCharset(charmap.Macintosh),
	dosLatin:    newCharset(charmap.CodePage850),
}

func newCharset(m *charmap.Charmap) *charset {
	c := new(charset)
	for i := range c.runes {
		c.runes[i] = m.DecodeByte(byte(i))
	}
	return c
}

// decode returns b as UTF-8.
func (c *charset) decode(b []byte) string {
	out := make([]byte, 0, len(b)+len(b)/8)
	for _, x := range b {
		out = utf8.AppendRune(out, c.runes[x])
	}
	return string(out)
}

// legacyGuess keeps how plausible each of [legacy] is as French for the lines fed.
type legacyGuess struct {
	scores [len(legacy)]int
	fed    int // characters above ASCII
}

// enoughSeen is after how many characters above ASCII the guess stands: a text in
// French shows its encoding in ten.
const enoughSeen = 20_000

// feed scores the characters above ASCII of line.
func (g *legacyGuess) feed(line []byte) {
	if g.fed > enoughSeen {
		return
	}
	for i, c := range line {
		if c < 0x80 {
			continue
		}
		g.fed++
		prev, next := byte('\n'), byte('\n')
		if i > 0 {
			prev = line[i-1]
		}
		if i+1 < len(line) {
			next = line[i+1]
		}
		for k, set := range legacy {
			g.scores[k] += plausibility(set.runes[prev], set.runes[c], set.runes[next])
		}
	}
}

// best returns the likeliest encoding.
func (g *legacyGuess) best() *charset {
	best := 0
	for k, s := range g.scores {
		if s > g.scores[best] {
			best = k
		}
	}
	return legacy[best]
}

// frenchLetters weighs accented letters by how common they are in French: é is
// about 2 % of all letters, è, à and ê about 0.4 % each (counts over the body of
// texts of data.gouv.fr agree with the usual tables), the others far less.
var frenchLetters = map[rune]int{
	'é': 8, 'è': 5, 'à': 5, 'ê': 4, 'ç': 4, 'ô': 3, 'î': 3, 'â': 3, 'û': 3, 'ù': 3, 'ï': 2, 'ë': 2, 'œ': 3,
	'É': 4, 'È': 3, 'À': 3, 'Ê': 3, 'Ç': 3, 'Ô': 2, 'Î': 2, 'Â': 2, 'Œ': 2, 'Ï': 1, 'Ë': 1, 'Û': 1, 'Ù': 1,
	'ü': 1, 'ö': 1, 'ä': 0, 'ñ': 0, 'á': 0, 'í': 0, 'ó': 0, 'ú': 0, 'ÿ': 0, 'æ': 0,
}

// plausibility says how well r stands between prev and next in French text.
func plausibility(prev, r, next rune) int {
	inWord := unicode.IsLetter(prev) && unicode.IsLetter(next)
	switch {
	case r < 0x20, r >= 0x7F && r < 0xA0, r == unicode.ReplacementChar:
		return -20
	case unicode.IsLetter(r) && r != 'ª' && r != 'º' && r != 'ƒ' && r != 'µ':
		w, known := frenchLetters[r]
		switch {
		case !known:
			w = -2
		case unicode.IsDigit(next):
			return -2
		case r != 'à' && r != 'À' && !unicode.IsLetter(prev) && !unicode.IsLetter(next):
			return 0 // no word
		}
		if unicode.IsUpper(r) && (unicode.IsLower(prev) || unicode.IsUpper(prev) && unicode.IsLower(next)) {
			return -4 // "dÉcret", "DÉcret"
		}
		if unicode.IsLower(r) && unicode.IsUpper(prev) && unicode.IsUpper(next) {
			return -1 // "DéCRET"
		}
		return w
	case r == '’':
		if inWord {
			return 4
		}
		return 0
	case r == '«', r == '»', r == '“', r == '”':
		if inWord {
			return -4
		}
		return 2
	case r == 0xA0:
		if inWord {
			return 0
		}
		return 2
	case inWord:
		return -4 // a symbol inside a word
	case r == '°':
		if prev == 'n' || prev == 'N' || unicode.IsDigit(prev) {
			return 3
		}
		return 0
	case r == '€':
		if unicode.IsLetter(prev) || unicode.IsLetter(next) {
			return -2
		}
		return 3
	case r == '–', r == '—', r == '…', r == '•', r == '‘', r == '§':
		return 1
	case r == '²', r == '³', r == '½', r == '¼', r == '£', r == '©', r == '®', r == '·', r == '±', r == 'µ', r == '×', r == 'º', r == '™', r == '‰':
		return 0
	}
	return -2
}
