package main

import (
	"math/rand/v2"
	"strings"
	"testing"

	"poterne/classifiers"
)

// TestSmall runs the whole bench small: the gates hold, and each section has its table.
func TestSmall(t *testing.T) {
	c, err := classifiers.New(classifiers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := classifiers.Load("")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{c, rules, options{each: 4, seed: 7}}
	for _, part := range []func() (result, error){b.identifiers, b.decoys, b.markings} {
		r, err := part()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range r.missed {
			t.Errorf("%s: %s", r.section, m)
		}
		if strings.Count(r.text, "\n|") < 5 {
			t.Errorf("%s: no table", r.section)
		}
	}
}

// TestBenchSeesMisses: without its rule an identifier is missed, and the bench says so.
func TestBenchSeesMisses(t *testing.T) {
	rules, err := classifiers.Load("")
	if err != nil {
		t.Fatal(err)
	}
	blind, err := classifiers.Load("testdata/blind")
	if err != nil {
		t.Fatal(err)
	}
	c, err := classifiers.New(classifiers.Options{Rules: blind})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{c, rules, options{each: 2, seed: 7}}
	r, err := b.identifiers()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(r.missed, "\n"), "iban: recall 0.000") {
		t.Errorf("misses = %q, want that of iban", r.missed)
	}
}

// TestValues: what is planted passes the check, what is spoiled does not.
func TestValues(t *testing.T) {
	rules, err := classifiers.Load("")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, rule := range rules.List() {
		if rule.Check == "" || len(rule.Shapes) == 0 {
			continue
		}
		v, err := value(r, rule)
		if err != nil {
			t.Fatal(err)
		}
		if ok, _ := classifiers.Check(rule.Check, normal(v.solid())); !ok {
			t.Errorf("%s: a planted value does not pass", rule.ID)
		}
		if v, found := spoiled(r, rule); found {
			if ok, _ := classifiers.Check(rule.Check, normal(v.solid())); ok {
				t.Errorf("%s: a spoiled value passes", rule.ID)
			}
		}
	}
}
