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
// same and the program finds no more than the person saw; else the review is to be
// seen again and the verdict is the program's own, or what a person raised it to.

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

// seen tells what the program itself says of what r is about, from records that it
// decided alone; nil where r is about none of them.
func seen(r ledger.Review, own []poterne.Record) *ledger.Seen {
	i := slices.IndexFunc(own, func(rec poterne.Record) bool { return rec.Member == r.Document.Member })
	if i < 0 {
		return nil
	}
	s := &ledger.Seen{Level: own[i].Assessment.Level, Class: own[i].Assessment.Hosting.Class, Found: map[string]int{}}
	if f := own[i].Failure; f != nil {
		s.Failure = string(f.Stage) + " " + string(f.Kind)
	}
	for _, rec := range own {
		if r.Document.Member != "" && rec.Member != r.Document.Member {
			continue // a container is all that lies in it
		}
		for _, f := range rec.Findings {
			if r.Rule == "" || r.Rule == f.Rule && r.Mark == f.Mark {
				s.Found[strings.TrimSpace(f.Rule+" "+f.Mark)] += f.Count
			}
		}
	}
	return s
}

// covers reports whether the person who decided r saw all that the program finds
// today: the same content may say more under another name, or once it is read better.
func covers(r ledger.Review, own []poterne.Record) bool {
	if r.Act != ledger.FalsePositive && r.Act != ledger.Reclassify {
		return true // it lowers nothing
	}
	now := seen(r, own)
	if now == nil || r.Seen == nil {
		return false
	}
	for what, n := range now.Found {
		if then, known := r.Seen.Found[what]; !known || n > then {
			return false
		}
	}
	return r.Act == ledger.FalsePositive || now.Failure == r.Seen.Failure && now.Level <= r.Seen.Level && now.Class <= r.Seen.Class
}

// current reports whether r is about what records, decided by the program alone, hold
// today: the same content, the same rule, and nothing but what was there.
func (rv *reviewer) current(r ledger.Review, own []poterne.Record) bool {
	if len(own) == 0 || r.Content != own[0].Stamp.Content {
		return false
	}
	same := r.Rules == own[0].Stamp.Rules || r.Basis != "" && r.Basis == rv.basis(r, own)
	return same && covers(r, own)
}

