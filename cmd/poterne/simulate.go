package main

import (
	"context"
	"errors"
	"iter"

	"poterne"
	"poterne/ledger"
)

// move is a file as it was decided, and what another policy would say of it.
type move struct {
	poterne.Record
	After poterne.Assessment
}

// moved reports whether the verdict would be another one.
func (m move) moved() bool {
	return m.Assessment.Level != m.After.Level || m.Assessment.Hosting.Class != m.After.Hosting.Class
}

// simulate yields the files of the shares that within takes, the worst first, each as
// rules, reviews and another policy would have it. Nothing is read again or stored.
func (a *app) simulate(ctx context.Context, led *ledger.Ledger, v *verdicts, pol *decider, within func(share string) bool) iter.Seq2[move, error] {
	return func(yield func(move, error) bool) {
		rv := a.newReviewer(led, v)
		rv.policyFor = func(context.Context, poterne.Record) (*decider, error) { return pol, nil }
		for r, err := range led.Records(ctx, ledger.Filter{NoMembers: true}) {
			if err == nil && !within(r.Share) {
				continue
			}
			m := move{Record: r}
			if err == nil {
				m.After, err = rv.simulated(ctx, r)
			}
			if errors.Is(err, errGone) {
				continue
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// errGone says that a scan dropped a file meanwhile.
var errGone = errors.New("the file has left")

// simulated decides a file again, with what lies in it and what persons said of it.
func (rv *reviewer) simulated(ctx context.Context, r poterne.Record) (poterne.Assessment, error) {
	whole, err := rv.ledger.Container(ctx, r.Document)
	if err != nil {
		return poterne.Assessment{}, err
	}
	if len(whole) == 0 {
		return poterne.Assessment{}, errGone
	}
	reviews, err := rv.reviews(ctx, whole)
	if err != nil {
		return poterne.Assessment{}, err
	}
	if whole, err = rv.decide(ctx, whole, reviews); err != nil {
		return poterne.Assessment{}, err
	}
	return whole[0].Assessment, nil
}
