package classifiers

import (
	"context"
	"iter"
	"strings"
	"testing"

	"poterne"
)

// classifier returns a classifier with the embedded rules.
func classifier(tb testing.TB) *Classifier {
	tb.Helper()
	c, err := New(Options{Key: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// segmentsOf yields segments without errors.
func segmentsOf(segments []poterne.Segment) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		for _, s := range segments {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// textOf cuts a text into one body segment a line, as the reader of text files does.
func textOf(text string) []poterne.Segment {
	part := &poterne.Part{Format: "txt"}
	var out []poterne.Segment
	for i, l := range strings.Split(text, "\n") {
		out = append(out, poterne.Segment{Part: part, Body: l, Place: poterne.Place{Row: i + 1}})
	}
	return out
}

// marksIn returns the marking findings by mark.
func marksIn(tb testing.TB, c *Classifier, segments []poterne.Segment) map[string]poterne.Finding {
	tb.Helper()
	findings, err := c.Classify(context.Background(), poterne.Document{}, segmentsOf(segments))
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]poterne.Finding{}
	for _, f := range findings {
		if f.Rule == poterne.RuleMarking {
			out[f.Mark] = f
		}
	}
	return out
}

// TestMarkingExamples runs the examples of the rule file: in each match the
// marking weighs enough to hold a document back, in no reject does it.
func TestMarkingExamples(t *testing.T) {
	c := classifier(t)
	for _, m := range c.rules.Markings() {
		for _, text := range m.Match {
			if f, ok := marksIn(t, c, textOf(text))[m.ID]; !ok || f.Confidence*100 < weightConfirm {
				t.Errorf("%s: %q: confidence %v, want %v or more", m.ID, text, f.Confidence, weightConfirm/100.0)
			}
		}
		for _, text := range m.Reject {
			if f, ok := marksIn(t, c, textOf(text))[m.ID]; ok {
				t.Errorf("%s: %q: confidence %v, want none: %v", m.ID, text, f.Confidence, f.Trace)
			}
		}
	}
}
