package classifiers

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"poterne"
)

// engineVersion changes when the Go code changes what is found in the same text
// under the same rules; it is a part of the version of the rules.
const engineVersion = "2"

// Rule is one identifier or secret, as its YAML says it.
type Rule struct {
	ID       string            `yaml:"id"`
	Names    map[string]string `yaml:"names"` // "fr", "en"
	Category string            `yaml:"category"`
	Severity int               `yaml:"level"`  // level of one occurrence, 0..3
	Person   bool              `yaml:"person"` // it identifies one natural person
	Secret   bool              `yaml:"secret"` // an active technical secret
	Legal    []string          `yaml:"legal"`
	Source   string            `yaml:"source"` // where the format and the check come from

	// Find names the Go finder that proposes candidates: "shape" (the default),
	// "lead" (a shape after one of the cues), "regexp", or a finder of its own
	// ("iban", "email"…).
	Find       string   `yaml:"find"`
	Shapes     []string `yaml:"shapes"`
	Separators string   `yaml:"separators"` // characters that may stand between the groups of a shape, the same one throughout
	Cues       []string `yaml:"cues"`       // of "lead": what stands before the value
	Within     int      `yaml:"within"`     // of "lead": characters between cue and value at most
	Regexp     string   `yaml:"regexp"`
	Check      string   `yaml:"check"` // Go validator: "nir", "luhn"…

	// Context: "optional"; "required": without it there is no finding; "solid":
	// required where the value is written without its usual grouping.
	Context string   `yaml:"context"`
	Words   []string `yaml:"words"` // context words
	Not     []string `yaml:"not"`   // words that speak against it
	// Distinctive says that the form alone is rarely anything else.
	Distinctive bool `yaml:"distinctive"`
	// Chance is how many random strings of this form pass the check (0.0033 = 1 in
	// 305), as measured; it says how many values make a column or a list a proof.
	Chance float64 `yaml:"chance"`
	// Rank breaks ties between rules that claim the same text: the higher one wins.
	Rank      int      `yaml:"rank"`
	AtLeast   int      `yaml:"atleast"`   // different values in a document below which there is no finding
	Mask      string   `yaml:"mask"`      // "2+2" first and last characters kept at most, "" nothing
	Published []string `yaml:"published"` // known examples of documentation

	Match  []string `yaml:"match"`  // examples in which the rule finds something
	Reject []string `yaml:"reject"` // examples in which it does not

	file string
}

// Level returns the severity of one occurrence.
func (r *Rule) Level() poterne.Level { return poterne.Level(r.Severity) + poterne.Public }

// Rules are all rules of a classifier: the embedded ones and those of a folder.
type Rules struct {
	rules    []Rule
	markings []Marking
	lexicons []Lexicon
	words    map[string][]string // shared lists of words, by id
	allow    []Allowance
	loaded   *loader
	version  poterne.Version
}

// Load reads the embedded rules and then the YAML files of dir, whose entries are
// added or replace those with the same id; dir may be empty. What is wrong with
// the files comes back as one *LoadError that lists everything.
func Load(dir string) (*Rules, error) { return load(dir, time.Now()) }

// LoadFiles is [Load] with files that lie nowhere, by name.
func LoadFiles(files map[string][]byte) (*Rules, error) {
	l, err := readFiles("")
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		l.readFile(name, files[name], false)
	}
	return l.rules(time.Now())
}

// load reads rules as they hold on the day of now.
func load(dir string, now time.Time) (*Rules, error) {
	l, err := readFiles(dir)
	if err != nil {
		return nil, err
	}
	return l.rules(now)
}

// rules checks what was read, and makes the rules of it.
func (l *loader) rules(now time.Time) (*Rules, error) {
	r := &Rules{loaded: l}
	for _, it := range l.sections["rules"] {
		rule := decode[Rule](l, it)
		rule.file = it.file
		r.rules = append(r.rules, rule)
		l.check(it, &r.rules[len(r.rules)-1])
	}
	slices.SortFunc(r.rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	r.readMarkings(l)
	r.readLexicons(l)
	r.readAllowances(l, now)
	if len(l.problems) > 0 {
		return nil, &LoadError{Problems: l.problems}
	}
	r.version = poterne.Version(l.declared + "+" + engineVersion + "." + l.hash())
	return r, nil
}

// Change is a rule that two states of the rules do not share, or not alike.
type Change struct {
	Section string // "rules", "markings", "lexicons", "words", "allow"
	ID      string
	Kind    string   // "added", "removed", "changed"
	Fields  []string // of a changed rule, sorted
}

// Diff returns what turns r into other, sorted by section and id.
func (r *Rules) Diff(other *Rules) []Change {
	var out []Change
	for _, section := range sectionNames {
		old, now := r.loaded.values(section), other.loaded.values(section)
		ids := slices.Collect(maps.Keys(old))
		for id := range now {
			if old[id] == nil {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			c := Change{Section: section, ID: id}
			switch a, b := old[id], now[id]; {
			case a == nil:
				c.Kind = "added"
			case b == nil:
				c.Kind = "removed"
			default:
				if c.Fields = unlike(a, b); len(c.Fields) == 0 {
					continue
				}
				c.Kind = "changed"
			}
			out = append(out, c)
		}
	}
	return out
}

// unlike returns the fields in which two entries differ.
func unlike(a, b map[string]any) []string {
	var out []string
	for k, v := range a {
		if w, ok := b[k]; !ok || !reflect.DeepEqual(v, w) {
			out = append(out, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// List returns the rules for identifiers and secrets, sorted by id.
func (r *Rules) List() []Rule { return slices.Clone(r.rules) }

// Version names the state of the rules: the declared version, the engine's, and a
// hash of all entries.
func (r *Rules) Version() poterne.Version { return r.version }
