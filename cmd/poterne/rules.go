package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"poterne/classifiers"
	"poterne/internal/spell"
)

func newRules(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Aliases: []string{"regles"}, Short: a.say("Les règles de détection", "The detection rules")}
	load := func() (*classifiers.Rules, error) { return a.loadRules(a.rules) }
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: a.say("Chaque règle en une ligne", "Each rule in one line"), Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				rules, err := load()
				if err != nil {
					return err
				}
				return a.write(func(w io.Writer) error {
					for _, r := range rules.List() {
						fmt.Fprintf(w, "%-16s N%d  %-14s %s\n", r.ID, r.Severity, r.Category, a.say(r.Names["fr"], r.Names["en"]))
					}
					return nil
				})
			},
		},
		&cobra.Command{
			Use: "show ID", Short: a.say("Une règle entière : forme, contrôle, contexte, base légale, exemples", "One whole rule: form, check, context, legal basis, examples"), Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				rules, err := load()
				if err != nil {
					return err
				}
				var ids []string
				for _, r := range rules.List() {
					ids = append(ids, r.ID)
					if r.ID == args[0] {
						return a.write(func(w io.Writer) error { return a.showRule(w, r) })
					}
				}
				return fail(exitUsage, spell.Nearest(args[0], ids), a.say("règle inconnue : %s", "unknown rule: %s"), args[0])
			},
		},
		newRulesLint(a), newRulesTest(a), newRulesDiff(a), newRulesStats(a), newRulesAllow(a), newRulesFingerprint(a), newRulesTexts(a),
	)
	return cmd
}

// loadRules reads the embedded rules and those of a folder; what is wrong with
// them is bad usage, all of it at once.
func (a *app) loadRules(dir string) (*classifiers.Rules, error) {
	rules, err := classifiers.Load(dir)
	if err != nil {
		return nil, fail(exitUsage, "poterne rules lint", "%w", err)
	}
	return rules, nil
}

func (a *app) showRule(w io.Writer, r classifiers.Rule) error {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-12s %s\n", name, value)
		}
	}
	line("id", r.ID)
	line(a.say("nom", "name"), a.say(r.Names["fr"], r.Names["en"]))
	line(a.say("catégorie", "category"), r.Category)
	line(a.say("niveau", "level"), fmt.Sprint(r.Severity))
	line(a.say("formes", "shapes"), strings.Join(r.Shapes, "  "))
	line("regexp", r.Regexp)
	line(a.say("contrôle", "check"), r.Check)
	line(a.say("contexte", "context"), r.Context)
	line(a.say("mots", "words"), strings.Join(r.Words, ", "))
	line(a.say("contre", "against"), strings.Join(r.Not, ", "))
	line(a.say("base légale", "legal basis"), strings.Join(r.Legal, " ; "))
	line("source", r.Source)
	for _, m := range r.Match {
		line(a.say("trouve", "finds"), fmt.Sprintf("%q", m))
	}
	for _, m := range r.Reject {
		line(a.say("laisse", "leaves"), fmt.Sprintf("%q", m))
	}
	return nil
}
