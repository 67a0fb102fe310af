package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pdfHyphen are the marks that PDFium puts where a word was cut at a line end.
func pdfHyphen(r rune) bool { return r == 0x02 || r == 0xFFFE }

// cleanPDF makes lines end with "\n", puts words together that were cut at a line
// end, and takes control characters out.
func cleanPDF(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == 0xFFFE || r == 0xFFFF }) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	last := ' '
	for i, r := range s {
		switch {
		case pdfHyphen(r):
			rest := strings.TrimLeft(s[i+utf8.RuneLen(r):], "\r\n")
			next, _ := utf8.DecodeRuneInString(rest)
			// A number that was cut is not put together: it may be two.
			if !unicode.IsLetter(last) || !unicode.IsLetter(next) {
				b.WriteByte('-')
				last = '-'
				continue
			}
			last = joinNext
			continue
		case r == '\r' || r == '\n':
			if last == joinNext {
				continue
			}
			if r == '\r' {
				if strings.HasPrefix(s[i+1:], "\n") {
					continue
				}
				r = '\n'
			}
		case r == '\t', r == 0:
			r = ' '
			if s[i] == '\t' {
				r = '\t'
			}
		case r >= 0x1B && r < ' ' && ligature(s[i+1:]):
			b.WriteString("fi")
			last = 'i'
			continue
		case r < ' ', r == 0xFFFF:
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// ligature reports whether a word goes on in rest, with a small letter. Subsets of
// fonts number what has no letter of its own down from 0x1F: the code in front is
// a ligature without a name. That it is "fi" is the best guess, of which French
// text has more than of all others together.
func ligature(rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsLower(next)
}

// joinNext stands for the last rune where the next line goes on with the same word.
const joinNext = -1

// countLetters counts letters and digits, and says whether the text is garbage:
// more than one in two hundred of its signs is unknown (U+FFFD) or stands in a
// run of private ones. Single private signs are bullets of symbol fonts.
func countLetters(s string) (letters int, garbage bool) {
	signs, bad, private := 0, 0, false
	for _, r := range s {
		if r < utf8.RuneSelf {
			switch {
			case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9':
				letters++
				signs++
			case r > ' ':
				signs++
			}
			private = false
			continue
		}
		signs++
		isPrivate := unicode.Is(unicode.Co, r)
		switch {
		case isPrivate && private, r == utf8.RuneError:
			bad++
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters++
		}
		private = isPrivate
	}
	const fewest = 5 // of a page with some lines of text, not a sign of anything
	return letters, bad >= fewest && bad*200 > signs
}
