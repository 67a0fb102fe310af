package classifiers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func bodies(list ...string) func(func(poterne.Segment, error) bool) {
	part := &poterne.Part{}
	return func(yield func(poterne.Segment, error) bool) {
		for _, b := range list {
			if !yield(poterne.Segment{Part: part, Body: b}, nil) {
				return
			}
		}
	}
}

func classify(t testing.TB, c *Classifier, list ...string) []poterne.Finding {
	t.Helper()
	found, err := c.Classify(context.Background(), poterne.Document{}, bodies(list...))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestNoValueLeaves plants values and wants none of them, nor a long piece of one,
// in what comes out.
func TestNoValueLeaves(t *testing.T) {
	c := newClassifier(t)
	values := []string{"290072A00412384", "FR7610278060410002027080149", "4970101234567893", "3012345678167", "jeanne.durand@orange.fr",
		"Bleu-Azur#42", "0612345678", "750712184", "10003145678", "12 bis rue de la Paix", "03/07/1990", "T7X62TZ79", "AKIAQ2W3E4R5T6Y7U2I3", "S3cret!"}
	text := "NIR 290072A00412384, IBAN FR7610278060410002027080149, CB 4970101234567893, numéro fiscal 3012345678167,\n" +
		"jeanne.durand@orange.fr, mot de passe : Bleu-Azur#42\ntél 0612345678 FINESS 750712184 RPPS 10003145678\n" +
		"12 bis rue de la Paix 75002 Paris, née le 03/07/1990, CNI T7X62TZ79, AKIAQ2W3E4R5T6Y7U2I3 postgresql://app:S3cret!@db.intra:5432/x"
	found := classify(t, c, text)
	if len(found) < 12 {
		t.Errorf("%d findings, want one for each value", len(found))
	}
	out, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		for n := 0; n+6 <= len(v); n++ {
			if bytes.Contains(out, []byte(v[n:n+6])) {
				t.Errorf("%q of %q is in the findings", v[n:n+6], v)
				break
			}
		}
	}
	for _, f := range found {
		if f.Has(poterne.TagSecret) && strings.Trim(strings.Join(f.Masked, ""), bullet) != "" {
			t.Errorf("%s shows %q", f.Rule, f.Masked)
		}
	}
}

func TestPublishedExamples(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct {
		name, text, rule string
		example          bool
	}{
		{"nir", "NIR 1 85 05 78 006 084 91", "fr-nir", true},
		{"iban", "IBAN FR76 3000 6000 0112 3456 7890 189", "iban", true},
		{"card", "carte 4111 1111 1111 1111", "card", true},
		{"aws", "AKIAIOSFODNN7EXAMPLE", "sec-aws", true},
		{"mrz", "IDFRAX4RTBPFW46<<<<<<<<<<<<<<<\n9007138F3002119FRA<<<<<<<<<<<6\nMARTIN<<MAELYS<GAELLE<MARIE<<<", "mrz-td1", true},
		{"equal-digits", "carte bancaire 4444 4444 4444 4448", "card", false},
		{"counting", "n° d'étranger 1234567890", "fr-agdref", true},
		{"beside-a-real-one", "NIR 1 85 05 78 006 084 91 et 2 90 07 2A 004 123 84", "fr-nir", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			for _, f := range classify(t, c, x.text) {
				if f.Rule != x.rule {
					continue
				}
				if f.Has(poterne.TagExample) != x.example || x.example && f.Level != poterne.Public {
					t.Errorf("tags %v level %s, want example %v", f.Tags, f.Level, x.example)
				}
				if !x.example && f.Distinct != 1 {
					t.Errorf("distinct = %d, want 1: the example does not count", f.Distinct)
				}
				return
			}
			t.Error("nothing is found: an example has to be said")
		})
	}
}

func TestTraceAddsUp(t *testing.T) {
	c := newClassifier(t)
	for _, r := range c.rules.List() {
		for _, x := range r.Match {
			f, _ := c.example(r.ID, x)
			if f.Has(poterne.TagExample) {
				continue
			}
			sum := 0.0
			for _, s := range f.Trace {
				sum += s.Delta
			}
			if d := sum - f.Confidence; d > 0.001 || d < -0.001 {
				t.Errorf("%s %q: trace %+v adds up to %.2f, confidence %.2f", r.ID, x, f.Trace, sum, f.Confidence)
			}
		}
	}
}

// TestArbitration: rules that claim the same text.
func TestArbitration(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct{ name, text, want, not string }{
		{"siren-in-siret", "SIRET 732 829 320 00074, SIREN", "fr-siret", "fr-siren"},
		{"siren-in-tva", "TVA FR44732829320 SIREN", "fr-tva", "fr-siren"},
		{"rib-in-iban", "RIB et IBAN FR7610278060410002027080149", "iban", "fr-rib"},
		{"finess-by-cue", "FINESS 750712184", "fr-finess", "fr-siren"},
		{"nearest-cue", "SIREN, FINESS 750712184", "fr-finess", "fr-siren"},
		{"passport-by-cue", "passeport 12AB34567", "fr-passport", "fr-permis"},
		{"licence-by-cue", "permis de conduire 12AB34567", "fr-permis", "fr-passport"},
		{"neph-by-cue", "NEPH 100675123456", "fr-permis", "fr-cni-old"},
		{"cni-by-cue", "CNI 880692310285", "fr-cni-old", "fr-permis"},
		{"agent", "jean.martin@interieur.gouv.fr", "email-agent", "email"},
		{"connection", "postgresql://app:S3cret!@db.intra.exemple.fr:5432/x", "sec-conn", "email"},
		{"imei-by-cue", "IMEI 352099001761481", "imei", "fr-nir"},
		{"uai", "établissement 0750655E, France Travail", "fr-uai", "fr-ft"},
		{"nir-before-nir13", "NIR 290072A00412384", "fr-nir", "fr-nir13"},
	} {
		t.Run(x.name, func(t *testing.T) {
			var got []string
			for _, f := range classify(t, c, x.text) {
				got = append(got, f.Rule)
			}
			all := " " + strings.Join(got, " ") + " "
			if !strings.Contains(all, " "+x.want+" ") || strings.Contains(all, " "+x.not+" ") {
				t.Errorf("%s: want %s and not %s", all, x.want, x.not)
			}
		})
	}
}

