package classifiers

// edges reports whether a value may stand at text[start:end]: not inside a longer
// word or number, a decimal, a UUID or a version.
func (d *idDetector) edges(text []byte, start, end int, sep byte, r *compiled) bool {
	if start > 0 && isWord[text[start-1]] || end < len(text) && isWord[text[end]] {
		return false
	}
	if start > 1 && joined(text[start-1], sep) && tokenHasDigit(text, start-2, -1, text[start-1]) && !listComma(text, start-1) {
		return false
	}
	if end+1 < len(text) && joined(text[end], sep) && tokenHasDigit(text, end+1, 1, text[end]) && !listComma(text, end) {
		return false
	}
	if sep == ' ' && r.Chance > 0.005 && !telephones(text, start, end) {
		// A weak key in a row of numbers of equal size is a row of a table.
		if start > 1 && text[start-1] == ' ' && isDigit(text[start-2]) && groupLength(text, start-2, -1) == groupLength(text, start, 1) {
			return false
		}
		if end+1 < len(text) && text[end] == ' ' && isDigit(text[end+1]) && groupLength(text, end+1, 1) == groupLength(text, end-1, -1) {
			return false
		}
	}
	return true
}

// pairsOfTelephone is the length of a telephone number in pairs: 01 42 68 53 21.
const pairsOfTelephone = 14

// rowOfTelephones is how many numbers are looked at before one, and as many behind:
// more than a line of a table holds, and a text of nothing else is read once.
const rowOfTelephones = 32

// telephones reports whether text[start:end] stands in a row of whole telephone
// numbers in pairs: the columns of fixed and mobile ones come so out of a PDF.
func telephones(text []byte, start, end int) bool {
	const step = pairsOfTelephone + 1
	if !isTelephone(text[start:end]) {
		return false
	}
	from, to := start, end
	first, last := start-rowOfTelephones*step, end+rowOfTelephones*step
	for from >= step && from > first && text[from-1] == ' ' && isTelephone(text[from-step:from-1]) {
		from -= step
	}
	for to+step <= len(text) && to < last && text[to] == ' ' && isTelephone(text[to+1:to+step]) {
		to += step
	}
	// Where the row goes on farther than was looked, how it ends says nothing.
	pairBefore := from > max(1, first) && text[from-1] == ' ' && groupLength(text, from-2, -1) == 2
	pairAfter := to < min(len(text), last) && text[to] == ' ' && groupLength(text, to+1, 1) == 2
	return to-from > pairsOfTelephone && !pairBefore && !pairAfter
}

// isTelephone reports whether v is a telephone number in pairs that do not count up.
func isTelephone(v []byte) bool {
	if len(v) != pairsOfTelephone || v[0] != '0' || v[1] == '0' {
		return false
	}
	counting := true
	for i, b := range v {
		if i%3 == 2 && b != ' ' || i%3 != 2 && !isDigit(b) {
			return false
		}
		if i%3 == 1 && i > 1 {
			counting = counting && 10*int(v[i-1]-'0')+int(b-'0') == 10*int(v[i-4]-'0')+int(v[i-3]-'0')+1
		}
	}
	return !counting
}

// listComma reports whether the comma at i stands between two members of a list and
// not before decimals: these are as long as each other, or other commas follow.
func listComma(text []byte, i int) bool {
	if text[i] != ',' {
		return false
	}
	before, after := wordLength(text, i-1, -1), wordLength(text, i+1, 1)
	if before == after && before > len("99999") {
		return true
	}
	left, right := i-1-before, i+1+after
	return left > 0 && text[left] == ',' && isAlnum(text[left-1]) || right+1 < len(text) && text[right] == ',' && isAlnum(text[right+1])
}

// joined reports whether b between two numbers makes them one.
func joined(b, sep byte) bool {
	switch b {
	case '.', ',', '-', '/', '+':
		return true
	}
	return b == sep && b != ' ' && b != 0
}

// tokenHasDigit reports whether the word at i, going in direction step, holds a
// digit next to what joins it, or anywhere where that is a hyphen.
func tokenHasDigit(text []byte, i, step int, by byte) bool {
	for n := 0; n < 12 && i >= 0 && i < len(text) && isAlnum(text[i]); n++ {
		if isDigit(text[i]) {
			return true
		}
		if by != '-' {
			return false
		}
		i += step
	}
	return false
}

// wordLength counts the letters and digits from i on, in direction step.
func wordLength(text []byte, i, step int) int {
	n := 0
	for i >= 0 && i < len(text) && isAlnum(text[i]) && n <= maxWord {
		n++
		i += step
	}
	return n
}

// groupLength counts the digits from i on, in direction step.
func groupLength(text []byte, i, step int) int {
	n := 0
	for i >= 0 && i < len(text) && isDigit(text[i]) && n <= maxWord {
		n++
		i += step
	}
	return n
}
