package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"poterne"
	"poterne/classifiers"
)

// way is a way to write a value, or to set the text that holds it.
type way struct {
	name  string
	write func(made) string        // nil: grouped by the rule's first separator
	set   func(text string) string // nil: as it is
	// needs is the separator that the rule must allow; "" for none, "any" for a
	// value in groups.
	needs string
}

func joinedBy(sep string) func(made) string {
	return func(m made) string { return strings.Join(m.groups, sep) }
}

var ways = []way{
	{name: "sans séparateur", write: made.solid},
	{name: "espace", write: joinedBy(" "), needs: " "},
	{name: "espace insécable", write: joinedBy("\u00a0"), needs: " "},
	{name: "espace fine insécable", write: joinedBy("\u202f"), needs: " "},
	{name: "espace fine", write: joinedBy("\u2009"), needs: " "},
	{name: "point", write: joinedBy("."), needs: "."},
	{name: "tiret", write: joinedBy("-"), needs: "-"},
	{name: "tiret insécable", write: joinedBy("\u2011"), needs: "-"},
	{name: "Unicode décomposé (NFD)", set: norm.NFD.String},
	{name: "traits d'union conditionnels", set: func(s string) string { return between(s, "\u00ad") }},
	{name: "espaces de largeur nulle", set: func(s string) string { return between(s, "\u200b") }},
	{name: "chiffres pleine chasse", set: fullWidth},
}

// between puts mark after every third letter or digit.
func between(s, mark string) string {
	var b strings.Builder
	n := 0
	for _, c := range s {
		b.WriteRune(c)
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			if n++; n%3 == 0 {
				b.WriteString(mark)
			}
		}
	}
	return b.String()
}

func fullWidth(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c - '0' + '０'
		}
		return c
	}, s)
}

// tally counts what was planted and what was found.
type tally struct{ planted, found int }

func (t *tally) add(found bool) {
	t.planted++
	if found {
		t.found++
	}
}

func (t tally) recall() float64 { return float64(t.found) / float64(max(t.planted, 1)) }

// keyGate is the recall wanted of each identifier that has a check.
const keyGate = 0.99

