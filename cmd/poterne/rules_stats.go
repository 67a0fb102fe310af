package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/classifiers"
	"poterne/internal/seal"
)

// ruleStats is what one rule found in the documents of the ledger.
type ruleStats struct {
	rule                                       string
	documents, count, sure, examples, exempted int
}

func newRulesStats(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "stats", Short: a.say("Ce que chaque règle a trouvé dans les documents du registre", "What each rule found in the documents of the ledger"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rules, err := a.loadRules(a.rules)
			if err != nil {
				return err
			}
			led, _, err := a.openLedger(cmd.Context())
			if err != nil {
				return err
			}
			defer led.Close()
			byRule := map[string]*ruleStats{}
			of := func(rule string) *ruleStats {
				if byRule[rule] == nil {
					byRule[rule] = &ruleStats{rule: rule}
				}
				return byRule[rule]
			}
			for _, r := range rules.List() {
				of(r.ID)
			}
			for rec, err := range recordsOf(cmd.Context(), led, nil) {
				if err != nil {
					return err
				}
				for _, f := range rec.Findings {
					s := of(f.Rule)
					switch {
					case f.Has(poterne.TagExample):
						s.examples++
						continue
					case f.Has(poterne.TagAllowed):
						s.exempted++
						continue
					}
					s.documents++
					s.count += f.Count
					if f.Likelihood() == "certain" {
						s.sure++
					}
				}
			}
			list := make([]*ruleStats, 0, len(byRule))
			for _, s := range byRule {
				list = append(list, s)
			}
			slices.SortFunc(list, func(a, b *ruleStats) int {
				return cmp.Or(cmp.Compare(b.documents, a.documents), strings.Compare(a.rule, b.rule))
			})
			return a.write(func(w io.Writer) error {
				fmt.Fprintf(w, "%-20s %10s %10s %10s %10s %10s\n", a.say("règle", "rule"), "documents", a.say("certains", "certain"), a.say("endroits", "places"), a.say("exemples", "examples"), a.say("exceptions", "exempted"))
				for _, s := range list {
					fmt.Fprintf(w, "%-20s %10d %10d %10d %10d %10d\n", s.rule, s.documents, s.sure, s.count, s.examples, s.exempted)
				}
				return nil
			})
		},
	}
}

func newRulesAllow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "allow", Aliases: []string{"exceptions"}, Short: a.say("Les exceptions : ce qu'elles écartent, pourquoi, jusqu'à quand", "The exceptions: what they take out, why, until when"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rules, err := a.loadRules(a.rules)
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				for _, e := range rules.Allowances() {
					state := a.say("jusqu'au ", "until ") + e.Expires
					if e.Expired {
						state = a.say("EXPIRÉE le ", "EXPIRED on ") + e.Expires
					}
					what := a.say("tout", "all")
					if e.Value != "" || e.Print != "" {
						what = a.say("une valeur", "one value")
					}
					where := a.say("partout", "everywhere")
					if len(e.Paths) > 0 {
						where = strings.Join(e.Paths, ", ")
					}
					fmt.Fprintf(w, "%-20s %-16s %s, %s · %s · %s\n", e.ID, e.Rule, what, where, state, strings.TrimSuffix(e.Reason+" · "+e.By, " · "))
				}
				return nil
			})
		},
	}
}

func newRulesFingerprint(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "fingerprint", Aliases: []string{"empreinte"}, Short: a.say("L'empreinte d'une valeur lue sur l'entrée standard, pour une exception", "The fingerprint of a value read on standard input, for an exception"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			raw, err := io.ReadAll(io.LimitReader(a.stdin, 4096))
			if err != nil {
				return fmt.Errorf("standard input: %w", err)
			}
			rules, err := a.loadRules(a.rules)
			if err != nil {
				return err
			}
			key, err := a.openKey()
			if err != nil {
				return err
			}
			c, err := classifiers.New(classifiers.Options{Rules: rules, Key: key.For(seal.Fingerprint)})
			if err != nil {
				return fail(exitUsage, "poterne rules lint", "%w", err)
			}
			prints, err := c.Fingerprints(cmd.Context(), strings.TrimSpace(string(raw)))
			if err != nil {
				return err
			}
			if len(prints) == 0 {
				return fail(exitFailure, "poterne rules show ID", "%s", a.say("aucune règle ne prend cette valeur", "no rule takes this value"))
			}
			return a.write(func(w io.Writer) error {
				ids := make([]string, 0, len(prints))
				for id := range prints {
					ids = append(ids, id)
				}
				slices.Sort(ids)
				for _, id := range ids {
					fmt.Fprintf(w, "%-16s %s\n", id, prints[id])
				}
				return nil
			})
		},
	}
}
