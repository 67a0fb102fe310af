package sources

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

func paths(docs map[string]poterne.Document) map[string]bool {
	out := map[string]bool{}
	for p := range docs {
		out[p] = true
	}
	return out
}

// seen lists all documents once; a failure or a document seen twice is an error.
func seen(t *testing.T, s *Shares, each func(n int, d poterne.Document)) map[string]poterne.Document {
	t.Helper()
	docs := map[string]poterne.Document{}
	for d, err := range s.Documents(t.Context()) {
		if err != nil {
			t.Errorf("%q: %v", d.Path, err)
			continue
		}
		if _, twice := docs[d.Path]; twice {
			t.Errorf("%q was listed twice", d.Path)
		}
		docs[d.Path] = d
		if each != nil {
			each(len(docs), d)
		}
	}
	return docs
}

// mortal is a server that a test kills and starts again.
type mortal interface {
	Kill()
	Restart()
}

func again(server mortal) {
	server.Kill()
	server.Restart()
}

// survives lists and reads all documents, each "document " and its path, while their
// server is killed and started again four times; look sees each of them.
func survives(t *testing.T, server mortal, shares *Shares, want map[string]bool, look func(p string, d poterne.Document)) {
	t.Helper()
	docs := seen(t, shares, func(n int, _ poterne.Document) {
		if n == len(want)/8 || n == len(want)*5/8 {
			again(server)
		}
	})
	if diff := cmp.Diff(want, paths(docs)); diff != "" {
		t.Fatalf("documents (-want +got)\n%s", diff)
	}
	n := 0
	for p, d := range docs {
		if n++; n%200 == 0 {
			again(server)
		}
		look(p, d)
		if got, err := readAll(t.Context(), shares, d); err != nil || got != "document "+p {
			t.Fatalf("%s: %q, %v", p, got, err)
		}
	}
}

// long is a document that is read in several blocks.
var long = strings.Repeat("0123456789abcdef", 3*blockSize/16) + "fin"

// readsOn opens a document that holds long, and reads it from the second life of its
// server: over the edge of a block, at the end, and whole. The caller closes it.
func readsOn(t *testing.T, server mortal, shares *Shares, d poterne.Document) poterne.Content {
	t.Helper()
	c, err := shares.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, len(long))
	if _, err := c.ReadAt(b[:100], 0); err != nil || string(b[:100]) != long[:100] {
		t.Fatalf("before the loss: %v", err)
	}
	again(server)
	if n, err := c.ReadAt(b[:32], 2*blockSize-16); err != nil || string(b[:32]) != long[2*blockSize-16:][:32] {
		t.Errorf("%d bytes over the edge of a block, %v", n, err)
	}
	if n, err := c.ReadAt(b[:32], c.Size()-8); n != 8 || err != io.EOF {
		t.Errorf("%d bytes at the end, %v", n, err)
	}
	if n, err := c.ReadAt(b, 0); n != len(long) || err != nil && err != io.EOF || string(b) != long {
		t.Errorf("%d bytes after the loss, %v", n, err)
	}
	return c
}

func readAll(ctx context.Context, s *Shares, d poterne.Document) (string, error) {
	c, err := s.Open(ctx, d)
	if err != nil {
		return "", err
	}
	defer c.Close()
	b, err := io.ReadAll(io.NewSectionReader(c, 0, c.Size()))
	return string(b), err
}

// sorted compares lists without their order.
var sorted = cmp.Transformer("sorted", func(s []string) []string { return slices.Sorted(slices.Values(s)) })
