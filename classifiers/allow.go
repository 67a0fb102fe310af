package classifiers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"poterne"
)

// Allowance is one entry of an allow list: values that a rule may find and that
// do not count, for a reason and until a day. What it takes out stays in the
// record, under the tag "allowed".
type Allowance struct {
	ID   string `yaml:"id"`
	Rule string `yaml:"rule"`
	// Value is the value, in any typography, or Print its fingerprint under the key
	// of this installation. Without either, the entry takes out all that the rule
	// finds in Paths.
	Value string              `yaml:"value"`
	Print poterne.Fingerprint `yaml:"print"`
	// Paths are globs of the paths of documents, "**" spans folders; none: everywhere.
	Paths   []string `yaml:"paths"`
	Reason  string   `yaml:"reason"`
	By      string   `yaml:"by"`      // who decided
	Expires string   `yaml:"expires"` // the last day on which it holds, 2027-03-31

	Expired bool `yaml:"-"`
	item    item
}

// readAllowances reads the section "allow". Entries that expired are kept aside:
// they are no part of the version, so that the day after the last one every
// document that an entry was for is read again.
func (r *Rules) readAllowances(l *loader, today time.Time) {
	day := today.Format(time.DateOnly)
	active := l.sections["allow"][:0:0]
	for _, it := range l.sections["allow"] {
		a := decode[Allowance](l, it)
		a.item = it
		r.checkAllowance(l, it, &a)
		a.Expired = a.Expires < day
		if !a.Expired {
			active = append(active, it)
		}
		r.allow = append(r.allow, a)
	}
	l.sections["allow"] = active
}

func (r *Rules) checkAllowance(l *loader, it item, a *Allowance) {
	identifier := slices.ContainsFunc(r.rules, func(o Rule) bool { return o.ID == a.Rule })
	switch {
	case a.Rule == poterne.RuleMarking:
		l.fail(it, "rule", "a marking is lifted by a derogation, not by an allow list")
	case !identifier && !slices.ContainsFunc(r.lexicons, func(o Lexicon) bool { return o.ID == a.Rule }):
		l.fail(it, "rule", "%q is no rule", a.Rule)
	case !identifier && (a.Value != "" || a.Print != ""):
		l.fail(it, "rule", "%s finds no values: give paths", a.Rule)
	}
	if a.Value != "" && a.Print != "" {
		l.fail(it, "print", "give value or print, not both")
	}
	if a.Value == "" && a.Print == "" && len(a.Paths) == 0 {
		l.fail(it, "id", "without value, print or paths it would silence the whole rule")
	}
	for _, g := range a.Paths {
		if !doublestar.ValidatePattern(g) {
			l.fail(it, "paths", "%q is no glob", g)
		}
	}
	if strings.TrimSpace(a.Reason) == "" {
		l.fail(it, "reason", "missing: an exception has a reason")
	}
	if _, err := time.Parse(time.DateOnly, a.Expires); err != nil {
		l.fail(it, "expires", "want the last day on which it holds, as 2027-03-31")
	}
}

// Allowances returns the entries of the allow lists, the expired ones too.
func (r *Rules) Allowances() []Allowance { return slices.Clone(r.allow) }

// allowances are the entries in force, ready to run.
type allowances struct {
	list    []Allowance
	byPrint map[poterne.Fingerprint][]int
	whole   []int // those without a value
}

// compile needs c whole: the print of a value is what c itself finds it to be.
func (a *allowances) compile(c *Classifier, rules *Rules) error {
	a.byPrint = map[poterne.Fingerprint][]int{}
	l := &loader{}
	for _, e := range rules.allow {
		if e.Expired {
			continue
		}
		i := len(a.list)
		a.list = append(a.list, e)
		p := e.Print
		if e.Value != "" {
			prints := map[string]poterne.Fingerprint{}
			if err := c.printsUnder(context.Background(), e.Value, c.titleOf(e.Rule), prints); err != nil {
				return err
			}
			if err := c.printsUnder(context.Background(), e.Value, "", prints); err != nil {
				return err
			}
			if p = prints[e.Rule]; p == "" {
				l.fail(e.item, "value", "%s does not take it", e.Rule)
				continue
			}
		}
		if p == "" {
			a.whole = append(a.whole, i)
		} else {
			a.byPrint[p] = append(a.byPrint[p], i)
		}
	}
	if len(l.problems) > 0 {
		return &LoadError{Problems: l.problems}
	}
	return nil
}

// scope returns which entries hold for a document, nil for none.
func (a *allowances) scope(doc poterne.Document) []bool {
	if len(a.list) == 0 {
		return nil
	}
	holds := make([]bool, len(a.list))
	for i, e := range a.list {
		holds[i] = len(e.Paths) == 0 || slices.ContainsFunc(e.Paths, func(g string) bool {
			return doublestar.MatchUnvalidated(g, doc.Path) || doublestar.MatchUnvalidated(g, doc.Full())
		})
	}
	return holds
}

// allowed returns the entry that takes out a value of the document, "" for none.
func (d *document) allowed(p print) string {
	if d.allow == nil || len(d.c.allow.byPrint) == 0 {
		return ""
	}
	for _, i := range d.c.allow.byPrint[p.fingerprint()] {
		if d.allow[i] {
			return d.c.allow.list[i].ID
		}
	}
	return ""
}

// allowWhole takes out the findings of the rules that an entry without a value
// names.
func (d *document) allowWhole(all []poterne.Finding) {
	for _, i := range d.c.allow.whole {
		e := &d.c.allow.list[i]
		for k := range all {
			if f := &all[k]; d.allow[i] && f.Rule == e.Rule {
				f.Level, f.Confidence = poterne.Public, 0
				if !f.Has(poterne.TagAllowed) {
					f.Tags = append(f.Tags, poterne.TagAllowed)
				}
				f.Trace = append(f.Trace, allowedStep(e.ID, f.Count))
			}
		}
	}
}

func allowedStep(id string, n int) poterne.Step {
	return poterne.Step{Name: "allowed", Detail: fmt.Sprintf("%s: %d", id, n)}
}
