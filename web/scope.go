package web

import (
	"context"
	"slices"

	"poterne"
)

// scope is the only way from a handler to records: it asks for what the account may
// see and looks at each record again. Globs of shares mean what they mean in a
// search: case and accents do not count.
type scope struct {
	store Store
	kept  *answers
	all   bool
	fence []poterne.Clause
	holds func(poterne.Record) bool
}

// scope returns what a may see, within narrow too where that is not nil.
func (s *server) scope(a *Account, narrow []string) (*scope, error) {
	sc := &scope{store: s.Store, kept: &s.answers}
	if a == nil {
		a = &Account{}
	}
	for _, globs := range [][]string{a.Shares, narrow} {
		switch {
		case slices.Contains(globs, "*"):
		case len(globs) > 0:
			sc.fence = append(sc.fence, poterne.Clause{Field: "share", Op: poterne.Matches, Values: globs})
		}
	}
	if len(a.Shares) == 0 { // nothing
		sc.fence = []poterne.Clause{{Field: "level", Op: poterne.More, Values: []string{"5"}}}
	}
	if sc.all = len(sc.fence) == 0; sc.all {
		sc.holds = func(poterne.Record) bool { return true }
		return sc, nil
	}
	var err error
	sc.holds, err = s.Match(poterne.Query{Clauses: sc.fence})
	return sc, err
}

// Search asks within the scope.
func (sc *scope) Search(ctx context.Context, q poterne.Query) (poterne.Page, error) {
	q.Clauses = append(slices.Clip(q.Clauses), sc.fence...)
	page, err := sc.kept.search(ctx, sc.store, q)
	if err != nil {
		return poterne.Page{}, err
	}
	page.Hits = slices.DeleteFunc(page.Hits, func(r poterne.Record) bool { return !sc.holds(r) })
	return page, nil
}

// Get returns a record of the scope; one outside is [ErrNotFound] as one that is not.
func (sc *scope) Get(ctx context.Context, id poterne.ID) (poterne.Record, error) {
	r, err := sc.store.Get(ctx, id)
	if err == nil && !sc.holds(r) {
		return poterne.Record{}, ErrNotFound
	}
	return r, err
}

// History returns what a record of the scope was.
func (sc *scope) History(ctx context.Context, id poterne.ID) ([]Past, error) {
	if _, err := sc.Get(ctx, id); err != nil {
		return nil, err
	}
	return sc.store.History(ctx, id)
}

// share reports whether a share lies in the scope.
func (sc *scope) share(name string) bool {
	return sc.holds(poterne.Record{Document: poterne.Document{Share: name}})
}

// Totals counts the files of the scope.
func (sc *scope) Totals(all []Total) []Total {
	return slices.DeleteFunc(slices.Clone(all), func(t Total) bool { return !sc.share(t.Share) })
}

// Runs returns runs without what they tell of other shares: their names, and counts
// that mix them with those of the scope.
func (sc *scope) Runs(ctx context.Context, limit int) ([]Run, error) {
	runs, err := sc.store.Runs(ctx, limit)
	if err != nil || sc.all {
		return runs, err
	}
	out := []Run{}
	for _, r := range runs {
		mine := slices.DeleteFunc(slices.Clone(r.Shares), func(s string) bool { return !sc.share(s) })
		if len(mine) == 0 {
			continue
		}
		if len(mine) < len(r.Shares) {
			r.Walked, r.Unchanged, r.Opened, r.Failures, r.Partly = 0, 0, 0, nil, true
		}
		r.Shares = mine
		out = append(out, r)
	}
	return out, nil
}
