package web_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"poterne"
	"poterne/web"
)

// This file holds what the pages of the tests stand on, as small as a test can use it.

// fakeStore answers as an index would, for the few queries of the tests.
type fakeStore struct {
	mu      sync.Mutex
	records []poterne.Record
	asked   []poterne.Query
	runs    []web.Run // nil is two, of both shares

	generation string
}

func (f *fakeStore) Search(_ context.Context, q poterne.Query) (poterne.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, q)
	match, err := matcher(q)
	if err != nil {
		return poterne.Page{}, err
	}
	page := poterne.Page{Facets: map[string][]poterne.Bucket{}}
	count := map[string]int{}
	for _, r := range f.records {
		if !match(r) {
			continue
		}
		page.Total++
		count[r.Share]++
		if len(page.Hits) < q.Size {
			page.Hits = append(page.Hits, r)
		}
	}
	if slices.Contains(q.Facets, "share") {
		for share, n := range count {
			page.Facets["share"] = append(page.Facets["share"], poterne.Bucket{Value: share, Count: n})
		}
	}
	return page, nil
}

func (f *fakeStore) Get(_ context.Context, id poterne.ID) (poterne.Record, error) {
	for _, r := range f.records {
		if r.ID == id {
			return r, nil
		}
	}
	return poterne.Record{}, web.ErrNotFound
}

func (f *fakeStore) History(context.Context, poterne.ID) ([]web.Past, error) {
	return []web.Past{{Level: poterne.Personal, Class: poterne.H1, At: day}}, nil
}

func (f *fakeStore) Runs(context.Context, int) ([]web.Run, error) {
	if f.runs != nil {
		return slices.Clone(f.runs), nil
	}
	return []web.Run{
		{ID: "run-1", State: "done", Started: day, Shares: []string{"rh", "secretariat-general"}, Walked: 4242},
		{ID: "run-of-the-other", State: "done", Started: day, Shares: []string{"secretariat-general"}, Walked: 4243},
	}, nil
}

func (f *fakeStore) Totals(context.Context) ([]web.Total, error) {
	var out []web.Total
	for _, r := range f.records {
		out = append(out, web.Total{Share: r.Share, Class: r.Assessment.Hosting.Class, Files: 1, Bytes: r.Size})
	}
	return out, nil
}

func (f *fakeStore) Volumes(context.Context) ([]web.Volume, error) {
	var out []web.Volume
	for _, r := range f.records {
		out = append(out, web.Volume{Share: r.Share, Hosting: r.Assessment.Hosting, Files: 1, Bytes: r.Size})
	}
	return out, nil
}

func (f *fakeStore) Generation() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.generation
}

// errQuery is a mistake in a query.
var errQuery = errors.New("query: unknown field")

// query reads "field:value" words; free words look into the path.
func query(s string) (poterne.Query, error) {
	var q poterne.Query
	for _, w := range strings.Fields(s) {
		field, value, ok := strings.Cut(w, ":")
		switch {
		case !ok:
			q.Clauses = append(q.Clauses, poterne.Clause{Field: "path", Op: poterne.Words, Values: []string{w}})
		case field == "bogus":
			return q, errQuery
		case strings.HasPrefix(value, ">="):
			q.Clauses = append(q.Clauses, poterne.Clause{Field: field, Op: poterne.AtLeast, Values: []string{value[2:]}})
		default:
			q.Clauses = append(q.Clauses, poterne.Clause{Field: field, Op: poterne.Matches, Values: strings.Split(strings.Trim(value, `"`), ",")})
		}
	}
	return q, nil
}

func matcher(q poterne.Query) (func(poterne.Record) bool, error) {
	return func(r poterne.Record) bool {
		for _, c := range q.Clauses {
			if holds(c, r) == c.Not {
				return false
			}
		}
		return true
	}, nil
}

func holds(c poterne.Clause, r poterne.Record) bool {
	if c.Op == poterne.AtLeast || c.Op == poterne.More {
		n, _ := strconv.Atoi(c.Values[0])
		return r.Assessment.Level.Number() > n || c.Op == poterne.AtLeast && r.Assessment.Level.Number() == n
	}
	value := map[string]string{"share": r.Share, "path": r.Path, "id": string(r.ID), "class": r.Assessment.Hosting.Class.String(), "content": string(r.Stamp.Content),
		"exposure": r.Exposure.String(), "run": r.Run}[c.Field]
	return slices.ContainsFunc(c.Values, func(v string) bool {
		ok, _ := path.Match(v, value)
		return ok || c.Op == poterne.Words && strings.Contains(value, v)
	})
}

