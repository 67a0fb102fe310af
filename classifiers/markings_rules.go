package classifiers

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"poterne"
)

// Marking is one protective marking, as its YAML says it.
type Marking struct {
	ID       string            `yaml:"id"`    // canonical name, poterne.Finding.Mark
	Names    map[string]string `yaml:"names"` // "fr", "en"
	Severity int               `yaml:"level"` // −1..5 outside, here 0..5
	// Scale groups markings of which a document has one ("france", "ue", "otan",
	// "tlp", "pap"); those of "caveat", "local" and "label" stand beside any other.
	Scale string `yaml:"scale"`
	Rank  int    `yaml:"rank"` // within the scale, from 1; equal ranks are equivalent
	// Until is the year in which the marking was given up: its sigle counts only
	// in documents that are not younger.
	Until    int      `yaml:"until"`
	Capitals bool     `yaml:"capitals"` // in a sentence only its capitals count
	Variants []string `yaml:"variants"` // full names
	Sigles   []string `yaml:"sigles"`   // count only where they stand alone
	Portions []string `yaml:"portions"` // in parentheses in front of a paragraph, besides the sigles
	Labels   []string `yaml:"labels"`   // values of labels, meaningless elsewhere
	Legal    []string `yaml:"legal"`
	Note     string   `yaml:"note"`
	Match    []string `yaml:"match"`  // texts that carry the marking
	Reject   []string `yaml:"reject"` // texts that do not, or only talk about it
}

// Level returns the level of a document that carries the marking.
func (m *Marking) Level() poterne.Level { return poterne.Level(m.Severity) + poterne.Public }

// wordList is a list of words that several rules share.
type wordList struct {
	ID    string   `yaml:"id"`
	Words []string `yaml:"words"`
}

// role says what a phrase is to the marking detector.
type role uint16

const (
	roleVariant role = 1 << iota
	roleSigle
	roleLabel
	roleNever
	rolePrefix
	roleBefore
	roleBeside
	roleTalk
	roleAssert
	roleDeny
	roleLesson
	roleTable
	roleLifted
)

// phraseNode is a node of a trie of words; phrases are compared word by word, so
// that whatever stands between the words does not matter.
type phraseNode struct {
	next  map[string]*phraseNode
	roles role
	mark  [3]int16 // index of the marking for roleVariant, roleSigle, roleLabel
}

func (n *phraseNode) add(phrase string, r role, mark int) {
	for _, w := range phraseWords(phrase) {
		m := n.next[w]
		if m == nil {
			m = &phraseNode{}
			if n.next == nil {
				n.next = map[string]*phraseNode{}
			}
			n.next[w] = m
		}
		n = m
	}
	n.roles |= r
	for i := range n.mark {
		if r == 1<<i {
			n.mark[i] = int16(mark)
		}
	}
}

// phraseWords cuts a phrase into the words that [lineParser.words] would find in it.
func phraseWords(phrase string) []string {
	var p lineParser
	text := fold(nil, phrase)
	p.tokenize(text)
	words := make([]string, len(p.words))
	for i, t := range p.words {
		words[i] = strings.ToLower(string(text[t.start:t.end]))
	}
	return words
}

// markings is the family of the protective markings.
type markings struct {
	marks    []Marking
	phrases  phraseNode
	triggers []role         // by wordID: why the word finder listens for the word
	portions map[string]int // by the words of the code, joined by spaces
	compact  map[string]int // full names without separators, for letter-spaced ones
	fuzzy    []compactName  // names that are long and high enough to be read through OCR errors
	keys     map[string]bool
	prefixes []string // keys that end in "_"
	freeKeys map[string]bool
	mailKeys map[string]bool
	spare    sync.Pool // *markingDetector
}

type compactName struct {
	text string
	mark int
}

// minFuzzy is how long in letters a name must be to be read with an error in it:
// shorter ones have neighbours that are ordinary words.
const minFuzzy = 10

