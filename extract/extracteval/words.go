package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// words is what one document holds: each word and each number once.
type words struct {
	letters, digits map[string]bool
	failure         string // kind of the document's own failure, "" for none
	read            bool   // there was a line for the document
}

func newWords() *words {
	return &words{letters: map[string]bool{}, digits: map[string]bool{}}
}

var fold = cases.Fold()

// add takes the words of text: runs of at least two letters, in any case and
// composed or not, and runs of at least two digits. Letters and digits that touch
// are two runs, as in the references.
func (w *words) add(text string) {
	w.scan(text)
	if composed := norm.NFC.String(text); composed != text {
		w.scan(composed)
	}
}

func (w *words) scan(text string) {
	start, n, class := 0, 0, 0
	end := func(i int) {
		if n >= 2 {
			s := text[start:i]
			if class == letter {
				w.letters[foldWord(s)] = true
			} else {
				w.digits[s] = true
			}
		}
	}
	for i, r := range text {
		c := classOf(r)
		if c != class {
			if class != 0 {
				end(i)
			}
			start, n, class = i, 0, c
		}
		n++
	}
	if class != 0 {
		end(len(text))
	}
}

const (
	letter = 1
	digit  = 2
)

// classOf puts letter-like numbers (Roman numerals, fractions) with the letters,
// as regular expressions of Python do, with which the references were made.
func classOf(r rune) int {
	switch {
	case r < 0x80:
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			return letter
		case '0' <= r && r <= '9':
			return digit
		}
		return 0
	case unicode.IsDigit(r):
		return digit
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return letter
	}
	return 0
}

func foldWord(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return fold.String(s)
		}
	}
	return strings.ToLower(s)
}
