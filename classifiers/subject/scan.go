package subject

// tokenKind is what a token is.
type tokenKind uint8

const (
	tokenWord tokenKind = iota
	tokenCue            // at is the cue
	tokenStop           // a sentence or a line ends: no pair runs across
)

// How a word is written.
const (
	lowerWord uint8 = iota
	titleWord       // "Vautrin"
	upperWord       // "VAUTRIN"
)

// token is a word or a cue of folded text.
type token struct {
	hash  uint32 // of a word in lower case
	start int32  // of a word
	size  uint16 // of a word, or the cue
	kind  tokenKind
	how   uint8
	first bool // a word that starts a line or a sentence: its capital says nothing
}

// cue is a trait of form, by which a document shows its kind without any word:
// letters and minutes have dates, forms have dotted lines, lists have figures.
type cue uint8

const (
	cueTitledName cue = iota // "Mme Vautrin"
	cueInitial               // "L. B."
	cueAge                   // "7 ans"
	cueDate
	cueTime
	cueMoney
	cuePercent
	cueYear
	cueNumber
	cueLongNumber
	cuePhone
	cueAddressIP
	cueCode // letters and digits: "B12"
	cueQuestion
	cueExclamation
	cueBlank // "......", "____"
	cueBox
	cueTicked
	cueEmptyLabel // "Nom :" and nothing
	cueLabel      // "Nom : Vautrin"
	cueBullet
	cueMailHead // "De :"
	cueMail
	cueLink
	cueQuote
	cueParenthesis
	cueShortLine
	cueLine
	cueNameInside  // a capital inside a sentence
	cueNameUnknown // the same, of a word that is no common word: found by the model
	cueUpper       // a word in capitals
	cueStreet      // "12 rue"
	cueBirth       // "née le 12/03/1990"
	cueMobile      // "06 12 34 56 78"
	cues
)

var cueNames = [cues]string{
	"<titre et nom>", "<initiale>", "<âge>", "<date>", "<heure>", "<somme>", "<pourcentage>", "<année>", "<nombre>", "<long nombre>",
	"<téléphone>", "<adresse ip>", "<code>", "<question>", "<exclamation>", "<pointillés>", "<case vide>", "<case cochée>", "<libellé vide>",
	"<libellé rempli>", "<puce>", "<en-tête de courriel>", "<adresse électronique>", "<lien>", "<guillemets>", "<parenthèse>",
	"<ligne courte>", "<ligne>", "<majuscule>", "<nom peu commun>", "<capitales>", "<rue>", "<naissance>", "<portable>",
}

// Bytes of folded text that are no ASCII letter (see classifiers.Fold).
const (
	foldSymbol = 0x01
	foldBox    = 0x02
	foldTicked = 0x03
)

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// hashWord returns the hash under which a folded word in lower case is known.
func hashWord(w string) uint32 {
	h := uint64(fnvOffset)
	for i := range len(w) {
		h = (h ^ uint64(w[i])) * fnvPrime
	}
	return uint32(h) ^ uint32(h>>32)
}

func isDigit(b byte) bool  { return b-'0' < 10 }
func isUpper(b byte) bool  { return b-'A' < 26 }
func isLetter(b byte) bool { return b|0x20-'a' < 26 || b >= 0x80 }

// Words before a name, and after a number or a "De", by hash.
var (
	titles    = hashes("m", "mr", "mme", "mlle", "dr", "me", "monsieur", "madame", "docteur", "maitre")
	ageWords  = hashes("ans", "mois", "an")
	coinWords = hashes("eur", "euro", "euros", "ke", "meur", "keur")
	streets   = hashes("rue", "avenue", "av", "boulevard", "bd", "impasse", "allee", "chemin", "place", "route", "quai", "square", "cours", "lotissement", "residence", "hameau", "passage", "villa", "sentier", "bis", "ter")
	months    = hashes("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre")
	births    = hashes("ne", "nee", "nes", "naissance", "ddn")
	mailWords = hashes("de", "from", "a", "to", "cc", "objet", "obj", "subject", "envoye", "sent", "re", "fwd", "tr")
)

