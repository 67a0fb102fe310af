package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"poterne"
	"poterne/ledger"
)

func TestAgo(t *testing.T) {
	now := time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{"24mo": "2024-08-31", "2y": "2024-08-31", "2a": "2024-08-31", "90d": "2026-06-02", "90j": "2026-06-02", "6mo": "2026-03-03"} {
		got, err := ago(in, now)
		if err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("ago(%q) = %v, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "mo", "0mo", "-3mo", "24", "24 mo", "24m", "1h"} {
		if got, err := ago(in, now); err == nil {
			t.Errorf("ago(%q) = %v, want an error", in, got)
		}
	}
}

// TestPurgeOfAWholeShare: where the last run is older than what is to be forgotten,
// a purge says so and forgets nothing, unless it is told to.
func TestPurgeOfAWholeShare(t *testing.T) {
	a := smallState(t)
	s := storesOf(t, a)
	run, err := s.ledger.Begin(t.Context(), ledger.Run{Started: time.Now().AddDate(-2, 0, 0), Shares: map[string]string{"paie": "/srv/paie"}})
	if err != nil {
		t.Fatal(err)
	}
	r := poterne.Record{Document: poterne.Document{ID: poterne.NewID("paie", "a.txt", ""), Share: "paie", Path: "a.txt"}, Run: run}
	if err := errors.Join(s.index.Put(t.Context(), r), s.ledger.Commit(t.Context(), r), s.close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, args, says string
		refused          bool
		left             int
	}{
		{"rehearsed", "--dry-run", "presque tout disparaîtrait de paie", false, 3},
		{"refused", "", "de paie : rien n'est oublié", true, 3},
		{"meant", "--allow-mass-delete", "fichiers 1,", false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			a.stdout = &out
			cmd := newPurge(a)
			cmd.SetArgs(append([]string{"--older-than", "1y"}, strings.Fields(c.args)...))
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			err := cmd.ExecuteContext(t.Context())
			if (err != nil) != c.refused {
				t.Fatalf("purge: %v", err)
			}
			said := out.String()
			if err != nil {
				said += err.Error()
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("it says %q, want %q", said, c.says)
			}
			s := storesOf(t, a)
			defer s.close()
			if n, err := s.ledger.Count(t.Context()); err != nil || n != c.left {
				t.Errorf("%d documents are left, want %d: %v", n, c.left, err)
			}
		})
	}
}

// storesOf opens the stores of a state. The caller closes them.
func storesOf(t *testing.T, a *app) *stores {
	t.Helper()
	keys, err := a.openKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.openStores(t.Context(), a.state, keys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
