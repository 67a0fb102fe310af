package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poterne/classifiers"
)

// TestRulesOfTheGuide loads the rule and the exceptions that the guide for rule
// writers shows, and runs their examples.
func TestRulesOfTheGuide(t *testing.T) {
	page, err := os.ReadFile("../../docs/nouvelle-regle.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	blocks := strings.Split(string(page), "```yaml\n")[1:]
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of YAML, want 2", len(blocks))
	}
	for i, b := range blocks {
		text, _, _ := strings.Cut(b, "```")
		// The guide's dates pass; what is shown must hold on any day.
		text = strings.NewReplacer("2027-03-31", "2999-03-31", "2026-12-31", "2999-12-31").Replace(text)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.yaml", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rules, err := classifiers.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := rules.Test()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range results {
		if r.Rule == "ref-dossier" {
			n++
			if !r.OK() {
				t.Errorf("%q: found %v, want %v", r.Example, r.Got, r.Want)
			}
		}
	}
	if n < 12 || len(rules.Allowances()) != 2 {
		t.Errorf("%d examples, %d exceptions", n, len(rules.Allowances()))
	}
	for _, w := range rules.Lint() {
		if !strings.Contains(w.Text, `\b`) {
			t.Errorf("%s: %s", w.Rule, w.Text)
		}
	}
}

// TestCommandsOfTheDecisionsPage parses every command that the page shows: each verb
// and each flag is there.
func TestCommandsOfTheDecisionsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for i, block := range strings.Split(string(page), "```") {
		if i%2 == 0 {
			continue
		}
		for _, line := range strings.Split(strings.ReplaceAll(block, "\\\n", " "), "\n") {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(line, " < ")
			words := shellWords(line)
			if len(words) == 0 || words[0] != "poterne" {
				continue
			}
			shown++
			cmd, rest, err := newRoot(&app{lang: "fr"}).Find(words[1:])
			if err != nil || cmd.RunE == nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if shown < 10 {
		t.Errorf("%d commands on the page", shown)
	}
}

// shellWords cuts a line as a shell does, as far as single quotes go.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
