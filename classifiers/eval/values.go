package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"poterne/classifiers"
)

// made is a value with its groups: it is written with one separator between them.
type made struct {
	groups []string
	loose  bool // the last group may stand apart from the others
}

func (m made) solid() string { return strings.Join(m.groups, "") }

// token is one class of the notation of shapes (see classifiers/shape.go).
type token struct {
	kind     byte
	min, max int
}

// parse reads the notation of shapes. It is written a second time on purpose: a
// fault in the classifier's own reading would plant nothing that it misses.
func parse(shape string) []token {
	var out []token
	for i := 0; i < len(shape); i++ {
		t := token{shape[i], 1, 1}
		if i+1 < len(shape) && shape[i+1] == '?' {
			t.min = 0
			i++
		} else if i+1 < len(shape) && shape[i+1] == '{' {
			end := i + strings.IndexByte(shape[i:], '}')
			low, high, two := strings.Cut(shape[i+2:end], ",")
			if !two {
				high = low
			}
			t.min, _ = strconv.Atoi(low)
			t.max, _ = strconv.Atoi(high)
			i = end
		}
		out = append(out, t)
	}
	return out
}

var alphabets = map[byte]string{
	'9': "0123456789", 'A': "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 'H': "ABCDEFGHJKLMNPQRSTVWXYZ", 'L': "ABCDEFGHJKLMNPQRSTUVWXYZ",
	'X': "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 'N': "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
}

// fill makes one random value of a shape.
func fill(r *rand.Rand, shape []token) made {
	m := made{groups: []string{""}}
	add := func(s string) { m.groups[len(m.groups)-1] += s }
	for _, t := range shape {
		switch {
		case t.kind == ' ' || t.kind == '~':
			m.groups = append(m.groups, "")
			m.loose = m.loose || t.kind == '~'
			continue
		case alphabets[t.kind] != "":
			set := alphabets[t.kind]
			for range t.min + r.IntN(t.max-t.min+1) {
				add(string(set[r.IntN(len(set))]))
			}
		case t.kind >= 'a' && t.kind <= 'z':
			add(strings.ToUpper(string(t.kind)))
		case t.min > 0 || r.IntN(2) == 0:
			add(string(t.kind))
		}
	}
	return m
}

// maxTries is how many random values are thrown away for one that passes: the
// strongest key, modulo 511, passes one in 511.
const maxTries = 200_000

// narrow are shapes for rules whose check takes one prefix only, which no random
// value has.
var narrow = map[string]string{"siret-lp": "356 000 000 99999"}

// value makes a random value of a rule that passes its check.
func value(r *rand.Rand, rule classifiers.Rule) (made, error) {
	shapes := make([][]token, len(rule.Shapes))
	for i, s := range rule.Shapes {
		shapes[i] = parse(s)
	}
	if s, ok := narrow[rule.Check]; ok {
		shapes = [][]token{parse(s)}
	}
	for range maxTries {
		m := fill(r, shapes[r.IntN(len(shapes))])
		norm := normal(m.solid())
		if trivial(norm) {
			continue
		}
		if valid, known := classifiers.Check(rule.Check, norm); valid || !known {
			return m, nil
		}
	}
	return made{}, fmt.Errorf("rule %s: no valid value in %d tries", rule.ID, maxTries)
}

// spoiled makes a value of the rule's form that its check refuses.
func spoiled(r *rand.Rand, rule classifiers.Rule) (made, bool) {
	shape := parse(rule.Shapes[0])
	for range maxTries {
		m := fill(r, shape)
		if valid, known := classifiers.Check(rule.Check, normal(m.solid())); known && !valid {
			return m, true
		}
	}
	return made{}, false
}

// normal keeps letters and digits.
func normal(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, s)
}

// trivial reports whether v is one character repeated, which counts as an example.
func trivial(v string) bool { return v == "" || strings.Count(v, v[:1]) == len(v) }
