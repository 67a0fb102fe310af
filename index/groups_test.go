package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/index"
)

// TestGroups compares groups with sums over the records.
func TestGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	p := openPublished(t)
	all := randomRecords(t, rng, p)
	q := poterne.Query{Clauses: []poterne.Clause{{Field: "member", Op: poterne.Exists, Not: true}}}
	if _, err := p.Search(t.Context(), q); err != nil { // publishes
		t.Fatal(err)
	}
	got, err := p.snapshot.Groups(t.Context(), q, "share", "class", "flag")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]index.Group{}
	for _, r := range all {
		if r.Member != "" {
			continue
		}
		flags := []string{}
		for _, f := range r.Assessment.Hosting.Flags {
			flags = append(flags, string(f))
		}
		slices.Sort(flags)
		k := fmt.Sprint(r.Share, "|", r.Assessment.Hosting.Class, "|", strings.Join(flags, " "))
		g := want[k]
		want[k] = index.Group{Count: g.Count + 1, Bytes: g.Bytes + r.Size}
	}
	sums := map[string]index.Group{}
	for _, g := range got {
		slices.Sort(g.Values[2])
		k := fmt.Sprint(g.Values[0][0], "|", g.Values[1][0], "|", strings.Join(g.Values[2], " "))
		if _, twice := sums[k]; twice {
			t.Errorf("group %s comes twice", k)
		}
		sums[k] = index.Group{Count: g.Count, Bytes: g.Bytes}
	}
	if diff := cmp.Diff(want, sums); diff != "" || len(want) < 20 {
		t.Errorf("%d groups (-want +got)\n%s", len(want), diff)
	}
	if _, err := p.snapshot.Groups(t.Context(), q, "path"); err == nil {
		t.Error("groups by a field that cannot be counted")
	}
}
