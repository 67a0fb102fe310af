package classifiers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"poterne"
)

// fillShape makes a random value of the form of sh, written solid.
func fillShape(r *rand.Rand, sh *shape) string {
	sets := map[byte]string{'9': "0123456789", 'A': "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 'H': "ABCDEFGHJKLMNPQRSTVWXYZ", 'L': "ABCDEFGHJKLMNPQRSTUVWXYZ",
		'X': "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 'N': "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"}
	var b strings.Builder
	for _, p := range sh.parts {
		if p.kind == 'l' && p.min > 0 {
			b.WriteByte(p.literal)
		}
		if set := sets[p.kind]; set != "" {
			for range p.min + r.IntN(p.max-p.min+1) {
				b.WriteByte(set[r.IntN(len(set))])
			}
		}
	}
	return b.String()
}

// validValues makes n different values of a rule that its check passes.
func validValues(t *testing.T, r *rand.Rand, rule *compiled, n int) []string {
	t.Helper()
	var out []string
	for tries := 0; len(out) < n; tries++ {
		if tries > 1_000_000 {
			t.Fatalf("%s: no valid value", rule.ID)
		}
		sh := rule.shapes[r.IntN(len(rule.shapes))]
		if rule.Check == "siret-lp" {
			sh, _ = parseShape("35600000099999")
		}
		v := fillShape(r, sh)
		if rule.check.valid([]byte(v)) && !trivial([]byte(v)) && !rule.published[v] && !withoutKey(rule, len(v)) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// keyedRules are the rules of which a value counts by the odds of its key alone.
func keyedRules(c *Classifier) []*compiled {
	var out []*compiled
	for i := range c.families[0].(*identifiers).rules {
		if r := &c.families[0].(*identifiers).rules[i]; r.Chance > 0 && r.check.key > 0 && r.demands(true) {
			out = append(out, r)
		}
	}
	return out
}

// enough is how many values of r in a list are a proof where all pass.
func enough(r *compiled) int { return int(math.Ceil(listOdds/math.Log10(r.Chance) - 1e-9)) }

// inOnePart are segments of one part.
func inOnePart(list ...string) []poterne.Segment {
	part := &poterne.Part{}
	var out []poterne.Segment
	for _, p := range list {
		out = append(out, poterne.Segment{Part: part, Body: p})
	}
	return out
}

func find(t *testing.T, c *Classifier, rule string, list []poterne.Segment) (poterne.Finding, bool) {
	t.Helper()
	found, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(found, func(f poterne.Finding) bool { return f.Rule == rule })
	if i < 0 {
		return poterne.Finding{}, false
	}
	return found[i], true
}

// settings are the ways in which several values stand in a text without any word
// that says what they are.
var settings = []struct {
	name string
	set  func(values []string) []poterne.Segment
}{
	{"prose", func(v []string) []poterne.Segment {
		var out []string
		for _, x := range v {
			out = append(out, "Nous revenons vers vous au sujet de "+x+", dont la situation reste à examiner avant la fin du mois.")
		}
		return inOnePart(out...)
	}},
	{"one-paragraph", func(v []string) []poterne.Segment {
		return inOnePart("Sont concernés " + strings.Join(v[:len(v)-1], ", ") + " et " + v[len(v)-1] + ".")
	}},
	{"lines", func(v []string) []poterne.Segment { return inOnePart(strings.Join(v, "\n")) }},
	{"line-segments", func(v []string) []poterne.Segment { return inOnePart(v...) }},
	{"commas", func(v []string) []poterne.Segment { return inOnePart(strings.Join(v, ",")) }},
	{"commas-and-spaces", func(v []string) []poterne.Segment { return inOnePart(strings.Join(v, ", ")) }},
	{"semicolons", func(v []string) []poterne.Segment { return inOnePart(strings.Join(v, ";")) }},
	{"spaces", func(v []string) []poterne.Segment { return inOnePart(strings.Join(v, " ")) }},
	{"bullets", func(v []string) []poterne.Segment { return inOnePart("- " + strings.Join(v, "\n- ")) }},
	{"names", func(v []string) []poterne.Segment {
		var out []string
		for i, x := range v {
			out = append(out, []string{"DUPONT", "MARTIN", "LEROY", "PETIT"}[i%4]+" "+x)
		}
		return inOnePart(strings.Join(out, "\n"))
	}},
	{"names-behind", func(v []string) []poterne.Segment {
		var out []string
		for i, x := range v {
			out = append(out, x+"\t"+[]string{"Dupont Jeanne", "Martin Paul", "Leroy Anne", "Petit Luc"}[i%4])
		}
		return inOnePart(out...)
	}},
	{"mail", func(v []string) []poterne.Segment {
		return append(inOnePart("Bonjour,", "Voici la liste demandée :"), inOnePart(append(slices.Clone(v), "Cordialement,", "Le secrétariat")...)...)
	}},
	{"quoted-mail", func(v []string) []poterne.Segment { return inOnePart("> " + strings.Join(v, "\n> ")) }},
	{"cells-of-a-row", func(v []string) []poterne.Segment {
		out := inOnePart(v...)
		for i := range out {
			out[i].Place = poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 1, Column: 1 + i}
		}
		return out
	}},
	{"column", func(v []string) []poterne.Segment {
		out := inOnePart(v...)
		for i := range out {
			out[i].Place = poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 1 + i, Column: 1}
		}
		return out
	}},
	{"pages", func(v []string) []poterne.Segment {
		out := inOnePart(v...)
		for i := range out {
			out[i].Place.Page = 1 + i
		}
		return out
	}},
}

// TestListsWithoutWords: as many values as are no chance are found in every setting,
// though no word says what they are; one value less is not.
func TestListsWithoutWords(t *testing.T) {
	c := newClassifier(t)
	r := rand.New(rand.NewPCG(7, 7))
	for _, rule := range keyedRules(c) {
		// The values of rules of the same form and key are told apart by nothing.
		twin := map[string]string{"fr-finess": "fr-siren", "fr-siren": "fr-finess"}[rule.ID]
		for _, x := range settings {
			t.Run(rule.ID+"/"+x.name, func(t *testing.T) {
				k := enough(rule)
				if twin != "" {
					k *= 2
				}
				list := x.set(validValues(t, r, rule, k))
				f, ok := find(t, c, rule.ID, list)
				if !ok && twin != "" {
					f, ok = find(t, c, twin, list)
				}
				if !ok {
					t.Fatalf("%d values are not found", k)
				}
				weak := rule.check.key >= weakKey && x.name != "column"
				if twin == "" && (f.Distinct != k || f.Has(poterne.TagConfirm) != weak || f.Confidence < 0.85 && !weak) {
					t.Errorf("%d of %d values at %.2f, tags %v: %+v", f.Distinct, k, f.Confidence, f.Tags, f.Trace)
				}
			})
		}
		t.Run(rule.ID+"/too-few", func(t *testing.T) {
			k := enough(rule)
			if k < 2 {
				t.Fatal("one value must not be a list")
			}
			for range 20 {
				f, ok := find(t, c, rule.ID, inOnePart(strings.Join(validValues(t, r, rule, k-1), "\n")))
				if ok && (rule.check.alone == nil || !f.Has(poterne.TagConfirm)) {
					t.Errorf("%d values are found: %+v", k-1, f.Trace)
				}
			}
		})
	}
}

// TestListAmongOtherNumbers: a list is found among many numbers of the same length
// that are nothing, and the few of these that pass are left out.
func TestListAmongOtherNumbers(t *testing.T) {
	c := newClassifier(t)
	r := rand.New(rand.NewPCG(8, 8))
	for _, rule := range keyedRules(c) {
		if rule.Chance > 0.05 {
			continue // one number in ten passes: their lists are not told apart
		}
		t.Run(rule.ID, func(t *testing.T) {
			values := validValues(t, r, rule, 12)
			var lines []string
			for i := range 600 {
				if i == 300 {
					lines = append(lines, values...)
				}
				b := []byte(fillShape(r, rule.shapes[0]))
				lines = append(lines, string(b))
			}
			f, ok := find(t, c, rule.ID, inOnePart(strings.Join(lines, "\n")))
			if !ok || f.Distinct < 12 || f.Distinct > 14 {
				t.Fatalf("%d values found, want 12: %+v", f.Distinct, f.Trace)
			}
		})
	}
}

// TestColumnsAreJudgedApart: what passes by chance in a column of readings is not
// carried by the identifiers of the column beside it, nor by those of the text.
func TestColumnsAreJudgedApart(t *testing.T) {
	c := newClassifier(t)
	r := rand.New(rand.NewPCG(11, 11))
	part := &poterne.Part{}
	var list []poterne.Segment
	for i := range 3000 {
		row := poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 1 + i, Column: 1}
		if i < 100 {
			list = append(list, poterne.Segment{Part: part, Body: madeNIR(i), Place: row})
		}
		row.Column = 2
		list = append(list, poterne.Segment{Part: part, Body: fmt.Sprintf("%d%014d", 1+r.IntN(2), r.Int64N(1e14)), Place: row})
	}
	f, ok := find(t, c, "fr-nir", list)
	if !ok || f.Distinct != 100 || len(f.Spots) != 1 {
		t.Errorf("%d NIR in %d columns, want 100 in one: %+v", f.Distinct, len(f.Spots), f.Trace)
	}
}

