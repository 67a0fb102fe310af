package policy

import (
	"strings"
	"testing"

	"poterne"
)

// newPolicy returns the policy of o, or ends the test.
func newPolicy(t testing.TB, o Options) *Policy {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// nir returns a finding of n distinct NIR in column D of the sheet Paie.
func nir(n int) poterne.Finding {
	return poterne.Finding{
		Rule: "fr-nir", Category: "identite", Count: n, Distinct: n, Confidence: 0.95,
		Level: poterne.Personal, Tags: []poterne.Tag{poterne.TagPerson},
		Spots: []poterne.Spot{{Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Column: 4, Header: "NIR"}, Count: n, Distinct: n}},
	}
}

func TestCounterfactualNamesTheColumn(t *testing.T) {
	p := newPolicy(t, Options{})
	a := p.Decide(poterne.Document{Share: "rh"}, []poterne.Finding{nir(512)}, nil)
	if a.Hosting.Class != poterne.H3 || a.Level != poterne.Personal {
		t.Fatalf("level %s, class %s; want 2, H3", a.Level, a.Hosting.Class)
	}
	if len(a.Counterfactual) != 1 {
		t.Fatalf("counterfactual = %v, want one step", a.Counterfactual)
	}
	got := p.Sentence("fr", a.Counterfactual[0])
	if want := "pseudonymiser la colonne D (NIR) de la feuille Paie : H3 → H1"; got != want {
		t.Errorf("counterfactual = %q, want %q", got, want)
	}
	if first := p.Sentence("fr", a.Reasons[0]); !strings.Contains(first, "512 NIR distincts (clé valide), feuille Paie, colonne NIR") {
		t.Errorf("first reason = %q", first)
	}
}
