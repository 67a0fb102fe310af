package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/classifiers"
	"poterne/report"
)

func newRulesDiff(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "diff FOLDER [FOLDER]", Short: a.say("Ce qu'un dossier de règles change aux règles embarquées, ou à un autre dossier", "What a folder of rules changes to the embedded rules, or to another folder"),
		Long: a.say(`Un seul dossier est comparé aux règles embarquées, ou à celles de --rules. Chaque
entrée ajoutée (+), retirée (-) ou changée (~, avec ses champs) est dite, puis les deux
versions. Avec --format json, un objet par différence et un pour les versions.`,
			`A single folder is compared with the embedded rules, or with those of --rules. Each
entry added (+), removed (-) or changed (~, with its fields) is told, then both
versions. With --format json, one object for each difference and one for the versions.`),
		Example: `  poterne rules diff /etc/poterne/regles
  poterne rules diff regles-2025 regles-2026
  poterne rules diff --format json regles-2025 regles-2026`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				args = []string{a.rules, args[0]}
			}
			var states [2]*classifiers.Rules
			for i, dir := range args {
				if info, err := os.Stat(dir); dir != "" && (err != nil || !info.IsDir()) {
					return fail(exitUsage, a.say("donner un dossier de fichiers YAML", "give a folder of YAML files"), a.say("%s n'est pas un dossier", "%s is not a folder"), dir)
				}
				var err error
				if states[i], err = a.loadRules(dir); err != nil {
					return err
				}
			}
			changes := states[0].Diff(states[1])
			return a.write(func(w io.Writer) error {
				if a.format == "json" || a.format == "jsonl" {
					return writeRulesDiff(w, changes, states[0].Version(), states[1].Version())
				}
				signs := map[string]string{"added": "+", "removed": "-", "changed": "~"}
				for _, c := range changes {
					fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%s %-8s %-20s %s", signs[c.Kind], c.Section, c.ID, strings.Join(c.Fields, ", ")), " "))
				}
				_, err := fmt.Fprintf(w, "%s → %s\n", states[0].Version(), states[1].Version())
				return err
			})
		},
	}
}

// ruleChange is a line of the difference between two states of the rules.
type ruleChange struct {
	Schema  string   `json:"schema"`
	Type    string   `json:"type"`    // "rule"
	Change  string   `json:"change"`  // "added", "removed", "changed"
	Section string   `json:"section"` // "rules", "markings", "lexicons", "words", "allow"
	ID      string   `json:"id"`
	Fields  []string `json:"fields,omitempty"` // of a changed entry
}

// ruleVersions is the last line: what was compared.
type ruleVersions struct {
	Schema  string          `json:"schema"`
	Type    string          `json:"type"` // "versions"
	From    poterne.Version `json:"from"`
	To      poterne.Version `json:"to"`
	Changes int             `json:"changes"`
}

func writeRulesDiff(w io.Writer, changes []classifiers.Change, from, to poterne.Version) error {
	enc := json.NewEncoder(w)
	for _, c := range changes {
		if err := enc.Encode(ruleChange{report.Schema, "rule", c.Kind, c.Section, c.ID, c.Fields}); err != nil {
			return err
		}
	}
	return enc.Encode(ruleVersions{report.Schema, "versions", from, to, len(changes)})
}