func hashes(words ...string) map[uint32]bool {
	set := make(map[uint32]bool, len(words))
	for _, w := range words {
		set[hashWord(w)] = true
	}
	return set
}

// counted reports whether a cue takes the place of a word: a table of figures is as
// long as its figures are many.
func (c cue) counted() bool { return c >= cueAge && c <= cueCode }

// scan appends the words and cues of folded text to out. The start of text is
// taken for the start of a line.
func scan(out []token, text []byte) []token {
	s := scanner{out: out, text: text}
	s.run()
	return s.out
}

type scanner struct {
	out   []token
	text  []byte
	words int  // of the line
	fresh bool // at the start of a line or a sentence
	title bool // the last word was "Mme"
	last  uint32
	shout bool // the line is in capitals: they say nothing
	born  int  // words and numbers since "née", at most
	plain int  // up to here there is no "@" in what was looked at as an address
}

func (s *scanner) cue(c cue) { s.out = append(s.out, token{kind: tokenCue, size: uint16(c)}) }

func (s *scanner) stop() {
	s.out = append(s.out, token{kind: tokenStop})
	s.fresh, s.title = true, false
}

func (s *scanner) run() {
	s.fresh = true
	s.shout = shouted(s.text)
	text := s.text
	for i := 0; i < len(text); {
		b := text[i]
		switch {
		case isLetter(b):
			i = s.word(i)
		case b == ' ':
			i++
		case isDigit(b):
			i = s.number(i)
		default:
			i = s.sign(i)
		}
	}
	s.endLine()
}

// word reads a word at i and returns its end.
func (s *scanner) word(i int) int {
	text, start := s.text, i
	h := uint64(fnvOffset)
	upper := 0
	for ; i < len(text) && isLetter(text[i]); i++ {
		b := text[i]
		if b-'A' < 26 {
			upper++
			b |= 0x20
		}
		h = (h ^ uint64(b)) * fnvPrime
	}
	n := i - start
	if i < len(text) && (isDigit(text[i]) || text[i] == '@') || start > 0 && text[start-1] == '@' {
		return s.oddWord(start)
	}
	if n == 3 && text[start]|0x20 == 'w' && i < len(text) && text[i] == '.' || n >= 4 && i+2 < len(text) && text[i] == ':' && text[i+1] == '/' && text[i+2] == '/' {
		return s.link(i)
	}
	if i+1 < len(text) && text[i] == '.' && isLetter(text[i+1]) && n > 1 { // jeanne.vautrin@…
		if end := s.address(i); end > i {
			return end
		}
	}
	hash := uint32(h) ^ uint32(h>>32)
	how := lowerWord
	if isUpper(text[start]) {
		how = titleWord
		if upper == n && n > 1 {
			how = upperWord
		}
	}
	switch {
	case s.shout:
	case n == 1 && how == titleWord && i < len(text) && text[i] == '.' && hash != hashM:
		s.cue(cueInitial)
	case s.title && how != lowerWord:
		s.cue(cueTitledName)
	case how == titleWord && !s.fresh:
		s.cue(cueNameInside)
	case how == upperWord && n > 3:
		s.cue(cueUpper)
	}
	s.title = n <= 8 && titles[hash]
	s.last = hash
	s.born = max(0, s.born-1)
	if n <= 9 && births[hash] {
		s.born = 3
	}
	s.out = append(s.out, token{hash: hash, start: int32(start), size: uint16(min(n, 1<<16-1)), how: how, first: s.fresh})
	s.fresh = false
	s.words++
	return i
}

var hashM = hashWord("m")

