package main

import (
	"os"
	"strings"
	"testing"

	"poterne/classifiers"
	"poterne/internal/section"
)

// TestRulesTextsPage: the page for lawyers says what the rules say. UPDATE_SCRIPTS rewrites it (make golden).
func TestRulesTextsPage(t *testing.T) {
	const page = "../../docs/regles-et-textes.md"
	rules, err := classifiers.Load("")
	if err != nil {
		t.Fatal(err)
	}
	want := rulesTexts(rules)
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := section.Replace(page, "regles", want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), want) {
		t.Errorf("%s is behind the rules: make golden", page)
	}
	for _, r := range rules.List() {
		if len(r.Legal) == 0 && r.Severity >= 2 {
			t.Errorf("rule %s has level %d and names no text", r.ID, r.Severity)
		}
	}
}
