package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"poterne"
	"poterne/ledger"
	"poterne/scanner"
)

// maxHeldBack bounds the documents that wait for the end of a listing: 60 MB of
// them. Past that they are read as they come, which costs order and nothing else.
const maxHeldBack = 200_000

// oldestFirst is a Source that, after a night that was cut short, gives the
// documents first that have waited longest: without it a night that is always too
// short would always end before the same folders.
type oldestFirst struct {
	scanner.Source
	ledger *ledger.Ledger
	whole  map[string]int64 // by share: the last run that was not cut
}

// withOldestFirst wraps a source where the last run of one of its shares was cut.
func withOldestFirst(ctx context.Context, source scanner.Source, led *ledger.Ledger, shares []string) (scanner.Source, error) {
	whole := map[string]int64{}
	for _, s := range shares {
		n, cut, err := led.Cut(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("look up the last run: %w", err)
		}
		if cut {
			whole[s] = n
		}
	}
	if len(whole) == 0 {
		return source, nil
	}
	return oldestFirst{source, led, whole}, nil
}

// Documents yields at once what no run has met since the last whole one, failures
// too, and the rest once all is listed, what was met longest ago first.
func (o oldestFirst) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		type late struct {
			d   poterne.Document
			met int64
		}
		var held []late
		for d, err := range o.Source.Documents(ctx) {
			whole, cut := o.whole[d.Share]
			if err == nil && cut && len(held) < maxHeldBack {
				met, merr := o.ledger.Met(ctx, d)
				if merr != nil {
					yield(d, fmt.Errorf("look up a document: %w", merr))
					return
				}
				if met > whole {
					held = append(held, late{d, met})
					continue
				}
			}
			if !yield(d, err) {
				return
			}
		}
		slices.SortStableFunc(held, func(a, b late) int { return cmp.Compare(a.met, b.met) })
		for _, h := range held {
			if !yield(h.d, nil) {
				return
			}
		}
	}
}
