package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"poterne/classifiers"
	"poterne/internal/seal"
)

func newRulesLint(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "lint", Short: a.say("Vérifier les règles : erreurs, pièges de RE2, coût des expressions", "Check the rules: errors, traps of RE2, cost of expressions"), Args: cobra.NoArgs,
		Long: a.say(`Dit tout ce qui est faux dans les règles, d'un coup, avec fichier, ligne, colonne et
règle, et finit avec le code 2. Dit ensuite ce qui est permis mais douteux : \b et \w
sont ceux de l'ASCII, une expression sans littéral de trois caractères parcourt tout
le texte (son coût est mesuré), une exception a expiré. Avec --strict, cela aussi
finit avec le code 2.`,
			`Tells all that is wrong with the rules at once, with file, line, column and rule,
and ends with code 2. Then tells what is lawful and doubtful: \b and \w are those of
ASCII, an expression without a literal of three characters runs over all text (its
cost is measured), an exception has expired. With --strict that ends with code 2 too.`),
	}
	strict := cmd.Flags().Bool("strict", false, a.say("code 2 aussi pour ce qui est douteux", "code 2 for what is doubtful too"))
	cmd.RunE = func(*cobra.Command, []string) error {
		rules, err := classifiers.Load(a.rules)
		if err == nil {
			// Values of allow lists are tried by a whole classifier.
			_, err = classifiers.New(classifiers.Options{Rules: rules})
		}
		var load *classifiers.LoadError
		switch {
		case errors.As(err, &load):
			if err := a.write(func(w io.Writer) error {
				_, err := fmt.Fprintln(w, strings.Join(load.Problems, "\n"))
				return err
			}); err != nil {
				return err
			}
			a.note("%d erreurs", "%d errors", len(load.Problems))
			return silent(exitUsage)
		case err != nil:
			return fail(exitUsage, "--rules", "%w", err)
		}
		warnings := rules.Lint()
		if err := a.write(func(w io.Writer) error {
			for _, x := range warnings {
				fmt.Fprintf(w, a.say("%s: règle %s : %s\n", "%s: rule %s: %s\n"), x.Place, x.Rule, a.say(x.French, x.Text))
			}
			return nil
		}); err != nil {
			return err
		}
		a.note("%d règles, aucune erreur, %d remarques", "%d rules, no error, %d remarks", len(rules.List()), len(warnings))
		if *strict && len(warnings) > 0 {
			return silent(exitUsage)
		}
		return nil
	}
	return cmd
}

func newRulesTest(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "test", Short: a.say("Éprouver chaque règle sur ses propres exemples", "Try each rule on its own examples"), Args: cobra.NoArgs}
	file := cmd.Flags().String("junit", "", a.say("écrire aussi les résultats dans ce fichier, au format JUnit", "write the results to this file too, as JUnit XML"))
	cmd.RunE = func(*cobra.Command, []string) error {
		rules, err := a.loadRules(a.rules)
		if err != nil {
			return err
		}
		results, err := rules.Test()
		if err != nil {
			return err
		}
		failed := 0
		if err := a.write(func(w io.Writer) error {
			for _, r := range results {
				if !r.OK() {
					failed++
					fmt.Fprintln(w, a.outcome(r))
				}
			}
			fmt.Fprintf(w, a.say("%d exemples, %d en défaut\n", "%d examples, %d failing\n"), len(results), failed)
			return nil
		}); err != nil {
			return err
		}
		if *file != "" {
			if err := a.writeJUnit(*file, results); err != nil {
				return err
			}
		}
		if failed > 0 {
			return silent(exitFailure)
		}
		return nil
	}
	return cmd
}

// outcome says what an example should have given.
func (a *app) outcome(r classifiers.Result) string {
	if r.Want {
		return fmt.Sprintf(a.say("%s : %q devrait être trouvé", "%s: %q should be found"), r.Rule, r.Example)
	}
	return fmt.Sprintf(a.say("%s : %q ne devrait pas être trouvé", "%s: %q should not be found"), r.Rule, r.Example)
}

// The part of the JUnit schema that build servers read.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
}

// writeJUnit writes results as one suite, one case for each example.
func (a *app) writeJUnit(name string, results []classifiers.Result) error {
	suite := junitSuite{Name: "poterne rules", Tests: len(results)}
	for i, r := range results {
		kind := "match"
		if !r.Want {
			kind = "reject"
		}
		c := junitCase{Class: r.Rule, Name: fmt.Sprintf("%s %d: %s", kind, i+1, printable(r.Example))}
		if !r.OK() {
			suite.Failures++
			c.Failure = &junitFailure{printable(a.outcome(r))}
		}
		suite.Cases = append(suite.Cases, c)
	}
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err == nil {
		err = seal.WriteFile(name, append([]byte(xml.Header), append(data, '\n')...))
	}
	if errors.Is(err, os.ErrNotExist) {
		return fail(exitUsage, "--junit", "%w", err)
	}
	return err
}

// printable drops the characters that XML 1.0 forbids.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return '�'
		}
		return r
	}, s)
}
