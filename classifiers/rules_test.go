package classifiers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExamples runs the examples that the embedded rules carry.
func TestExamples(t *testing.T) {
	r, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	results, err := r.Test()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range results {
		if !x.OK() {
			t.Errorf("%s: %q: found %v, want %v", x.Rule, x.Example, x.Got, x.Want)
		}
	}
}

func writeRules(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

const ownRule = `
rules:
  - id: own-ref
    names: {fr: Référence interne}
    category: interne
    level: 1
    find: regexp
    regexp: 'REF-(\d{6})\b'
    words: [dossier]
    match: ["REF-123450", "dossier réf-123450 ou ref-123450, REF-123450"]
    reject: ["REF-12345", "REF-1234567", "REF 123450"]
`

func TestOwnRules(t *testing.T) {
	dir := writeRules(t, ownRule)
	r, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := r.Test()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, x := range results {
		if x.Rule == "own-ref" {
			n++
			if !x.OK() {
				t.Errorf("%q: found %v, want %v", x.Example, x.Got, x.Want)
			}
		}
	}
	if n != 5 {
		t.Errorf("%d examples of the rule were run, want 5", n)
	}
	own, _ := Load("")
	if r.Version() == own.Version() {
		t.Error("a rule more is the same version")
	}
	again, _ := Load(writeRules(t, "# a comment\n"+ownRule))
	if again.Version() != r.Version() {
		t.Errorf("a comment changes the version: %s, %s", r.Version(), again.Version())
	}
}

func TestOverride(t *testing.T) {
	r, err := Load(writeRules(t, strings.Replace(ownRule, "own-ref", "email", 1)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Rules: r})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range classify(t, c, "jean.durand@orange.fr") {
		if f.Rule == "email" {
			t.Error("the embedded rule is still there")
		}
	}
}

// TestLoadErrors wants every problem of a file at once, each with its place.
func TestLoadErrors(t *testing.T) {
	for _, x := range []struct {
		name, text string
		want       []string // "line:col: rule id: what" starts
	}{
		{"syntax", "rules: [", []string{"1:"}},
		{"not-a-mapping", "- a", []string{"1:"}},
		{"unknown-section", "regles:\n  - id: a\n", []string{`1:1: unknown key "regles"`}},
		{"not-a-list", "rules: 3", []string{"1:8: rules: want a list"}},
		{"bad-id", "rules:\n  - id: Bad Id\n", []string{"2:5: rule Bad Id: id:"}},
		{"all-at-once", "rules:\n  - id: a\n    names: {fr: A}\n    level: 7\n    category: x\n    find: emial\n    match: [a]\n    reject: [b]\n  - id: b\n    colour: red\n    names: {fr: B}\n    category: x\n    level: deux\n    shapes: [\"9{3\"]\n    check: nri\n    match: [a]\n    reject: [b]\n",
			[]string{"4:12: rule a: level:", "6:11: rule a: find: \"emial\" is unknown, did you mean \"email\"?", "10:5: rule b: unknown field \"colour\"", "13:12: rule b: ", "15:12: rule b: check: \"nri\"", "14:13: rule b: shapes:"}},
		{"twice", "rules:\n" + one("a") + one("a"), []string{"3:6: rule a: id is used twice"}},
		{"regexp", "rules:\n  - {id: a, names: {fr: A}, category: x, find: regexp, regexp: '(', match: [a], reject: [b]}\n", []string{"rule a: regexp: error parsing regexp"}},
		{"no-cues", "rules:\n  - {id: a, names: {fr: A}, category: x, find: lead, shapes: ['99'], match: [a], reject: [b]}\n", []string{"rule a: cues: missing"}},
		{"no-words", "rules:\n  - {id: a, names: {fr: A}, category: x, shapes: ['99'], context: required, match: [a], reject: [b]}\n", []string{"rule a: context: required needs"}},
		{"mask", "rules:\n  - {id: a, names: {fr: A}, category: x, shapes: ['99'], mask: all, match: [a], reject: [b]}\n", []string{"rule a: mask:"}},
		{"word", "rules:\n  - {id: a, names: {fr: A}, category: x, shapes: ['99'], words: ['—'], match: [a], reject: [b]}\n", []string{"rule a: words:"}},
		{"no-examples", "rules:\n  - {id: a, names: {fr: A}, category: x, shapes: ['99']}\n", []string{"rule a: match:"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			_, err := Load(writeRules(t, x.text))
			var load *LoadError
			if !errors.As(err, &load) {
				t.Fatalf("error = %v, want a LoadError", err)
			}
			for _, want := range x.want {
				found := false
				for _, p := range load.Problems {
					found = found || strings.Contains(p, "own.yaml:"+want) || strings.HasPrefix(want, ":") && strings.Contains(p, want) || strings.HasPrefix(want, "rule") && strings.Contains(p, want)
				}
				if !found {
					t.Errorf("no problem %q in\n%s", want, load)
				}
			}
			if len(load.Problems) < len(x.want) {
				t.Errorf("%d problems, want %d", len(load.Problems), len(x.want))
			}
		})
	}
}

func one(id string) string {
	return fmt.Sprintf("  - {id: %s, names: {fr: A}, category: x, shapes: ['99'], match: [a], reject: [b]}\n", id)
}

func TestLint(t *testing.T) {
	r, err := Load(writeRules(t, ownRule+`
  - {id: own-slow, names: {fr: Lente}, category: interne, find: regexp, regexp: '\d{4}.*\w', match: [a1], reject: [b]}
  - {id: own-accent, names: {fr: Accent}, category: interne, find: regexp, regexp: 'numéro\s+\d+', match: [a], reject: [b]}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range r.Lint() {
		if strings.HasPrefix(w.Rule, "own-") {
			got = append(got, w.Rule+" "+strings.SplitN(w.Text, " ", 3)[0]+" "+strings.SplitN(w.Text, " ", 3)[1])
		}
	}
	want := []string{"own-accent the expression", "own-accent fewer than", "own-ref \\b and", "own-ref fewer than",
		"own-slow no literal", "own-slow unbounded repetition:", "own-slow \\b and", "own-slow fewer than"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for _, w := range r.Lint() {
		if !strings.HasPrefix(w.Rule, "own-") && !strings.HasPrefix(w.Text, "fewer") {
			t.Errorf("an embedded rule has a warning: %+v", w)
		}
	}
}

// TestLintSaysWhere wants the place of the field that a warning is about.
func TestLintSaysWhere(t *testing.T) {
	r, err := Load(writeRules(t, ownRule))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Lint() {
		if w.Rule == "own-ref" && strings.HasPrefix(w.Text, `\b`) && !strings.HasSuffix(w.Place, "own.yaml:8:13") {
			t.Errorf("place %q, want own.yaml:8:13", w.Place)
		}
		if w.Place == "" {
			t.Errorf("no place: %+v", w)
		}
	}
}

func TestDiff(t *testing.T) {
	embedded, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	own, err := Load(writeRules(t, ownRule))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := Load(writeRules(t, strings.NewReplacer("level: 1", "level: 2", "    words: [dossier]\n", "").Replace(ownRule)))
	if err != nil {
		t.Fatal(err)
	}
	uploaded, err := LoadFiles(map[string][]byte{"own.yaml": []byte(ownRule)})
	if err != nil {
		t.Fatal(err)
	}
	if uploaded.Version() != own.Version() {
		t.Errorf("version %s of files that lie nowhere, %s of the same in a folder", uploaded.Version(), own.Version())
	}
	for _, x := range []struct {
		name string
		a, b *Rules
		want []Change
	}{
		{"same", own, own, nil},
		{"same-elsewhere", own, uploaded, nil},
		{"added", embedded, own, []Change{{Section: "rules", ID: "own-ref", Kind: "added"}}},
		{"removed", own, embedded, []Change{{Section: "rules", ID: "own-ref", Kind: "removed"}}},
		{"changed", own, changed, []Change{{Section: "rules", ID: "own-ref", Kind: "changed", Fields: []string{"level", "words"}}}},
	} {
		if d := cmp.Diff(x.want, x.a.Diff(x.b)); d != "" {
			t.Errorf("%s (-want +got)\n%s", x.name, d)
		}
	}
}

func TestLiteralOf(t *testing.T) {
	for expr, want := range map[string]string{
		`REF-\d{6}`: "ref-", `(?i)dossier\s+\d+`: "dossier", `a|bcd`: "", `(abc)+x`: "abc", `(abc)*xy`: "xy", `[0-9]{4}`: "", `ab(cde)?fghi`: "fghi", `x{3}`: "xxx",
	} {
		if got := literalOf(expr); got != want {
			t.Errorf("literalOf(%q) = %q, want %q", expr, got, want)
		}
	}
}

// TestPatternsAgainstWholeText: windows around a literal find what a run over the
// whole text finds.
func TestPatternsAgainstWholeText(t *testing.T) {
	r, err := Load(writeRules(t, ownRule))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Rules: r})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	n := 0
	for i := range 500 {
		fmt.Fprintf(&b, "%s REF-%0*d ", strings.Repeat("x ", i%97), 5+i%3, 100000+i)
		if i%3 == 1 || i%3 == 0 { // six digits: %05d of a number of six has six
			n++
		}
	}
	for _, f := range classify(t, c, b.String()) {
		if f.Rule == "own-ref" && (f.Count != n || f.Distinct != n) {
			t.Errorf("count %d distinct %d, want %d", f.Count, f.Distinct, n)
		}
	}
}

func TestManyRules(t *testing.T) {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  - {id: own-%d, names: {fr: R}, category: interne, find: regexp, regexp: 'P%04d-\\d{4}', match: ['P%04d-1234'], reject: [b]}\n", i, i, i)
	}
	r, err := Load(writeRules(t, b.String()))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Rules: r})
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, f := range classify(t, c, "P0000-1234 P1999-1234 P2000-1234 xP0007-12345") {
		if strings.HasPrefix(f.Rule, "own-") {
			got++
		}
	}
	if got != 3 {
		t.Errorf("%d rules found something, want 3", got)
	}
}

// TestFingerprints: the fingerprint asked for is the one that a document has.
func TestFingerprints(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct{ rule, value, text string }{
		{"fr-nir", "290072A00412384", "NIR : 2 90 07 2A 004 123 84"},
		{"fr-nir", "2 90 07 2A 004 123 84", "[NIR] 290072A00412384"},
		{"iban", "FR76 1027 8060 4100 0202 7080 149", "IBAN FR7610278060410002027080149"},
		{"fr-tel", "0612345678", "tél. +33 6 12 34 56 78"},
		{"email", "J.Durand42@Orange.fr", "écrire à j.durand42@orange.fr"},
		{"fr-passport", "12AB34567", "passeport n° 12 AB 34567"},
		{"fr-ddn", "3 juillet 1990", "née le 03/07/1990"},
		{"fr-ipp", "800123456", "IPP : 800123456"},
	} {
		prints, err := c.Fingerprints(context.Background(), x.value)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := c.example(x.rule, x.text)
		if len(f.Prints) != 1 || prints[x.rule] != f.Prints[0] {
			t.Errorf("%s: asked %q, the document has %q", x.rule, prints[x.rule], f.Prints)
		}
	}
	other, err := New(Options{Key: []byte("another key of thirty-two bytes.")})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := c.Fingerprints(context.Background(), "290072A00412384")
	b, _ := other.Fingerprints(context.Background(), "290072A00412384")
	if a["fr-nir"] == b["fr-nir"] || a["fr-nir"] == "" {
		t.Error("the key does not make the fingerprint")
	}
}

// TestPrintIsHMAC compares with the standard library.
func TestPrintIsHMAC(t *testing.T) {
	for _, key := range []string{"", "short", strings.Repeat("k", 32), strings.Repeat("long", 40)} {
		for _, value := range []string{"", "290072A00412384", strings.Repeat("v", 2000)} {
			mac := hmac.New(sha256.New, []byte(key))
			mac.Write([]byte("fr-nir\x00" + value))
			k := newKeyed([]byte(key))
			if got := k.print("fr-nir", []byte(value)); string(got[:]) != string(mac.Sum(nil)[:12]) {
				t.Errorf("key %q: print is not HMAC", key)
			}
		}
	}
}

// TestEnoughExamples holds each embedded rule to six examples on each side.
func TestEnoughExamples(t *testing.T) {
	r, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Lint() {
		t.Errorf("%s: rule %s: %s", w.Place, w.Rule, w.Text)
	}
}
