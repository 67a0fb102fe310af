package index_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"testing"

	"poterne"
	"poterne/index"
	"poterne/internal/killtest"
	"poterne/internal/seal"
)

func TestMain(m *testing.M) { killtest.Main(m, writeForEver) }

// writeForEver puts batches of 50 new records, publishes every third time, and says
// how many records are durable, and published.
func writeForEver(dir string, key []byte, step killtest.Step) error {
	ctx := context.Background()
	var x *index.Index
	n := 0
	err := step("open", func() (_ string, err error) {
		if x, err = index.Open(dir, key); err != nil {
			return "", err
		}
		n, err = x.Count()
		return strconv.Itoa(n), err
	})
	for i := 1; err == nil; i++ {
		batch := many(n + 50)[n:]
		n += 50
		err = step("put", func() (string, error) { return strconv.Itoa(n), x.Put(ctx, batch...) })
		if err == nil && i%3 == 0 {
			err = step("publish", func() (string, error) { return strconv.Itoa(n), x.Publish(ctx) })
		}
	}
	return err
}

// TestKilledWriterLosesNothing kills a writing process inside each kind of step,
// while this one searches the snapshots.
func TestKilledWriterLosesNothing(t *testing.T) {
	k := newKilled(t, t.TempDir(), nil)
	for round := range killtest.Rounds(4) {
		k.round(round)
	}
	k.end()
}

// killed is an index whose writer is killed again and again. Each batch that was said
// to be durable must be there whole, no snapshot may be half, and the snapshots never
// go back.
type killed struct {
	*killtest.Child
	t                        *testing.T
	put, published, searched int
}

func newKilled(t *testing.T, dir string, disk *killtest.Disk) *killed {
	k := &killed{t: t}
	k.Child = &killtest.Child{Dir: dir, Key: seal.NewKey().For(seal.Index), Disk: disk, Acknowledged: func(name, what string) {
		n, err := strconv.Atoi(what)
		if err != nil {
			t.Fatal(err)
		}
		k.put = max(k.put, n)
		if name == "publish" {
			k.published = max(k.published, n)
		}
		k.search()
	}}
	return k
}

// round kills the writer once and looks at what it left.
func (k *killed) round(n int) {
	k.t.Helper()
	var failed string
	switch n % 3 {
	case 0:
		failed = k.Round(k.t, "put", rand.IntN(6))
	case 1:
		failed = k.Round(k.t, "publish", rand.IntN(2))
	case 2:
		failed = k.Round(k.t, "open", 0)
	}
	k.search()
	if failed != "" {
		k.t.Logf("the writer said: %s", failed)
	}
	k.Disk.Empty(k.t)
	x, err := index.Open(k.Dir, k.Key)
	if err != nil {
		k.t.Fatal(err)
	}
	defer x.Close()
	if n, err := x.Count(); err != nil || n < k.put || n%50 != 0 {
		k.t.Errorf("%d records, %v; %d were acknowledged, 50 at a time", n, err, k.put)
	}
	if err := x.Check(k.t.Context(), -1); err != nil {
		k.t.Error(err)
	}
}

// search wants a whole answer of the newest snapshot.
func (k *killed) search() {
	k.t.Helper()
	s, err := index.OpenSnapshot(k.Dir, k.Key)
	if errors.Is(err, fs.ErrNotExist) && k.published == 0 {
		return
	}
	if err != nil {
		k.t.Fatalf("after %d were published: %v", k.published, err)
	}
	defer s.Close()
	p, err := s.Search(k.t.Context(), poterne.Query{Size: 3})
	if err != nil || int(p.Total) < k.published || p.Total%50 != 0 {
		k.t.Errorf("found %d, %v; %d were published", p.Total, err, k.published)
	}
	if err := s.Check(k.t.Context(), int(p.Total)); err != nil {
		k.t.Error(err)
	}
	k.searched++
}

func (k *killed) end() {
	k.t.Logf("%d acknowledged, %d published, %d searches; ends by step: %v", k.put, k.published, k.searched, fmt.Sprint(k.Fell()))
	if k.published == 0 || k.searched == 0 {
		k.t.Error("nothing was published, or nothing searched while it was written")
	}
	for _, miss := range k.Misses() {
		k.t.Error(miss)
	}
}
