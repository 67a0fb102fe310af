package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"poterne"
	"poterne/classifiers"
)

// setting is a way in which values stand in a text without a word that says what
// they are.
type setting struct {
	name string
	set  func(values []string) []poterne.Segment
}

func eachLine(values []string, line func(i int, v string) string) []poterne.Segment {
	out := make([]poterne.Segment, len(values))
	for i, v := range values {
		out[i] = poterne.Segment{Body: line(i, v)}
	}
	return out
}

var settings = []setting{
	{"un par ligne", func(v []string) []poterne.Segment { return eachLine(v, func(_ int, v string) string { return v }) }},
	{"à virgules", func(v []string) []poterne.Segment { return line("%s", strings.Join(v, ",")) }},
	{"derrière un nom", func(v []string) []poterne.Segment {
		return eachLine(v, func(i int, v string) string { return []string{"DUPONT ", "MARTIN ", "LEROY "}[i%3] + v })
	}},
	{"dans des phrases", func(v []string) []poterne.Segment {
		return eachLine(v, func(_ int, v string) string {
			return "Nous revenons vers vous pour " + v + ", dont la situation est à revoir."
		})
	}},
	{"message", func(v []string) []poterne.Segment {
		return slices.Concat(line("Bonjour,"), eachLine(v, func(_ int, v string) string { return "> " + v }), line("Cordialement"))
	}},
	{"colonne sans titre", func(v []string) []poterne.Segment {
		out := eachLine(v, func(_ int, v string) string { return v })
		for i := range out {
			out[i].Place = poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: i + 1, Column: 1}
		}
		return out
	}},
}

// wordless plants lists of values of each keyed rule, as short as a proof allows,
// without any word around them; then gives random numbers.
func (b *bench) wordless() (result, error) {
	r := rand.New(rand.NewPCG(b.seed, 4))
	res := result{section: "sans-mot"}
	var t strings.Builder
	t.WriteString("| identifiant | un tirage au hasard passe | il en faut | listes plantées | trouvées |\n|---|---|---|---|---|\n")
	for _, rule := range b.rules.List() {
		if rule.Chance <= 0 || rule.Context != "required" && rule.Context != "solid" {
			continue
		}
		enough := int(math.Ceil(6/-math.Log10(rule.Chance) - 1e-9))
		var own tally
		for _, s := range settings {
			for range b.each {
				var values []string
				for len(values) < enough {
					v, err := value(r, rule)
					if err != nil {
						return res, err
					}
					if x := v.solid(); !slices.Contains(values, x) && keyed(rule, x) {
						values = append(values, x)
					}
				}
				found, err := b.find(s.set(values)...)
				if err != nil {
					return res, err
				}
				_, ok := counted(found, rule.ID)
				if !ok && rule.ID == "fr-finess" { // the same form and key: the list is taken for one of SIREN
					_, ok = counted(found, "fr-siren")
				}
				own.add(ok || rule.Severity == 0 && len(found) > 0)
			}
		}
		fmt.Fprintf(&t, "| %s | %.2g | %d | %d | %.4f |\n", rule.ID, rule.Chance, enough, own.planted, own.recall())
		if own.recall() < keyGate {
			res.missed = append(res.missed, fmt.Sprintf("%s: recall of lists %.3f, %.2f wanted", rule.ID, own.recall(), keyGate))
		}
	}
	alone, err := b.random(r, &t)
	if err != nil {
		return res, err
	}
	res.missed = append(res.missed, alone...)
	res.text = t.String()
	return res, nil
}

// keyed reports whether a value carries the key: a waiting number may be written without.
func keyed(rule classifiers.Rule, v string) bool { return rule.Check != "nia" || len(v) == 15 }

// randomNumbers is how many random numbers of each length are given, one in a text.
const randomNumbers = 100_000

// maxLone is the rate of random numbers of 15 digits that may be taken for a NIR, to
// be confirmed.
const maxLone = 2e-4

func (b *bench) random(r *rand.Rand, t *strings.Builder) (missed []string, err error) {
	t.WriteString("\n| nombres au hasard | essais | pris à tort, un par texte | pris à tort, tous dans un texte |\n|---|---|---|---|\n")
	for _, n := range []int{9, 11, 13, 14, 15, 16} {
		lines, alone := make([]string, randomNumbers), 0
		for i := range lines {
			v := make([]byte, n)
			for k := range v {
				v[k] = '0' + byte(r.IntN(10))
			}
			lines[i] = string(v)
			found, err := b.find(line("%s", lines[i])...)
			if err != nil {
				return nil, err
			}
			alone += raised(found)
		}
		found, err := b.classifier.Classify(context.Background(), poterne.Document{}, seq(line("%s", strings.Join(lines, "\n"))))
		if err != nil {
			return nil, err
		}
		together := raised(found)
		fmt.Fprintf(t, "| de %d chiffres | %d | %d | %d |\n", n, randomNumbers, alone, together)
		limit := 0
		if n == 15 {
			limit = maxLone * randomNumbers
		}
		if alone > limit || together > 0 {
			missed = append(missed, fmt.Sprintf("%d digits: %d random numbers found alone, %d together", n, alone, together))
		}
	}
	return missed, nil
}

// raised counts the findings of keyed rules that raise a level.
func raised(found []poterne.Finding) (n int) {
	for _, f := range found {
		if f.Level > poterne.Public && f.Rule != "fr-tel" { // "0033…" has no key
			n++
		}
	}
	return n
}
