package index_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"poterne"
	"poterne/index"
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

// writeForEver puts batches of 50 new records, publishes every third time, and says
// how many records are durable, and published.
func writeForEver(dir string) error {
	ctx := context.Background()
	key, err := hex.DecodeString(os.Getenv(crashKey))
	if err != nil {
		return err
	}
	x, err := index.Open(dir, key)
	if err != nil {
		return err
	}
	n, err := x.Count()
	if err != nil {
		return err
	}
	for i := 1; ; i++ {
		batch := many(n + 50)[n:]
		if err := x.Put(ctx, batch...); err != nil {
			return err
		}
		n += 50
		fmt.Println("put", n)
		if i%3 == 0 {
			if err := x.Publish(ctx); err != nil {
				return err
			}
			fmt.Println("published", n)
		}
	}
}

// TestKilledWriterLosesNothing kills a writing process at random moments, while
// this one searches the snapshots. Each batch that was said to be durable must be
// there whole, no snapshot may be half, and the snapshots never go back.
func TestKilledWriterLosesNothing(t *testing.T) {
	dir := t.TempDir()
	key := seal.NewKey().For(seal.Index)
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	put, published, searched := 0, 0, 0
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
		var timer *time.Timer
		for s := bufio.NewScanner(out); s.Scan(); {
			word, number, _ := strings.Cut(s.Text(), " ")
			n, err := strconv.Atoi(number)
			if err != nil || n%50 != 0 {
				continue // a line may be cut
			}
			put = max(put, n)
			if word == "published" {
				published = max(published, n)
			}
			searched += searchWhileWritten(t, dir, key, published)
			// However slow the machine: not before it works, and the first has published.
			if timer == nil && (round > 0 || published > 0) {
				timer = time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { cmd.Process.Kill() })
			}
		}
		cmd.Wait()
		if timer != nil {
			timer.Stop()
		}
		if stderr.Len() > 0 {
			t.Fatalf("the writer failed: %s", stderr.String())
		}
		x, err := index.Open(dir, key)
		if err != nil {
			t.Fatal(err)
		}
		n, err := x.Count()
		if err != nil || n < put || n%50 != 0 {
			t.Errorf("%d records, %v; %d were acknowledged, 50 at a time", n, err, put)
		}
		if err := x.Check(t.Context(), -1); err != nil {
			t.Error(err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		searchWhileWritten(t, dir, key, published)
	}
	t.Logf("%d acknowledged, %d published, %d searches while written, %d kills", put, published, searched, rounds)
	if searched == 0 {
		t.Error("nothing was searched while it was written")
	}
}

func searchWhileWritten(t *testing.T, dir string, key []byte, published int) int {
	t.Helper()
	s, err := index.OpenSnapshot(dir, key)
	if errors.Is(err, fs.ErrNotExist) && published == 0 {
		return 0
	}
	if err != nil {
		t.Fatalf("after %d were published: %v", published, err)
	}
	defer s.Close()
	p, err := s.Search(t.Context(), poterne.Query{Size: 3})
	if err != nil || int(p.Total) < published || p.Total%50 != 0 {
		t.Errorf("found %d, %v; %d were published", p.Total, err, published)
	}
	if err := s.Check(t.Context(), int(p.Total)); err != nil {
		t.Error(err)
	}
	return 1
}
