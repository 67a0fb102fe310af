package main

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode"

	"poterne"
	"poterne/classifiers"
	"poterne/extract/sandbox"
	"poterne/ledger"
	"poterne/sources"
	"poterne/web"
)

// revealer reads documents again at their source, with the rights of this service,
// and isolates the values that a rule found there. It keeps nothing.
type revealer struct {
	ledger     *ledger.Ledger
	classifier *classifiers.Classifier
	readers    *sandbox.Pool
	options    sources.Options
	turn       chan struct{} // one document at a time
}

// Bounds of one reveal.
const (
	mostRevealed = 100 // values: a page that a person can read
	revealTime   = time.Minute
)

// reveal returns the values of a finding.
func (v *revealer) reveal(ctx context.Context, r poterne.Record, rule, mark string) ([]web.Revealed, error) {
	i := slices.IndexFunc(r.Findings, func(f poterne.Finding) bool { return f.Rule == rule && f.Mark == mark })
	if i < 0 {
		return nil, web.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, revealTime)
	defer cancel()
	select {
	case v.turn <- struct{}{}:
		defer func() { <-v.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	known, err := knownShares(ctx, v.ledger)
	if err != nil {
		return nil, err
	}
	if known[r.Share] == "" {
		return nil, poterne.Fail(poterne.StageOpen, poterne.Vanished, nil)
	}
	source, err := sources.Open([]sources.Root{{Share: r.Share, Dir: known[r.Share]}}, v.options)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	whole := r.Document
	whole.Member, whole.ID = "", poterne.NewID(r.Share, r.Path, "")
	content, err := source.Open(ctx, whole)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return v.values(ctx, r, r.Findings[i], whole, content)
}

// values reads the segments of the member of r and isolates what f found in them.
func (v *revealer) values(ctx context.Context, r poterne.Record, f poterne.Finding, whole poterne.Document, content poterne.Content) ([]web.Revealed, error) {
	var out []web.Revealed
	seen := map[poterne.Fingerprint]bool{}
	for s, err := range v.readers.Extract(ctx, whole, content) {
		var failure *poterne.Failure
		if err != nil && !errors.As(err, &failure) {
			return nil, err
		}
		if err != nil || s.Part.Member != r.Member {
			continue // a broken member or sheet: the others are read
		}
		prints, err := v.prints(ctx, r.Document, s, f)
		if err != nil {
			return nil, err
		}
		for _, p := range prints {
			if seen[p] || !slices.Contains(f.Prints, p) {
				continue
			}
			seen[p] = true
			text, err := v.isolate(ctx, r.Document, s, f, p)
			if err != nil {
				return nil, err
			}
			if out = append(out, web.Revealed{Text: text, Place: s.Place}); len(out) == mostRevealed {
				return out, nil
			}
		}
	}
	return out, ctx.Err()
}

// prints returns the fingerprints that the rule of f finds in one segment alone.
func (v *revealer) prints(ctx context.Context, d poterne.Document, s poterne.Segment, f poterne.Finding) ([]poterne.Fingerprint, error) {
	found, err := v.classifier.Classify(ctx, d, func(yield func(poterne.Segment, error) bool) { yield(s, nil) })
	for _, g := range found {
		if g.Rule == f.Rule && g.Mark == f.Mark {
			return g.Prints, err
		}
	}
	return nil, err
}

// isolate returns the least stretch of a segment that still has a fingerprint: the
// value, with the words that the rule needs beside it. It begins and ends where words
// do, brackets and full stops left out.
func (v *revealer) isolate(ctx context.Context, d poterne.Document, s poterne.Segment, f poterne.Finding, p poterne.Fingerprint) (string, error) {
	at := edges(s.Body)
	holds := func(low, high int) (bool, error) {
		part := s
		part.Body = s.Body[at[low]:at[high]]
		prints, err := v.prints(ctx, d, part, f)
		return slices.Contains(prints, p), err
	}
	low, high := 0, len(at)-1
	for step := high / 2; step > 0; step /= 2 {
		for ok := true; ok && low+step < high; {
			var err error
			if ok, err = holds(low+step, high); err != nil {
				return "", err
			}
			if ok {
				low += step
			}
		}
		for ok := true; ok && high-step > low; {
			var err error
			if ok, err = holds(low, high-step); err != nil {
				return "", err
			}
			if ok {
				high -= step
			}
		}
	}
	return s.Body[at[low]:at[high]], nil
}

// edges returns where each word and each sign between words begins, and the end.
func edges(text string) []int {
	at := []int{0}
	word := false
	for i, r := range text {
		is := unicode.IsLetter(r) || unicode.IsDigit(r)
		if i > 0 && !(is && word) {
			at = append(at, i)
		}
		word = is
	}
	return append(at, len(text))
}
