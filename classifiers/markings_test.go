package classifiers

import (
	"context"
	"iter"
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
	var out []poterne.Segment
	for s := range paragraphs(text) {
		out = append(out, s)
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
