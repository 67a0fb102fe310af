package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"poterne"
	"poterne/internal/killtest"
	"poterne/internal/seal"
)

func TestMain(m *testing.M) { killtest.Main(m, writeForEver) }

// writeForEver commits containers of three records, decides on one of each batch, and
// says which records are durable.
func writeForEver(dir string, key []byte, step killtest.Step) error {
	ctx := context.Background()
	var l *Ledger
	err := step("open", func() (_ string, err error) {
		l, err = Open(ctx, dir, key, Options{Audit: seal.Derive(key, "audit")})
		return "", err
	})
	var run string
	if err == nil {
		err = step("begin", func() (_ string, err error) {
			run, err = l.Begin(ctx, Run{})
			return run, err
		})
	}
	for i := 0; err == nil; i++ {
		var batch []poterne.Record
		var ids strings.Builder
		for j := range 5 {
			path := fmt.Sprintf("%s/%d-%d.zip", run, i, j)
			for _, member := range []string{"", "1", "2"} {
				r := record(run, "rh", path, member, poterne.Public)
				batch = append(batch, r)
				fmt.Fprintf(&ids, "%s ", r.ID)
			}
		}
		err = step("commit", func() (string, error) { return ids.String(), l.Commit(ctx, batch...) })
		if err == nil {
			err = step("decide", func() (string, error) {
				_, err := l.Decide(ctx, "os:test", review(batch[0], FalsePositive))
				return string(batch[0].ID), err
			})
		}
	}
	return err
}

// TestKilledWriterLosesNothing kills a writing process inside each kind of step.
func TestKilledWriterLosesNothing(t *testing.T) {
	k := newKilled(t, t.TempDir(), nil)
	for round := range killtest.Rounds(4) {
		k.round(round)
	}
	k.end()
}

// killed is a ledger whose writer is killed again and again. Each record and each
// decision that it said was durable must be there, each container whole, the audit
// trail unbroken and the ledger sound.
type killed struct {
	*killtest.Child
	t                *testing.T
	records, decided map[poterne.ID]bool
}

func newKilled(t *testing.T, dir string, disk *killtest.Disk) *killed {
	k := &killed{t: t, records: map[poterne.ID]bool{}, decided: map[poterne.ID]bool{}}
	k.Child = &killtest.Child{Dir: dir, Key: seal.NewKey().For(seal.Ledger), Disk: disk, Acknowledged: func(name, what string) {
		for id := range strings.FieldsSeq(what) {
			switch name {
			case "commit":
				k.records[poterne.ID(id)] = true
			case "decide":
				k.decided[poterne.ID(id)] = true
			}
		}
	}}
	return k
}

// round kills the writer once and looks at what it left.
func (k *killed) round(n int) {
	k.t.Helper()
	var failed string
	switch n % 4 {
	case 0:
		failed = k.Round(k.t, "commit", rand.IntN(8))
	case 1:
		failed = k.Round(k.t, "decide", rand.IntN(8))
	case 2:
		failed = k.Round(k.t, "open", 0)
	case 3:
		failed = k.Round(k.t, "begin", 0)
	}
	if failed != "" {
		k.t.Logf("the writer said: %s", failed)
	}
	k.Disk.Empty(k.t)
	l, err := Open(k.t.Context(), k.Dir, k.Key, Options{ReadOnly: n%2 == 0 && len(k.records) > 0, Audit: seal.Derive(k.Key, "audit")})
	if err != nil {
		k.t.Fatal(err)
	}
	defer l.Close()
	for id := range k.records {
		if _, err := l.Get(k.t.Context(), id); err != nil {
			k.t.Fatalf("round %d: an acknowledged record: %v", n, err)
		}
	}
	if err := l.Check(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	decided := map[poterne.ID]bool{}
	for r, err := range l.Reviews(k.t.Context()) {
		if err != nil {
			k.t.Fatal(err)
		}
		decided[r.Document.ID] = true
	}
	for id := range k.decided {
		if !decided[id] {
			k.t.Errorf("round %d: an acknowledged decision is lost", n)
		}
	}
	if n, err := l.Count(k.t.Context()); err != nil || n%15 != 0 {
		k.t.Errorf("%d records, %v: half a batch", n, err)
	}
}

func (k *killed) end() {
	k.t.Logf("%d records and %d decisions acknowledged; ends by step: %v", len(k.records), len(k.decided), k.Fell())
	if len(k.records) == 0 || len(k.decided) == 0 {
		k.t.Error("nothing was acknowledged")
	}
	for _, miss := range k.Misses() {
		k.t.Error(miss)
	}
}