func words(string) web.Words {
	same := func(s string) string { return s }
	return web.Words{
		Sentence: func(r poterne.Reason) string { return r.Key }, Class: func(c poterne.Class) string { return "classe " + c.String() },
		Level: func(l poterne.Level) string { return "niveau " + l.String() }, Kind: func(k poterne.Kind) string { return string(k) },
		Category: same, Rule: same, Mark: same, Flag: func(f poterne.Flag) string { return string(f) }, Exposure: poterne.Exposure.String, Likelihood: same,
		Where: func(_ string, p poterne.Place) string { return p.Sheet + " " + p.Header }, Actor: same, Doctrine: same,
		Bytes: func(n int64) string { return strconv.FormatInt(n, 10) }, Number: strconv.Itoa,
		Inert: func(s string) string { return strings.ReplaceAll(s, "\u202e", `\u202e`) },
	}
}

// fakeScans runs the scan that scansOf says.
type fakeScans struct {
	shares   []string
	profiles []web.Profile // nil is two, one with a share of the others
}

func (f *fakeScans) Start(context.Context, string, []string) error {
	return web.Refuse("un passage est en cours", "a run is under way")
}
func (f *fakeScans) Stop(context.Context) error {
	return web.Refuse("ce passage n'a pas été lancé d'ici", "this run was not started from here")
}
func (f *fakeScans) Profiles(context.Context) ([]web.Profile, error) {
	if f.profiles != nil {
		return slices.Clone(f.profiles), nil
	}
	return []web.Profile{{Name: "nuit", Shares: []string{"rh"}, Options: []web.Fact{}}, {Name: "run-of-the-other", Shares: []string{"rh", "secretariat-general"}, Options: []web.Fact{}}}, nil
}
func (f *fakeScans) Progress(context.Context) (web.Progress, bool) {
	return web.Progress{Started: day, Shares: f.shares, Ours: true, Counted: true, Walked: 4244}, len(f.shares) > 0
}

// revealed is a value that only a reveal may show.
const revealed = "2 84 05 88 321 025 30"

// fakeReviews keeps decisions; from H3 down takes a second person.
type fakeReviews struct {
	mu   sync.Mutex
	list []web.Review
}

func newReviews() *fakeReviews {
	f := &fakeReviews{}
	for _, r := range []poterne.Record{inScope, outScope} {
		f.list = append(f.list, web.Review{ID: "review-" + r.Share, DocID: r.ID, Share: r.Share, Path: r.Path, At: day, State: web.ReviewAgain,
			Decision: web.Decision{Act: web.ActNote, Reason: "vu", Author: "dpo"}})
	}
	return f
}

func (f *fakeReviews) List(context.Context) ([]web.Review, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list), nil
}

func (f *fakeReviews) Of(_ context.Context, r poterne.Record) ([]web.Review, error) {
	all, _ := f.List(context.Background())
	return slices.DeleteFunc(all, func(x web.Review) bool { return x.DocID != r.ID }), nil
}

func (f *fakeReviews) Decide(_ context.Context, account string, r poterne.Record, d web.Decision) (web.Review, error) {
	if d.Act == web.ActReclassify && d.Class < poterne.H3 && d.Second == "" {
		return web.Review{}, web.ErrSecond
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	x := web.Review{ID: fmt.Sprint("review-", len(f.list)), DocID: r.ID, Share: r.Share, Path: r.Path, At: day, State: web.ReviewHolds, Decision: d}
	f.list = append([]web.Review{x}, f.list...)
	return x, nil
}

func (f *fakeReviews) Withdraw(_ context.Context, _, id, _, _ string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.list {
		if f.list[i].ID == id {
			f.list[i].State = web.ReviewEnded
			return nil
		}
	}
	return web.ErrNotFound
}

func (f *fakeReviews) Settle(context.Context) error { return nil }

type fakeDerogations struct{}

func (fakeDerogations) List(context.Context) ([]web.Derogation, error) {
	return []web.Derogation{{ID: "d1", Project: "Paie", Shares: []string{"rh"}}, {ID: "d2", Project: "Conseil ordre-du-jour", Shares: []string{"secretariat-general"}}, {ID: "d3", Project: "run-of-the-other", Shares: []string{"*"}}}, nil
}

func (fakeDerogations) Add(_ context.Context, _ string, d web.Derogation) (web.Derogation, error) {
	d.ID = "d4"
	return d, nil
}

func (fakeDerogations) Revoke(context.Context, string, string, string) error { return nil }
