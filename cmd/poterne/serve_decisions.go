package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"poterne"
	"poterne/ledger"
	"poterne/policy"
	"poterne/web"
)

// pageReviews gives the pages what persons decide.
type pageReviews struct{ desk *desk }

// webAccount names an account of the pages in the audit.
func webAccount(login string) string { return "web:" + login }

// List returns all reviews with what they are worth today.
func (p pageReviews) List(ctx context.Context) ([]web.Review, error) {
	out := []web.Review{}
	for r, err := range p.desk.ledger.Reviews(ctx) {
		if err != nil {
			return nil, err
		}
		w, err := p.review(ctx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// Of returns the reviews of what a document holds.
func (p pageReviews) Of(ctx context.Context, rec poterne.Record) ([]web.Review, error) {
	list, err := reviewsFor(ctx, p.desk.ledger, rec)
	if err != nil {
		return nil, err
	}
	out := []web.Review{}
	for _, r := range list {
		w, err := p.review(ctx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

func (p pageReviews) review(ctx context.Context, r ledger.Review) (web.Review, error) {
	state, err := p.desk.State(ctx, r)
	return web.Review{
		ID: r.ID, DocID: r.Document.ID, Share: r.Document.Share, Path: r.Document.Full(), At: r.At, State: web.ReviewState(state),
		Decision: web.Decision{Act: web.Act(r.Act), Rule: r.Rule, Mark: r.Mark, Level: r.Level, Class: r.Class, Reason: r.Reason, Author: r.Author, Second: r.Second, Assignee: r.Assignee, Expires: r.Expires},
	}, err
}

// Decide stores a decision in the name of an account.
func (p pageReviews) Decide(ctx context.Context, account string, rec poterne.Record, d web.Decision) (web.Review, error) {
	r, err := p.desk.Review(ctx, webAccount(account), rec, ledger.Review{
		Act: ledger.Act(d.Act), Rule: d.Rule, Mark: d.Mark, Level: d.Level, Class: d.Class, Reason: d.Reason, Author: d.Author, Second: d.Second, Assignee: d.Assignee, Expires: d.Expires,
	})
	if err != nil {
		return web.Review{}, decisionProblem(err)
	}
	return p.review(ctx, r)
}

// Withdraw ends a review.
func (p pageReviews) Withdraw(ctx context.Context, account, id, reason, second string) error {
	_, err := p.desk.Withdraw(ctx, webAccount(account), id, reason, second)
	return decisionProblem(err)
}

// settlePause is how long to leave the lock to a scan before verdicts follow.
const settlePause = 30 * time.Second

// Settle has stored verdicts follow, once the scan that may run is over.
func (p pageReviews) Settle(ctx context.Context) error {
	for {
		_, waiting, err := p.desk.Settle(ctx)
		if err != nil || !waiting {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settlePause):
		}
	}
}

// decisionProblem says an error of a decision as the pages know it.
func decisionProblem(err error) error {
	var second *secondError
	var lack *ledger.Refusal
	switch {
	case errors.As(err, &second):
		return fmt.Errorf("%w: %w", web.ErrSecond, err)
	case errors.As(err, &lack):
		return refusal(lack)
	}
	return notFound(err)
}

// pageDerogations gives the pages the derogations.
type pageDerogations struct {
	ledger *ledger.Ledger
	policy *decider
}

// List returns all derogations with what the policy says of them.
func (p pageDerogations) List(ctx context.Context) ([]web.Derogation, error) {
	list, err := derogations(ctx, p.ledger, p.policy, time.Now())
	out := []web.Derogation{}
	for _, s := range list {
		out = append(out, pageDerogation(s))
	}
	return out, err
}

func pageDerogation(s standing) web.Derogation {
	return web.Derogation{
		ID: s.ID, Project: s.Project, Authority: s.Authority, Doctrine: s.Doctrine, Engaged: s.Engaged, Offer: s.Offer, End: s.End, InPlace: s.InPlace, Scope: s.Scope,
		Public: s.Public, Approved: s.Approved, Destination: s.Destination, Shares: s.Shares, Under: s.Under, Reason: s.Reason, Author: s.Author, At: s.At, Revoked: s.Revoked,
		Holds: s.Holds, Deadline: s.Deadline, Left: s.Left, Alert: s.Alert, Reasons: s.Reasons,
	}
}

// Add stores a derogation in the name of an account.
func (p pageDerogations) Add(ctx context.Context, account string, d web.Derogation) (web.Derogation, error) {
	added, err := p.ledger.AddDerogation(ctx, webAccount(account), ledger.Derogation{
		Project: d.Project, Authority: d.Authority, Doctrine: d.Doctrine, Engaged: d.Engaged, Offer: d.Offer, End: d.End, InPlace: d.InPlace, Scope: d.Scope,
		Public: d.Public, Approved: d.Approved, Destination: d.Destination, Shares: d.Shares, Under: d.Under, Reason: d.Reason, Author: d.Author,
	})
	return pageDerogation(standing{Derogation: added}), decisionProblem(err)
}

// Revoke ends a derogation.
func (p pageDerogations) Revoke(ctx context.Context, account, id, reason string) error {
	return decisionProblem(p.ledger.RevokeDerogation(ctx, webAccount(account), id, reason))
}

// planFile writes what a destination says of each record, derogations too, as a table
// or as a list of names.
func (a *app) planFile(led *ledger.Ledger, c *policy.Catalogue, pol *decider) func(context.Context, io.Writer, string, string, web.Export) error {
	return func(ctx context.Context, w io.Writer, lang, destination string, x web.Export) error {
		dest, err := c.Find(destination)
		if err != nil {
			return err
		}
		words := &app{lang: lang, format: x.Format, quiet: true}
		p := plan{app: words, voice: words.voice(pol), policy: pol, dest: dest, now: time.Now(), groups: map[policy.Answer]*group{}}
		if p.derogations, err = led.Derogations(ctx); err != nil {
			return err
		}
		for _, answer := range answers {
			p.groups[answer] = &group{why: map[string]int{}}
		}
		for r, err := range x.Records {
			if err != nil {
				return err
			}
			if err := p.add(w, r); err != nil {
				return err
			}
		}
		if x.Format != "csv" {
			return nil // a line more would be taken for a name
		}
		return watermarkRow(w, x.Watermark)
	}
}
