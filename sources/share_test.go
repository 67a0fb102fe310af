package sources

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
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