// address skips the rest of an e-mail address that goes on at i, or returns i. What
// was once looked at without an "@" is not looked at for each of its words again.
func (s *scanner) address(i int) int {
	if i < s.plain {
		return i
	}
	text, at := s.text, false
	end := i
	for ; end < len(text) && (isLetter(text[end]) || isDigit(text[end]) || text[end] == '.' || text[end] == '-' || text[end] == '_' || text[end] == '@'); end++ {
		at = at || text[end] == '@'
	}
	if !at {
		s.plain = end
		return i
	}
	s.cue(cueMail)
	return end
}

// oddWord skips what is no word of language: letters with digits, addresses.
func (s *scanner) oddWord(i int) int {
	end := s.address(i)
	if end == i {
		if end := s.misread(i); end > i {
			return end
		}
		text := s.text
		for end < len(text) && (isLetter(text[end]) || isDigit(text[end]) || text[end] == '-' && end+1 < len(text) && isDigit(text[end+1])) {
			end++
		}
		s.cue(cueCode)
	}
	s.fresh, s.title = false, false
	return max(end, i+1)
}

// misread reads a word in which a recognition took letters for figures ("pr0cureur"),
// and returns its end, or i where there is none: a word that starts with a small
// letter, has single figures 0, 1 or 5 inside, and three letters for each at least.
func (s *scanner) misread(i int) int {
	text, end, letters, figures := s.text, i, 0, 0
	h := uint64(fnvOffset)
	for end < len(text) && (isLetter(text[end]) || isDigit(text[end])) {
		b := lowerLetter(text[end])
		if isDigit(text[end]) {
			if b == 0 || end+1 == len(text) || !isLetter(text[end+1]) {
				return i
			}
			figures++
		} else {
			letters++
		}
		h = (h ^ uint64(b)) * fnvPrime
		end++
	}
	if figures == 0 || letters < 4 || letters < 3*figures || isUpper(text[i]) || end < len(text) && text[end] == '@' {
		return i
	}
	s.out = append(s.out, token{hash: uint32(h) ^ uint32(h>>32), start: int32(i), size: uint16(min(end-i, 1<<16-1)), first: s.fresh})
	s.fresh, s.title = false, false
	s.words++
	return end
}

// figureLetters are the letters that are taken for figures.
var figureLetters = [10]byte{0: 'o', 1: 'l', 5: 's'}

func (s *scanner) link(i int) int {
	for i < len(s.text) && s.text[i] > ' ' {
		i++
	}
	s.cue(cueLink)
	s.fresh, s.title = false, false
	return i
}

