package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
)

// smallState makes a state folder with two documents, and the app that opens it.
func smallState(t *testing.T) *app {
	t.Helper()
	dir := t.TempDir()
	a := &app{state: filepath.Join(dir, "state"), key: filepath.Join(dir, "key"), stdout: io.Discard, stderr: io.Discard, quiet: true}
	s := storesOf(t, a)
	defer s.close()
	run, err := s.ledger.Begin(t.Context(), ledger.Run{Shares: map[string]string{"rh": "/srv/rh"}})
	if err != nil {
		t.Fatal(err)
	}
	var records []poterne.Record
	for _, path := range []string{"planted-a.txt", "planted-b.txt"} {
		records = append(records, poterne.Record{
			Document: poterne.Document{ID: poterne.NewID("rh", path, ""), Share: "rh", Path: path}, Run: run, Stamp: poterne.Stamp{Content: poterne.Version(path)},
			Findings: []poterne.Finding{{Rule: "fr-nir", Prints: []poterne.Fingerprint{poterne.Fingerprint("print-of-" + path)}}},
		})
	}
	if err := s.index.Put(t.Context(), records...); err != nil {
		t.Fatal(err)
	}
	if err := s.ledger.Commit(t.Context(), records...); err != nil {
		t.Fatal(err)
	}
	if err := s.ledger.Finish(t.Context(), run, ledger.Done, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.index.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// holds verifies a state folder whole, and returns the key that opens it.
func holds(t *testing.T, a *app) seal.Key {
	t.Helper()
	ctx := t.Context()
	led, keys, err := a.openLedger(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	if err := led.Check(ctx); err != nil {
		t.Error(err)
	}
	snap, err := index.OpenSnapshot(indexDir(a.state), keys.For(seal.Index))
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if err := snap.Check(ctx, 2); err != nil {
		t.Error(err)
	}
	q, err := index.Parse("print:print-of-planted-a.txt")
	if err != nil {
		t.Fatal(err)
	}
	q.Size = 10
	page, err := snap.Search(ctx, q)
	if err != nil || page.Total != 1 {
		t.Errorf("search by fingerprint: %d, %v", page.Total, err)
	}
	return keys
}

// topOf lists what stands in folders, but for the lock.
func topOf(t *testing.T, dirs ...string) []string {
	t.Helper()
	var out []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != "lock" && e.Name() != "holder" {
				out = append(out, e.Name())
			}
		}
	}
	return out
}

func rotateState(ctx context.Context, a *app, step func(string) error) (err error) {
	state, led, keys, err := a.holdForWriting(ctx)
	if err != nil {
		return err
	}
	defer state.unlock()
	defer led.Close()
	r := rotation{dir: state.dir, old: led, keys: keys.Successor(), plan: exchange{KeyFile: a.key}, step: step}
	return r.run(ctx, "os:test")
}

// TestRotationCutAtEveryStep ends a rotation before each of its steps, as a crash
// would: the state opens whole under one key, and the next rotation goes through.
func TestRotationCutAtEveryStep(t *testing.T) {
	var steps []string
	a := smallState(t)
	first := holds(t, a)
	clean := topOf(t, a.state, filepath.Dir(a.key))
	if err := rotateState(t.Context(), a, func(name string) error { steps = append(steps, name); return nil }); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, a); got == first {
		t.Error("the key is the same")
	}
	if diff := cmp.Diff(clean, topOf(t, a.state, filepath.Dir(a.key))); diff != "" {
		t.Errorf("left behind (-before +after)\n%s", diff)
	}
	if led, err := openLedgerIn(t.Context(), a.state, first, ledger.Options{}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("the old key opens the ledger: %v", err)
		led.Close()
	}
	if _, err := index.OpenSnapshot(indexDir(a.state), first.For(seal.Index)); !errors.Is(err, seal.ErrKey) {
		t.Errorf("the old key opens the index: %v", err)
	}
	planned := false
	for _, cut := range steps {
		t.Run(cut, func(t *testing.T) {
			a := smallState(t)
			before := holds(t, a)
			crash := errors.New("crash")
			err := rotateState(t.Context(), a, func(name string) error {
				if name == cut {
					return crash
				}
				return nil
			})
			if !errors.Is(err, crash) {
				t.Fatalf("rotation: %v", err)
			}
			if cut == "swap-ledger" {
				planned = true
			}
			if errors.Is(err, errPlanned) != planned {
				t.Errorf("rotation: %v, says that it is planned: %v", err, !planned)
			}
			// Once it is planned it is carried out, before that it is undone.
			if after := holds(t, a); (after != before) != planned {
				t.Errorf("another key: %v, want %v", after != before, planned)
			}
			if err := rotateState(t.Context(), a, noStep); err != nil {
				t.Fatal(err)
			}
			holds(t, a)
			if diff := cmp.Diff(clean, topOf(t, a.state, filepath.Dir(a.key))); diff != "" {
				t.Errorf("left behind (-before +after)\n%s", diff)
			}
		})
	}
}

// TestRotationThatFailsIsUndone: the old ledger could not be marked as replaced, so
// nothing of the new one is left to be carried out by the next command.
func TestRotationThatFailsIsUndone(t *testing.T) {
	a := smallState(t)
	before := holds(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	err := rotateState(ctx, a, func(name string) error {
		if name == "plan" { // it is written, and the transaction of the old ledger is not
			cancel()
		}
		return nil
	})
	if err == nil || errors.Is(err, errPlanned) {
		t.Fatalf("rotation: %v", err)
	}
	if after := holds(t, a); after != before {
		t.Error("a rotation that said it failed was carried out")
	}
	if err := rotateState(t.Context(), a, noStep); err != nil {
		t.Fatal(err)
	}
	if after := holds(t, a); after == before {
		t.Error("the next rotation changed nothing")
	}
}

func TestKeySources(t *testing.T) {
	dir := t.TempDir()
	inFile, ofSystemd := seal.NewKey(), seal.NewKey()
	file, creds := filepath.Join(dir, "key"), filepath.Join(dir, "creds")
	if err := os.Mkdir(creds, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, k := range map[string]seal.Key{file: inFile, filepath.Join(creds, credential): ofSystemd} {
		if err := k.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		a     app
		creds string
		want  seal.Key
		fails string
	}{
		{"file", app{key: file}, "", inFile, ""},
		{"systemd", app{}, creds, ofSystemd, ""},
		{"file-before-systemd", app{key: file}, creds, inFile, ""},
		{"command", app{keyCommand: "cat " + file}, creds, inFile, ""},
		{"command-fails", app{keyCommand: "false"}, "", seal.Key{}, "failed"},
		{"command-prints-no-key", app{keyCommand: "echo planted-secret"}, "", seal.Key{}, "no key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CREDENTIALS_DIRECTORY", c.creds)
			a := c.a
			a.state, a.lang = filepath.Join(dir, "state"), "en"
			got, err := a.openKey()
			if c.fails == "" && (err != nil || got != c.want) {
				t.Errorf("openKey: %v, the key that was meant: %v", err, got == c.want)
			}
			if c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "planted")) {
				t.Errorf("openKey: %v", err)
			}
		})
	}
}
