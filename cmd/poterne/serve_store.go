package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"poterne"
	"poterne/index"
	"poterne/ledger"
	"poterne/web"
)

// pageStore is the index and the ledger as the pages ask them. It follows the index:
// each publication is opened once, and the one before is closed after its last search.
type pageStore struct {
	ledger *ledger.Ledger
	dir    string
	key    []byte

	mu     sync.Mutex
	open   *openSnapshot
	number int       // of the snapshot that is open
	looked time.Time // when a newer one was looked for
}

// openSnapshot counts who reads a snapshot; whoever lets go last closes it.
type openSnapshot struct {
	*index.Snapshot
	readers int
	old     bool
}

// lookAgain is how long a snapshot is searched before a newer one is looked for.
const lookAgain = 2 * time.Second

// acquire returns the newest snapshot; the caller releases it.
func (s *pageStore) acquire() (*openSnapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.follow(); err != nil {
		return nil, err
	}
	s.open.readers++
	return s.open, nil
}

func (s *pageStore) follow() error {
	if s.open != nil && time.Since(s.looked) < lookAgain {
		return nil
	}
	if s.open != nil {
		stale, err := s.open.Stale(s.key)
		if err == nil && !stale {
			s.looked = time.Now()
			return nil
		}
	}
	fresh, err := index.OpenSnapshot(s.dir, s.key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = web.ErrEmpty
	case errors.Is(err, index.ErrVersion):
		err = fmt.Errorf("%w: poterne reindex", err)
	}
	if err != nil {
		return err
	}
	if s.open != nil {
		s.open.old = true
		s.letGo(s.open)
	}
	s.open, s.looked = &openSnapshot{Snapshot: fresh}, time.Now()
	s.number++
	return nil
}

func (s *pageStore) release(o *openSnapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.readers--
	s.letGo(o)
}

// letGo closes a snapshot that is old and that nobody reads.
func (s *pageStore) letGo(o *openSnapshot) {
	if o.old && o.readers == 0 {
		o.Close()
	}
}

func (s *pageStore) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		return nil
	}
	return s.open.Close()
}

// Search asks the newest index.
func (s *pageStore) Search(ctx context.Context, q poterne.Query) (poterne.Page, error) {
	o, err := s.acquire()
	if err != nil {
		return poterne.Page{}, err
	}
	defer s.release(o)
	return o.Search(ctx, q)
}

// Generation changes with each publication.
func (s *pageStore) Generation() string {
	o, err := s.acquire()
	if err != nil {
		return ""
	}
	defer s.release(o)
	return strconv.Itoa(s.number)
}

// Get returns a record of the ledger.
func (s *pageStore) Get(ctx context.Context, id poterne.ID) (poterne.Record, error) {
	r, err := s.ledger.Get(ctx, id)
	return r, notFound(err)
}

// notFound says [ledger.ErrNotFound] as the pages know it.
func notFound(err error) error {
	if errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("%w: %w", web.ErrNotFound, err)
	}
	return err
}

// History returns what a document was.
func (s *pageStore) History(ctx context.Context, id poterne.ID) ([]web.Past, error) {
	past, err := s.ledger.History(ctx, id)
	out := []web.Past{}
	for _, p := range past {
		out = append(out, web.Past{Level: p.Level, Class: p.Class, Run: p.Run, At: p.At, Gone: p.Gone})
	}
	return out, err
}

// Runs returns the last runs.
func (s *pageStore) Runs(ctx context.Context, limit int) ([]web.Run, error) {
	runs, err := s.ledger.Runs(ctx, limit)
	out := []web.Run{}
	for _, r := range runs {
		run := web.Run{ID: r.ID, State: string(r.State), Started: r.Started, Ended: r.Ended, Shares: slices.Sorted(maps.Keys(r.Shares)),
			Actor: r.Actor, Doctrine: r.Doctrine, Program: r.Program, Stamp: r.Stamp}
		var sum struct {
			Walked, Unchanged, Opened int
			Failures                  map[string]int
		}
		json.Unmarshal(r.Summary, &sum) // a run that was killed has none
		run.Walked, run.Unchanged, run.Opened, run.Failures = sum.Walked, sum.Unchanged, sum.Opened, sum.Failures
		out = append(out, run)
	}
	return out, err
}

// Totals counts files by share.
func (s *pageStore) Totals(ctx context.Context) ([]web.Total, error) {
	totals, err := s.ledger.Totals(ctx)
	out := []web.Total{}
	for _, t := range totals {
		out = append(out, web.Total(t))
	}
	return out, err
}

// Volumes counts files by share and hosting, from the index: the ledger would open each
// of its records.
func (s *pageStore) Volumes(ctx context.Context) ([]web.Volume, error) {
	o, err := s.acquire()
	if err != nil {
		return nil, err
	}
	defer s.release(o)
	files := poterne.Query{Clauses: []poterne.Clause{{Field: "member", Op: poterne.Exists, Not: true}}}
	groups, err := o.Groups(ctx, files, "share", "class", "flag")
	if err != nil {
		return nil, err
	}
	out := []web.Volume{}
	for _, g := range groups {
		v := web.Volume{Share: strings.Join(g.Values[0], ""), Files: g.Count, Bytes: g.Bytes}
		if v.Hosting.Class, err = poterne.ClassOf(strings.Join(g.Values[1], "")); err != nil {
			return nil, err
		}
		for _, f := range slices.Sorted(slices.Values(g.Values[2])) {
			v.Hosting.Flags = append(v.Hosting.Flags, poterne.Flag(f))
		}
		out = append(out, v)
	}
	return out, nil
}

// entryOf makes an entry of the audit trail of what happened on the pages.
func entryOf(e web.Event) ledger.Entry {
	return ledger.Entry{Actor: "web:" + e.Actor, Verb: e.Verb, Subject: e.Object, Detail: e.Detail}
}
