package classifiers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"poterne"
)

const allowList = `
allow:
  - id: standard
    rule: fr-tel
    value: "01 40 00 11 22"
    reason: standard téléphonique, publié
    by: le délégué à la protection des données
    expires: 2027-03-31
  - id: jeu-d-essai
    rule: fr-nir
    paths: ["Formation/**"]
    reason: numéros inventés pour les exercices
    expires: 2027-03-31
  - id: recette
    rule: fr-nir
    value: 290072A00412384
    paths: ["Recette/*"]
    reason: numéro d'essai de l'éditeur
    expires: 2026-06-30
`

func allowing(t *testing.T, text, day string) *Classifier {
	t.Helper()
	now, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	r, err := load(writeRules(t, text), now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Rules: r, Key: []byte("a key of thirty-two bytes, fixed")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAllowList(t *testing.T) {
	for _, x := range []struct {
		name, day, path, text, rule string
		counts                      bool
		count                       int
		step                        string
	}{
		{"value", "2026-11-25", "a.txt", "tél. 01\u00a040\u00a000\u00a011\u00a022", "fr-tel", false, 1, "standard: 1"},
		{"international-form", "2026-11-25", "a.txt", "tél. +33 1 40 00 11 22", "fr-tel", false, 1, "standard: 1"},
		{"another-value", "2026-11-25", "a.txt", "tél. 01 40 00 11 23", "fr-tel", true, 1, ""},
		{"both", "2026-11-25", "a.txt", "tél. 01 40 00 11 22 ou 01 40 00 11 23", "fr-tel", true, 1, "standard: 1"},
		{"last-day", "2027-03-31", "a.txt", "tél. 01 40 00 11 22", "fr-tel", false, 1, "standard: 1"},
		{"expired", "2027-04-01", "a.txt", "tél. 01 40 00 11 22", "fr-tel", true, 1, ""},
		{"whole-rule", "2026-11-25", "Formation/paie/ex1.txt", "NIR : 2 90 07 2A 004 123 84", "fr-nir", false, 1, "jeu-d-essai: 1"},
		{"whole-rule-elsewhere", "2026-11-25", "RH/ex1.txt", "NIR : 2 90 07 2A 004 123 84", "fr-nir", true, 1, ""},
		{"value-in-scope", "2026-06-01", "Recette/a.txt", "NIR : 2 90 07 2A 004 123 84", "fr-nir", false, 1, "recette: 1"},
		{"value-out-of-scope", "2026-06-01", "RH/a.txt", "NIR : 2 90 07 2A 004 123 84", "fr-nir", true, 1, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := allowing(t, allowList, x.day)
			found, err := c.Classify(context.Background(), poterne.Document{Path: x.path}, exampleSegments(x.text))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if f.Rule != x.rule {
					continue
				}
				steps := ""
				for _, s := range f.Trace {
					if s.Name == "allowed" {
						steps += s.Detail
					}
				}
				if f.Counts() != x.counts || f.Count != x.count || steps != x.step || f.Counts() != (f.Level > poterne.Public) {
					t.Errorf("counts %v, count %d, level %s, steps %q: want %v, %d, %q", f.Counts(), f.Count, f.Level, steps, x.counts, x.count, x.step)
				}
				return
			}
			t.Fatal("what an allow list takes out is gone from the record")
		})
	}
}

// TestAllowedPersonMakesNothingNear: a number that does not count is no person.
func TestAllowedPersonMakesNothingNear(t *testing.T) {
	text := "NIR 2 90 07 2A 004 123 84, affection de longue durée, hospitalisation, diagnostic, certificat médical, traitement antirétroviral"
	near := func(list string) bool {
		c := allowing(t, list, "2026-11-25")
		f, ok := c.example("sante", text)
		return ok && f.Has(poterne.TagNear)
	}
	if !near("allow: []") {
		t.Fatal("the text carries no health data of a person")
	}
	if near("allow:\n  - {id: a, rule: fr-nir, value: 290072A00412384, reason: essai, expires: 2027-01-01}\n") {
		t.Error("an allowed number makes a person")
	}
}

func TestAllowByPrint(t *testing.T) {
	prints, err := newClassifier(t).Fingerprints(context.Background(), "290072A00412384")
	if err != nil {
		t.Fatal(err)
	}
	c := allowing(t, fmt.Sprintf("allow:\n  - {id: a, rule: fr-nir, print: %q, reason: essai, expires: 2027-01-01}\n", prints["fr-nir"]), "2026-11-25")
	if f, ok := c.example("fr-nir", "NIR : 2 90 07 2A 004 123 84"); !ok || f.Counts() {
		t.Errorf("found %v: %+v", ok, f)
	}
}

// TestExpiryChangesTheVersion: the day after the last one, what an entry was for
// is read again.
func TestExpiryChangesTheVersion(t *testing.T) {
	dir := writeRules(t, allowList)
	version := func(day string) poterne.Version {
		now, _ := time.Parse(time.DateOnly, day)
		r, err := load(dir, now)
		if err != nil {
			t.Fatal(err)
		}
		return r.Version()
	}
	if version("2026-11-25") != version("2027-03-31") {
		t.Error("the version changes while the same entries hold")
	}
	if version("2027-03-31") == version("2027-04-01") {
		t.Error("an entry expires and the version stays")
	}
}

func TestAllowErrors(t *testing.T) {
	for name, x := range map[string]struct{ entry, want string }{
		"marking":      {"{id: a, rule: marquage, paths: ['**'], reason: r, expires: 2027-01-01}", "2:19: rule a: rule: a marking is lifted by a derogation"},
		"unknown-rule": {"{id: a, rule: fr-nri, value: x, reason: r, expires: 2027-01-01}", `"fr-nri" is no rule`},
		"subject":      {"{id: a, rule: sante, value: grippe, reason: r, expires: 2027-01-01}", "sante finds no values"},
		"no-reason":    {"{id: a, rule: fr-nir, paths: ['x/*'], expires: 2027-01-01}", "reason: missing"},
		"no-expiry":    {"{id: a, rule: fr-nir, paths: ['x/*'], reason: r}", "expires: want the last day"},
		"bad-expiry":   {"{id: a, rule: fr-nir, paths: ['x/*'], reason: r, expires: demain}", "expires: want the last day"},
		"everything":   {"{id: a, rule: fr-nir, reason: r, expires: 2027-01-01}", "silence the whole rule"},
		"glob":         {"{id: a, rule: fr-nir, paths: ['x/[a'], reason: r, expires: 2027-01-01}", "is no glob"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(writeRules(t, "allow:\n  - "+x.entry+"\n"))
			var load *LoadError
			if !errors.As(err, &load) || !strings.Contains(load.Error(), x.want) {
				t.Errorf("error = %v, want %q", err, x.want)
			}
		})
	}
	r, err := load(writeRules(t, "allow:\n  - {id: a, rule: fr-nir, value: 290072A00412311, reason: r, expires: 2027-01-01}\n"), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = New(Options{Rules: r}); err == nil || !strings.Contains(err.Error(), ":2:34: rule a: value: fr-nir does not take it") {
		t.Errorf("a value with a wrong key: %v", err)
	}
}
