//go:build linux

package main

import (
	"context"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"time"

	"poterne"
	"poterne/index"
	"poterne/internal/made"
	"poterne/internal/seal"
	"poterne/ledger"
)

// store is one that is measured. write makes it of made records in an empty folder;
// open opens it for questions, nil where it takes none.
type store struct {
	name  string
	write func(ctx context.Context, o options, dir string) error
	open  func(ctx context.Context, dir string) (asker, error)
}

// asker answers questions.
type asker interface {
	// ask returns how many documents answer, and how many values were counted.
	ask(ctx context.Context, q question) (total, counted int, err error)
	Close() error
}

var stores = []store{
	{"index", writeIndex, openIndex},
	{"ledger", writeLedger, nil},
	{"sqlite", writeSQLite, openSQLite},
}

// batch is how many records are written at once, as a scan does.
const batch = 1000

// batches yields the made records of one run.
func batches(o options, run string) iter.Seq[[]poterne.Record] {
	return func(yield func([]poterne.Record) bool) {
		rng := rand.New(rand.NewPCG(1, 2))
		for from := 0; from < o.records; from += batch {
			records := make([]poterne.Record, min(batch, o.records-from))
			for i := range records {
				records[i] = made.Record(rng, from+i, run)
			}
			if !yield(records) {
				return
			}
		}
	}
}

func writeIndex(ctx context.Context, o options, dir string) error {
	key, _, err := seal.LoadOrCreateKey(filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	x, err := index.Open(filepath.Join(dir, "index"), key.For(seal.Index))
	if err != nil {
		return err
	}
	for records := range batches(o, "run") {
		if err := x.Put(ctx, records...); err != nil {
			return err
		}
	}
	start := time.Now()
	if err := x.Publish(ctx); err != nil {
		return err
	}
	note("index   published in %s", time.Since(start).Round(time.Millisecond))
	return x.Close()
}

// indexAsker asks the newest snapshot of an index.
type indexAsker struct{ *index.Snapshot }

func openIndex(_ context.Context, dir string) (asker, error) {
	key, _, err := seal.LoadOrCreateKey(filepath.Join(dir, "key"))
	if err != nil {
		return nil, err
	}
	s, err := index.OpenSnapshot(filepath.Join(dir, "index"), key.For(seal.Index))
	return indexAsker{s}, err
}

func (s indexAsker) ask(ctx context.Context, q question) (int, int, error) {
	page, err := s.Search(ctx, q.query)
	counted := 0
	for _, bs := range page.Facets {
		counted += len(bs)
	}
	return int(page.Total), counted, err
}

func writeLedger(ctx context.Context, o options, dir string) error {
	key, _, err := seal.LoadOrCreateKey(filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, filepath.Join(dir, "ledger"), key.For(seal.Ledger), ledger.Options{Audit: key.For(seal.Audit)})
	if err != nil {
		return err
	}
	roots := map[string]string{}
	for _, s := range made.Shares {
		roots[s] = "/srv/" + s
	}
	run, err := l.Begin(ctx, ledger.Run{Started: time.Now(), Shares: roots, Actor: "etat", Doctrine: "sren", Program: "indexbench"})
	if err != nil {
		return err
	}
	for records := range batches(o, run) {
		if err := l.Commit(ctx, records...); err != nil {
			return err
		}
	}
	if err := l.Finish(ctx, run, ledger.Done, nil); err != nil {
		return err
	}
	return l.Close()
}
