package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"poterne"
)

// memory is a server of so many equal files, which counts what it is asked for.
type memory struct {
	files, size     int
	requests, bytes atomic.Int64
}

func (m *memory) list(_ context.Context, _ string, emit func(entry) error) error {
	m.requests.Add(1)
	for i := range m.files {
		if err := emit(entry{name: fmt.Sprintf("%d.bin", i), state: m.state()}); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) open(context.Context, string) (handle, error) {
	m.requests.Add(1)
	return m, nil
}

func (m *memory) ReadAt(_ context.Context, p []byte, off int64) (int, error) {
	m.requests.Add(1)
	n := min(len(p), m.size-int(off))
	m.bytes.Add(int64(n))
	return n, nil
}

func (m *memory) state() state { return state{size: int64(m.size)} }
func (m *memory) Close() error { return nil }

// TestPaceIsSharedByAllSources reads two servers and a folder at once, on a clock
// that the test owns, and wants the time that the bounds make of what was asked.
func TestPaceIsSharedByAllSources(t *testing.T) {
	const files, size = 40, 512 << 10
	dir := t.TempDir()
	for i := range files {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.bin", i)), strings.Repeat("x", size))
	}
	for _, c := range []struct {
		name             string
		bandwidth        int64
		rate             int
		wantBytes, wantN float64 // seconds
	}{
		{"bandwidth", 4 << 20, 0, 3 * files * size / float64(4<<20), 0},
		{"requests", 0, 20, 0, 3 * (1 + 2*files) / 20.},
		{"no-bound", 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts := Options{Bandwidth: c.bandwidth, IOPS: c.rate}
				s, err := Open([]Root{{Share: "local", Dir: dir}}, opts)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				servers := []*memory{{files: files, size: size}, {files: files, size: size}}
				for i, m := range servers {
					tr := newTree(fmt.Sprint(i), m, opts.withDefaults(), s.pace)
					s.all, s.by[tr.share] = append(s.all, tr), tr
				}
				start := time.Now()
				var docs []poterne.Document
				for d, err := range s.Documents(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					docs = append(docs, d)
				}
				var wg sync.WaitGroup
				for _, d := range docs {
					wg.Go(func() {
						content, err := s.Open(t.Context(), d)
						if err != nil {
							t.Error(err)
							return
						}
						defer content.Close()
						if _, err := content.ReadAt(make([]byte, size), 0); err != nil && !errors.Is(err, io.EOF) {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				took, want := time.Since(start).Seconds(), max(c.wantBytes, c.wantN)
				if len(docs) != 3*files || servers[0].bytes.Load() != files*size {
					t.Fatalf("%d documents, %d bytes of the first server", len(docs), servers[0].bytes.Load())
				}
				// The first block, and what is due in 50 ms, come at once.
				if took > want || took < want*0.97-0.3 {
					t.Errorf("took %.2f s, want %.2f s", took, want)
				}
			})
		})
	}
}

// TestPaceEndsWithItsContext wants a wait that nothing but the context can end.
func TestPaceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.wait(ctx, blockSize); err != nil {
			t.Fatal(err)
		}
		if err := p.wait(ctx, 100); err == nil {
			t.Error("100 bytes at 1 byte a second came in 1 second")
		}
	})
}
