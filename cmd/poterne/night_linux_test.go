package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/index"
	"poterne/internal/davtest"
	"poterne/internal/s3test"
	"poterne/internal/seal"
	"poterne/internal/smbtest"
	"poterne/internal/sshtest"
	"poterne/ledger"
	"poterne/scanner"
	"poterne/sources"
)

// server is a share on a server that a test kills.
type server interface {
	Kill()
	Restart()
}

// TestNightsOnServersThatDie scans shares whose server is killed and started again
// in the middle, stays away whole nights, or goes away in the middle of one: each
// document keeps its record, and no one's is taken for gone.
func TestNightsOnServersThatDie(t *testing.T) {
	for _, c := range []struct {
		name           string
		folders, files int
		start          func(*testing.T, string, map[string]string) (server, string, sources.Credentials)
	}{
		{"smb", 200, 25, func(t *testing.T, dir string, files map[string]string) (server, string, sources.Credentials) {
			writeFiles(t, dir, files)
			s := smbtest.Start(t, dir)
			return s, s.Address(""), sources.Credentials{User: s.User, Password: s.Password}
		}},
		{"webdav", 20, 25, func(t *testing.T, dir string, files map[string]string) (server, string, sources.Credentials) {
			writeFiles(t, dir, files)
			s := davtest.Start(t, dir)
			return s, s.Address(""), sources.Credentials{User: s.User, Password: s.Password}
		}},
		{"sftp", 20, 25, func(t *testing.T, dir string, files map[string]string) (server, string, sources.Credentials) {
			writeFiles(t, dir, files)
			s := sshtest.Start(t)
			return s, s.Address(dir), sources.Credentials{User: s.User, Password: s.Password, KnownHosts: s.KnownHosts(s.Key)}
		}},
		{"s3", 20, 25, func(t *testing.T, _ string, files map[string]string) (server, string, sources.Credentials) {
			s := s3test.Start(t)
			for p, body := range files {
				s.Put(p, body)
			}
			return s, s.Address(""), sources.Credentials{User: s.User, Password: s.Password}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{}
			for i := range c.folders {
				for j := range c.files {
					p := fmt.Sprintf("service %03d/été/note %02d.txt", i, j)
					files[p] = "document " + p
				}
			}
			server, address, who := c.start(t, t.TempDir(), files)
			n := newNights(t, address, who)
			want := map[string]bool{}
			for p := range files {
				want[p] = true
			}
			restart := func() {
				server.Kill()
				server.Restart()
			}

			sum, err := n.scan(20*time.Second, map[int]func(){len(want) / 4: restart, len(want) * 3 / 4: restart})
			t.Logf("%d documents, killed twice: %d recorded in %v", len(want), sum.Recorded, sum.Elapsed.Round(time.Millisecond))
			if err != nil || sum.Walked != len(want) || sum.Recorded != len(want) || len(sum.Failures) > 0 {
				t.Fatalf("killed and started again: %+v, %v", sum, err)
			}
			n.holds(want)

			server.Kill()
			if sum, err = n.scan(300*time.Millisecond, nil); !errors.Is(err, scanner.ErrUnreachable) || sum.Swept != 0 {
				t.Errorf("away for the night: %+v, %v", sum, err)
			}
			server.Restart()
			if sum, err = n.scan(300*time.Millisecond, map[int]func(){len(want) / 4: server.Kill}); err != nil || len(sum.Failures) == 0 {
				t.Errorf("away since the middle: %+v, %v", sum, err)
			}
			n.holds(want)

			server.Restart()
			if sum, err = n.scan(20*time.Second, nil); err != nil || sum.Walked != len(want) || len(sum.Failures) > 0 {
				t.Errorf("back again: %+v, %v", sum, err)
			}
			if sum, err = n.scan(20*time.Second, nil); err != nil || sum.Unchanged != len(want) || sum.Swept != 0 {
				t.Errorf("a quiet night: %+v, %v", sum, err)
			}
			n.holds(want)
		})
	}
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for p, body := range files {
		abs := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(abs), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(abs, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// nights scans one share again and again, with the ledger and the index of the
// program and with documents that are only copied.
type nights struct {
	t       *testing.T
	address string
	who     sources.Credentials
	ledger  *ledger.Ledger
	index   *index.Index
}

func newNights(t *testing.T, address string, who sources.Credentials) *nights {
	t.Helper()
	keys := seal.NewKey()
	led, err := ledger.Open(t.Context(), t.TempDir(), keys.For(seal.Ledger), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { led.Close() })
	idx, err := index.Open(t.TempDir(), keys.For(seal.Index))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idx.Close() })
	return &nights{t, address, who, led, idx}
}

// scan runs one night; do is done once so many documents were listed.
func (n *nights) scan(patience time.Duration, do map[int]func()) (scanner.Summary, error) {
	n.t.Helper()
	source, err := sources.Open([]sources.Root{{Share: "s", Dir: n.address}}, sources.Options{
		Keyring: sources.Keyring{"": n.who}, LocalOptions: sources.LocalOptions{Workers: 8}, Timeout: 5 * time.Second, Patience: patience,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	defer source.Close()
	run, err := n.ledger.Begin(n.t.Context(), ledger.Run{Shares: map[string]string{"s": n.address}})
	if err != nil {
		n.t.Fatal(err)
	}
	rooms := scanner.Rooms{Source: watched{source, do}, Extractor: plainText{}, Classifier: blind{}, Policy: lenient{}, Ledger: n.ledger, Index: n.index}
	return scanner.Run(n.t.Context(), rooms, scanner.Options{Run: run, Shares: []string{"s"}, Workers: 8})
}

// holds wants a record, read whole, of each of these documents.
func (n *nights) holds(want map[string]bool) {
	n.t.Helper()
	got := map[string]bool{}
	for r, err := range n.ledger.Records(n.t.Context(), ledger.Filter{}) {
		if err != nil {
			n.t.Fatal(err)
		}
		if want[r.Path] { // a folder that could not be listed has one too
			got[r.Path] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		n.t.Errorf("records (-want +got)\n%s", diff)
	}
}

// watched does something while documents are listed.
type watched struct {
	scanner.Source
	do map[int]func()
}

func (w watched) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		n := 0
		for d, err := range w.Source.Documents(ctx) {
			if n++; w.do[n] != nil {
				w.do[n]()
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

type plainText struct{}

func (plainText) Extract(_ context.Context, d poterne.Document, c poterne.Content) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		part := &poterne.Part{Format: "txt"}
		b := make([]byte, c.Size())
		_, err := c.ReadAt(b, 0)
		if string(b) != "document "+d.Path {
			err = poterne.Fail(poterne.StageExtract, poterne.Malformed, err)
			yield(poterne.Segment{Part: part}, err)
			return
		}
		yield(poterne.Segment{Part: part, Body: d.Path, Place: poterne.Place{Zone: poterne.ZoneName}}, nil)
	}
}

type blind struct{}

func (blind) Classify(_ context.Context, _ poterne.Document, segments iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error) {
	for range segments {
	}
	return nil, nil
}

type lenient struct{}

func (lenient) Decide(poterne.Document, []poterne.Finding, *poterne.Failure) poterne.Assessment {
	return poterne.Assessment{Level: poterne.Public}
}

func (lenient) Join(_ poterne.Document, own poterne.Assessment, _ []poterne.Record) poterne.Assessment {
	return own
}
