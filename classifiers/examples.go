package classifiers

import (
	"context"
	"strings"

	"poterne"
)

// Result is the outcome of one example of a rule.
type Result struct {
	Rule    string
	Example string
	Want    bool // the rule should find something
	Got     bool
}

// OK reports whether the example came out as its rule says.
func (r Result) OK() bool { return r.Want == r.Got }

// Test runs the examples of all rules, markings and vocabularies, each through the
// whole classifier, and returns one result for each. A published example counts
// as found; as a rejected example it counts as not found.
func (r *Rules) Test() ([]Result, error) {
	c, err := New(Options{Rules: r})
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, rule := range r.rules {
		for _, x := range rule.Match {
			f, ok := c.example(rule.ID, x)
			out = append(out, Result{rule.ID, x, true, ok && f.Rule != ""})
		}
		for _, x := range rule.Reject {
			f, ok := c.example(rule.ID, x)
			out = append(out, Result{rule.ID, x, false, ok && !f.Has(poterne.TagExample)})
		}
	}
	texts, err := c.textExamples(context.Background())
	return append(out, texts...), err
}

// example returns what a rule finds in one example.
func (c *Classifier) example(rule, text string) (poterne.Finding, bool) {
	found, err := c.Classify(context.Background(), poterne.Document{}, exampleSegments(text))
	if err != nil {
		return poterne.Finding{}, false
	}
	for _, f := range found {
		if f.Rule == rule {
			return f, true
		}
	}
	return poterne.Finding{}, false
}

// exampleSegments makes a paragraph of an example; "[Titre] valeur" is a cell
// under that title.
func exampleSegments(text string) func(yield func(poterne.Segment, error) bool) {
	s := poterne.Segment{Part: &poterne.Part{}, Body: text}
	if rest, ok := strings.CutPrefix(text, "["); ok {
		if title, value, ok := strings.Cut(rest, "] "); ok {
			s.Body, s.Header = value, title
			s.Place = poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 2, Column: 1, Header: title}
		}
	}
	return func(yield func(poterne.Segment, error) bool) { yield(s, nil) }
}