// TestLonePlainNIR: a NIR that stands alone in a text is found, to be confirmed, where
// each of its fields makes sense; among numbers of a series it is not.
func TestLonePlainNIR(t *testing.T) {
	c := newClassifier(t)
	withKey := func(body string) string {
		n, _ := number([]byte(strings.NewReplacer("2A", "19", "2B", "18").Replace(body)))
		return fmt.Sprintf("%s%02d", body, 97-n%97)
	}
	lone := withKey("1590775116022")
	series := func(n int) string {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf("159077511602%03d", i))
		}
		return strings.Join(lines, "\n")
	}
	for _, x := range []struct {
		name string
		list []poterne.Segment
		want bool
	}{
		{"prose", inOnePart("Je vous transmets le cas de M. Dupont " + lone + " pour suite à donner."), true},
		{"line", inOnePart(lone), true},
		{"repeated", inOnePart(lone, lone, lone), true},
		{"cell", []poterne.Segment{{Part: &poterne.Part{}, Body: lone, Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 3, Column: 2}}}, true},
		{"corsican", inOnePart("dossier de Ghjuvan, " + withKey("290072A004123")), true},
		{"born-abroad", inOnePart("Mme Leroy " + withKey("2750399352017") + " a été reçue"), true},
		{"born-overseas", inOnePart("M. Petit " + withKey("1821197411123") + " a été reçu"), true},
		{"two-of-a-family", inOnePart("M. Petit " + withKey("1821175112123") + " et " + withKey("2840675112044")), true},
		{"among-a-few-numbers", inOnePart(lone + "\n912345678901234\n351756051523999\n808080808080123"), true},
		{"month-of-incomplete-records", inOnePart("le cas " + withKey("1592275116022")), false},
		{"no-such-commune", inOnePart("le cas " + withKey("1590775716022")), false},
		{"no-such-department", inOnePart("le cas " + withKey("1590796116022")), false},
		{"temporary-sex", inOnePart("le cas " + withKey("3590775116022")), false},
		{"wrong-key", inOnePart("le cas 159077511602298"), false},
		{"reads-as-a-time", inOnePart("fichier " + withKey("2011051510300")), false},
		{"series", inOnePart(series(40)), false},
		{"in-a-longer-number", inOnePart("le cas " + lone + "7"), false},
		{"parcel", inOnePart("colis n° " + lone), false},
		{"order", inOnePart("numéro de commande : " + lone), false},
	} {
		t.Run(x.name, func(t *testing.T) {
			f, ok := find(t, c, "fr-nir", x.list)
			if ok != x.want {
				t.Fatalf("found %v, want %v: %+v", ok, x.want, f.Trace)
			}
			if ok && (f.Likelihood() != "probable" || !f.Has(poterne.TagConfirm) || f.Level != poterne.Personal) {
				t.Errorf("%s at %s, tags %v", f.Likelihood(), f.Level, f.Tags)
			}
		})
	}
}

