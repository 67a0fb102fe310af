package classifiers

import (
	"bytes"
	"slices"
	"strings"
)

// finderKind says what calls a finder of a rule, and the words that call it where
// the rule itself names none.
type finderKind struct {
	tokens []tokenRange // words that hold a digit
	beside beside       // without one of these beside such a word, it finds nothing; 0: whatever there is
	atSign bool
	words  []string // « * » behind one: any letters may follow
	flags  wordFlags
	// commands are the words that call command: programs to which a secret is given.
	commands []string
	command  func(d *idDetector, s *segment, r *compiled, h hit)
	// labels: find also takes a value whose cue is the column's title or stands just
	// before, and then gets a hit at -1. command never does.
	labels bool
	find   func(d *idDetector, s *segment, r *compiled, h hit)
}

// finders by the name that rules give. Those of secrets are in secrets.go.
var finders = map[string]finderKind{
	"lead":        {labels: true, find: (*idDetector).findLead},
	"ddn":         {labels: true, find: (*idDetector).findBirth},
	"iban":        {tokens: []tokenRange{{tokenLetters, 4, 34}}, find: (*idDetector).findIBAN},
	"tel":         {tokens: []tokenRange{{tokenDigits, 2, 13}}, beside: besidePlus | twoZeros, find: (*idDetector).findTel},
	"email":       {atSign: true, find: (*idDetector).findEmail},
	"email-agent": {atSign: true, find: (*idDetector).findAgentEmail},
	"gps":         {tokens: []tokenRange{{tokenDigits, 1, 2}}, beside: besideDot | besideComma, find: (*idDetector).findGPS},
	"ipv4":        {tokens: []tokenRange{{tokenDigits, 1, 3}}, beside: besideDot, find: (*idDetector).findIPv4},
	"ipv6":        {tokens: []tokenRange{{tokenLetters, 1, 4}, {tokenDigits, 1, 4}, {tokenMixed, 1, 4}}, beside: besideColon, find: (*idDetector).findIPv6},
	"mac":         {tokens: []tokenRange{{tokenLetters, 2, 2}, {tokenDigits, 2, 2}, {tokenMixed, 2, 2}}, beside: besideColon | besideHyphen, find: (*idDetector).findMAC},
	"ins":         {words: []string{"1.2.250.1.213.1.4."}, flags: wordPrefix, find: (*idDetector).findINS},
	"bic":         {labels: true, find: (*idDetector).findBIC},
	"address":     {words: streetWords, find: (*idDetector).findAddress},
	"host": {words: []string{"rie.gouv.fr", "ader.gouv.fr", "intradef.gouv.fr", "intranet", "intra", "lan", "local", "corp"},
		find: (*idDetector).findHost},
	"mrz-td1":  {},
	"mrz-td3":  {},
	"mrz-cni":  {},
	"pem":      {words: []string{"private key"}, find: (*idDetector).findPEM},
	"aws":      {words: []string{"akia", "asia", "aroa", "aida"}, flags: wordPrefix, find: (*idDetector).findAWS},
	"azure":    {words: []string{"accountkey", "sig"}, find: (*idDetector).findAzure},
	"gcp":      {words: []string{"aiza", "private_key_id"}, flags: wordPrefix, find: (*idDetector).findGoogle},
	"github":   {words: []string{"ghp", "gho", "ghu", "ghs", "ghr", "github_pat", "glpat"}, find: (*idDetector).findForge},
	"jwt":      {words: []string{"eyj"}, flags: wordPrefix, find: (*idDetector).findJWT},
	"conn":     {words: schemes, find: (*idDetector).findConnection},
	"pwd":      {labels: true, find: (*idDetector).findPassword, commands: commandWords, command: (*idDetector).findInCommand},
	"token":    {labels: true, find: (*idDetector).findToken},
	"hash":     {tokens: []tokenRange{{tokenDigits, 1, 1}, {tokenMixed, 2, 2}, {tokenLetters, 32, 32}, {tokenDigits, 32, 32}, {tokenMixed, 32, 32}}, beside: besideDollar | besideColon, words: append([]string{"y", "argon2id", "argon2i", "argon2d"}, ldapSchemes...), find: (*idDetector).findHash},
	"authz":    {words: []string{"authorization", "auth"}, find: (*idDetector).findAuthorization},
	"vendor":   {tokens: []tokenRange{{tokenDigits, 8, 10}, {tokenLetters, 11, 13}}, beside: besideColon, words: vendorWords, find: (*idDetector).findVendor},
	"bitcoin":  {tokens: []tokenRange{{tokenDigits, 26, 35}, {tokenMixed, 26, 35}}, find: (*idDetector).findBitcoin},
	"segwit":   {words: []string{"bc1"}, flags: wordPrefix, find: (*idDetector).findSegwit},
	"ethereum": {tokens: []tokenRange{{tokenMixed, 42, 42}}, find: (*idDetector).findEthereum},
	"shape":    {},
	"regexp":   {},
	"":         {},
}

