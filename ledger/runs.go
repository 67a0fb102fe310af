package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"poterne"
)

// State says how a run ended.
type State string

// States of a run.
const (
	Running   State = "running"
	Done      State = "done"
	Partial   State = "partial"   // stopped early, resumable
	Cancelled State = "cancelled" // stopped by a signal, resumable
	Failed    State = "failed"
	Killed    State = "killed" // ended without a word: found by the next run
)

// Run is one scan: what it was asked, and what came of it.
type Run struct {
	ID       string // given by Begin
	State    State
	Started  time.Time
	Ended    time.Time         // zero while it runs
	Shares   map[string]string `json:",omitempty"` // where each share was, by name
	Actor    string
	Doctrine string
	// Published are the shares whose documents were taken as public already.
	Published []string        `json:",omitempty"`
	Stamp     poterne.Stamp   // versions in force; Content is empty
	Program   string          // version of the program
	Summary   json.RawMessage `json:",omitempty"` // counts, as the caller wrote them
}

// Begin records that a run starts, and returns its id. Started is now where it is
// zero. Runs that never ended are marked Killed: one process scans at a time.
func (l *Ledger) Begin(ctx context.Context, r Run) (string, error) {
	if r.Started.IsZero() {
		r.Started = time.Now()
	}
	r.State = Running
	r.ID = r.Started.UTC().Format("20060102-150405") + "-" + strings.ToLower(rand.Text()[:4])
	var n int64
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE runs SET state = ? WHERE state = ?`, Killed, Running); err != nil {
			return err
		}
		body, err := l.sealRun(r)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO runs (id, state, started, body) VALUES (?, ?, ?, ?)`,
			r.ID, r.State, r.Started.UnixMilli(), body)
		if err != nil {
			return err
		}
		if n, err = res.LastInsertId(); err != nil {
			return err
		}
		for name, root := range r.Shares {
			if err := l.putRoot(ctx, tx, name, root); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("begin a run: %w", err)
	}
	l.mu.Lock()
	l.runs[r.ID] = n
	l.mu.Unlock()
	return r.ID, nil
}

// Finish records how a run ended. The summary is JSON, or nil.
func (l *Ledger) Finish(ctx context.Context, id string, s State, summary []byte) error {
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		r, err := first(rows(ctx, tx, l.scanRun, selectRuns+` WHERE id = ?`, id))
		if err != nil {
			return err
		}
		r.State, r.Ended, r.Summary = s, time.Now(), summary
		body, err := l.sealRun(r)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE runs SET state = ?, ended = ?, body = ? WHERE id = ?`,
			s, r.Ended.UnixMilli(), body, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("finish run %s: %w", id, err)
	}
	// Outside of the transaction: what a night wrote goes from the log to the file,
	// so that it does not grow for ever beside long readers.
	_, err = l.write.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	return damage(err)
}

// Runs returns the last runs, the newest first; limit 0 means all.
func (l *Ledger) Runs(ctx context.Context, limit int) ([]Run, error) {
	if limit <= 0 {
		limit = -1 // none, to SQLite
	}
	return collect(rows(ctx, l.read, l.scanRun, selectRuns+` ORDER BY n DESC LIMIT ?`, limit))
}

// Run returns one run, or [ErrNotFound].
func (l *Ledger) Run(ctx context.Context, id string) (Run, error) {
	r, err := first(rows(ctx, l.read, l.scanRun, selectRuns+` WHERE id = ?`, id))
	if err != nil {
		return Run{}, fmt.Errorf("run %s: %w", id, err)
	}
	return r, nil
}

const selectRuns = `SELECT id, state, started, ended, body FROM runs`

func (l *Ledger) scanRun(rs *sql.Rows) (Run, error) {
	var id string
	var state State
	var started, ended int64
	var body sql.RawBytes
	if err := rs.Scan(&id, &state, &started, &ended, &body); err != nil {
		return Run{}, err
	}
	return l.runOf(id, state, body)
}

// runOf opens the sealed part of a run.
func (l *Ledger) runOf(id string, state State, body []byte) (Run, error) {
	plain, err := l.box.Open(nil, body, bound("runs.body", []byte(id)))
	if err != nil {
		return Run{}, err
	}
	var r Run
	if err := json.Unmarshal(plain, &r); err != nil {
		return Run{}, fmt.Errorf("%w: run %s", ErrDamaged, id)
	}
	r.State = state // Killed is written to the column alone
	return r, nil
}

func (l *Ledger) sealRun(r Run) ([]byte, error) {
	r.Started, r.Ended = r.Started.UTC(), r.Ended.UTC()
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return l.box.Seal(nil, plain, bound("runs.body", []byte(r.ID))), nil
}

// runNumber returns the number of a run; the run "" is number 0.
func (l *Ledger) runNumber(ctx context.Context, id string) (int64, error) {
	l.mu.Lock()
	n, ok := l.runs[id]
	l.mu.Unlock()
	if ok {
		return n, nil
	}
	err := l.read.QueryRowContext(ctx, `SELECT n FROM runs WHERE id = ?`, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("run %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return 0, damage(err)
	}
	l.mu.Lock()
	l.runs[id] = n
	l.mu.Unlock()
	return n, nil
}

// first returns the only value of seq, or ErrNotFound.
func first[T any](seq func(func(T, error) bool)) (T, error) {
	for v, err := range seq {
		return v, err
	}
	var zero T
	return zero, ErrNotFound
}

// collect returns the values of seq, up to its first error.
func collect[T any](seq func(func(T, error) bool)) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return slices.Clip(out), nil
}