// TestPersonOfAList: the persons of a list are persons for the subjects around it.
func TestPersonOfAList(t *testing.T) {
	c := newClassifier(t)
	text := "Le patient est suivi pour une affection de longue durée, diagnostic de diabète confirmé par le médecin traitant, hospitalisation prévue."
	near := func(list ...string) bool {
		f, ok := find(t, c, "sante", inOnePart(list...))
		return ok && f.Has(poterne.TagNear)
	}
	if near(text) {
		t.Fatal("there is a person without any identifier")
	}
	if !near("1590775116022", madeNIR(5)+"\n"+madeNIR(6)+"\n"+madeNIR(7)+"\n"+text) {
		t.Error("the persons of the list are not seen")
	}
}

// TestOneNumberInAHundredThousand gives random numbers, each in a text of its own,
// and then all in one: how many are taken for what they are not.
func TestOneNumberInAHundredThousand(t *testing.T) {
	c := newClassifier(t)
	r := rand.New(rand.NewPCG(9, 9))
	const tries = 100_000
	for _, n := range []int{9, 11, 13, 14, 15, 16} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			found := map[string]int{}
			note := func(list []poterne.Finding) {
				for _, f := range list {
					if f.Level > poterne.Public && f.Rule != "fr-tel" { // "0033…" has no key
						found[f.Rule]++
					}
				}
			}
			lines := make([]string, tries)
			for i := range lines {
				b := make([]byte, n)
				for k := range b {
					b[k] = '0' + byte(r.IntN(10))
				}
				lines[i] = string(b)
				if n == 9 || n == 11 {
					continue // told by no key alone: all in one text is the test
				}
				list, err := c.Classify(context.Background(), poterne.Document{}, exampleSegments(lines[i]))
				if err != nil {
					t.Fatal(err)
				}
				note(list)
			}
			if n == 15 {
				t.Logf("%d of %d numbers of 15 digits are taken for a NIR, to be confirmed", found["fr-nir"], tries)
				if rate := float64(found["fr-nir"]) / tries; rate > 2*plainNIROdds {
					t.Errorf("%.6f of random numbers are taken for a NIR", rate)
				}
				delete(found, "fr-nir")
			}
			list, err := c.Classify(context.Background(), poterne.Document{}, exampleSegments(strings.Join(lines, "\n")))
			if err != nil {
				t.Fatal(err)
			}
			note(list)
			if len(found) > 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}

