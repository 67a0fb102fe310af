package index

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func TestParse(t *testing.T) {
	one := func(field string, op poterne.Op, values ...string) []poterne.Clause {
		return []poterne.Clause{{Field: field, Op: op, Values: values}}
	}
	not := func(c []poterne.Clause) []poterne.Clause { c[0].Not = true; return c }
	for _, c := range []struct {
		in   string
		want []poterne.Clause
	}{
		{"", nil},
		{"  ", nil},
		{"level:>=3", one("level", poterne.AtLeast, "3")},
		{"niveau:3,4", one("level", poterne.Is, "3", "4")},
		{"Propriétaire:x", one("owner", poterne.Is, "x")},
		{"class:(H3 OU H4, H5)", one("class", poterne.Is, "H3", "H4", "H5")},
		{"size:>1,5Mo", one("size", poterne.More, "1,5Mo")},
		{"size:1,5", one("size", poterne.Is, "1", "5")},
		{`size:>"1,5 Mo"`, one("size", poterne.More, "1,5 Mo")},
		{"level:1,2", one("level", poterne.Is, "1", "2")},
		{"confidence:<0,5", one("confidence", poterne.Less, "0,5")},
		{"failure:*", one("failure", poterne.Exists)},
		{"-failure:*", not(one("failure", poterne.Exists))},
		{"rule:fr-*,iban", one("rule", poterne.Matches, "fr-*", "iban")},
		{`rule:"fr-*"`, one("rule", poterne.Is, "fr-*")},
		{"path:*a?b*", one("path", poterne.Matches, "*a?b*")},
		{"path:=a/b", one("path", poterne.Is, "a/b")},
		{`path:"a b"`, one("path", poterne.Phrase, "a b")},
		{`chemin:"a,b (c)"`, one("path", poterne.Phrase, "a,b (c)")},
		{"modified:2019..2021", append(one("modified", poterne.AtLeast, "2019"), one("modified", poterne.AtMost, "2021")...)},
		{"path:a..b", one("path", poterne.Phrase, "a..b")},
		{"paie mars", one("", poterne.Words, "paie mars")},
		{"paie level:3 mars", append(one("", poterne.Words, "paie mars"), one("level", poterne.Is, "3")...)},
		{"paie -mars", append(one("", poterne.Words, "paie"), not(one("", poterne.Words, "mars"))...)},
		{"(paie OR mars)", one("", poterne.Words, "paie", "mars")},
		{`"note de service"`, one("", poterne.Phrase, "note de service")},
		{"« note de service »", one("", poterne.Phrase, "note de service")},
		{"arch*", one("", poterne.Prefix, "arch")},
		{"NOT paie", not(one("", poterne.Words, "paie"))},
		{"NOTE", one("", poterne.Words, "NOTE")},
		{`owner:DOM\agent`, one("owner", poterne.Is, `DOM\agent`)},
		{"level:-1", one("level", poterne.Is, "-1")},
		{"level:>=-1", one("level", poterne.AtLeast, "-1")},
		{"a-b", one("", poterne.Words, "a-b")},
		{"12:30", one("", poterne.Words, "12:30")},
		{"failure_stage:extract", one("stage", poterne.Is, "extract")},
	} {
		q, err := Parse(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if diff := cmp.Diff(c.want, q.Clauses); diff != "" {
			t.Errorf("%q (-want +got)\n%s", c.in, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		in      string
		want    Problem
		suggest string
		pos     int
	}{
		{"levle:3", UnknownField, "level", 0},
		{"paie regel:x", UnknownField, "regle", 5},
		{"clas:H3", UnknownField, "class", 0},
		{"nivau:3", UnknownField, "niveau", 0},
		{"zzzzzz:3", UnknownField, "", 0},
		{"level:", NoValue, "", 6},
		{"level:()", NoValue, "", 8},
		{"level:12", BadValue, "", 0},
		{"class:H7", BadValue, "", 0},
		{"modified:31/02/2020", BadValue, "", 0},
		{"size:>abc", BadValue, "", 0},
		{`path:"a`, Unclosed, "", 5},
		{"class:(H3 OR", Unclosed, "", 12},
		{"(level:3 OR class:H3)", MixedOr, "", 1},
		{"level:3 OR class:H3", MixedOr, "", 11},
		{"level:(>3 OR 1)", MixedOr, "", 0},
		{"level:1..2,4", MixedOr, "", 0},
		{"-level:1..2", BadOperator, "", 11},
		{"rule:>a", BadOperator, "", 0},
		{`label:"a b"`, NoPhrase, "", 0},
		{"???", BadValue, "", 0},
		{")", NoValue, "", 0},
	} {
		_, err := Parse(c.in)
		var qe *QueryError
		if !errors.As(err, &qe) {
			t.Errorf("%q: %v, want %q", c.in, err, c.want)
			continue
		}
		if qe.Problem != c.want || qe.Suggest != c.suggest || qe.Pos != c.pos {
			t.Errorf("%q: %+v, want %q, suggestion %q at %d", c.in, *qe, c.want, c.suggest, c.pos)
		}
	}
}

func TestSizes(t *testing.T) {
	for in, want := range map[string]float64{
		"0": 0, "10": 10, "10o": 10, "1ko": 1e3, "1 Ko": 1e3, "1k": 1e3, "1kB": 1e3, "1,5Mo": 1.5e6, "1.5mo": 1.5e6,
		"2Go": 2e9, "1To": 1e12, "4Kio": 4096, "1MiB": 1 << 20, "1o": 1,
	} {
		if got, ok := parseSize(in); !ok || got != want {
			t.Errorf("%q = %v, %v; want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "o", "Mo", "-1", "1x", "1 elephant", "1Moo1", "1e400", "NaN"} {
		if got, ok := parseSize(in); ok {
			t.Errorf("%q = %v, want an error", in, got)
		}
	}
}

// FuzzParse wants no panic, a typed error, and that an accepted query is answered.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "level:>=3 class:H3,H4", `path:"RH/2024" -rule:(a OR b)`, "modified:2019..2021 size:>1,5Mo", "« a », b", `"`, "a:(b", "-", "--", "-(a)",
		"NOT NOT a", "OR", "(", ")", ",", ":", "a:,", "level:,3", "class:H?", "path:*?*", "\xff:\xff", "é:è", "path:=\"a b\"", "a*", "*", "label:*",
	} {
		f.Add(s)
	}
	records := []poterne.Record{{Document: poterne.Document{ID: "1", Share: "s", Path: "a b/c.txt"}}}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		var qe *QueryError
		if err != nil {
			if !errors.As(err, &qe) {
				t.Errorf("%q: untyped error %v", s, err)
			}
			return
		}
		q.Size = 1
		if _, err := Answer(q, records); err != nil {
			t.Errorf("%q was accepted and refused: %v", s, err)
		}
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "l'État d’urgence", "e\u0301", "a\xffb", "''''", "œuf", "١٢٣", "paie_mars.xlsx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range words(s) {
			if w == "" {
				t.Errorf("%q gives an empty word", s)
			}
		}
		if a, b := words(s), words(fold(s)); !cmp.Equal(a, b) {
			t.Errorf("%q: %q, folded first %q", s, a, b)
		}
	})
}

// TestFieldsAreSound guards the table that all else is made from.
func TestFieldsAreSound(t *testing.T) {
	for _, f := range fields {
		if (f.terms == nil) == (f.number == nil) {
			t.Errorf("%s: wants terms or a number", f.name)
		}
		if f.facet && f.numeric() {
			t.Errorf("%s: numbers are not counted", f.name)
		}
		if fold(f.name) != f.name {
			t.Errorf("%s is not folded", f.name)
		}
		for _, a := range f.aliases {
			if fold(a) != a {
				t.Errorf("alias %s is not folded", a)
			}
		}
	}
}
