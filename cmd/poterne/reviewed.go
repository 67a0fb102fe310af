package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"poterne"
	"poterne/ledger"
	"poterne/scanner"
)

// This file carries what persons decided into verdicts: a false positive no longer
// counts, a confirmed finding is certain, a reclassified document has the level and
// class that it was given. It holds as long as the content and the rule stay the
// same; else the review is to be seen again and the verdict is the program's own.

// reviewer decides records as persons did. It may be used by several goroutines.
type reviewer struct {
	ledger *ledger.Ledger
	// policyFor returns the policy under which a record is decided.
	policyFor func(context.Context, poterne.Record) (*decider, error)
	rules     poterne.Version // in force
	version   func(rule, mark string) string
	now       func() time.Time

	mu       sync.Mutex
	versions map[[2]string]string
}

// confirmed is the confidence of a finding that a person confirmed: that of several
// keys (doctrine D.3).
const confirmed = 0.95

// reviewStep is the name of the step of a trace that says what a person decided.
const reviewStep = "review"

func (rv *reviewer) versionOf(rule, mark string) string {
	rv.mu.Lock()
	defer rv.mu.Unlock()
	if rv.versions == nil {
		rv.versions = map[[2]string]string{}
	}
	key := [2]string{rule, mark}
	v, ok := rv.versions[key]
	if !ok {
		v = rv.version(rule, mark)
		rv.versions[key] = v
	}
	return v
}

// basis names what r is about as the rules in force find it; "" where the records
// were made under other rules.
func (rv *reviewer) basis(r ledger.Review, records []poterne.Record) string {
	if len(records) == 0 || records[0].Stamp.Rules != rv.rules {
		return ""
	}
	if r.Rule != "" {
		return rv.versionOf(r.Rule, r.Mark)
	}
	var found []string
	for _, rec := range records {
		for _, f := range rec.Findings {
			found = append(found, f.Rule+"\x00"+f.Mark+"\x00"+rv.versionOf(f.Rule, f.Mark))
		}
	}
	slices.Sort(found)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(found), "\x01")))
	return hex.EncodeToString(sum[:6])
}

// current reports whether r is about what records hold today: the same content, and
// the same rule or nothing but what was there.
func (rv *reviewer) current(r ledger.Review, records []poterne.Record) bool {
	if len(records) == 0 || r.Content != records[0].Stamp.Content {
		return false
	}
	return r.Rules == records[0].Stamp.Rules || r.Basis != "" && r.Basis == rv.basis(r, records)
}

// review is what a scan asks before it stores the records of a container.
func (rv *reviewer) review(ctx context.Context, records []poterne.Record) ([]poterne.Record, error) {
	reviews, err := rv.ledger.ReviewsOf(ctx, records[0])
	if err != nil {
		return nil, fmt.Errorf("look up reviews: %w", err)
	}
	if len(reviews) == 0 {
		return records, nil
	}
	return rv.decide(ctx, records, reviews)
}

// decide makes the records of a container anew from their findings and reviews.
func (rv *reviewer) decide(ctx context.Context, records []poterne.Record, reviews []ledger.Review) ([]poterne.Record, error) {
	pol, err := rv.policyFor(ctx, records[0])
	if err != nil {
		return nil, err
	}
	reviews = slices.DeleteFunc(slices.Clone(reviews), func(r ledger.Review) bool {
		return !r.Holds(rv.now()) || !rv.current(r, records)
	})
	out := slices.Clone(records)
	for i := range out {
		r := &out[i]
		r.Findings = reviewed(r.Findings, r.Member, reviews)
		r.Assessment = pol.Decide(r.Document, r.Findings, r.Failure)
		r.Stamp.Policy = pol.Version()
	}
	out = scanner.Join(pol, out)
	for _, v := range reviews {
		for i := range out {
			if v.Act == ledger.Reclassify && out[i].Member == v.Document.Member {
				out[i].Assessment = reclassified(out[i].Assessment, v)
			}
		}
	}
	return out, nil
}

// reviewed returns findings of one member as reviews want them, and without what
// earlier ones did.
func reviewed(findings []poterne.Finding, member string, reviews []ledger.Review) []poterne.Finding {
	if len(findings) == 0 {
		return findings
	}
	out := make([]poterne.Finding, len(findings))
	for i, f := range findings {
		f = asFound(f)
		for _, v := range reviews {
			if v.Document.Member != member || v.Rule != f.Rule || v.Mark != f.Mark {
				continue
			}
			step := poterne.Step{Name: reviewStep, Detail: strings.Join([]string{string(v.Act), v.ID, exact(f.Confidence), yesNo(f.Has(poterne.TagConfirm))}, " ")}
			switch {
			case v.Act == ledger.FalsePositive && !f.Has(poterne.TagAllowed):
				f.Tags = append(slices.Clone(f.Tags), poterne.TagAllowed)
			case v.Act == ledger.Confirm:
				f.Tags = without(f.Tags, poterne.TagConfirm)
				step.Delta = max(confirmed-f.Confidence, 0)
				f.Confidence = max(f.Confidence, confirmed)
			default:
				continue
			}
			f.Trace = append(slices.Clone(f.Trace), step)
		}
		out[i] = f
	}
	return out
}

