package main

import (
	"testing"

	"poterne"
	"poterne/classifiers"
	"poterne/internal/seal"
)

// TestOnlyTheValueIsRevealed isolates a value from what stands beside it.
func TestOnlyTheValueIsRevealed(t *testing.T) {
	rules, err := classifiers.Load("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := classifiers.New(classifiers.Options{Rules: rules, Key: seal.NewKey().For(seal.Fingerprint)})
	if err != nil {
		t.Fatal(err)
	}
	v := &revealer{classifier: c}
	for _, x := range []struct{ name, rule, body, want string }{
		{"brackets", "fr-nir", "Claude Morel (NIR 2 84 05 88 321 025 32) a demandé", "2 84 05 88 321 025 32"},
		{"full-stop", "fr-nir", "Numéro de sécurité sociale : 2 84 05 88 321 025 32.", "2 84 05 88 321 025 32"},
		{"quotes", "fr-nir", "NIR « 2 84 05 88 321 025 32 », inconnu", "2 84 05 88 321 025 32"},
		{"alone", "fr-nir", "2 84 05 88 321 025 32", "2 84 05 88 321 025 32"},
		{"one-block", "fr-nir", "NIR;284058832102532;", "284058832102532"},
		{"own-signs", "fr-tel", "Tél. (+33 6 39 98 12 34)", "+33 6 39 98 12 34"},
		{"iban", "iban", "IBAN (FR76 3000 6000 0112 3456 7890 189).", "FR76 3000 6000 0112 3456 7890 189"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := poterne.Segment{Part: &poterne.Part{Format: "txt"}, Body: x.body}
			f := poterne.Finding{Rule: x.rule}
			prints, err := v.prints(t.Context(), poterne.Document{}, s, f)
			if err != nil || len(prints) != 1 {
				t.Fatalf("%d fingerprints, %v: the rule finds no value", len(prints), err)
			}
			got, err := v.isolate(t.Context(), poterne.Document{}, s, f, prints[0])
			if err != nil || got != x.want {
				t.Errorf("%q, %v, want %q", got, err, x.want)
			}
		})
	}
}