// reviews returns what was decided of the content of a container, and what raised one
// of its documents when it held something else: that it changed is no reason to come
// down.
func (rv *reviewer) reviews(ctx context.Context, records []poterne.Record) ([]ledger.Review, error) {
	out, err := rv.ledger.ReviewsOf(ctx, records[0])
	if err != nil {
		return nil, fmt.Errorf("look up reviews: %w", err)
	}
	for _, r := range records {
		at, err := rv.ledger.ReviewsAt(ctx, r.ID)
		if err != nil {
			return nil, fmt.Errorf("look up reviews: %w", err)
		}
		for _, v := range at {
			if v.Content != records[0].Stamp.Content && v.Ended.IsZero() && v.Raises() {
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// review is what a scan asks before it stores the records of a container.
func (rv *reviewer) review(ctx context.Context, records []poterne.Record) ([]poterne.Record, error) {
	reviews, err := rv.reviews(ctx, records)
	if err != nil || len(reviews) == 0 {
		return records, err
	}
	return rv.decide(ctx, records, reviews)
}

// decide makes the records of a container anew from their findings and reviews.
func (rv *reviewer) decide(ctx context.Context, records []poterne.Record, reviews []ledger.Review) ([]poterne.Record, error) {
	pol, err := rv.policyFor(ctx, records[0])
	if err != nil {
		return nil, err
	}
	own := bearing{}.apply(pol, records)
	return rv.weigh(pol, own, reviews).apply(pol, own), nil
}

// bearing are the reviews that bear on a container as it is today.
type bearing struct {
	hold   []ledger.Review // all of what they say
	floors []ledger.Review // to be seen again: only what they raise
}

// weigh tells which reviews bear on a container that the program decided alone.
func (rv *reviewer) weigh(pol *decider, own []poterne.Record, reviews []ledger.Review) bearing {
	var all bearing
	for _, v := range reviews {
		switch {
		case v.Holds(rv.now()) && rv.current(v, own):
			all.hold = append(all.hold, v)
		case v.Ended.IsZero() && v.Act == ledger.Reclassify:
			all.floors = append(all.floors, v)
		}
	}
	if lowered(own, all.apply(pol, own)) == nil {
		return all
	}
	// Something leaves a class of the State, here if not where it was decided: only
	// with a second person. The oldest first, as they were decided.
	agreed := bearing{floors: all.floors}
	before := agreed.apply(pol, own)
	for _, v := range all.hold {
		with := bearing{hold: append(slices.Clone(agreed.hold), v), floors: agreed.floors}
		after := with.apply(pol, own)
		switch {
		case v.Second != "" || lowered(before, after) == nil:
			agreed, before = with, after
		case v.Act == ledger.Reclassify:
			agreed.floors = append(slices.Clone(agreed.floors), v)
			before = agreed.apply(pol, own)
		}
	}
	return agreed
}

// lowered says which record, by its ID, leaves a class of the State (H3 and above) for
// a lower one; nil where none does.
func lowered(before, after []poterne.Record) *secondError {
	classes := map[poterne.ID]poterne.Class{}
	for _, r := range before {
		classes[r.ID] = r.Assessment.Hosting.Class
	}
	for _, r := range after {
		if from, to := classes[r.ID], r.Assessment.Hosting.Class; from >= poterne.H3 && to < from {
			return &secondError{from, to}
		}
	}
	return nil
}

// apply decides records as reviews want them.
func (s bearing) apply(pol *decider, records []poterne.Record) []poterne.Record {
	out := slices.Clone(records)
	for i := range out {
		r := &out[i]
		r.Findings = reviewed(r.Findings, r.Member, s.hold)
		r.Assessment = pol.Decide(r.Document, r.Findings, r.Failure)
		r.Stamp.Policy = pol.Version()
		if r.Member != "" {
			r.Assessment = s.chosen(r.Assessment, r.Member)
		}
	}
	out = scanner.Join(pol, out)
	// Join gave containers, in containers too, the worst of their members.
	for i := range out {
		out[i].Assessment = s.chosen(out[i].Assessment, out[i].Member)
	}
	return out
}

// chosen gives the assessment of a member the level and class that persons want; done
// twice it is done once.
func (s bearing) chosen(a poterne.Assessment, member string) poterne.Assessment {
	var since time.Time
	for _, v := range s.hold {
		if v.Act == ledger.Reclassify && v.Document.Member == member {
			a, since = reclassified(a, v), v.At
		}
	}
	for _, v := range s.floors {
		if v.Document.Member != member || v.At.Before(since) {
			continue // a person has looked since
		}
		confirm := a.Confirm
		if v.Level, v.Class = v.AtLeast(a.Level, a.Hosting.Class); v.Level != a.Level || v.Class != a.Hosting.Class {
			a = reclassified(a, v)
			a.Confirm = confirm
		}
	}
	return a
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
	said := func(r poterne.Reason) bool {
		return r.Key == "review-level" && r.Args[1] == v.Reason && r.Args[2] == v.Author
	}
	if a.Level == v.Level && a.Hosting.Class == v.Class && slices.ContainsFunc(a.Reasons, said) {
		return a
	}
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
		reviews, err := rv.reviews(ctx, records)
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
// decided.
func (a *app) newReviewer(led *ledger.Ledger, v *verdicts) *reviewer {
	return &reviewer{ledger: led, rules: v.classifier.Version(), version: v.classifier.RuleVersion, now: time.Now, policyFor: a.policiesOf(led).of}
}

func (a *app) policiesOf(led *ledger.Ledger) *policies {
	return &policies{open: map[policyKey]*decider{}, published: map[string][]string{}, openPolicy: a.openPolicy, run: led.Run}
}

// policies opens each policy once.
type policies struct {
	openPolicy func(roomOptions) (*decider, error)
	run        func(context.Context, string) (ledger.Run, error)

	mu        sync.Mutex
	open      map[policyKey]*decider
	published map[string][]string // by run
}

// policyKey is all that a run chooses of its policy.
type policyKey struct{ actor, doctrine, published string }

// of returns the policy under which a record was decided, as far as its run says.
func (p *policies) of(ctx context.Context, r poterne.Record) (*decider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	published, known := p.published[r.Run]
	if !known && r.Run != "" {
		run, err := p.run(ctx, r.Run)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return nil, err
		}
		published = slices.Sorted(slices.Values(run.Published))
		p.published[r.Run] = published
	}
	key := policyKey{r.Assessment.Actor, r.Assessment.Doctrine, strings.Join(published, "\x00")}
	if p.open[key] != nil {
		return p.open[key], nil
	}
	pol, err := p.openPolicy(roomOptions{actor: key.actor, doctrine: key.doctrine, published: published})
	if err != nil {
		return nil, err
	}
	p.open[key] = pol
	return pol, nil
}
