package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"poterne"
	"poterne/index"
	"poterne/internal/made"
	"poterne/internal/seal"
	"poterne/ledger"
)

// batch is how many records are written at once, as a scan does.
const batch = 1000

// fill makes a state folder of n records, with its key, an index that is published
// and two runs.
func fill(ctx context.Context, dir string, n int) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	key, _, err := seal.LoadOrCreateKey(keyFile(dir))
	if err != nil {
		return err
	}
	led, err := ledger.Open(ctx, filepath.Join(dir, "etat", "ledger"), key.For(seal.Ledger), ledger.Options{Audit: key.For(seal.Audit)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, led.Close()) }()
	x, err := index.Open(filepath.Join(dir, "etat", "index"), key.For(seal.Index))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	roots := map[string]string{}
	for _, s := range made.Shares {
		roots[s] = "/srv/" + s
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for part, upTo := range []int{n / 2, n} {
		run, err := led.Begin(ctx, ledger.Run{Started: time.Now().AddDate(0, 0, part-2), Shares: roots, Actor: "etat", Doctrine: "sren", Program: "webload"})
		if err != nil {
			return err
		}
		for from := part * (n / 2); from < upTo; from += batch {
			records := make([]poterne.Record, min(batch, upTo-from))
			for i := range records {
				records[i] = made.Record(rng, from+i, run)
			}
			if err := x.Put(ctx, records...); err != nil {
				return err
			}
			if err := led.Commit(ctx, records...); err != nil {
				return err
			}
			if from%100_000 == 0 {
				fmt.Fprintf(os.Stderr, "webload: %d records\n", from)
			}
		}
		summary, err := json.Marshal(map[string]any{"walked": upTo, "opened": upTo - part*(n/2), "unchanged": part * (n / 2), "failures": map[string]int{"encrypted": upTo / 20}})
		if err != nil {
			return err
		}
		if err := led.Finish(ctx, run, ledger.Done, summary); err != nil {
			return err
		}
	}
	if err := x.Publish(ctx); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "filled"), nil, 0o600)
}

func keyFile(dir string) string { return filepath.Join(dir, "cle") }