// asFound takes back what a review did to a finding.
func asFound(f poterne.Finding) poterne.Finding {
	i := slices.IndexFunc(f.Trace, func(s poterne.Step) bool { return s.Name == reviewStep })
	if i < 0 {
		return f
	}
	words := strings.Fields(f.Trace[i].Detail)
	f.Trace = slices.Delete(slices.Clone(f.Trace), i, i+1)
	if len(words) != 4 {
		return f
	}
	if ledger.Act(words[0]) == ledger.FalsePositive {
		f.Tags = without(f.Tags, poterne.TagAllowed)
		return f
	}
	if c, err := strconv.ParseFloat(words[2], 64); err == nil {
		f.Confidence = c
	}
	if words[3] == "yes" && !f.Has(poterne.TagConfirm) {
		f.Tags = append(slices.Clone(f.Tags), poterne.TagConfirm)
	}
	return f
}

func without(tags []poterne.Tag, t poterne.Tag) []poterne.Tag {
	out := slices.DeleteFunc(slices.Clone(tags), func(u poterne.Tag) bool { return u == t })
	if len(out) == 0 {
		return nil
	}
	return out
}

// exact writes a number so that it reads back the same.
func exact(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// reclassified gives an assessment the level and class that a person chose; the
// program's own reasons stay, after the person's.
func reclassified(a poterne.Assessment, v ledger.Review) poterne.Assessment {
	why := []poterne.Reason{{Key: "review-level", Args: []string{v.Level.String(), v.Reason, v.Author}}}
	if a.Hosting.Class != v.Class {
		why = append([]poterne.Reason{{Key: "review-class", Args: []string{a.Hosting.Class.String(), v.Class.String(), v.Reason, v.Author}}}, why...)
	}
	a.Level, a.Hosting.Class, a.Confirm = v.Level, v.Class, false
	a.Reasons = append(why, a.Reasons...)
	a.Steps = append(slices.Clone(a.Steps), why...)
	a.Counterfactual = nil
	return a
}

// settle decides again the stored records that wait for it, in the index and the
// ledger, and returns how many documents that were. The caller holds the lock of
// the state folder.
func (rv *reviewer) settle(ctx context.Context, s *stores) (int, error) {
	if _, err := s.ledger.Lapse(ctx, rv.now()); err != nil {
		return 0, err
	}
	files, turn, err := s.ledger.Waiting(ctx)
	if err != nil {
		return 0, fmt.Errorf("list what waits to be decided: %w", err)
	}
	var batch []poterne.Record
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		// The index first: a crash between the two leaves them waiting.
		if err := s.index.Put(ctx, batch...); err != nil {
			return fmt.Errorf("write the index: %w", err)
		}
		if err := s.ledger.Revise(ctx, batch...); err != nil {
			return fmt.Errorf("write the ledger: %w", err)
		}
		batch = batch[:0]
		return nil
	}
	for _, d := range files {
		records, err := s.ledger.Container(ctx, d)
		if err != nil {
			return 0, err
		}
		if len(records) == 0 {
			continue
		}
		reviews, err := s.ledger.ReviewsOf(ctx, records[0])
		if err != nil {
			return 0, err
		}
		again, err := rv.decide(ctx, records, reviews)
		if err != nil {
			return 0, err
		}
		if batch = append(batch, again...); len(batch) >= 1000 {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	if err := flush(); err != nil {
		return 0, err
	}
	if turn == 0 {
		return 0, nil
	}
	return len(files), s.ledger.Settled(ctx, turn)
}

// newReviewer joins the rules in force and the policies under which records were
// decided; pol is the policy in force, nil where no scan runs.
func (a *app) newReviewer(led *ledger.Ledger, v *verdicts, pol *decider) *reviewer {
	known := policies{app: a, ledger: led, open: map[[2]string]*decider{}}
	if pol != nil {
		known.open[[2]string{pol.Actor(), pol.Doctrine()}] = pol
	}
	return &reviewer{ledger: led, rules: v.classifier.Version(), version: v.classifier.RuleVersion, now: time.Now, policyFor: known.of}
}

// policies opens the policy of each actor and doctrine once.
type policies struct {
	app    *app
	ledger *ledger.Ledger
	mu     sync.Mutex
	open   map[[2]string]*decider
}

// of returns the policy under which a record was decided, as far as its run says.
func (p *policies) of(ctx context.Context, r poterne.Record) (*decider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := [2]string{r.Assessment.Actor, r.Assessment.Doctrine}
	if p.open[key] != nil {
		return p.open[key], nil
	}
	o := roomOptions{actor: key[0], doctrine: key[1]}
	if r.Run != "" {
		run, err := p.ledger.Run(ctx, r.Run)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return nil, err
		}
		o.published = run.Published
	}
	pol, err := p.app.openPolicy(o)
	if err != nil {
		return nil, err
	}
	p.open[key] = pol
	return pol, nil
}
