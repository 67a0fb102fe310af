package classifiers

import (
	"context"

	"poterne"
)

// Fingerprints returns, by rule, the fingerprint that value has where a document
// holds it: what a search for one person's identifier asks the index for. Each
// rule that could take the value has its own; value is written in any typography
// and needs no context. It is empty where no rule takes the value.
func (c *Classifier) Fingerprints(ctx context.Context, value string) (map[string]poterne.Fingerprint, error) {
	out := map[string]poterne.Fingerprint{}
	add := func(header string) error {
		place := poterne.Place{Header: header}
		if header != "" {
			place = poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 2, Column: 1, Header: header}
		}
		found, err := c.Classify(ctx, poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
			yield(poterne.Segment{Part: &poterne.Part{}, Body: value, Header: header, Place: place}, nil)
		})
		for _, f := range found {
			if len(f.Prints) == 1 {
				out[f.Rule] = f.Prints[0]
			}
		}
		return err
	}
	if err := add(""); err != nil {
		return nil, err
	}
	for i := range c.rules.rules {
		r := &c.rules.rules[i]
		if len(r.Words)+len(r.Cues) == 0 {
			continue
		}
		title := ""
		if len(r.Cues) > 0 {
			title = r.Cues[0]
		} else {
			title = r.Words[0]
		}
		if err := add(title); err != nil {
			return nil, err
		}
	}
	return out, nil
}