// labelled tries the finders whose cue is the title of the column, or stands at
// the end of what came before.
func (d *idDetector) labelled(s *segment) {
	if s.piece > 0 {
		return
	}
	for _, h := range s.header {
		if int(h.word) >= len(d.f.atWord) {
			continue
		}
		for _, f := range d.f.atWord[h.word] {
			if !f.labels {
				continue
			}
			n := len(d.candidates)
			f.find(d, s, f.rule, hit{h.word, -1, 0})
			if len(d.candidates) > n && int(d.candidates[n].end) < len(bytes.TrimRight(s.text, " \n")) {
				d.candidates = d.candidates[:n] // a cell holds its value and nothing else
			}
		}
	}
	for _, h := range d.carried {
		if h.end < -4 || int(h.word) >= len(d.f.atWord) {
			continue
		}
		for _, f := range d.f.atWord[h.word] {
			if f.labels {
				f.find(d, s, f.rule, hit{h.word, -1, 0})
			}
		}
	}
}

// found proposes the value text[start:end] written as value.
func (d *idDetector) found(r *compiled, start, end int, value []byte, c candidate) bool {
	from := len(d.norms)
	d.norms = append(d.norms, value...)
	c.rule, c.start, c.end = r, int32(start), int32(end)
	return d.propose(c, from, false)
}

// fillers are the short words that may stand between a cue and its value.
var fillers = []string{"n", "no", "num", "numero", "est", "le", "la", "du", "de", "d", "id", "ref", "reference"}

func isFiller(w []byte) bool {
	return slices.ContainsFunc(fillers, func(f string) bool { return len(f) == len(w) && equalFold(w, f) })
}

// equalFold reports whether w is low in any case.
func equalFold(w []byte, low string) bool {
	for i := range w {
		if w[i]|0x20 != low[i] {
			return false
		}
	}
	return true
}

// findLead looks for one of the rule's shapes after the cue that ends at h.end:
// next to it, with fillers between; or, where the rule says how far, behind other
// words of the same line.
func (d *idDetector) findLead(s *segment, r *compiled, h hit) {
	text := s.text
	within := r.Within
	if within == 0 {
		within = 12
	}
	limit := min(len(text), int(h.end)+within)
	near := r.Within == 0 // only fillers may stand between
	for i := int(h.end); i <= limit && i < len(text); {
		b := text[i]
		switch {
		case b == '\n' && i > int(h.end)+2:
			return
		case b == '\n':
			near = true
			i++
		case !isWord[b]:
			if bytes.IndexByte([]byte(".;!?|"), b) >= 0 && i > int(h.end)+2 {
				return // another sentence
			}
			i++
		default:
			for _, sh := range r.shapes {
				n := len(d.candidates)
				if d.tryShape(s, r, sh, i, -1) {
					c := &d.candidates[n]
					c.context, c.cue, c.distance, c.grouped = true, h.word, int32(i)-max(h.end, 0), false
					return
				}
			}
			from := i
			for i < len(text) && isWord[text[i]] {
				i++
			}
			if near && !isFiller(text[from:i]) {
				return
			}
		}
	}
}

// findIBAN reads an IBAN that starts at h: country, length of the country, one
// separator throughout. What follows is not part of it.
func (d *idDetector) findIBAN(s *segment, r *compiled, h hit) {
	text, i := s.text, int(h.start)
	if h.word != wordMixed || int(h.end) < i+4 || !isDigit(text[i+2]) || !isDigit(text[i+3]) {
		return
	}
	country := [2]byte{text[i] &^ 0x20, text[i+1] &^ 0x20}
	n, ok := ibanLength[country]
	if !ok {
		return
	}
	var v [34]byte
	var sep byte
	k, lower := 0, false
	for ; i < len(text) && k < n; i++ {
		c := text[i]
		switch {
		case isAlnum(c):
			if c >= 'a' {
				lower = true
				c &^= 0x20
			}
			v[k] = c
			k++
		case sep == 0 && k >= 4 && (c == ' ' || c == '-' || c == '.'):
			sep = c
		case c != sep || i+1 == len(text) || !isAlnum(text[i+1]):
			return
		}
	}
	if k < n || i < len(text) && isWord[text[i]] {
		return
	}
	// Groups of a UUID have the form, and one in 97 the key.
	start := int(h.start)
	if start > 1 && text[start-1] == '-' && tokenHasDigit(text, start-2, -1, '-') ||
		sep == '-' && i+1 < len(text) && text[i] == '-' && tokenHasDigit(text, i+1, 1, '-') {
		return
	}
	from := len(d.norms)
	d.norms = append(d.norms, v[:n]...)
	d.propose(candidate{rule: r, start: h.start, end: int32(i), grouped: true}, from, lower && sep == 0)
}

