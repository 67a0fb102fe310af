package classifiers

import (
	"context"
	"strings"

	"poterne"
)

// textExamples runs the examples of the markings and the vocabularies. They are
// short texts: each line is a paragraph, and where the text stands in a page matters.
func (c *Classifier) textExamples(ctx context.Context) ([]Result, error) {
	var out []Result
	run := func(rule, mark string, match, reject []string) error {
		for i, list := range [][]string{match, reject} {
			for _, text := range list {
				findings, err := c.Classify(ctx, poterne.Document{}, paragraphs(text))
				if err != nil {
					return err
				}
				r := Result{Rule: rule, Example: text, Want: i == 0}
				if mark != "" {
					r.Rule += "/" + mark
				}
				for _, f := range findings {
					// A marking that is only hinted at does not hold a document back.
					strong := f.Confidence*100 >= weightConfirm
					r.Got = r.Got || f.Rule == rule && f.Mark == mark && (strong || !r.Want)
				}
				out = append(out, r)
			}
		}
		return nil
	}
	for _, m := range c.rules.markings {
		if err := run(poterne.RuleMarking, m.ID, m.Match, m.Reject); err != nil {
			return nil, err
		}
	}
	for _, x := range c.rules.lexicons {
		if err := run(x.ID, "", x.Match, x.Reject); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// paragraphs yields one body segment a line.
func paragraphs(text string) func(yield func(poterne.Segment, error) bool) {
	return func(yield func(poterne.Segment, error) bool) {
		part := &poterne.Part{Format: "txt"}
		row := 0
		for line := range strings.SplitSeq(text, "\n") {
			row++
			if !yield(poterne.Segment{Part: part, Body: line, Place: poterne.Place{Row: row}}, nil) {
				return
			}
		}
	}
}
