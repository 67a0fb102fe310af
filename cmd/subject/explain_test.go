package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplain(t *testing.T) {
	const page = "# Page\n\n- `a-1` note : classe H1\n- `dir/b c.pdf` : niveau 3\n- un point de liste\n"
	reasons := map[string]string{"a-1": "trop court", "z-9": "corrigé"}
	const want = "# Page\n\n- `a-1` note : classe H1 — trop court\n- `dir/b c.pdf` : niveau 3 — non expliqué\n- un point de liste\n" +
		"\nExpliqués, mais plus des erreurs : z-9\n"
	got := explain(page, reasons)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, explain(got, reasons)); diff != "" {
		t.Errorf("explained twice (-want +got):\n%s", diff)
	}
}

func TestReadReasonsWantsOneForEach(t *testing.T) {
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"sound", "# head\na\tone\n\nb\ttwo\n", true},
		{"no-reason", "a\n", false},
		{"empty-reason", "a\t\n", false},
		{"twice", "a\tone\na\ttwo\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "explained.txt")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := readReasons(file)
			if (err == nil) != c.ok || c.ok && len(got) != 2 {
				t.Errorf("%d reasons, error %v", len(got), err)
			}
		})
	}
}