// findTel reads a number in international form: +33, 0033, (0) or not.
func (d *idDetector) findTel(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	i := start
	switch {
	case start > 0 && text[start-1] == '+' && bytes.HasPrefix(text[start:], []byte("33")):
		start--
		i += 2
	case bytes.HasPrefix(text[start:], []byte("0033")):
		i += 4
	default:
		return
	}
	if start > 0 && isWord[text[start-1]] {
		return
	}
	sep := func() {
		if i < len(text) && (text[i] == ' ' || text[i] == '.' || text[i] == '-') {
			i++
		}
	}
	sep()
	if bytes.HasPrefix(text[i:], []byte("(0)")) {
		i += 3
		sep()
	}
	var buf [10]byte
	v := append(buf[:0], '0')
	for len(v) < 10 && i < len(text) {
		if isDigit(text[i]) {
			v = append(v, text[i])
			i++
		} else if sep(); i == len(text) || !isDigit(text[i]) {
			return
		}
	}
	if i < len(text) && isWord[text[i]] {
		return
	}
	d.found(r, start, i, v, candidate{grouped: true})
}

// findBirth reads a date of birth after its cue.
func (d *idDetector) findBirth(s *segment, r *compiled, h hit) {
	text := s.text
	i := int(h.end)
	for i < len(text) && i < int(h.end)+6 && strings.IndexByte(" :\n(.=\"'>,;[|", text[i]) >= 0 {
		i++
	}
	if i+3 <= len(text) && equalFold(text[i:i+2], "le") && text[i+2] == ' ' {
		i += 3
	}
	day, month, year, end := readDate(text, i)
	if end < 0 {
		day, month, year, end = readSolidDate(text, i)
	}
	if end < 0 || end < len(text) && isDigit(text[end]) || !validDate(day, month, year) {
		return
	}
	if year < 100 {
		year += 1900
	}
	v := []byte{byte('0' + year/1000), byte('0' + year/100%10), byte('0' + year/10%10), byte('0' + year%10),
		byte('0' + month/10), byte('0' + month%10), byte('0' + day/10), byte('0' + day%10)}
	d.found(r, i, end, v, candidate{context: true, cue: h.word, distance: int32(i) - max(h.end, 0), grouped: true})
}

// readSolidDate reads a date of eight digits at i, 19900703 or 03071990: as in
// messages of hospitals, directories and the DSN. end is -1 where there is none.
func readSolidDate(text []byte, i int) (day, month, year int64, end int) {
	if groupLength(text, i, 1) != 8 {
		return 0, 0, 0, -1
	}
	n, _ := number(text[i : i+8])
	if day, month, year = n%100, n/100%100, n/10000; !validDate(day, month, year) {
		day, month, year = n/1000000, n/10000%100, n%10000
	}
	return day, month, year, i + 8
}

// readDate reads a date at i: 03/07/1990, 3-7-90, 1990-07-03, 3 juillet 1990,
// 1er juillet 1990. end is -1 where there is none.
func readDate(text []byte, i int) (day, month, year int64, end int) {
	n := groupLength(text, i, 1)
	if n == 0 || n > 4 || n == 3 {
		return 0, 0, 0, -1
	}
	a, _ := number(text[i : i+n])
	i += n
	if i+1 >= len(text) {
		return 0, 0, 0, -1
	}
	if sep := text[i]; sep == '/' || sep == '.' || sep == '-' {
		n2 := groupLength(text, i+1, 1)
		k := i + 1 + n2
		if n2 < 1 || n2 > 2 || k+1 >= len(text) || text[k] != sep {
			return 0, 0, 0, -1
		}
		b, _ := number(text[i+1 : k])
		n3 := groupLength(text, k+1, 1)
		if n == 4 && n3 == 2 {
			c, _ := number(text[k+1 : k+3])
			return c, b, a, k + 3
		}
		if n <= 2 && (n3 == 4 || n3 == 2) {
			c, _ := number(text[k+1 : k+1+n3])
			return a, b, c, k + 1 + n3
		}
		return 0, 0, 0, -1
	}
	if bytes.HasPrefix(text[i:], []byte("er ")) {
		i += 2
	}
	if n > 2 || text[i] != ' ' {
		return 0, 0, 0, -1
	}
	i++
	from := i
	for i < len(text) && isLetter(text[i]) {
		i++
	}
	name := text[from:i]
	month = int64(slices.IndexFunc(months, func(m string) bool { return len(m) == len(name) && equalFold(name, m) }) + 1)
	if month == 0 || i >= len(text) || text[i] != ' ' || groupLength(text, i+1, 1) != 4 {
		return 0, 0, 0, -1
	}
	year, _ = number(text[i+1 : i+5])
	return a, month, year, i + 5
}