// TestSeveralSegments: what text files split into lines still is found.
func TestSeveralSegments(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct {
		rule string
		in   []string
	}{
		{"mrz-td3", []string{"P<FRAMARTIN<<CAMILLE<SYNTHETIQUE<<<<<<<<<<<<", "12AB345673FRA9007035F3201015<<<<<<<<<<<<<<<4"}},
		{"mrz-td1", []string{"IDFRAX4RTBPFW46<<<<<<<<<<<<<<<", "9007138F3002119FRA<<<<<<<<<<<6", "DURAND<<JEANNE<<<<<<<<<<<<<<<<"}},
		{"sec-pem", []string{"-----BEGIN PRIVATE KEY-----", "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwN", "Dg8QERITFBUWFxgZGhscHR4f", "-----END PRIVATE KEY-----"}},
	} {
		found := classify(t, c, x.in...)
		if len(found) != 1 || found[0].Rule != x.rule || found[0].Confidence != 0.95 || found[0].Count != 1 {
			t.Errorf("%s: %+v", x.rule, found)
		}
	}
}

func TestErrorsInTheSequenceArePassedOver(t *testing.T) {
	c := newClassifier(t)
	found, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
		_ = yield(poterne.Segment{Part: &poterne.Part{}, Body: "tél. 06 12 34 56 78"}, nil) &&
			yield(poterne.Segment{}, poterne.Fail(poterne.StageExtract, poterne.Partial, nil)) &&
			yield(poterne.Segment{Part: &poterne.Part{}, Body: "jean@orange.fr"}, nil)
	})
	if err != nil || len(found) != 2 {
		t.Errorf("found %d, error %v", len(found), err)
	}
}

func TestContext(t *testing.T) {
	c := newClassifier(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.Classify(ctx, poterne.Document{}, bodies(strings.Repeat("texte ", 1000)))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	c := newClassifier(t)
	text := frenchText(9, 64<<10)
	want := classify(t, c, text...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3 {
				if d := cmp.Diff(want, classify(t, c, text...)); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			}
		})
	}
	wg.Wait()
}

// TestHostileText takes time and memory in proportion to the text, not more.
func TestHostileText(t *testing.T) {
	c := newClassifier(t)
	const size = 256 << 10
	for name, unit := range map[string]string{
		"one-letter": "a", "one-digit": "1", "digits-in-pairs": "12 ", "candidates": "NIR 2 90 07 2A 004 123 84 ", "cues": "nir ",
		"at-signs": "@", "addresses": "a@b.fr ", "angles": "<", "mrz-lines": strings.Repeat("<", 44) + "\n", "pem": "-----BEGIN PRIVATE KEY-----", "dollars": "$6$",
		"colons": "1:", "dots": "1.", "streets": "12 rue ", "passwords": "mot de passe : ", "spaces": " ", "lines": "\n", "accents": "é", "marks": "\u0301", "schemes": "http://a:",
		"combined": "é1 \u00ad２", "invalid": "\xff", "hyphens": "1-", "hex": "a1:",
	} {
		t.Run(name, func(t *testing.T) {
			// What is quadratic in the whole text does not end within the time of a test
			// run; TestHostileTextsTakeLinearTime measures.
			classify(t, c, strings.Repeat(unit, size/len(unit)))
		})
	}
}

// TestPieces: a text longer than a piece loses nothing at the cuts.
func TestPieces(t *testing.T) {
	c := newClassifier(t)
	unit := "Le dossier de la personne est suivi par le service, NIR 2 90 07 2A 004 123 84 et la suite du texte vient. "
	n := 5 * maxPiece / len(unit)
	for _, f := range classify(t, c, strings.Repeat(unit, n)) {
		if f.Rule == "fr-nir" && f.Count != n {
			t.Errorf("%d of %d found", f.Count, n)
		}
	}
}

// FuzzClassify: no panic, the same findings twice, and one more segment never
// takes a finding away.
func FuzzClassify(f *testing.F) {
	c := newClassifier(f)
	for _, r := range c.rules.List() {
		for i, x := range r.Match {
			if i < 2 {
				f.Add(x, "NIR 2 90 07 2A 004 123 84")
			}
		}
	}
	f.Add("\xff\x00é\u0301<<<<@", "-----BEGIN PRIVATE KEY-----")
	f.Fuzz(func(t *testing.T, a, b string) {
		one := classify(t, c, a)
		if d := cmp.Diff(one, classify(t, c, a)); d != "" {
			t.Errorf("two answers (-want +got)\n%s", d)
		}
		two := map[string]poterne.Finding{}
		for _, f := range classify(t, c, a, b) {
			two[f.Rule+f.Mark] = f
		}
		for _, f := range one {
			if g, ok := two[f.Rule+f.Mark]; identifier(c, f.Rule) && (!ok || f.Level > g.Level || f.Confidence > g.Confidence || !f.Has(poterne.TagExample) && f.Level > poterne.Public && f.Count > g.Count) {
				t.Errorf("%+v became %+v with one more segment", f, g)
			}
		}
	})
}

func identifier(c *Classifier, id string) bool {
	for _, r := range c.rules.rules {
		if r.ID == id {
			return true
		}
	}
	return false
}
