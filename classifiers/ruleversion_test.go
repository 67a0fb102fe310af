package classifiers

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRuleVersion: a rule that changes has another version, and no other rule has.
func TestRuleVersion(t *testing.T) {
	dir := t.TempDir()
	other := `version: "2"
rules:
  - id: matricule-essai
    names: {fr: matricule d'essai, en: test number}
    category: identite
    level: 1
    source: essai
    shapes: ["99999999"]
    context: required
    words: [matricule d'essai]
    match: ["matricule d'essai 12345678"]
    reject: ["12345678"]
`
	load := func(text string) *Classifier {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "x.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		rules, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(Options{Rules: rules})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	before := newClassifier(t)
	after := load(other)
	for _, r := range [][2]string{{"fr-nir", ""}, {"sante", ""}, {"marquage", "dr"}} {
		a, b := before.RuleVersion(r[0], r[1]), after.RuleVersion(r[0], r[1])
		if a == "" || a != b {
			t.Errorf("%v: %q, with another rule beside it %q", r, a, b)
		}
	}
	changed := load(other + "    rank: 3\n")
	if a, b := after.RuleVersion("matricule-essai", ""), changed.RuleVersion("matricule-essai", ""); a == "" || a == b {
		t.Errorf("a changed rule: %q and %q", a, b)
	}
	if v := before.RuleVersion("no-such-rule", ""); v != "" {
		t.Errorf("an unknown rule has version %q", v)
	}
	if a, b := before.RuleVersion("marquage", "dr"), before.RuleVersion("marquage", "secret"); a == b {
		t.Errorf("two markings have version %q", a)
	}
}
