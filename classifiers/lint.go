package classifiers

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"
)

// Warning is what is lawful in a rule and still likely to disappoint.
type Warning struct {
	Place  string // file:line:col
	Rule   string
	French string
	Text   string // the same in English
}

// fewExamples is the number of examples on each side below which a rule is said
// to be little tried.
const fewExamples = 6

// Lint returns what is doubtful in the rules: the traps of RE2, expressions that
// run over all text with what that costs, rules that have neither key nor context.
func (r *Rules) Lint() []Warning {
	var out []Warning
	for i := range r.rules {
		rule := &r.rules[i]
		field := ""
		warn := func(french, english string, args ...any) {
			out = append(out, Warning{r.loaded.place(rule.ID, field), rule.ID, fmt.Sprintf(french, args...), fmt.Sprintf(english, args...)})
		}
		if rule.Find == "regexp" {
			field = "regexp"
			lintRegexp(rule.Regexp, warn)
		}
		field = "shapes"
		if rule.Find != "lead" && rule.Check == "" && len(rule.Words) == 0 && !rule.Distinctive && len(rule.Shapes) > 0 {
			warn("ni clé ni mot de contexte : la forme seule fera du bruit", "neither key nor context words: the form alone will be noise")
		}
		field = "words"
		for _, w := range rule.Words {
			if len(foldString(w)) < 2 {
				warn("mot de contexte trop court : %q", "context word is too short: %q", w)
			}
		}
		field = "match"
		if len(rule.Match) < fewExamples || len(rule.Reject) < fewExamples {
			warn("moins de %d exemples qui trouvent et de %[1]d qui ne doivent pas", "fewer than %d examples that match and %[1]d that must not", fewExamples)
		}
	}
	return append(out, r.lintAllowances()...)
}

// lintAllowances tells the entries of allow lists that no longer hold.
func (r *Rules) lintAllowances() (out []Warning) {
	for _, a := range r.allow {
		if a.Expired {
			l := &loader{}
			l.fail(a.item, "expires", "")
			place, _, _ := strings.Cut(l.problems[0], ": ")
			out = append(out, Warning{place, a.ID,
				fmt.Sprintf("l'exception a expiré le %s, elle ne vaut plus : %s", a.Expires, a.Reason),
				fmt.Sprintf("the exception expired on %s and no longer holds: %s", a.Expires, a.Reason)})
		}
	}
	return out
}

// place returns file:line:col of a field of a rule, or of the rule where it lacks
// the field.
func (l *loader) place(rule, field string) string {
	for _, it := range l.sections["rules"] {
		if it.id == rule {
			at := &loader{}
			at.fail(it, field, "")
			place, _, _ := strings.Cut(at.problems[0], ": ")
			return place
		}
	}
	return ""
}

func lintRegexp(expr string, warn func(french, english string, args ...any)) {
	folded := foldString(expr)
	re, err := syntax.Parse(folded, syntax.Perl)
	if err != nil {
		return // Load has said so
	}
	compiled, err := regexp.Compile(folded)
	if err != nil {
		return
	}
	if len(literalOf(folded)) < minLiteral {
		warn("aucun littéral de %d caractères : l'expression parcourt tout le texte, %s", "no literal of %d characters: the expression runs over all text, %s",
			minLiteral, cost(compiled))
	}
	if compiled.MatchString("") {
		warn("l'expression accepte la chaîne vide", "the expression matches the empty string")
	}
	if unbounded(re) {
		warn("répétition sans borne : une valeur de plus de %d caractères autour du littéral n'est pas vue", "unbounded repetition: a value of more than %d characters around the literal is not seen", patternReach)
	}
	if strings.Contains(expr, `\b`) || strings.Contains(expr, `\w`) {
		warn(`\b et \w sont ceux de l'ASCII ; le texte est plié avant (é devient e), ils valent donc pour le français, pas pour le grec ou le cyrillique`,
			`\b and \w are those of ASCII; text is folded first (é is e), so they hold for French, not for Greek or Cyrillic`)
	}
	if folded != expr {
		warn("l'expression est pliée comme le texte : %s", "the expression is folded as the text is: %s", folded)
	}
}

// unbounded reports whether re holds * or + over more than one kind of character
// that may be anything.
func unbounded(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus:
		if op := re.Sub[0].Op; op == syntax.OpAnyChar || op == syntax.OpAnyCharNotNL {
			return true
		}
	}
	for _, sub := range re.Sub {
		if unbounded(sub) {
			return true
		}
	}
	return false
}

// cost runs an expression over 64 KB of usual prose and says what it takes.
func cost(re *regexp.Regexp) string {
	const sentence = "Le service instructeur transmet au bureau, le 12 mars 2024, les pieces n\x04 45 a 62 du dossier 2024-118. "
	text := []byte(strings.Repeat(sentence, (64<<10)/len(sentence)))
	start := time.Now()
	_ = re.FindAllIndex(text, -1)
	return fmt.Sprintf("%.0f ms/Mo", float64(time.Since(start).Microseconds())/1e3*float64(1<<20)/float64(len(text)))
}
