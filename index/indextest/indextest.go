// Package indextest is the suite that every index must pass.
package indextest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne"
	"poterne/index"
)

// Index is what the suite asks of an index.
type Index interface {
	Put(context.Context, ...poterne.Record) error
	Delete(context.Context, ...poterne.ID) error
	Search(context.Context, poterne.Query) (poterne.Page, error)
	Count() (int, error)
}

// Run runs the suite; open returns an empty index and cleans up after the test.
func Run(t *testing.T, open func(*testing.T) Index) {
	t.Run("queries", func(t *testing.T) { queries(t, filled(t, open)) })
	t.Run("refusals", func(t *testing.T) { refusals(t, filled(t, open)) })
	t.Run("french", func(t *testing.T) { french(t, open(t)) })
	t.Run("hits", func(t *testing.T) { hits(t, filled(t, open)) })
	t.Run("facets", func(t *testing.T) { facets(t, filled(t, open)) })
	t.Run("pages", func(t *testing.T) { pages(t, filled(t, open)) })
	t.Run("writes", func(t *testing.T) { writes(t, open(t)) })
	t.Run("empty", func(t *testing.T) { empty(t, open(t)) })
}

func filled(t *testing.T, open func(*testing.T) Index) Index {
	t.Helper()
	x := open(t)
	if err := x.Put(t.Context(), Records()...); err != nil {
		t.Fatal(err)
	}
	return x
}

func search(t *testing.T, x Index, text string) poterne.Page {
	t.Helper()
	q, err := index.Parse(text)
	if err != nil {
		t.Fatalf("parse %q: %v", text, err)
	}
	q.Size = 100
	p, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	if int(p.Total) != len(p.Hits) {
		t.Errorf("search %q: total %d, %d hits", text, p.Total, len(p.Hits))
	}
	return p
}

