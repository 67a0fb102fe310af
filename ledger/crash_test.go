package ledger

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"poterne"
	"poterne/internal/seal"
)

// The test binary runs itself as a writer when this names a folder.
const crashDir, crashKey = "POTERNE_TEST_CRASH_DIR", "POTERNE_TEST_CRASH_KEY"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForEver commits containers of three records and says so once each is durable.
func writeForEver(dir string) error {
	ctx := context.Background()
	key, err := hex.DecodeString(os.Getenv(crashKey))
	if err != nil {
		return err
	}
	l, err := Open(ctx, dir, key, Options{Audit: seal.Derive(key, "audit")})
	if err != nil {
		return err
	}
	run, err := l.Begin(ctx, Run{})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		var batch []poterne.Record
		for j := range 5 {
			path := fmt.Sprintf("%s/%d-%d.zip", run, i, j)
			batch = append(batch, record(run, "rh", path, "", poterne.Public), record(run, "rh", path, "1", poterne.Public), record(run, "rh", path, "2", poterne.Public))
		}
		if err := l.Commit(ctx, batch...); err != nil {
			return err
		}
		if _, err := l.Decide(ctx, "os:test", review(batch[0], FalsePositive)); err != nil {
			return err
		}
		for _, r := range batch {
			fmt.Println(r.ID)
		}
	}
}

// TestKilledWriterLosesNothing kills a writing process at random moments. Each
// record and each decision that it said was durable must be there, each container
// whole, the audit trail unbroken and the ledger sound, while this process reads
// all along.
func TestKilledWriterLosesNothing(t *testing.T) {
	dir := t.TempDir()
	key := seal.NewKey().For(seal.Ledger)
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	acknowledged := 0
	var ids []poterne.ID
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), crashDir+"="+dir, crashKey+"="+hex.EncodeToString(key))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := make(chan poterne.ID)
		go func() {
			defer close(lines)
			for s := bufio.NewScanner(out); s.Scan(); {
				lines <- poterne.ID(s.Text())
			}
		}()
		ids = append(ids, <-lines) // it runs
		timer := time.AfterFunc(time.Duration(20+rand.IntN(150))*time.Millisecond, func() { cmd.Process.Kill() })
		for id := range lines {
			if len(id) == 32 { // a line may be cut
				ids = append(ids, id)
			}
		}
		cmd.Wait()
		timer.Stop()
		if stderr.Len() > 0 {
			t.Fatalf("the writer failed: %s", stderr.String())
		}
		l, err := Open(t.Context(), dir, key, Options{ReadOnly: round%2 == 0, Audit: seal.Derive(key, "audit")})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if _, err := l.Get(t.Context(), id); err != nil {
				t.Fatalf("round %d: an acknowledged record: %v", round, err)
			}
		}
		if err := l.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Each batch was acknowledged after a decision on it.
		reviews, err := collect(l.Reviews(t.Context()))
		if err != nil || len(reviews) < len(ids)/15 {
			t.Errorf("%d reviews, %v; %d were acknowledged", len(reviews), err, len(ids)/15)
		}
		n, err := l.Count(t.Context())
		if err != nil || n%15 != 0 {
			t.Errorf("%d records, %v: half a batch", n, err)
		}
		acknowledged = len(ids)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged records after %d kills", acknowledged, rounds)
}
