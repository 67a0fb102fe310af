package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"poterne/index"
	"poterne/ledger"
)

// constants lists the values of the constants of one type in a file.
func constants(t *testing.T, file, kind string) (values []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == kind {
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, text)
			}
		}
		return true
	})
	return values
}

// TestEveryProblemHasFrenchWords compares what rooms may say with the catalogue that
// the command line and the pages have.
func TestEveryProblemHasFrenchWords(t *testing.T) {
	for _, x := range []struct {
		file, kind string
		words      []string
	}{
		{"../../index/compile.go", "Problem", keysOf(queryWords)},
		{"../../ledger/refusal.go", "Lack", keysOf(lackWords)},
	} {
		want := constants(t, x.file, x.kind)
		if len(want) < 10 {
			t.Fatalf("%s: %d constants of type %s", x.file, len(want), x.kind)
		}
		for _, w := range want {
			if !slices.Contains(x.words, w) {
				t.Errorf("%s: %q has no French words", x.kind, w)
			}
		}
		if len(x.words) != len(want) {
			t.Errorf("%s: %d words for %d constants", x.kind, len(x.words), len(want))
		}
	}
}

func keysOf[K ~string](m map[K]string) (keys []string) {
	for k := range maps.Keys(m) {
		keys = append(keys, string(k))
	}
	return keys
}

func TestProblemsInTheLanguageOfWhoReads(t *testing.T) {
	for _, x := range []struct {
		err    error
		fr, en string
	}{
		{&index.QueryError{Problem: index.UnknownField, Field: "nivo", Suggest: "niveau"}, "requête : champ inconnu : « nivo » (« niveau » ?)", `query: unknown field: field "nivo" (did you mean "niveau"?)`},
		{fmt.Errorf("store a review: %w", &ledger.Refusal{Of: ledger.ErrReview, Lack: ledger.NoReason}), "décision refusée : motif manquant", "store a review: unusable review: no reason"},
		{&ledger.Refusal{Of: ledger.ErrDerogation, Lack: ledger.NoGlob, Value: "rh["}, "dérogation refusée : ce partage n'est pas un motif : « rh[ »", `unusable derogation: this share is no glob: "rh["`},
		{errors.New("disk"), "disk", "disk"},
	} {
		if got := (&app{lang: "fr"}).words(x.err); got != x.fr {
			t.Errorf("French: %q, want %q", got, x.fr)
		}
		if got := (&app{lang: "en"}).words(x.err); got != x.en {
			t.Errorf("English: %q, want %q", got, x.en)
		}
	}
	for _, lang := range []string{"fr", "en"} {
		if got := mistake(lang, errors.New("disk")); got != "" {
			t.Errorf("an error of a disk is said to be its author's: %q", got)
		}
		if got := mistake(lang, &index.QueryError{Problem: index.Unclosed}); strings.Contains(got, "closed") != (lang == "en") {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
