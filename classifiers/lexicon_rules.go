package classifiers

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"poterne"
)

// Lexicon is the vocabulary of one category, as its YAML says it.
type Lexicon struct {
	ID       string            `yaml:"id"` // the category and the rule of its findings
	Names    map[string]string `yaml:"names"`
	Severity int               `yaml:"level"` // 1..3: a vocabulary alone never says more
	Legal    []string          `yaml:"legal"`
	// Terms are by weight, 1 (ambiguous) to 8 (nearly decisive). "*" at the end
	// stands for any ending.
	Terms  map[int][]string `yaml:"terms"`
	Titles []string         `yaml:"titles"` // first words of a line that names the kind of a document
	Care   []string         `yaml:"care"`   // the same, of documents of care
	Except []Exception      `yaml:"except"`
	// Person says that the words count only near a person: alone they are history,
	// law or statistics.
	Person bool     `yaml:"person"`
	Match  []string `yaml:"match"`
	Reject []string `yaml:"reject"`
}

// Exception says where terms do not count.
type Exception struct {
	Terms  []string `yaml:"terms"`
	Inside []string `yaml:"inside"` // phrases that hold the term and mean something else
	Near   []string `yaml:"near"`   // words that cancel the term in the same sentence
}

// Level returns the level of a document about the category.
func (x *Lexicon) Level() poterne.Level { return poterne.Level(x.Severity) + poterne.Public }

// useKind is what a word is to the lexicons.
type useKind uint8

const (
	useTerm useKind = iota
	useInside
	useNear
	useTitle
	useCare
	useLesson
	useForm
	usePublic
	useTitleOfPerson // "Mme": a name follows
	useLabelOfPerson // "patient": a name follows after a colon, or in the column
	useWeakLabel     // "nom": the same, but as a column's title it may name anything
	useBirth         // "né le": a person stands here
)

// use is one thing that a word is to the lexicons; a word may be several.
type use struct {
	kind  useKind
	index int // of the term, the category or the lesson word, by kind
}

// term is one word or phrase of one category.
type term struct {
	category int
	text     string
	weight   int
	capitals bool // an acronym that is a word, or other acronyms, in lower case
}

// lexicons is the family of the vocabularies and of names of persons.
type lexicons struct {
	categories []Lexicon
	terms      []term
	uses       [][]use // by wordID
	lessons    int
	notNames   map[string]bool
	particles  map[string]bool
	spare      sync.Pool // *lexiconDetector
}

// titleWeight is what a title that names the kind of a document adds: with its own
// words it makes a subject probable, and needs more words to make it certain.
const titleWeight = 8

func newLexicons(r *Rules, dict *dictionary) (family, error) {
	f := &lexicons{categories: r.lexicons, notNames: map[string]bool{}, particles: map[string]bool{}}
	byWord := map[wordID][]use{}
	var failed error
	add := func(phrase string, u use) {
		flags := wordPlural
		if p, ok := strings.CutSuffix(phrase, "*"); ok {
			phrase, flags = p, wordPrefix
		}
		for _, p := range plurals(phrase) {
			id, err := dict.add(p, flags, ownerLexicons)
			if err != nil {
				failed = fmt.Errorf("lexicons: %w", err)
				return
			}
			if !slices.Contains(byWord[id], u) {
				byWord[id] = append(byWord[id], u)
			}
		}
	}
	acronyms := map[string]bool{}
	for _, w := range r.words["lexicon-acronyms"] {
		acronyms[w] = true
	}
	for c := range f.categories {
		x := &f.categories[c]
		index := map[string]int{}
		for _, weight := range sortedWeights(x.Terms) {
			for _, t := range x.Terms[weight] {
				index[t] = len(f.terms)
				add(t, use{useTerm, len(f.terms)})
				f.terms = append(f.terms, term{c, strings.TrimSuffix(t, "*"), weight, acronyms[t]})
			}
		}
		for _, e := range x.Except {
			for _, t := range e.Terms {
				for _, p := range e.Inside {
					add(p, use{useInside, index[t]})
				}
				for _, p := range e.Near {
					add(p, use{useNear, index[t]})
				}
			}
		}
		for _, t := range x.Titles {
			add(t, use{useTitle, c})
		}
		for _, t := range x.Care {
			add(t, use{useCare, c})
		}
	}
	for _, l := range []struct {
		id   string
		kind useKind
	}{
		{"lexicon-lesson", useLesson}, {"lexicon-form", useForm}, {"lexicon-public", usePublic},
		{"person-titles", useTitleOfPerson}, {"person-labels", useLabelOfPerson}, {"person-weak-labels", useWeakLabel}, {"person-birth", useBirth},
	} {
		for i, w := range r.words[l.id] {
			add(w, use{l.kind, i})
		}
	}
	f.lessons = len(r.words["lexicon-lesson"])
	for _, w := range r.words["person-not"] {
		f.notNames[w] = true
	}
	for _, w := range r.words["person-particles"] {
		f.particles[w] = true
	}
	f.uses = make([][]use, len(dict.words))
	for id, u := range byWord {
		f.uses[id] = u
	}
	return f, failed
}

func sortedWeights(terms map[int][]string) []int {
	var weights []int
	for w := range terms {
		weights = append(weights, w)
	}
	slices.Sort(weights)
	return weights
}

// plurals returns a phrase and the forms with an s after its first word and after
// each of its words; the s of the last one is the word finder's (wordPlural).
func plurals(phrase string) []string {
	words := strings.Fields(phrase)
	if len(words) < 2 {
		return []string{phrase}
	}
	out := []string{phrase}
	plural := func(w string) string {
		if len(w) < 4 || strings.ContainsAny(w, "'*") || strings.ContainsAny(w[len(w)-1:], "sxz0123456789") {
			return w
		}
		return w + "s"
	}
	first := slices.Clone(words)
	first[0] = plural(words[0])
	all := slices.Clone(words)
	for i := range all[:len(all)-1] {
		all[i] = plural(all[i])
	}
	for _, w := range [][]string{first, all} {
		if p := strings.Join(w, " "); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// readLexicons reads the section "lexicons".
func (r *Rules) readLexicons(l *loader) {
	for _, it := range l.sections["lexicons"] {
		x := decode[Lexicon](l, it)
		if x.Severity < 1 || x.Severity > 3 {
			l.fail(it, "level", "%d is not in 1..3: a vocabulary alone never says more than 3", x.Severity)
		}
		if x.Names["fr"] == "" {
			l.fail(it, "names", "a French name is missing")
		}
		known := map[string]bool{}
		for _, weight := range sortedWeights(x.Terms) {
			if weight < 1 || weight > 8 {
				l.fail(it, "terms", "weight %d is not in 1..8", weight)
			}
			for _, t := range x.Terms[weight] {
				if known[t] {
					l.fail(it, "terms", "%q has two weights", t)
				}
				known[t] = true
			}
			l.wantWords(it, "terms", x.Terms[weight])
		}
		for _, e := range x.Except {
			for _, t := range e.Terms {
				if !known[t] {
					l.fail(it, "except", "%q is not one of the terms", t)
				}
			}
		}
		r.lexicons = append(r.lexicons, x)
	}
}

// Lexicons returns the vocabularies of the categories, in the order of the files.
func (r *Rules) Lexicons() []Lexicon { return r.lexicons }
