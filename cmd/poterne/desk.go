package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"poterne"
	"poterne/internal/seal"
	"poterne/ledger"
)

// This file takes the decisions of persons, from the command line and from the web
// alike: who ("os:login", "web:account"), when and why are plain values, and there
// is no terminal in it.

// never is the end of a decision that has none.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// desk is where persons decide. It may be kept open for long, used by several
// goroutines, and while a scan runs.
type desk struct {
	app    *app
	dir    string
	keys   seal.Key
	ledger *ledger.Ledger // open for writing
	rv     *reviewer
}

// openDesk opens the ledger for writing and loads rules and policies. The caller
// closes the desk.
func (a *app) openDesk(ctx context.Context) (*desk, error) {
	led, err := a.openDecisions(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := a.statePath()
	if err != nil {
		led.Close()
		return nil, err
	}
	v, err := a.openVerdicts(roomOptions{})
	if err != nil {
		led.Close()
		return nil, err
	}
	return &desk{app: a, dir: dir, keys: v.keys, ledger: led, rv: a.newReviewer(led, v)}, nil
}

func (d *desk) Close() error { return d.ledger.Close() }

// secondError says that a decision would lower the hosting of a document below a
// class of the State (H3 and above): a second person has to agree.
type secondError struct{ From, To poterne.Class }

func (e *secondError) Error() string {
	return fmt.Sprintf("from %s to %s: a second person has to agree", e.From, e.To)
}

// Review stores a decision on a document, given by its record, in the name of
// account. Only Act, Rule, Mark, Level, Class, Reason, Author, Second, Assignee and
// Expires of r are read; Expires zero is in a year for what lowers the document and
// else no end, [never] is no end. Errors to branch on: [ledger.ErrReview], a *secondError.
// Call Settle after it, once for many.
func (d *desk) Review(ctx context.Context, account string, rec poterne.Record, r ledger.Review) (ledger.Review, error) {
	records, err := d.ledger.Container(ctx, rec.Document)
	if err != nil {
		return ledger.Review{}, err
	}
	r.ID, r.At, r.Ended, r.Document, r.Content = "", d.rv.now(), time.Time{}, rec.Document, rec.Stamp.Content
	r.Rules, r.Basis = rec.Stamp.Rules, d.rv.basis(r, records)
	if len(records) > 0 {
		pol, err := d.rv.policyFor(ctx, records[0])
		if err != nil {
			return ledger.Review{}, err
		}
		r.Seen = seen(r, bearing{}.apply(pol, records))
	}
	switch {
	case r.Expires.Equal(never):
		r.Expires = time.Time{}
	case r.Expires.IsZero() && r.Lowers():
		r.Expires = r.At.AddDate(1, 0, 0)
	}
	if r.Act == ledger.Confirm || r.Act == ledger.FalsePositive {
		found := false
		for _, f := range rec.Findings {
			if f.Rule == r.Rule && f.Mark == r.Mark {
				found, r.Category = true, f.Category
			}
		}
		if !found {
			return ledger.Review{}, &ledger.Refusal{Of: ledger.ErrReview, Lack: ledger.NoFinding, Value: ruleAndMark(r)}
		}
	}
	if err := r.Validate(); err != nil {
		return ledger.Review{}, err
	}
	agreed := r
	agreed.Second = r.Author // what it would do if somebody agreed
	if err := d.second(ctx, r, r.Second, func(reviews []ledger.Review) []ledger.Review {
		return append(except(reviews, r), agreed)
	}); err != nil {
		return ledger.Review{}, err
	}
	return d.ledger.Decide(ctx, account, r)
}

// Withdraw ends a review in the name of account; second is who agrees where that
// lowers a class of the State.
func (d *desk) Withdraw(ctx context.Context, account, id, reason, second string) (ledger.Review, error) {
	r, err := d.ledger.Review(ctx, id)
	if err != nil {
		return ledger.Review{}, err
	}
	if err := d.second(ctx, r, second, func(reviews []ledger.Review) []ledger.Review {
		return except(reviews, r)
	}); err != nil {
		return ledger.Review{}, err
	}
	return d.ledger.Withdraw(ctx, account, id, reason, second)
}

// second refuses to lower a class of the State without a second person, be it on one
// copy of many: copies may lie on shares where more is demanded. change turns the
// reviews of a container into what they will be once r is taken or withdrawn.
func (d *desk) second(ctx context.Context, r ledger.Review, second string, change func([]ledger.Review) []ledger.Review) error {
	if second != "" || r.Act == ledger.Note || r.Act == ledger.Assign {
		return nil
	}
	if err := d.lowers(ctx, r.Document, change); err != nil {
		return err
	}
	for c, err := range d.ledger.AllCopies(ctx, r.Content) {
		if err != nil {
			return err
		}
		if err := d.lowers(ctx, c.Document, change); err != nil {
			return err
		}
	}
	return nil
}

// lowers returns a *secondError where other reviews lower a document, or what lies in
// its file, from a class of the State.
func (d *desk) lowers(ctx context.Context, doc poterne.Document, change func([]ledger.Review) []ledger.Review) error {
	before, err := d.ledger.Container(ctx, doc)
	if err != nil || len(before) == 0 {
		return err
	}
	reviews, err := d.rv.reviews(ctx, before)
	if err != nil {
		return err
	}
	after, err := d.rv.decide(ctx, before, change(reviews))
	if err != nil {
		return err
	}
	if e := lowered(before, after); e != nil {
		return e
	}
	return nil
}

// Settle decides again the records that wait for it, and publishes the index. Where
// a scan holds the lock, that scan does it, and waiting is true.
func (d *desk) Settle(ctx context.Context) (n int, waiting bool, err error) {
	state, err := d.app.lockState()
	var locked *exit
	if errors.As(err, &locked) && locked.code == exitLocked {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer state.unlock()
	s, err := d.app.openStores(ctx, d.dir, d.keys)
	if err != nil {
		return 0, false, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if n, err = d.rv.settle(ctx, s); err != nil || n == 0 {
		return n, false, err
	}
	return n, false, s.index.Publish(ctx)
}

// reviewState says what a review is worth today, in one word.
type reviewState string

const (
	reviewHolds   reviewState = "holds"
	reviewAgain   reviewState = "to-review" // the content or the rule changed, more is found, or what it raised has no other reason left
	reviewGone    reviewState = "gone"      // no document has this content or path any more
	reviewExpired reviewState = "expired"
	reviewEnded   reviewState = "ended" // withdrawn or replaced
)

// State says what a review is worth today.
func (d *desk) State(ctx context.Context, r ledger.Review) (reviewState, error) {
	return d.rv.state(ctx, r)
}

// copiesShown bounds the copies that a state is told from: who lists decisions does
// not wait for a hundred thousand of them. Verdicts look at each copy.
const copiesShown = 50

func (rv *reviewer) state(ctx context.Context, r ledger.Review) (reviewState, error) {
	switch {
	case r.EndedCause == "expired", r.Ended.IsZero() && !r.Holds(rv.now()) && !r.Raises():
		return reviewExpired, nil
	case !r.Ended.IsZero():
		return reviewEnded, nil
	}
	copies, err := rv.ledger.Copies(ctx, r.Content, copiesShown)
	if err != nil {
		return "", err
	}
	places := []poterne.Document{r.Document}
	for _, c := range copies {
		places = append(places, c.Document)
	}
	found := false
	for _, d := range places {
		records, err := rv.ledger.Container(ctx, d)
		if err != nil {
			return "", err
		}
		if len(records) == 0 {
			continue // moved, perhaps
		}
		found = true
		if r.Content == "" {
			return reviewHolds, nil
		}
		if stands, err := rv.stands(ctx, r, records); err != nil || !stands {
			return reviewAgain, err
		}
	}
	if !found {
		return reviewGone, nil
	}
	return reviewHolds, nil
}

// stands reports whether all that r says bears on a container.
func (rv *reviewer) stands(ctx context.Context, r ledger.Review, records []poterne.Record) (bool, error) {
	reviews, err := rv.reviews(ctx, records)
	if err != nil {
		return false, err
	}
	pol, err := rv.policyFor(ctx, records[0])
	if err != nil {
		return false, err
	}
	hold := rv.weigh(pol, bearing{}.apply(pol, records), reviews).hold
	return slices.ContainsFunc(hold, func(v ledger.Review) bool { return v.ID == r.ID }), nil
}

// except returns reviews without the ones that r replaces or is.
func except(reviews []ledger.Review, r ledger.Review) []ledger.Review {
	out := []ledger.Review{}
	for _, old := range reviews {
		if old.ID != r.ID && !r.Replaces(old) {
			out = append(out, old)
		}
	}
	return out
}

func ruleAndMark(r ledger.Review) string {
	if r.Mark != "" {
		return r.Rule + " " + r.Mark
	}
	return r.Rule
}