// TestMeasuredOdds draws random values and holds the figures of the rules and of the
// checks to them.
func TestMeasuredOdds(t *testing.T) {
	c := newClassifier(t)
	r := rand.New(rand.NewPCG(10, 10))
	const tries = 1_000_000
	near := func(got, want float64) bool { return got > want*0.7 && got < want*1.3 }
	plainNIRs := 0
	for range tries {
		v := fmt.Appendf(nil, "%015d", r.Int64N(1e15))
		if validNIR(v) && plainNIR(v) {
			plainNIRs++
		}
	}
	t.Logf("plain NIR: %d of %d", plainNIRs, tries)
	if !near(float64(plainNIRs)/tries, plainNIROdds) {
		t.Errorf("%d of %d random numbers are a plain NIR, %g is said", plainNIRs, tries, plainNIROdds)
	}
	for _, rule := range keyedRules(c) {
		passed := 0
		for range tries / 10 {
			v := fillShape(r, rule.shapes[0])
			if rule.check.valid([]byte(v)) {
				passed++
			}
		}
		got := float64(passed) / (tries / 10)
		t.Logf("%-12s form and check: %.6f, said %.6f; a key: %.4f", rule.ID, got, rule.Chance, rule.check.key)
		if got > 1.5*rule.Chance {
			t.Errorf("%s: %.5f of random values pass, %.5f is said", rule.ID, got, rule.Chance)
		}
	}
}