// identifiers plants values of every rule in every way that exists for it.
func (b *bench) identifiers() (result, error) {
	r := rand.New(rand.NewPCG(b.seed, 2))
	byWay, res := map[string]*tally{}, result{section: "identifiants"}
	var rows []string
	var all tally
	for _, rule := range b.rules.List() {
		var own tally
		worst := tally{1, 1}
		worstWay := ""
		count := func(name string, t tally) {
			if byWay[name] == nil {
				byWay[name] = &tally{}
			}
			byWay[name].planted += t.planted
			byWay[name].found += t.found
			own.planted += t.planted
			own.found += t.found
			if t.recall() < worst.recall() {
				worst, worstWay = t, name
			}
		}
		var err error
		if len(rule.Shapes) > 0 {
			err = b.plantShapes(r, rule, count)
		} else {
			err = b.plantExamples(rule, count)
		}
		if err != nil {
			return res, err
		}
		if own.planted == 0 {
			continue // a private key: no typography changes it
		}
		all.planted += own.planted
		all.found += own.found
		lowest := "—"
		if worstWay != "" {
			lowest = fmt.Sprintf("%.3f (%s)", worst.recall(), worstWay)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %d | %.3f | %s |", rule.ID, cmp.Or(rule.Check, "—"), own.planted, own.recall(), lowest))
		if rule.Check != "" && own.recall() < keyGate {
			res.missed = append(res.missed, fmt.Sprintf("%s: recall %.3f, %.2f wanted", rule.ID, own.recall(), keyGate))
		}
	}
	var t strings.Builder
	fmt.Fprintf(&t, "%d identifiants, %d valeurs plantées, rappel %.4f (graine %d).\n\n| typographie ou contexte | plantées | rappel |\n|---|---|---|\n", len(rows), all.planted, all.recall(), b.seed)
	names := make([]string, 0, len(byWay))
	for n := range byWay {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(&t, "| %s | %d | %.4f |\n", n, byWay[n].planted, byWay[n].recall())
		if byWay[n].recall() < keyGate {
			res.missed = append(res.missed, fmt.Sprintf("%s: recall %.3f, %.2f wanted", n, byWay[n].recall(), keyGate))
		}
	}
	fmt.Fprintf(&t, "\n| identifiant | contrôle | plantées | rappel | le plus bas |\n|---|---|---|---|---|\n%s\n", strings.Join(rows, "\n"))
	res.text = t.String()
	return res, nil
}

// plantShapes plants values of the rule's shapes under the rule's own words.
func (b *bench) plantShapes(r *rand.Rand, rule classifiers.Rule, count func(string, tally)) error {
	label := ""
	if list := append(slices.Clone(rule.Cues), rule.Words...); len(list) > 0 {
		label = list[0]
	}
	for _, w := range ways {
		if w.needs != "" && !strings.Contains(rule.Separators, w.needs) {
			continue
		}
		var t tally
		for range b.each {
			write := w.write
			if write == nil {
				write = joinedBy(firstSeparator(rule))
			}
			var list []string
			for range max(1, rule.AtLeast) {
				v, err := value(r, rule)
				if err != nil {
					return err
				}
				if w.needs == "" || len(v.groups) > 1 {
					list = append(list, write(v))
				}
			}
			if len(list) == 0 {
				continue
			}
			text := fmt.Sprintf("Le dossier est complet. %s : %s, reçu ce jour.", label, strings.Join(list, ", "))
			if w.set != nil {
				text = w.set(text)
			}
			if err := b.plant(rule.ID, &t, poterne.Segment{Body: text}); err != nil {
				return err
			}
		}
		if t.planted > 0 {
			count(w.name, t)
		}
	}
	if label == "" {
		return nil
	}
	var under, beside, column tally
	cell := func(row, col int, title, body string) poterne.Segment {
		return poterne.Segment{Body: body, Header: title, Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: row, Column: col, Header: title}}
	}
	for range b.each {
		var titled, labelled []poterne.Segment
		column1 := []poterne.Segment{cell(1, 1, "", label)}
		for i := range max(1, rule.AtLeast) {
			v, err := value(r, rule)
			if err != nil {
				return err
			}
			titled = append(titled, cell(2+i, 1, label, v.solid()))
			labelled = append(labelled, cell(2+i, 1, "Rubrique", label), cell(2+i, 2, "Valeur", v.solid()))
			column1 = append(column1, cell(2+i, 1, "", v.solid()))
		}
		for _, p := range []struct {
			t    *tally
			list []poterne.Segment
		}{{&under, titled}, {&beside, labelled}, {&column, column1}} {
			if err := b.plant(rule.ID, p.t, p.list...); err != nil {
				return err
			}
		}
	}
	count("cellule sous un titre", under)
	count("cellule à droite d'une étiquette", beside)
	count("cellule sous une étiquette", column)
	return nil
}

func firstSeparator(rule classifiers.Rule) string {
	if rule.Separators == "" {
		return ""
	}
	return rule.Separators[:1]
}

// plantExamples writes the examples of a rule without shapes in every typography.
func (b *bench) plantExamples(rule classifiers.Rule, count func(string, tally)) error {
	if rule.Find == "pem" {
		return nil // no word processor sets a key
	}
	for _, w := range ways {
		if w.set == nil && w.name != ways[0].name {
			continue
		}
		var t tally
		for _, x := range rule.Match {
			s := poterne.Segment{Body: x}
			if title, value, ok := strings.Cut(strings.TrimPrefix(x, "["), "] "); ok && strings.HasPrefix(x, "[") {
				s = poterne.Segment{Body: value, Header: title, Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 2, Column: 1, Header: title}}
			}
			if w.set != nil {
				s.Body = w.set(s.Body)
			}
			found, err := b.find(s)
			if err != nil {
				return err
			}
			t.add(slices.ContainsFunc(found, func(f poterne.Finding) bool { return f.Rule == rule.ID }))
		}
		if w.set == nil {
			count("exemples de la règle", t)
		} else {
			count(w.name, t)
		}
	}
	return nil
}

// plant classifies segments that hold one value of the rule.
func (b *bench) plant(rule string, t *tally, segments ...poterne.Segment) error {
	found, err := b.find(segments...)
	if err != nil {
		return err
	}
	t.add(slices.ContainsFunc(found, func(f poterne.Finding) bool { return f.Rule == rule }))
	return nil
}
