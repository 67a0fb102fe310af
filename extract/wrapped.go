package extract

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// joinWrapped makes a space of the line ends of text at which a program that breaks
// lines cut a number in groups: "… du compte FR76 3000 6000" and on the next line
// "0112 3456 7890 189". Plain mail is sent with lines of 72 signs, and PDF knows no
// paragraphs. Everywhere else a line end stops a value: what stands on two rows of a
// list is not one. text is given back as it is where there is nothing to join.
func joinWrapped(text []byte) []byte {
	var joined []byte
	from := 0 // of what is not in joined yet
	start := 0
	for {
		end := lineStop(text, start)
		if end == len(text) {
			break
		}
		next := end + 1
		if isGroupByte(before(text, start, end)) {
			line, rest := text[start:end], text[next:lineStop(text, next)]
			mark := quoteMark(rest)
			if len(mark) == len(quoteMark(line)) && cutsValue(line[len(mark):], rest[len(mark):]) && isFull(text, start, end) {
				joined = append(append(joined, text[from:end]...), ' ')
				from = next + len(mark)
			}
		}
		start = next
	}
	if from == 0 {
		return text
	}
	return append(joined, text[from:]...)
}

// lineStop returns the index of the first line end of text from start on, or its length.
func lineStop(text []byte, start int) int {
	if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
		return start + i
	}
	return len(text)
}

// before returns the last byte of text[start:end] but for spaces, 0 for none.
func before(text []byte, start, end int) byte {
	for end > start && text[end-1] == ' ' {
		end--
	}
	if end == start {
		return 0
	}
	return text[end-1]
}

// quoteMark returns what a mail puts in front of a quoted line, such as "> > ".
func quoteMark(line []byte) []byte {
	if len(line) == 0 || line[0] != '>' {
		return nil
	}
	return line[:len(line)-len(bytes.TrimLeft(line, "> "))]
}

func isGroupByte(c byte) bool { return isDigit(c) || c >= 'A' && c <= 'Z' }

const (
	wrapGroup = 5  // longest group of a number, in signs: those of an account and a SIRET
	wrapWhole = 9  // fewest signs of a number worth joining: those of a SIREN
	wrapWords = 3  // fewest words of prose on the two lines
	wrapWidth = 30 // shortest line that a program breaks: those of narrow columns
)

// cutsValue reports whether line and next are prose, and line ends inside a number
// whose groups go on at the start of next.
func cutsValue(line, next []byte) bool {
	words := 0
	for _, w := range bytes.Fields(next) {
		if isProse(w) {
			words++
		}
	}
	after := words
	var tail [][]byte // the groups at the end of line, the last one first
	fields := bytes.Fields(line)
	for i := len(fields) - 1; i >= 0; i-- {
		if len(tail) == len(fields)-1-i && isGroup(fields[i]) {
			tail = append(tail, fields[i])
		} else if isProse(fields[i]) {
			words++
		}
	}
	if words < wrapWords || words == after || len(tail) == 0 || isPhone(tail) {
		return false
	}
	size, head := 0, 0
	for _, g := range tail {
		size += len(g)
	}
	for _, g := range bytes.Fields(next) {
		last := bytes.TrimRight(g, ".,;:)")
		if !isGroup(last) {
			break
		}
		size += len(last)
		if head++; len(last) < len(g) {
			break
		}
	}
	return head > 0 && size >= wrapWhole
}

// isGroup reports whether w may be a group of a number: digits, or digits and
// capital letters.
func isGroup(w []byte) bool {
	if len(w) > wrapGroup {
		return false
	}
	digits := 0
	for _, c := range w {
		if !isGroupByte(c) {
			return false
		}
		if isDigit(c) {
			digits++
		}
	}
	return digits > 0
}

// isProse reports whether w is a word of a sentence: small letters but for the first.
func isProse(w []byte) bool {
	letters := 0
	for i, r := range string(w) {
		switch {
		case unicode.IsLower(r), i == 0 && unicode.IsLetter(r):
			letters++
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return false
		}
	}
	return letters >= 3
}

// isPhone reports whether the groups, the last one first, end in a whole telephone
// number: what follows on the next line may be another one.
func isPhone(tail [][]byte) bool {
	const pairs = 5
	if len(tail) < pairs || tail[pairs-1][0] != '0' {
		return false
	}
	return !slices.ContainsFunc(tail[:pairs], func(g []byte) bool { return len(g) != 2 })
}

// isFull reports whether the line text[start:end] is about as long as the two lines
// before and after it, so that a program and not a person ended it. The first word
// of the next line counts, and letters have different widths in print.
func isFull(text []byte, start, end int) bool {
	stop := lineStop(text, end+1)
	word, _, _ := bytes.Cut(bytes.TrimSpace(text[end+1:stop]), []byte(" "))
	size := utf8.RuneCount(text[start:end])
	widest := max(size, utf8.RuneCount(text[end+1:stop]))
	for range 2 {
		if start > 0 {
			from := bytes.LastIndexByte(text[:start-1], '\n') + 1
			widest = max(widest, utf8.RuneCount(text[from:start-1]))
			start = from
		}
		if stop < len(text) {
			to := lineStop(text, stop+1)
			widest = max(widest, utf8.RuneCount(text[stop+1:to]))
			stop = to
		}
	}
	return size >= wrapWidth && (size+1+len(word))*20 >= widest*17
}
