package classifiers

import (
	"context"
	"testing"

	"poterne"
)

// subjectsIn returns the findings of rule ids other than markings, by rule.
func subjectsIn(tb testing.TB, c *Classifier, segments []poterne.Segment) map[string]poterne.Finding {
	tb.Helper()
	findings, err := c.Classify(context.Background(), poterne.Document{}, segmentsOf(segments))
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]poterne.Finding{}
	for _, f := range findings {
		if f.Rule != poterne.RuleMarking {
			out[f.Rule] = f
		}
	}
	return out
}

// TestLexiconExamples runs the examples of the rule file.
func TestLexiconExamples(t *testing.T) {
	c := classifier(t)
	for _, x := range c.rules.Lexicons() {
		for _, text := range x.Match {
			if _, ok := subjectsIn(t, c, textOf(text))[x.ID]; !ok {
				t.Errorf("%s: nothing found in %q", x.ID, text)
			}
		}
		for _, text := range x.Reject {
			if f, ok := subjectsIn(t, c, textOf(text))[x.ID]; ok {
				t.Errorf("%s: found %q in %q: %v", x.ID, f.Masked, text, f.Trace)
			}
		}
	}
}
