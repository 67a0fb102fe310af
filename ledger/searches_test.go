package ledger

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSearchesAreKeptSealed(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, dir)
	want := []Search{{Name: "planted-name", Query: "path:planted-query", Author: "planted-author", Facets: []string{"share"}}, {Name: "b", Query: "level:>=3"}}
	for _, s := range append([]Search{{Name: "planted-name", Query: "replaced"}}, want...) {
		if err := l.SaveSearch(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Searches(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Search{}, "At")); diff != "" {
		t.Errorf("Searches (-want +got)\n%s", diff)
	}
	if s, err := l.Search(t.Context(), "b"); err != nil || s.Query != "level:>=3" {
		t.Errorf("Search = %+v, %v", s, err)
	}
	if err := l.ForgetSearch(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	if err := l.ForgetSearch(t.Context(), "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("forgotten twice: %v", err)
	}
	if _, err := l.Search(t.Context(), "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Search of a forgotten one: %v", err)
	}
	if err := l.SaveSearch(t.Context(), Search{Query: "x"}); err == nil {
		t.Error("saved without a name")
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	l.Close()
	for path := range filesOf(dir) {
		if strings.Contains(read(t, path), "planted") {
			t.Errorf("%s holds a word of a search in clear", path)
		}
	}
}
