package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"poterne/classifiers"
)

func newRulesTexts(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "texts", Aliases: []string{"textes"}, Short: a.say("Les textes de chaque règle, et ce qu'elle présume, en Markdown", "The legal texts of each rule, and what it presumes, as Markdown"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rules, err := a.loadRules(a.rules)
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				_, err := io.WriteString(w, rulesTexts(rules))
				return err
			})
		},
	}
}

// rulesTexts is the table of rules and texts of docs/regles-et-textes.md, in
// French: it is for the lawyer.
func rulesTexts(rules *classifiers.Rules) string {
	var b strings.Builder
	byText := map[string][]string{}
	row := func(id, name string, level int, legal []string, presumed string) {
		texts := cell(strings.Join(legal, " ; "))
		if texts == "" {
			texts = "aucun : registre public ou donnée technique"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d | %s | %s |\n", id, cell(name), level, texts, presumed)
		for _, l := range legal {
			byText[l] = append(byText[l], "`"+id+"`")
		}
	}
	head := func(title string) {
		fmt.Fprintf(&b, "### %s\n\n| règle | nom | niveau | textes | ce qui est présumé |\n|---|---|---|---|---|\n", title)
	}
	head("Identifiants et secrets")
	for _, r := range rules.List() {
		row(r.ID, r.Names["fr"], r.Severity, r.Legal, presumedOf(r))
	}
	b.WriteString("\n")
	head("Marquages")
	for _, m := range rules.Markings() {
		row(m.ID, m.Names["fr"], m.Level().Number(), m.Legal, "que l'émetteur l'a apposé et qu'il vaut encore")
	}
	b.WriteString("\n")
	head("Sujets")
	for _, x := range rules.Lexicons() {
		presumed := "de quoi parle le document"
		if x.Person {
			presumed += ", et qu'il s'agit d'une personne déterminée"
		}
		row(x.ID, x.Names["fr"], x.Level().Number(), x.Legal, presumed)
	}
	b.WriteString("\n### Par texte\n\n| texte | règles |\n|---|---|\n")
	texts := make([]string, 0, len(byText))
	for t := range byText {
		texts = append(texts, t)
	}
	slices.Sort(texts)
	for _, t := range texts {
		fmt.Fprintf(&b, "| %s | %s |\n", cell(t), strings.Join(byText[t], ", "))
	}
	return b.String()
}

// presumedOf says what is no fact in a finding of an identifier.
func presumedOf(r classifiers.Rule) string {
	var parts []string
	switch {
	case strings.Contains(r.Source, "à confirmer"):
		parts = append(parts, "la forme : elle n'est publiée nulle part")
	case r.Chance > 0:
		parts = append(parts, fmt.Sprintf("rien de la clé, qu'un nombre au hasard passe %s fois sur 100 000", strings.Replace(fmt.Sprintf("%.4g", r.Chance*100_000), ".", ",", 1)))
	case r.Check == "":
		parts = append(parts, "que la forme suffit à le reconnaître")
	default:
		parts = append(parts, "que forme et champs cohérents suffisent")
	}
	if r.Context == "required" || r.Find == "lead" {
		parts = append(parts, "le sens du mot qui l'annonce")
	}
	if r.Person {
		parts = append(parts, "que la personne est réelle")
	}
	if r.Secret {
		parts = append(parts, "que le secret sert encore")
	}
	return strings.Join(parts, " ; ")
}

// cell writes text into a table of Markdown.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
