package ledger

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/internal/seal"
)

// TestRekeyedLedgerSaysTheSame: under another key everything is there, and nothing
// of the old key opens it.
func TestRekeyedLedgerSaysTheSame(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, filepath.Join(dir, "old"))
	old, fresh := aged(t, l)
	run := begin(t, l)
	moved := fresh
	moved.Path, moved.ID, moved.Run = "moved.xlsx", "", run
	moved.ID = poterne.NewID(moved.Share, moved.Path, "")
	commit(t, l, moved)
	if err := l.Drop(t.Context(), run, fresh.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AddDerogation(t.Context(), "os:dpo", someDerogation()); err != nil {
		t.Fatal(err)
	}
	if err := l.SaveSearch(t.Context(), Search{Name: "n", Query: "q"}); err != nil {
		t.Fatal(err)
	}
	runs, err := l.Runs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	unseen, err := l.Unseen(t.Context(), runs[0].ID, []string{"rh", "old"}, nil)
	if err != nil || len(unseen) == 0 {
		t.Fatalf("Unseen = %v, %v", unseen, err)
	}
	key := seal.NewKey()
	to := filepath.Join(dir, "new")
	committed := false
	err = l.Rekey(t.Context(), "os:root", to, key.For(seal.Ledger), key.For(seal.Audit), func(n *Ledger) error {
		committed = true
		return nil
	})
	if err != nil || !committed {
		t.Fatalf("Rekey: %v, committed: %v", err, committed)
	}
	if err := l.Append(t.Context(), Entry{Actor: "web:dpo"}); !errors.Is(err, ErrRotated) {
		t.Errorf("the old ledger can still be written to: %v", err)
	}
	if gone, err := l.Retired(t.Context()); err != nil || !gone {
		t.Errorf("Retired = %v, %v", gone, err)
	}
	if _, err := Open(t.Context(), to, testKey, Options{}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("the old key opens the new ledger: %v", err)
	}
	n, err := Open(t.Context(), to, key.For(seal.Ledger), Options{Audit: key.For(seal.Audit)})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(all(t, l, Filter{}), all(t, n, Filter{}), sameRecord); diff != "" {
		t.Errorf("Records (-old +new)\n%s", diff)
	}
	both := func(what string, of func(*Ledger) (any, error)) {
		t.Helper()
		a, errA := of(l)
		b, errB := of(n)
		if errA != nil || errB != nil {
			t.Errorf("%s: %v, %v", what, errA, errB)
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s (-old +new)\n%s", what, diff)
		}
	}
	ctx := t.Context()
	both("Runs", func(l *Ledger) (any, error) { return l.Runs(ctx, 0) })
	both("Roots", func(l *Ledger) (any, error) { return l.Roots(ctx) })
	both("History", func(l *Ledger) (any, error) { return l.History(ctx, fresh.ID) })
	both("ReviewsOf", func(l *Ledger) (any, error) { return l.ReviewsOf(ctx, moved) })
	both("ReviewsAt", func(l *Ledger) (any, error) { return l.ReviewsAt(ctx, old.ID) })
	both("Derogations", func(l *Ledger) (any, error) { return l.Derogations(ctx) })
	both("Searches", func(l *Ledger) (any, error) { return l.Searches(ctx) })
	both("Diff", func(l *Ledger) (any, error) { return collect(l.Diff(ctx, runs[1].ID, runs[0].ID)) })
	both("Waiting", func(l *Ledger) (any, error) {
		files, turn, err := l.Waiting(ctx)
		return fmt.Sprint(len(files), turn), err
	})
	got, err := n.Unseen(ctx, runs[0].ID, []string{"rh", "old"}, nil)
	if diff := cmp.Diff(unseen, got); diff != "" || err != nil {
		t.Errorf("Unseen (-old +new)\n%s%v", diff, err)
	}
	current, found, err := n.Current(ctx, moved.Document)
	if err != nil || !found || current.Path != moved.Path {
		t.Errorf("Current = %v, %v, %v", current, found, err)
	}
	entries, err := collect(n.Audit(ctx, 0))
	if err != nil || entries[len(entries)-1].Verb != "key-rotate" {
		t.Errorf("the trail ends with %+v, %v", entries[len(entries)-1], err)
	}
	if before, err := l.VerifyAudit(ctx); err != nil || int(before.N) != len(entries)-1 {
		t.Errorf("the old trail: %v, %v", before, err)
	}
}

func TestFailedRekeyLeavesTheLedgerAlone(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, filepath.Join(dir, "old"))
	aged(t, l)
	key := seal.NewKey()
	refusal := errors.New("no room")
	err := l.Rekey(t.Context(), "os:root", filepath.Join(dir, "new"), key.For(seal.Ledger), key.For(seal.Audit), func(*Ledger) error { return refusal })
	if !errors.Is(err, refusal) {
		t.Errorf("Rekey = %v", err)
	}
	appendEntries(t, l, 1)
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestNoRekeyWithoutItsMark: what cannot be marked as replaced is not replaced, and
// whoever waits for the copy is not called.
func TestNoRekeyWithoutItsMark(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, filepath.Join(dir, "old"))
	aged(t, l)
	if _, err := l.write.Exec(`CREATE TRIGGER full BEFORE INSERT ON meta WHEN new.name = 'rotated' BEGIN SELECT raise(ABORT, 'disk is full'); END`); err != nil {
		t.Fatal(err)
	}
	key := seal.NewKey()
	err := l.Rekey(t.Context(), "os:root", filepath.Join(dir, "new"), key.For(seal.Ledger), key.For(seal.Audit), func(*Ledger) error {
		t.Error("called before the mark")
		return nil
	})
	if err == nil {
		t.Error("Rekey without its mark")
	}
	if gone, err := l.Retired(t.Context()); err != nil || gone {
		t.Errorf("Retired = %v, %v", gone, err)
	}
	appendEntries(t, l, 1)
}
