package extract

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

	wrapGroups = 12 // most groups looked at on either side of a line end: an IBAN has nine
)

// cutsValue reports whether line and next are prose, and line ends inside a number
// whose groups go on at the start of next.
func cutsValue(line, next []byte) bool {
	words := 0
	after := bytes.Fields(next)
	for _, w := range after {
		if isProse(w) {
			words++
		}
	}
	ahead := words
	fields := bytes.Fields(line)
	for _, w := range fields {
		if isProse(w) {
			words++
		}
	}
	if words < wrapWords || words == ahead || len(fields) == 0 || len(after) == 0 {
		return false
	}
	// The groups on both sides may be longer than those of a number that is cut: they
	// tell whether a number is whole.
	var tail, head [][]byte
	size, i := 0, len(fields)-1
	for ; i >= 0 && isGroup(fields[i]); i-- {
		size += len(fields[i])
	}
	if i == len(fields)-1 {
		return false
	}
	for i = len(fields) - 1; i >= 0 && len(tail) < wrapGroups; i-- {
		g := fields[i][len(bytes.TrimRightFunc(fields[i], isGroupRune)):]
		if !bytes.ContainsFunc(g, unicode.IsDigit) {
			break
		}
		tail = append(tail, g)
		if len(g) < len(fields[i]) {
			if fields[i][0] == '+' && groupSizes(tail) == "2 2 2 2 1 2" { // +33 6 12 34 56 78
				return false
			}
			break
		}
	}
	slices.Reverse(tail)
	short := 0 // groups of head that are short and come first
	for _, w := range after[:min(len(after), wrapGroups)] {
		g := w[:len(w)-len(bytes.TrimLeftFunc(w, isGroupRune))]
		if !bytes.ContainsFunc(g, unicode.IsDigit) {
			break
		}
		if last := bytes.TrimRight(w, ".,;:)"); short == len(head) && isGroup(last) {
			size += len(last)
			short++
		}
		if head = append(head, g); len(g) < len(w) {
			break
		}
	}
	if short == 0 || size < wrapWhole {
		return false
	}
	year := len(head) == 1 && len(after) > 1 && len(after[0]) == 4 && isProse(after[1]) &&
		(bytes.HasPrefix(after[0], []byte("19")) || bytes.HasPrefix(after[0], []byte("20")))
	return !isWhole(tail, head, year)
}

func isGroupRune(r rune) bool { return r < utf8.RuneSelf && isGroupByte(byte(r)) }

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

// isWhole reports whether what stands before or behind the line end is a whole number:
// what is on the other side of it is then another one, or a count or a year of the
// sentence. tail are the groups before the line end, head those behind it; year says
// that head is a year of the sentence if it is no group of a number.
func isWhole(tail, head [][]byte, year bool) bool {
	if i := slices.IndexFunc(tail, startsIBAN); i >= 0 {
		return wholeIBAN(tail[i:])
	}
	if startsIBAN(head[0]) {
		return true
	}
	for i := range tail {
		switch number := tail[i:]; {
		case groupSizes(number) == nirSizes:
			return !isNumber(append(slices.Clone(number), head[0]))
		case isNumber(number):
			whole := append(slices.Clone(number), head[0]) // SIREN and what makes it a SIRET
			return len(head[0]) != wrapGroup || groupSizes(number) != sirenSizes || !isNumber(whole)
		}
	}
	for i := range head {
		if isNumber(head[:i+1]) {
			return true
		}
	}
	for i := range tail {
		if isNumber(append(slices.Clone(tail[i:]), head[0])) {
			return false
		}
	}
	return year
}

const (
	sirenSizes = "3 3 3"
	nirSizes   = "1 2 2 2 3 3" // without its key
)

// groupSizes returns the sizes of groups, such as "3 3 3".
func groupSizes(groups [][]byte) string {
	var b []byte
	for _, g := range groups {
		b = append(strconv.AppendInt(b, int64(len(g)), 10), ' ')
	}
	return string(bytes.TrimSuffix(b, []byte(" ")))
}

// isNumber reports whether groups are a whole number: one that is written in groups of
// these sizes, with a valid key where it has one.
func isNumber(groups [][]byte) bool {
	n := string(bytes.Join(groups, nil))
	switch len(n) {
	case 13: // tax number: the last three digits are the rest of the others by 511
		if first, err := strconv.ParseInt(n[:10], 10, 64); err == nil && n[0] <= '3' {
			return n[10:] == fmt.Sprintf("%03d", first%511)
		}
	case 15: // social security number
		body := strings.NewReplacer("2A", "19", "2B", "18").Replace(n[:13])
		first, err := strconv.ParseInt(body, 10, 64)
		if err == nil && n[0] != '0' && n[13:] == fmt.Sprintf("%02d", 97-first%97) {
			return true
		}
	}
	switch groupSizes(groups) {
	case "2 2 2 2 2", "10": // telephone
		return n[0] == '0' && n[1] != '0'
	case "4 1 2 2 2 2": // and from abroad
		return n[:2] == "00"
	case "9", sirenSizes, "14", "9 5", "3 3 3 5", "3 3 3 3 2", "15", "4 6 5", "16", "4 4 4 4":
		return luhn(n)
	}
	return false
}

// luhn reports whether n is made of digits and its last one is that of Luhn's rule.
func luhn(n string) bool {
	sum := 0
	for i := range len(n) {
		c := n[len(n)-1-i]
		if !isDigit(c) {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// startsIBAN reports whether g is a country and a key, such as FR76.
func startsIBAN(g []byte) bool {
	return len(g) >= 4 && !isDigit(g[0]) && !isDigit(g[1]) && isDigit(g[2]) && isDigit(g[3])
}

// wholeIBAN reports whether groups start with an IBAN whose key is valid (ISO 13616).
func wholeIBAN(groups [][]byte) bool {
	n := bytes.Join(groups, nil)
	rest := func(r int, part []byte) int {
		for _, c := range part {
			if isDigit(c) {
				r = (r*10 + int(c-'0')) % 97
			} else {
				r = (r*100 + int(c-'A') + 10) % 97
			}
		}
		return r
	}
	size := 0
	for _, g := range groups {
		// The shortest one has 15 signs, that of Norway.
		if size += len(g); size >= 15 && rest(rest(0, n[4:size]), n[:4]) == 1 {
			return true
		}
	}
	return false
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
