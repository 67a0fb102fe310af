package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/ledger"
)

// TestReviewsAreTakenBackWhole: what a review did to findings is undone to the last
// bit, and done twice it is done once.
func TestReviewsAreTakenBackWhole(t *testing.T) {
	found := []poterne.Finding{
		{Rule: "fr-nir", Confidence: 0.8571428571428571, Trace: []poterne.Step{{Name: "form", Delta: 0.35}}},
		{Rule: "sante", Confidence: 0.5, Tags: []poterne.Tag{poterne.TagConfirm, poterne.TagNear}},
		{Rule: poterne.RuleMarking, Mark: "dr", Confidence: 0.98},
		{Rule: "iban", Tags: []poterne.Tag{poterne.TagAllowed}}, // by the allow list
	}
	on := func(act ledger.Act, rule, mark string) ledger.Review {
		return ledger.Review{ID: "r1", Act: act, Rule: rule, Mark: mark}
	}
	for _, c := range []struct {
		name   string
		review ledger.Review
		counts []bool
		want   float64 // confidence of the second
	}{
		{"false-positive", on(ledger.FalsePositive, "fr-nir", ""), []bool{false, true, true, false}, 0.5},
		{"of-a-marking", on(ledger.FalsePositive, poterne.RuleMarking, "dr"), []bool{true, true, false, false}, 0.5},
		{"of-another-marking", on(ledger.FalsePositive, poterne.RuleMarking, "secret"), []bool{true, true, true, false}, 0.5},
		{"confirmed", on(ledger.Confirm, "sante", ""), []bool{true, true, true, false}, confirmed},
		{"confirmed-surer", on(ledger.Confirm, poterne.RuleMarking, "dr"), []bool{true, true, true, false}, 0.5},
		{"allowed-already", on(ledger.FalsePositive, "iban", ""), []bool{true, true, true, false}, 0.5},
		{"of-a-member", ledger.Review{ID: "r1", Act: ledger.FalsePositive, Rule: "fr-nir", Document: poterne.Document{Member: "a.txt"}}, []bool{true, true, true, false}, 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			once := reviewed(found, "", []ledger.Review{c.review})
			for i, f := range once {
				if f.Counts() != c.counts[i] {
					t.Errorf("%s counts: %v", f.Rule, f.Counts())
				}
				if f.Confidence < found[i].Confidence {
					t.Errorf("%s: confidence went down to %v", f.Rule, f.Confidence)
				}
			}
			if once[1].Confidence != c.want || once[1].Has(poterne.TagConfirm) != (c.want != confirmed) {
				t.Errorf("sante: %v %v", once[1].Confidence, once[1].Tags)
			}
			if diff := cmp.Diff(once, reviewed(once, "", []ledger.Review{c.review})); diff != "" {
				t.Errorf("done twice (-once +twice)\n%s", diff)
			}
			back := reviewed(once, "", nil)
			for i := range back {
				if back[i].Confidence != found[i].Confidence || back[i].Counts() != found[i].Counts() || back[i].Has(poterne.TagConfirm) != found[i].Has(poterne.TagConfirm) || len(back[i].Trace) != len(found[i].Trace) {
					t.Errorf("taken back: %+v, was %+v", back[i], found[i])
				}
			}
		})
	}
}

// TestBasisFollowsTheRules: a review of a document holds while the same rules find
// in it, and a review of a finding while its own rule does.
func TestBasisFollowsTheRules(t *testing.T) {
	versions := map[string]string{"fr-nir": "1", "iban": "1"}
	rv := &reviewer{rules: "R1", version: func(rule, _ string) string { return versions[rule] }}
	records := []poterne.Record{{Stamp: poterne.Stamp{Content: "c", Rules: "R1"}, Findings: []poterne.Finding{{Rule: "fr-nir"}, {Rule: "iban"}}}}
	nir := ledger.Review{Act: ledger.Confirm, Rule: "fr-nir", Content: "c", Rules: "R1"}
	whole := ledger.Review{Act: ledger.Reclassify, Content: "c", Rules: "R1"}
	nir.Basis, whole.Basis = rv.basis(nir, records), rv.basis(whole, records)
	whole.Seen = seen(whole, records)
	for _, c := range []struct {
		name       string
		rules      poterne.Version // in force
		stamp      poterne.Stamp
		iban       string
		findings   []poterne.Finding
		nir, whole bool
	}{
		{"nothing-changed", "R1", records[0].Stamp, "1", records[0].Findings, true, true},
		{"not-read-again-yet", "R2", records[0].Stamp, "2", records[0].Findings, true, true},
		{"another-rule-changed", "R2", poterne.Stamp{Content: "c", Rules: "R2"}, "2", records[0].Findings, true, false},
		{"no-rule-of-it-changed", "R2", poterne.Stamp{Content: "c", Rules: "R2"}, "1", records[0].Findings, true, true},
		{"a-rule-finds-more", "R2", poterne.Stamp{Content: "c", Rules: "R2"}, "1", append([]poterne.Finding{{Rule: "email"}}, records[0].Findings...), true, false},
		{"content-changed", "R1", poterne.Stamp{Content: "d", Rules: "R1"}, "1", records[0].Findings, false, false},
		{"made-under-rules-not-in-force", "R3", poterne.Stamp{Content: "c", Rules: "R2"}, "1", records[0].Findings, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := &reviewer{rules: c.rules, version: func(rule, _ string) string {
				if rule == "iban" {
					return c.iban
				}
				return versions[rule]
			}}
			today := []poterne.Record{{Stamp: c.stamp, Findings: c.findings}}
			if got := now.current(nir, today); got != c.nir {
				t.Errorf("review of a finding holds: %v", got)
			}
			if got := now.current(whole, today); got != c.whole {
				t.Errorf("review of a document holds: %v", got)
			}
		})
	}
}