// queries asks for the names of the records that must come, in short.
func queries(t *testing.T, x Index) {
	const pay, deaths, zip, member, locked, public, hostile = "pay", "deaths", "zip", "member", "locked", "public", "hostile"
	short := map[poterne.ID]string{}
	for i, r := range Records() {
		short[r.ID] = []string{pay, deaths, zip, member, locked, public, hostile}[i]
	}
	all := []string{pay, deaths, zip, member, locked, public, hostile}
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", all},
		{"level:3", []string{pay}},
		{"niveau:>=3", []string{pay, zip, member}},
		{"niveau:>3", []string{zip, member}},
		{"level:-1", []string{locked}},
		{"level:>=-1", []string{pay, deaths, zip, member, public, hostile}},
		{"level:<3", []string{deaths, public, hostile}}, // never what nobody could read
		{"level:<=0", []string{public, hostile}},
		{"level:2..3", []string{pay, deaths}},
		{"level:>5", nil},
		{"class:H3", []string{pay}},
		{"class:h3,h1", []string{pay, deaths}},
		{"class:(H3 OR H4)", []string{pay, zip, member}},
		{"class:>=H3", []string{pay, zip, member}},
		{"class:<H3", []string{deaths, public, hostile}},
		{"class:H?", []string{locked}},
		{"classe:H? niveau:-1", []string{locked}},
		{"rule:fr-nir", []string{pay}},
		{"regle:FR-NIR", []string{pay}},
		{"rule:fr-*", []string{pay}},
		{"rule:fr-nir,email", []string{pay, deaths}},
		{"-rule:email", []string{pay, zip, member, locked, public, hostile}},
		{"NOT rule:email level:>=2", []string{pay, zip, member}},
		{"rule:*", []string{pay, deaths, member}},
		{"-rule:*", []string{zip, locked, public, hostile}},
		{"mark:dr", []string{member}},
		{"flag:hds", []string{pay}},
		{"flag:DR", []string{zip, member}},
		{"category:sante", []string{pay}},
		{"categorie:SANTÉ", []string{pay}},
		{"tag:confirm", []string{pay}},
		{"tag:person,example", []string{pay, deaths}},
		{"share:rh", []string{pay, deaths, zip, member}},
		{"partage:surete", []string{locked, public, hostile}},
		{"share:*r*", all},
		{`owner:dom\agent-rh`, []string{pay, deaths, zip, member}},
		{"owner:*", []string{pay, deaths, zip, member, public, hostile}},
		{"-proprietaire:*", []string{locked}},
		{"exposure:everyone", []string{deaths}},
		{"format:xlsx", []string{pay}},
		{"failure:*", []string{locked}},
		{"echec:encrypted", []string{locked}},
		{"stage:extract", []string{locked}},
		{"failure:timeout", nil},
		{"modified:2024", []string{pay, zip, member}},
		{"modified:2024-03-31", []string{zip}},
		{"modifie:<2020", []string{deaths}},
		{"modified:<=2020", []string{deaths, locked}},
		{"modified:>2020-03", []string{pay, zip, member, hostile}},
		{"modified:>=2020-03-15", []string{pay, zip, member, locked, hostile}},
		{"modified:31/12/2019", []string{deaths}},
		{"modified:2019..2020", []string{deaths, locked}},
		{"-modified:*", []string{public}},
		{"size:>1Mo", []string{pay, locked}},
		{"taille:>=1,5Mo", []string{pay, locked}},
		{"size:>1.5Mo", []string{pay}},
		{"size:<=1ko", []string{zip, member, public, hostile}},
		{"size:1000", []string{public}},
		{"size:500..1000", []string{zip, member, public}},
		{"size:0", []string{hostile}},
		{"confidence:>=0,95", []string{pay}},
		{"distinct:>=10", []string{pay}},
		{"actor:etat doctrine:sren run:run-1", all},
		{`path:"RH/2024"`, []string{pay, zip, member}},
		{"path:RH/2024", []string{pay, zip, member}},
		{"path:rh/2024/*", []string{pay, zip, member}},
		{"path:*paie*", []string{pay}},
		{"path:*.TXT", []string{public, hostile}},
		{"path:*décès*", []string{deaths}},
		{"path:*deces*", []string{deaths}},
		{"path:?H/2019/*", []string{deaths}},
		{"path:2024/RH", nil}, // in this order only
		{"path:=public/avis.txt", []string{public}},
		{"path:=public", nil},
		{`path:="RH/2024/archives.zip!dans/note de service.odt"`, []string{member}},
		{"name:avis", []string{public}},
		{"nom:*.xlsx", []string{pay}},
		{"name:public", nil},
		{"member:*", []string{member}},
		{"membre:note", []string{member}},
		{"label:numero", []string{pay}},
		{"print:AbC_-123", []string{pay}},
		{"print:abc_-123", nil}, // fingerprints differ by case
		{"print:AbC_-123,nothing", []string{pay}},
		{"content:content-public/avis.txt", []string{public}},
		{"paie", []string{pay}},
		{"mars paie", []string{pay}},
		{"(paie OR avis)", []string{pay, public}},
		{"(paie OU avis) level:3", []string{pay}},
		{"état", []string{locked}},
		{"l'état", []string{locked}},
		{"d’Etat", []string{locked}},
		{"etat note", []string{locked}},
		{`"note de service"`, []string{member}},
		{`"note service"`, nil},
		{"« note de service »", []string{member}},
		{"note service", []string{member}},
		{"le service de note", []string{member}}, // stop words of a question count for nothing
		{"sécurité sociale", []string{pay}},      // title of a column
		{"sante", []string{pay}},
		{"encrypted", []string{locked}},
		{"arch*", []string{zip, member}},
		{"-paie -avis", []string{deaths, zip, member, locked, hostile}},
		{"rien-de-tel", nil},
		{"ET paie AND mars", []string{pay}},
	} {
		t.Run(c.query, func(t *testing.T) {
			got := []string{}
			for _, r := range search(t, x, c.query).Hits {
				got = append(got, short[r.ID])
			}
			slices.Sort(got)
			want := append([]string{}, c.want...)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func refusals(t *testing.T, x Index) {
	clause := func(field string, op poterne.Op, values ...string) poterne.Query {
		return poterne.Query{Clauses: []poterne.Clause{{Field: field, Op: op, Values: values}}, Size: 1}
	}
	for _, c := range []struct {
		name string
		q    poterne.Query
		want index.Problem
	}{
		{"unknown-field", clause("levle", poterne.Is, "3"), index.UnknownField},
		{"no-value", clause("level", poterne.Is), index.NoValue},
		{"bad-level", clause("level", poterne.Is, "9"), index.BadValue},
		{"bad-class", clause("class", poterne.AtLeast, "H9"), index.BadValue},
		{"bad-date", clause("modified", poterne.Less, "yesterday"), index.BadValue},
		{"bad-size", clause("size", poterne.More, "1 elephant"), index.BadValue},
		{"bad-number", clause("distinct", poterne.More, "NaN"), index.BadValue},
		{"order-of-terms", clause("rule", poterne.More, "a"), index.BadOperator},
		{"phrase-without-order", clause("label", poterne.Phrase, "a b"), index.NoPhrase},
		{"glob-of-size", clause("size", poterne.Matches, "1*"), index.BadOperator},
		{"no-word", clause("", poterne.Words, "???"), index.BadValue},
		{"facet", poterne.Query{Facets: []string{"path"}}, index.NoFacet},
		{"unknown-facet", poterne.Query{Facets: []string{"nothing"}}, index.UnknownField},
		{"sort", poterne.Query{Sort: "rule", Size: 1}, index.NoSort},
		{"unknown-sort", poterne.Query{Sort: "-nothing", Size: 1}, index.UnknownField},
		{"cursor", poterne.Query{After: "AAAA", Size: 1}, index.BadCursor},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := x.Search(t.Context(), c.q)
			var qe *index.QueryError
			if !errors.As(err, &qe) || qe.Problem != c.want {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	q := poterne.Query{Sort: "path", Size: 2}
	p, err := x.Search(t.Context(), q)
	if err != nil || p.Next == "" {
		t.Fatalf("no next page: %v", err)
	}
	var qe *index.QueryError
	if _, err := x.Search(t.Context(), poterne.Query{Sort: "-path", Size: 2, After: p.Next}); !errors.As(err, &qe) {
		t.Errorf("a cursor of another order: %v", err)
	}
}

// Pairs are words that a user expects to meet; the last two are those that folding
// and light stemming do not join.
var pairs = []struct {
	text, asked string
	meet        bool
}{
	{"accès", "acces", true}, {"d’accès", "acces", true}, {"d'accès", "accès", true}, {"né", "ne", true},
	{"cœur", "coeur", true}, {"âgé", "age", true}, {"décès", "deces", true}, {"l'État", "etat", true},
	{"reçu", "recu", true}, {"naïf", "naif", true}, {"santé", "sante", true}, {"congés", "conge", true},
	{"élèves", "eleve", true}, {"handicapée", "handicape", true}, {"salaires", "salaire", true}, {"Évaluations", "evaluation", true},
	{"e\u0301tat-major", "état", true}, // combining accent, as on a Mac
	{"salaires", "salarié", false}, {"syndiqué", "syndicat", false},
}

func french(t *testing.T, x Index) {
	for i, p := range pairs {
		r := poterne.Record{Document: poterne.Document{Share: "f", Path: fmt.Sprintf("%d %s.txt", 1000+i, p.text)}}
		r.ID = poterne.NewID(r.Share, r.Path, "")
		if err := x.Put(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		for _, asked := range []string{p.asked, strings.ToUpper(p.asked)} {
			got := len(search(t, x, fmt.Sprintf("%d %s", 1000+i, asked)).Hits) == 1
			if got != p.meet {
				t.Errorf("%q asked for as %q: found %v, want %v", p.text, asked, got, p.meet)
			}
		}
	}
}

func hits(t *testing.T, x Index) {
	want := Records()[0]
	got := search(t, x, "class:H3").Hits
	for i := range want.Findings {
		want.Findings[i].Prints, want.Findings[i].Trace = nil, nil
	}
	if diff := cmp.Diff([]poterne.Record{want}, got, cmpopts.IgnoreUnexported(poterne.Failure{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	hostile := Records()[6]
	got = search(t, x, "size:0").Hits
	if len(got) != 1 || got[0].Path != hostile.Path {
		t.Errorf("a path that is not UTF-8 came back as %+q", paths(got))
	}
	failed := search(t, x, "failure:*").Hits[0]
	if failed.Failure == nil || failed.Failure.Kind != poterne.Encrypted || failed.Failure.Stage != poterne.StageExtract {
		t.Errorf("failure = %v", failed.Failure)
	}
}

func facets(t *testing.T, x Index) {
	p, err := x.Search(t.Context(), poterne.Query{Facets: []string{"level", "class", "share", "flag", "rule", "failure", "niveau", "owner"},
		Clauses: []poterne.Clause{{Field: "level", Op: poterne.Is, Values: []string{"0"}, Not: true}}})
	if err != nil {
		t.Fatal(err)
	}
	type bs = []poterne.Bucket
	want := map[string][]poterne.Bucket{
		"level":   bs{{Value: "4", Count: 2}, {Value: "-1", Count: 1}, {Value: "2", Count: 1}, {Value: "3", Count: 1}},
		"niveau":  bs{{Value: "4", Count: 2}, {Value: "-1", Count: 1}, {Value: "2", Count: 1}, {Value: "3", Count: 1}},
		"class":   bs{{Value: "H4", Count: 2}, {Value: "H1", Count: 1}, {Value: "H3", Count: 1}, {Value: "H?", Count: 1}},
		"share":   bs{{Value: "RH", Count: 4}, {Value: "Sûreté", Count: 1}},
		"flag":    bs{{Value: "DR", Count: 2}, {Value: "HDS", Count: 1}},
		"rule":    bs{{Value: "email", Count: 1}, {Value: "fr-nir", Count: 1}, {Value: "marquage", Count: 1}, {Value: "sante", Count: 1}},
		"failure": bs{{Value: "encrypted", Count: 1}},
		"owner":   bs{{Value: `DOM\Agent-RH`, Count: 4}},
	}
	// Among equal counts the order is free.
	for _, m := range []map[string][]poterne.Bucket{want, p.Facets} {
		for _, b := range m {
			slices.SortFunc(b, func(a, b poterne.Bucket) int { return strings.Compare(a.Value, b.Value) })
		}
	}
	if diff := cmp.Diff(want, p.Facets); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p.Total != 5 || len(p.Hits) != 0 {
		t.Errorf("total %d, %d hits; want 5 and none", p.Total, len(p.Hits))
	}
}

// pages walks each order with each size of page: every record once, in one order.
func pages(t *testing.T, x Index) {
	for _, sort := range []string{"", "path", "-path", "size", "-size", "modified", "-modified", "level", "-class", "share", "owner", "-owner", "format", "confidence", "scanned"} {
		var whole []poterne.ID
		for _, size := range []int{100, 1, 2, 3, 7} {
			var got []poterne.ID
			q := poterne.Query{Sort: sort, Size: size}
			for range 20 {
				p, err := x.Search(t.Context(), q)
				if err != nil {
					t.Fatalf("sort %q: %v", sort, err)
				}
				for _, r := range p.Hits {
					got = append(got, r.ID)
				}
				if p.Next == "" {
					break
				}
				q.After = p.Next
			}
			if size == 100 {
				whole = got
				continue
			}
			if diff := cmp.Diff(whole, got); diff != "" {
				t.Errorf("sort %q, pages of %d (-whole +paged)\n%s", sort, size, diff)
			}
		}
		want, err := index.Answer(poterne.Query{Sort: sort, Size: 100}, Records())
		if err != nil {
			t.Fatal(err)
		}
		var wantIDs []poterne.ID
		for _, r := range want.Hits {
			wantIDs = append(wantIDs, r.ID)
		}
		if diff := cmp.Diff(wantIDs, whole); diff != "" || len(whole) != len(Records()) {
			t.Errorf("sort %q (-want +got)\n%s", sort, diff)
		}
	}
}

func writes(t *testing.T, x Index) {
	rs := Records()
	for range 2 { // putting again changes nothing
		if err := x.Put(t.Context(), rs...); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := x.Count(); err != nil || n != len(rs) {
		t.Errorf("%d records, %v; want %d", n, err, len(rs))
	}
	changed := rs[0]
	changed.Assessment.Level = poterne.Public
	if err := x.Put(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if n := len(search(t, x, "level:3").Hits); n != 0 {
		t.Errorf("the old verdict is still found %d times", n)
	}
	if err := x.Delete(t.Context(), rs[0].ID, rs[1].ID, "unknown"); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Count(); err != nil || n != len(rs)-2 {
		t.Errorf("%d records after deleting two, %v", n, err)
	}
	if n := len(search(t, x, "rule:email").Hits); n != 0 {
		t.Errorf("a deleted record is found %d times", n)
	}
	if err := errors.Join(x.Put(t.Context()), x.Delete(t.Context())); err != nil {
		t.Errorf("writing nothing: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Put(ctx, rs...); !errors.Is(err, context.Canceled) {
		t.Errorf("Put after the end: %v", err)
	}
	if _, err := x.Search(ctx, poterne.Query{Size: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search after the end: %v", err)
	}
}

func empty(t *testing.T, x Index) {
	p, err := x.Search(t.Context(), poterne.Query{Size: 10, Facets: []string{"class"}})
	if err != nil || p.Total != 0 || len(p.Hits) != 0 || p.Next != "" || len(p.Facets["class"]) != 0 {
		t.Errorf("an empty index answers %+v, %v", p, err)
	}
}

func paths(rs []poterne.Record) (out []string) {
	for _, r := range rs {
		out = append(out, r.Path)
	}
	return out
}