// number reads a number at i with what belongs to it, and returns its end.
func (s *scanner) number(i int) int {
	text, start := s.text, i
	digits, groups, slashes, dots, colons := 0, 1, 0, 0, 0
	var first int // digits of the first group
	for i < len(text) {
		b := text[i]
		if isDigit(b) {
			digits++
			i++
			continue
		}
		if i+1 < len(text) && isDigit(text[i+1]) && (b == '/' || b == '.' || b == ',' || b == ':' || b == '-' || b == ' ') {
			if first == 0 {
				first = digits
			}
			groups++
			switch b {
			case '/', '-':
				slashes++
			case '.':
				dots++
			case ':':
				colons++
			}
			i++
			continue
		}
		break
	}
	c := cueNumber
	rest := text[i:min(len(text), i+12)]
	next := i
	for next < len(text) && (text[next] == ' ' || text[next] == ',') {
		next++
	}
	after := uint32(0)
	if next < len(text) && isLetter(text[next]) {
		h := uint64(fnvOffset)
		for k := next; k < len(text) && k < next+12 && isLetter(text[k]); k++ {
			h = (h ^ uint64(text[k]|0x20)) * fnvPrime
		}
		after = uint32(h) ^ uint32(h>>32)
	}
	switch {
	case dots == 3 && groups == 4:
		c = cueAddressIP
	case slashes == 2 || slashes == 1 && digits <= 4 && dots == 0 || dots == 2 && digits >= 5 && digits <= 8 && first <= 2:
		c = cueDate
	case digits == 10 && groups == 5 && text[start] == '0', digits == 10 && groups == 1 && text[start] == '0':
		c = cuePhone
	case next < len(text) && text[next] == '%':
		c = cuePercent
	case coinWords[after], next < len(text) && text[next] == foldSymbol && groups < 5:
		c = cueMoney
	case ageWords[after] && digits <= 3:
		c = cueAge
	case len(rest) > 0 && rest[0]|0x20 == 'h' && digits <= 2, colons == 1 && digits <= 4:
		c = cueTime
	case groups == 1 && digits == 4 && (text[start] == '1' || text[start] == '2'):
		c = cueYear
	case digits >= 6:
		c = cueLongNumber
	case len(rest) > 0 && isLetter(rest[0]):
		c = cueCode
	}
	for i < len(text) && (isLetter(text[i]) || isDigit(text[i])) { // "14h30", "3e", "12bis"
		i++
	}
	s.cue(c)
	switch {
	case c == cuePhone && (text[start+1] == '6' || text[start+1] == '7'):
		s.cue(cueMobile)
	case c == cueNumber && groups == 1 && digits <= 4 && streets[after]:
		s.cue(cueStreet)
	case (c == cueDate || c == cueNumber && months[after]) && s.born > 0:
		s.cue(cueBirth)
	}
	s.born = 0
	s.fresh, s.title = false, false
	return i
}

// sign reads what is neither letter nor digit at i and returns its end.
func (s *scanner) sign(i int) int {
	text, b := s.text, s.text[i]
	end := i + 1
	for end < len(text) && text[end] == b {
		end++
	}
	switch b {
	case '\n':
		s.endLine()
		s.shout = shouted(text[end:])
		return end
	case '.', '_':
		if end-i >= 4 {
			s.cue(cueBlank)
		} else if b == '.' && (end == len(text) || text[end] == ' ' || text[end] == '\n') && !s.title {
			s.stop()
		}
	case '?':
		s.cue(cueQuestion)
		s.stop()
	case '!':
		s.cue(cueExclamation)
		s.stop()
	case ';':
		s.stop()
	case ':':
		if s.words > 0 && s.words <= 4 && end < len(text) || end == len(text) {
			rest := end
			for rest < len(text) && text[rest] == ' ' {
				rest++
			}
			switch {
			case rest == len(text) || text[rest] == '\n':
				s.cue(cueEmptyLabel)
			case s.words == 1 && mailWords[s.last]:
				s.cue(cueMailHead)
			case s.words > 0 && s.words <= 4:
				s.cue(cueLabel)
			}
		}
		s.stop()
	case '-', '*':
		if s.words == 0 && s.fresh {
			s.cue(cueBullet)
		}
		if end-i == 1 && i > 0 && text[i-1] == ' ' {
			s.stop()
		}
	case foldSymbol:
		if s.words == 0 && s.fresh {
			s.cue(cueBullet)
		}
	case foldBox:
		s.cue(cueBox)
	case foldTicked:
		s.cue(cueTicked)
	case '"':
		s.cue(cueQuote)
	case '(':
		s.cue(cueParenthesis)
		s.stop()
	}
	return end
}

func (s *scanner) endLine() {
	if s.words > 0 {
		s.cue(cueLine)
		if s.words < 4 {
			s.cue(cueShortLine)
		}
	}
	s.words = 0
	s.stop()
}

// longShout is how many capitals a line without any small letter has at least, not
// to be taken for a title.
const longShout = 30

// shouted reports whether the first line of text is one in capitals.
func shouted(text []byte) bool {
	upper := 0
	for _, b := range text {
		switch {
		case b == '\n':
			return upper >= longShout
		case isUpper(b):
			upper++
		case isLetter(b) && b < 0x80:
			return false
		}
	}
	return upper >= longShout
}
