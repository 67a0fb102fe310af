package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
)

// This file puts a state folder under another key. Everything new is made beside
// the old: key file, ledger and index with the ending ".next". One small file, the
// plan, appears when all of it is whole; from then on whoever comes next finishes
// the exchange, before that what is beside is waste. A crash at any moment leaves a
// state that opens under one key, the old one or the new one.

// planFile names the exchange that is under way.
const planFile = "rotation"

// nextEnding and oldEnding are the endings of what comes and of what goes.
const nextEnding, oldEnding = ".next", ".old"

// exchange is the content of the plan: the key file that the new key takes the
// place of, "" where the key comes from elsewhere.
type exchange struct {
	KeyFile string `json:"key_file"`
}

// errPlanned says that a rotation stopped after its plan: the next command finishes
// it, and the new key is the one to keep.
var errPlanned = errors.New("the rotation of the key is not finished")

// rotation makes the new state; step is called before each of its steps and ends it
// with an error, as a crash would.
type rotation struct {
	dir  string
	old  *ledger.Ledger
	keys seal.Key // the new one
	plan exchange
	// away is where the new key is written for a person to take, "" where it
	// replaces the key file.
	away string
	step func(name string) error
}

// run makes everything new, and exchanges it. The caller holds the lock of the
// state folder and closes the old ledger after.
func (r rotation) run(ctx context.Context, account string) error {
	if err := clearNext(r.dir, r.plan.KeyFile); err != nil {
		return err
	}
	if err := r.step("key"); err != nil {
		return err
	}
	at := r.away
	if at == "" {
		at = r.plan.KeyFile + nextEnding
	}
	if err := r.keys.Save(at); err != nil {
		return err
	}
	if err := r.step("ledger"); err != nil {
		return err
	}
	err := r.old.Rekey(ctx, account, ledgerDir(r.dir)+nextEnding, r.keys.For(seal.Ledger), r.keys.For(seal.Audit), func(l *ledger.Ledger) error {
		if err := r.step("index"); err != nil {
			return err
		}
		idx, err := index.Rebuild(ctx, indexDir(r.dir)+nextEnding, r.keys.For(seal.Index), l.Records(ctx, ledger.Filter{}))
		if err != nil {
			return err
		}
		if err := idx.Close(); err != nil {
			return err
		}
		if err := l.IndexMade(ctx); err != nil {
			return err
		}
		if err := r.step("plan"); err != nil {
			return err
		}
		plan, err := json.Marshal(r.plan)
		if err != nil {
			return err
		}
		return seal.WriteFile(filepath.Join(r.dir, planFile), plan)
	})
	if err != nil {
		return r.undo(context.WithoutCancel(ctx), err)
	}
	if err = r.old.Close(); err == nil {
		err = finishRotation(r.dir, r.step)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errPlanned, err)
	}
	return nil
}

// undo takes the plan back of a rotation that failed for cause, and returns the
// error to tell. Where the old ledger is retired for all that, or the plan cannot be
// taken back, the rotation goes on with the next command.
func (r rotation) undo(ctx context.Context, cause error) error {
	path := filepath.Join(r.dir, planFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return cause
	}
	retired, err := r.old.Retired(ctx)
	if err == nil && !retired {
		if err = os.Remove(path); err == nil {
			err = seal.SyncDir(r.dir)
		}
		if err == nil {
			return cause
		}
	}
	return fmt.Errorf("%w: %w", errPlanned, errors.Join(cause, err))
}

// clearNext removes what a rotation that came to nothing left.
func clearNext(dir, keyFile string) error {
	waste := []string{ledgerDir(dir) + nextEnding, indexDir(dir) + nextEnding}
	if keyFile != "" {
		waste = append(waste, keyFile+nextEnding)
	}
	for _, path := range waste {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("clear what a rotation left: %w", err)
		}
	}
	return nil
}

// finishRotation carries an exchange out that was planned, from wherever it stopped;
// nothing where none was. The caller holds the lock of the state folder.
func finishRotation(dir string, step func(string) error) error {
	path := filepath.Join(dir, planFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("finish a rotation of the key: %w", err)
	}
	var plan exchange
	if err := json.Unmarshal(data, &plan); err != nil {
		return fmt.Errorf("finish a rotation of the key: %s: %w", path, err)
	}
	steps := []struct {
		name string
		do   func() error
	}{
		{"swap-ledger", func() error { return swap(ledgerDir(dir)) }},
		{"swap-index", func() error { return swap(indexDir(dir)) }},
		{"swap-key", func() error {
			if plan.KeyFile == "" {
				return nil
			}
			return swapFile(plan.KeyFile)
		}},
		{"drop-ledger", func() error { return os.RemoveAll(ledgerDir(dir) + oldEnding) }},
		{"drop-index", func() error { return os.RemoveAll(indexDir(dir) + oldEnding) }},
		{"drop-plan", func() error { return os.Remove(path) }},
	}
	for _, s := range steps {
		if err := step(s.name); err != nil {
			return err
		}
		if err := s.do(); err != nil {
			return fmt.Errorf("finish a rotation of the key: %w", err)
		}
	}
	return seal.SyncDir(dir)
}

// swap puts the folder path.next in the place of path; once it has, it does nothing.
func swap(path string) error {
	if _, err := os.Stat(path + nextEnding); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(path); err == nil {
		if err := os.RemoveAll(path + oldEnding); err != nil {
			return err
		}
		if err := os.Rename(path, path+oldEnding); err != nil {
			return err
		}
	}
	if err := os.Rename(path+nextEnding, path); err != nil {
		return err
	}
	return seal.SyncDir(filepath.Dir(path))
}

// swapFile puts the file path.next in the place of path; once it has, it does nothing.
func swapFile(path string) error {
	err := os.Rename(path+nextEnding, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return seal.SyncDir(filepath.Dir(path))
}

// noStep lets a rotation go on.
func noStep(string) error { return nil }
