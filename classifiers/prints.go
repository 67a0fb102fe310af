package classifiers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"poterne"
)

// MaxPrints is how many fingerprints of one rule a finding keeps: a table with more
// different values is not found by all of them.
const MaxPrints = maxPrints

// print is the keyed hash of one normalised value.
type print [12]byte

func (p print) fingerprint() poterne.Fingerprint {
	return poterne.Fingerprint(base64.RawURLEncoding.EncodeToString(p[:]))
}

// keyed makes prints: HMAC-SHA-256 (RFC 2104) under one key, without allocating,
// for one is made of each value of a table of a million rows.
type keyed struct{ inner, outer [sha256.BlockSize]byte }

func newKeyed(key []byte) (k keyed) {
	if len(key) > sha256.BlockSize {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	copy(k.inner[:], key)
	copy(k.outer[:], key)
	for i := range k.inner {
		k.inner[i] ^= 0x36
		k.outer[i] ^= 0x5c
	}
	return k
}

// print returns the first bytes of HMAC(key, rule ‖ 0 ‖ value).
func (k *keyed) print(rule string, value []byte) (p print) {
	var buf [512]byte
	b := append(buf[:0], k.inner[:]...)
	b = append(append(b, rule...), 0)
	sum := sha256.Sum256(append(b, value...))
	b = append(append(buf[:0], k.outer[:]...), sum[:]...)
	sum = sha256.Sum256(b)
	copy(p[:], sum[:])
	return p
}

// Fingerprints returns, by rule, the fingerprint that value has where a document
// holds it: what a search for one person's identifier asks the index for. Each
// rule that could take the value has its own; value is written in any typography
// and needs no context. It is empty where no rule takes the value.
func (c *Classifier) Fingerprints(ctx context.Context, value string) (map[string]poterne.Fingerprint, error) {
	out := map[string]poterne.Fingerprint{}
	if err := c.printsUnder(ctx, value, "", out); err != nil {
		return nil, err
	}
	for i := range c.rules.rules {
		if title := c.rules.rules[i].title(); title != "" {
			if err := c.printsUnder(ctx, value, title, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// printsUnder adds the fingerprints that value has, by rule, in a paragraph of its
// own, or in a cell under a title.
func (c *Classifier) printsUnder(ctx context.Context, value, title string, out map[string]poterne.Fingerprint) error {
	place := poterne.Place{}
	if title != "" {
		place = poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 2, Column: 1, Header: title}
	}
	found, err := c.Classify(ctx, poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
		yield(poterne.Segment{Part: &poterne.Part{}, Body: value, Header: title, Place: place}, nil)
	})
	for _, f := range found {
		if len(f.Prints) == 1 {
			out[f.Rule] = f.Prints[0]
		}
	}
	return err
}

// title returns a title of a column under which the rule takes bare values, or "".
func (r *Rule) title() string {
	for _, list := range [][]string{r.Cues, r.Words} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return ""
}

func (c *Classifier) titleOf(rule string) string {
	for i := range c.rules.rules {
		if c.rules.rules[i].ID == rule {
			return c.rules.rules[i].title()
		}
	}
	return ""
}
