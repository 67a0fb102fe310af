package policy

import (
	"testing"

	"poterne"

	"github.com/google/go-cmp/cmp"
)

// spots puts n occurrences of a finding in each of the pages.
func pages(n int, pages ...int) opt {
	return func(f *poterne.Finding) {
		f.Count, f.Distinct, f.Spots = 0, 0, nil
		for _, p := range pages {
			f.Count, f.Distinct = f.Count+n, f.Distinct+n
			f.Spots = append(f.Spots, poterne.Spot{Place: poterne.Place{Page: p}, Count: n, Distinct: n})
		}
	}
}

func TestCounterfactual(t *testing.T) {
	for _, c := range []struct {
		name     string
		findings []poterne.Finding
		failure  poterne.Kind
		want     []string
	}{
		{"low-already", []poterne.Finding{nir(1)}, "", nil},
		{"column", []poterne.Finding{nir(512)}, "", []string{"pseudonymiser la colonne D (NIR) de la feuille Paie : H3 → H1"}},
		{"column-without-title", []poterne.Finding{nir(512, column("Paie", 28, ""))}, "", []string{"pseudonymiser la colonne AB de la feuille Paie : H3 → H1"}},
		{"two-columns", []poterne.Finding{nir(512), id("iban", 600, 2, of("bancaire"), column("Paie", 5, "IBAN"))}, "", []string{
			"pseudonymiser la colonne D (NIR) de la feuille Paie",
			"pseudonymiser la colonne E (IBAN) de la feuille Paie : H3 → H1 (les 2 mesures ensemble)",
		}},
		{"only-the-long-column", []poterne.Finding{nir(512), id("iban", 12, 2, of("bancaire"), column("Paie", 5, "IBAN"))}, "", []string{
			"pseudonymiser la colonne D (NIR) de la feuille Paie : H3 → H1",
		}},
		{"same-persons-in-two-columns", []poterne.Finding{nir(512, func(f *poterne.Finding) {
			s := f.Spots[0]
			s.Place.Column, s.Place.Header = 9, "Assuré"
			f.Spots, f.Count = append(f.Spots, s), 1024
		})}, "", []string{"pseudonymiser ou retirer : 512 NIR, feuille Paie, colonne NIR : H3 → H1"}},
		{"person-of-a-subject", []poterne.Finding{near("sante", pages(3, 2)), nir(12)}, "", []string{
			"pseudonymiser la colonne D (NIR) de la feuille Paie : H3 → H1",
		}},
		{"subject-rather-than-page", []poterne.Finding{subject("ssi", pages(5, 3))}, "", []string{
			"retirer ce qui relève du sujet sécurité des systèmes d'information, page 3 : H3 → H1",
		}},
		{"page-of-two-things", []poterne.Finding{subject("ssi", pages(5, 3)), secret("sec-pwd", pages(1, 3))}, "", []string{
			"retirer la page 3 : H3 → H1",
		}},
		{"secret", []poterne.Finding{secret("sec-pem", pages(1, 3))}, "", []string{"révoquer puis retirer : clé privée, page 3 : H3 → H1"}},
		{"marking", []poterne.Finding{mark("dr"), nir(700)}, "", []string{"seul l'émetteur peut modifier la mention DIFFUSION RESTREINTE"}},
		{"unread", nil, poterne.Encrypted, []string{"rendre le document lisible (chiffré) puis l'analyser de nouveau"}},
		{"example-does-not-count", []poterne.Finding{nir(512), nir(900, tags(poterne.TagExample), column("Aide", 1, "NIR"))}, "", []string{
			"pseudonymiser la colonne D (NIR) de la feuille Paie : H3 → H1",
		}},
		{"down-by-one-class", []poterne.Finding{nir(512), nir(150, func(f *poterne.Finding) { f.Rule = "fr-spi" }, column("Paie", 6, "SPI"))}, "", []string{
			"pseudonymiser la colonne D (NIR) de la feuille Paie : H3 → H2",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPolicy(t, Options{})
			var failure *poterne.Failure
			if c.failure != "" {
				failure = poterne.Fail(poterne.StageOpen, c.failure, nil)
			}
			a := p.Decide(poterne.Document{}, c.findings, failure)
			var got []string
			for _, r := range a.Counterfactual {
				got = append(got, p.Sentence("fr", r))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("counterfactual (-want +got):\n%s", diff)
			}
		})
	}
}

// many returns n subjects that each demand H3, on n pages.
func many(n int) []poterne.Finding {
	rules := []string{"ssi", "affaires", "commande_publique", "police_renseignement", "defense"}
	var out []poterne.Finding
	for i := range n {
		out = append(out, subject(rules[i%len(rules)], pages(2, i+1)))
	}
	return out
}

// TestCounterfactualIsMinimal removes what the counterfactual of a crowded
// document names, and less: all of it lowers the class, any of it left out does not.
func TestCounterfactualIsMinimal(t *testing.T) {
	p := newPolicy(t, Options{})
	for _, n := range []int{1, 3, 6, 10, 14} {
		fs := many(n)
		ev := p.read(poterne.Document{}, fs, nil)
		v := p.weigh(ev, nil, nil)
		groups := p.groups(ev)
		s := &search{p: p, ev: ev, from: v.class, groups: groups, gone: make([]removal, len(ev.items))}
		sets := map[string][]int{"greedy": s.greedy()}
		if len(groups) <= exactGroups {
			sets["exact"] = s.exact()
		}
		for name, set := range sets {
			if s.weigh(set) >= v.class {
				t.Errorf("%d subjects, %s: the class does not come down", n, name)
			}
			for i := range set {
				less := append(append([]int(nil), set[:i]...), set[i+1:]...)
				if s.weigh(less) < v.class {
					t.Errorf("%d subjects, %s: group %d is not needed", n, name, set[i])
				}
			}
			if len(set) != n {
				t.Errorf("%d subjects, %s: %d removals", n, name, len(set))
			}
		}
		a := p.Decide(poterne.Document{}, fs, nil)
		last := a.Counterfactual[len(a.Counterfactual)-1].Key
		if (last == "less-approximate") != (len(groups) > exactGroups) {
			t.Errorf("%d groups: the last step is %s", len(groups), last)
		}
	}
}

func TestColumnLetters(t *testing.T) {
	for n, want := range map[int]string{1: "A", 26: "Z", 27: "AA", 52: "AZ", 703: "AAA", 16384: "XFD"} {
		if got := columnLetters(n); got != want {
			t.Errorf("column %d = %q, want %q", n, got, want)
		}
	}
}