var months = []string{"janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"}

// bicWithin is how far after its cue a BIC is looked for.
const bicWithin = 60

// findBIC looks for the shape of a BIC after "BIC" or "SWIFT", or in a column of
// that title: in capitals alone it is too often a word.
func (d *idDetector) findBIC(s *segment, r *compiled, h hit) {
	text := s.text
	for i := int(max(h.end, 0)); i < min(len(text), int(h.end)+bicWithin); i++ {
		if !isAlnum(text[i]) || i > 0 && isAlnum(text[i-1]) {
			continue
		}
		end := i
		for end < len(text) && isAlnum(text[end]) {
			end++
		}
		v := text[i:end]
		if (len(v) == 8 || len(v) == 11) && bytes.Equal(v, bytes.ToUpper(v)) && lettersOnly(v[:6]) && validBIC(v) {
			d.found(r, i, end, v, candidate{context: true, cue: h.word, distance: int32(i) - max(h.end, 0)})
			return
		}
	}
}

func lettersOnly(v []byte) bool {
	for _, c := range v {
		if !isUpper(c) {
			return false
		}
	}
	return true
}

// insNear is how far from the object identifier of the INS its NIR stands at most.
const insNear = 80

// findINS wants one of the object identifiers of the national health identity
// with a NIR or a waiting number within 80 characters.
func (d *idDetector) findINS(s *segment, r *compiled, h hit) {
	text := s.text
	end := int(h.end)
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	kind := string(text[h.end:end])
	class := classReal
	switch kind {
	case "8", "9":
	case "10", "11":
		class = classExample // the identifiers of test and demonstration
	default:
		return
	}
	for _, other := range d.f.rules {
		if other.Check != "nir" && other.Check != "nia" {
			continue
		}
		for i := max(0, int(h.start)-insNear); i < min(len(text), end+insNear); i++ {
			if !isDigit(text[i]) || i > 0 && isWord[text[i-1]] || i >= int(h.start) && i < end {
				continue
			}
			for _, sh := range other.shapes {
				m, v, ok := sh.match(text, i, &other.seps, nil)
				if ok && (m.end == len(text) || !isWord[text[m.end]]) && other.check.valid(v) {
					d.found(r, int(h.start), end, v, candidate{class: class, several: true, grouped: true})
					return
				}
			}
		}
	}
}

// findGPS reads a pair of decimal degrees of four decimals or more, 48.858370,
// 2.294481 or 48,858370 ; 2,294481.
func (d *idDetector) findGPS(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	if h.word != wordDigit || int(h.end)-start > 2 || !stands(text, h.end, '.', ',') {
		return
	}
	if start > 0 && (text[start-1] == '-' || text[start-1] == '+') {
		start--
	}
	if start > 0 && (isWord[text[start-1]] || text[start-1] == '.') {
		return
	}
	lat, i := readDegrees(text, start)
	if i < 0 || lat > 90 || i >= len(text) {
		return
	}
	if text[i] == ' ' && i+1 < len(text) {
		i++
	}
	if text[i] != ',' && text[i] != ';' {
		return
	}
	i++
	if i < len(text) && text[i] == ' ' {
		i++
	}
	lon, end := readDegrees(text, i)
	if end < 0 || lon > 180 || end < len(text) && isWord[text[end]] {
		return
	}
	d.found(r, start, end, bytes.ReplaceAll(text[start:end], []byte(" "), nil), candidate{grouped: true})
}

// stands reports whether one of two bytes stands at text[i].
func stands(text []byte, i int32, a, b byte) bool {
	return int(i) < len(text) && (text[i] == a || text[i] == b)
}

// readDegrees reads an unsigned or signed number with 4 to 10 decimals at i and
// returns its whole part; end is -1 where there is none.
func readDegrees(text []byte, i int) (whole int64, end int) {
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	n := groupLength(text, i, 1)
	if n < 1 || n > 3 || i+n >= len(text) || text[i+n] != '.' && text[i+n] != ',' {
		return 0, -1
	}
	whole, _ = number(text[i : i+n])
	f := groupLength(text, i+n+1, 1)
	if f < 4 || f > 10 {
		return 0, -1
	}
	return whole, i + n + 1 + f
}
