package classifiers

import (
	"fmt"
	"slices"
	"strings"
)

// wordID names one word or phrase of the dictionary.
type wordID uint32

// Words that are in no dictionary: where an identifier may start.
const (
	wordDigit wordID = iota // a digit that no letter or digit precedes
	wordMixed               // the first digit of a word that starts with letters
	wordAt                  // '@'
	firstWord
)

// wordFlags say how a word ends.
type wordFlags uint8

const (
	wordPrefix wordFlags = 1 << iota // letters and digits may follow: "hospitalis", "akia"
	wordPlural                       // an s or x may follow
)

// owner is the family of detectors that asked for a word; hits are handed out by owner.
type owner uint8

const (
	ownerRules owner = iota
	ownerMarkings
	ownerLexicons
	owners
)

// hit is one occurrence of a word in folded text, [start, end).
type hit struct {
	word       wordID
	start, end int32
}

// dictionary gathers the words of all rules before they are compiled into one wordFinder.
type dictionary struct {
	words []word
	ids   map[wordKey]wordID
}

type word struct {
	text   string // folded, lower case, one ' ' for each run of separators
	flags  wordFlags
	owners uint8 // 1 << owner
}

type wordKey struct {
	text  string
	flags wordFlags
}

func newDictionary() *dictionary {
	return &dictionary{
		words: []word{wordDigit: {owners: 1 << ownerRules}, wordMixed: {owners: 1 << ownerRules}, wordAt: {text: "@", flags: wordPrefix, owners: 1 << ownerRules}},
		ids:   map[wordKey]wordID{},
	}
}

// add registers a word or phrase for an owner and returns its id. Case, accents
// and the kind and number of the separators between words (space, line end,
// hyphen, underscore) do not matter. It matches whole words only, save for flags.
// The same phrase with the same flags has one id, whoever asks.
func (d *dictionary) add(phrase string, flags wordFlags, by owner) (wordID, error) {
	text := strings.ReplaceAll(strings.ToLower(foldString(phrase)), string(rune(foldOrdinal)), "o")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && isSpace[byte(r)] }), " ")
	if text == "" || !isWord[text[0]] {
		return 0, fmt.Errorf("%q does not start with a letter or a digit", phrase)
	}
	if len(text) > 120 {
		return 0, fmt.Errorf("%q is longer than 120 characters", phrase)
	}
	key := wordKey{text, flags}
	id, ok := d.ids[key]
	if !ok {
		id = wordID(len(d.words))
		d.ids[key] = id
		d.words = append(d.words, word{text: text, flags: flags})
	}
	d.words[id].owners |= 1 << by
	return id, nil
}

// minTogether is the length from which a phrase written as one word is its own: a
// shorter one may be any abbreviation.
const minTogether = 6

// spellings returns the ways in which programs write a phrase: in words, and as one
// word, with its small words or without, as tags and columns are called:
// « numéro de sécurité sociale », numerodesecuritesociale, NumeroSecuriteSociale.
func spellings(phrase string) []string {
	words := strings.FieldsFunc(foldString(phrase), func(r rune) bool { return r < 0x80 && (isSpace[byte(r)] || r == '\'') })
	all := []string{phrase}
	if len(words) < 2 {
		return all
	}
	large := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(smallWords, strings.ToLower(w)) })
	for _, list := range [][]string{words, large} {
		joined := strings.Join(list, "")
		if len(list) > 1 && len(joined) >= minTogether && lettersAndDigits(joined) && !slices.Contains(all, joined) {
			all = append(all, joined)
		}
	}
	return all
}

var smallWords = []string{"de", "du", "des", "d", "la", "le", "les", "l"}

func lettersAndDigits(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) {
			return false
		}
	}
	return true
}

// isSpace holds what separates the words of a phrase.
var isSpace = makeSet(func(b byte) bool { return b == ' ' || b == '\n' || b == '-' || b == '_' })