func newMarkings(r *Rules, dict *dictionary) (family, error) {
	f := &markings{marks: r.markings, compact: map[string]int{}, portions: map[string]int{}, keys: map[string]bool{}, freeKeys: map[string]bool{}, mailKeys: map[string]bool{}}
	words := map[wordID]role{}
	listen := func(phrase string, why role) error {
		id, err := dict.add(phrase, 0, ownerMarkings)
		if err != nil {
			return fmt.Errorf("markings: %w", err)
		}
		words[id] |= why
		return nil
	}
	for i := range f.marks {
		m := &f.marks[i]
		for _, v := range m.Variants {
			f.phrases.add(v, roleVariant, i)
			name := strings.Join(phraseWords(v), "")
			f.compact[name] = i
			if len(name) >= minFuzzy && m.Level() >= poterne.Restricted {
				f.fuzzy = append(f.fuzzy, compactName{name, i})
			}
			for _, t := range triggersOf(v) {
				if err := listen(t, roleVariant); err != nil {
					return nil, err
				}
			}
		}
		for _, s := range m.Sigles {
			f.phrases.add(s, roleSigle, i)
			if err := listen(s, roleSigle); err != nil {
				return nil, err
			}
		}
		for _, s := range slices.Concat(m.Sigles, m.Portions) {
			f.portions[strings.Join(phraseWords(s), " ")] = i
		}
		for _, s := range m.Labels {
			f.phrases.add(s, roleLabel, i)
		}
	}
	for _, l := range []struct {
		id     string
		role   role
		listen bool
	}{
		{"marking-prefix", rolePrefix, false}, {"marking-before", roleBefore, false}, {"marking-beside", roleBeside, false},
		{"marking-talk", roleTalk, false}, {"marking-assert", roleAssert, false}, {"marking-deny", roleDeny, false}, {"marking-never", roleNever, false},
		{"marking-lesson", roleLesson, true}, {"marking-table", roleTable, true}, {"marking-lifted", roleLifted, true},
	} {
		for _, w := range r.words[l.id] {
			f.phrases.add(w, l.role, 0)
			if l.listen {
				if err := listen(w, l.role); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, w := range []string{"classification", "sensibilite", "confidentialite"} {
		if err := listen(w, rolePrefix); err != nil { // "niveau : C2" is a level of language
			return nil, err
		}
	}
	for _, k := range r.words["marking-label-keys"] {
		if strings.HasSuffix(k, "_") {
			f.prefixes = append(f.prefixes, labelKey(k))
		}
		f.keys[labelKey(k)] = true
	}
	for _, k := range r.words["marking-free-keys"] {
		f.freeKeys[labelKey(k)] = true
	}
	for _, k := range r.words["marking-mail-keys"] {
		f.mailKeys[labelKey(k)] = true
	}
	f.triggers = make([]role, len(dict.words))
	for id, why := range words {
		f.triggers[id] = why
	}
	return f, nil
}

// triggersOf returns what the word finder listens for so that a line with variant v
// is looked at: the phrase itself, and, since it knows only spaces and
// hyphens between words, its first word where that is rare enough.
func triggersOf(v string) []string {
	words := phraseWords(v)
	switch words[0] {
	case "r", "c", "s", "ts": // "R-UE/EU-R"
		return []string{words[1]}
	case "tlp", "pap", "restreint", "eu", "secret", "confidentiel", "top", "nato", "otan", "cosmic", "tres", "atomal":
		return []string{words[0]}
	}
	return []string{v}
}

// readMarkings reads the sections "markings" and "words".
func (r *Rules) readMarkings(l *loader) {
	for _, it := range l.sections["markings"] {
		m := decode[Marking](l, it)
		switch {
		case m.Severity < 0 || m.Severity > 5:
			l.fail(it, "level", "%d is not in 0..5", m.Severity)
		case m.Names["fr"] == "":
			l.fail(it, "names", "a French name is missing")
		case len(m.Variants)+len(m.Sigles)+len(m.Labels) == 0:
			l.fail(it, "variants", "variants, sigles or labels are missing")
		case m.Scale == "":
			l.fail(it, "scale", "missing")
		}
		l.wantWords(it, "variants", m.Variants)
		l.wantWords(it, "sigles", m.Sigles)
		l.wantWords(it, "portions", m.Portions)
		l.wantWords(it, "labels", m.Labels)
		r.markings = append(r.markings, m)
	}
	r.words = map[string][]string{}
	for _, it := range l.sections["words"] {
		w := decode[wordList](l, it)
		l.wantWords(it, "words", w.Words)
		r.words[it.id] = w.Words
	}
}

func (l *loader) wantWords(it item, field string, list []string) {
	for _, s := range list {
		if len(phraseWords(s)) == 0 {
			l.fail(it, field, "%q holds no word", s)
		}
	}
}

// Markings returns the protective markings, in the order of the files.
func (r *Rules) Markings() []Marking { return r.markings }
