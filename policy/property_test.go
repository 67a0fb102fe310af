package policy

import (
	"math/rand/v2"
	"sync"
	"testing"

	"poterne"

	"github.com/google/go-cmp/cmp"
)

// randomFinding draws a finding as classifiers make them: any known rule, any
// confidence, count, place and tags.
func randomFinding(p *Policy, r *rand.Rand) poterne.Finding {
	pick := func(m []string) string { return m[r.IntN(len(m))] }
	f := poterne.Finding{Confidence: float64(r.IntN(101)) / 100}
	f.Distinct = []int{1, 2, 9, 10, 60, 99, 100, 250, 500, 900}[r.IntN(10)]
	f.Count = f.Distinct + r.IntN(3)
	switch r.IntN(4) {
	case 0:
		f.Rule = poterne.RuleMarking
		f.Category = poterne.CategoryMarking
		f.Mark = pick(sorted(p.data.Markings))
	case 1:
		f.Rule = pick(sorted(p.data.Categories))
		f.Category = f.Rule
		f.Level = poterne.Sensitive
	default:
		f.Rule = pick(sorted(p.words["fr"].Rules))
		f.Category = pick([]string{"identite", "titres", "bancaire", "contact", "sante"})
		f.Level = poterne.Level(1 + r.IntN(4))
	}
	for _, tag := range []poterne.Tag{poterne.TagPerson, poterne.TagNear, poterne.TagTalks, poterne.TagBlank, poterne.TagConfirm,
		poterne.TagExample, poterne.TagSecret, poterne.TagCare, poterne.TagLifted, poterne.TagClash} {
		if r.IntN(5) == 0 {
			f.Tags = append(f.Tags, tag)
		}
	}
	left := f.Count
	for range r.IntN(4) {
		n := 1 + r.IntN(max(left, 1))
		place := poterne.Place{Page: 1 + r.IntN(3)}
		if r.IntN(2) == 0 {
			place = poterne.Place{Zone: poterne.ZoneCell, Sheet: pick([]string{"A", "B"}), Column: 1 + r.IntN(4), Header: "Titre"}
		}
		f.Spots = append(f.Spots, poterne.Spot{Place: place, Count: n, Distinct: min(n, f.Distinct)})
		if left -= n; left <= 0 {
			break
		}
	}
	return f
}

// lowers reports whether f is one of the named exclusions: an issuer's mention
// that the document is public, a blank form.
func lowers(p *Policy, f poterne.Finding) bool {
	if f.Rule == poterne.RuleMarking {
		return p.data.Markings[f.Mark].Claim != ""
	}
	return f.Has(poterne.TagBlank)
}

func randomFailure(r *rand.Rand) *poterne.Failure {
	if r.IntN(4) > 0 {
		return nil
	}
	kinds := poterne.Kinds()
	return poterne.Fail(poterne.StageExtract, kinds[r.IntN(len(kinds))], nil)
}

// checkMonotone decides growing prefixes of random findings: one more never
// lowers the level, the class or the flags.
func checkMonotone(t *testing.T, p *Policy, seed uint64, size int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	failure := randomFailure(r)
	var fs []poterne.Finding
	before := p.Decide(poterne.Document{Share: "s"}, nil, failure)
	for range size {
		f := randomFinding(p, r)
		fs = append(fs, f)
		after := p.Decide(poterne.Document{Share: "s"}, fs, failure)
		if !lowers(p, f) {
			if after.Level < before.Level || after.Hosting.Class < before.Hosting.Class {
				t.Fatalf("seed %d: %+v takes %s down to %s", seed, f, brief(before), brief(after))
			}
			for _, flag := range before.Hosting.Flags {
				if !has(after.Hosting.Flags, flag) {
					t.Fatalf("seed %d: %+v takes the flag %s away", seed, f, flag)
				}
			}
		}
		checkReasons(t, p, after)
		if failure != nil && after.Hosting.Class != poterne.ClassUnknown && after.Hosting.Class < p.Floor("s") {
			t.Fatalf("seed %d: class %s below the floor of the source", seed, after.Hosting.Class)
		}
		before = after
	}
}

func has(flags []poterne.Flag, f poterne.Flag) bool {
	for _, g := range flags {
		if f == g {
			return true
		}
	}
	return false
}

func TestOneMoreFindingNeverLowers(t *testing.T) {
	base := newPolicy(t, Options{})
	for _, actor := range base.Actors() {
		for _, doctrine := range base.Doctrines() {
			p := newPolicy(t, Options{Actor: actor, Doctrine: doctrine})
			for seed := range uint64(40) {
				checkMonotone(t, p, seed, 5)
			}
		}
	}
}

func FuzzDecide(f *testing.F) {
	p := newPolicy(f, Options{})
	f.Add(uint64(1), 6)
	f.Add(uint64(99), 12)
	f.Fuzz(func(t *testing.T, seed uint64, size int) {
		checkMonotone(t, p, seed, min(max(size, 0), 14))
	})
}

// TestDecideIsDeterministic decides the same findings from many goroutines.
func TestDecideIsDeterministic(t *testing.T) {
	p := newPolicy(t, Options{})
	r := rand.New(rand.NewPCG(7, 7))
	for range 30 {
		var fs []poterne.Finding
		for range 1 + r.IntN(6) {
			fs = append(fs, randomFinding(p, r))
		}
		want := p.Decide(poterne.Document{Share: "s"}, fs, nil)
		got := make([]poterne.Assessment, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { got[i] = p.Decide(poterne.Document{Share: "s"}, fs, nil) })
		}
		wg.Wait()
		for _, g := range got {
			if diff := cmp.Diff(want, g); diff != "" {
				t.Fatalf("verdict changes (-first +again):\n%s", diff)
			}
		}
	}
}

// TestOddFindings decides what no classifier should send.
func TestOddFindings(t *testing.T) {
	p := newPolicy(t, Options{})
	for _, f := range []poterne.Finding{
		{},
		{Rule: "fr-nir", Count: -4, Distinct: -1, Confidence: 7, Level: 99},
		{Rule: poterne.RuleMarking, Mark: "", Confidence: 1, Level: poterne.Classified},
		{Rule: "sante", Confidence: 1, Tags: []poterne.Tag{poterne.TagNear}, Spots: make([]poterne.Spot, 100)},
		{Rule: "fr-nir", Distinct: 3, Confidence: 1, Level: poterne.Personal, Spots: []poterne.Spot{{Place: poterne.Place{Column: -3, Sheet: "a\tb\x1b"}}}},
	} {
		a := p.Decide(poterne.Document{}, []poterne.Finding{f}, nil)
		if a.Hosting.Class < poterne.H1 || len(a.Reasons) == 0 {
			t.Errorf("%+v: %s", f, brief(a))
		}
		checkReasons(t, p, a)
	}
}

// usual is what a usual sensitive document holds.
func usual() []poterne.Finding {
	return []poterne.Finding{
		nir(512), near("sante", pages(3, 2, 5)), names(30, pages(2, 1, 2, 5)),
		id("iban", 12, 2, of("bancaire"), column("Paie", 5, "IBAN")), thing("fr-tel", 4, 1, pages(1, 1)), thing("fr-siret", 2, 0),
	}
}

func BenchmarkDecide(b *testing.B) {
	p := newPolicy(b, Options{})
	for name, fs := range map[string][]poterne.Finding{"nothing": nil, "one": {nir(1)}, "usual": usual(), "exhaustive": many(6), "greedy": many(20)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Decide(poterne.Document{Share: "s"}, fs, nil)
			}
		})
	}
}
