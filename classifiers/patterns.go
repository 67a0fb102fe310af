package classifiers

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// patternReach is how far around its literal a regular expression of a rule is
// run, in bytes of folded text; a longer match is not seen.
const patternReach = 160

// patterns are the rules that are regular expressions. An expression runs only on
// windows around a literal that it cannot match without; those that have none of
// three bytes run over all text: the slow lane.
type patterns struct {
	rules     []pattern
	slow      []int // indexes of rules without a literal
	literals  literals
	byLiteral [][]int // rules by literal
}

type pattern struct {
	rule    *compiled
	expr    *regexp.Regexp
	literal string
}

// add compiles the expression of c on folded text: accents in it are dropped as in
// the text, so that the ASCII \b of RE2 and \s mean what they seem to.
func (p *patterns) add(c *compiled) error {
	expr, err := regexp.Compile(foldString(c.Regexp))
	if err != nil {
		return fmt.Errorf("regexp: %w", err)
	}
	i := len(p.rules)
	p.rules = append(p.rules, pattern{c, expr, literalOf(foldString(c.Regexp))})
	lit := p.rules[i].literal
	lit = lit[:min(len(lit), maxLiteral)]
	if len(lit) < minLiteral {
		p.slow = append(p.slow, i)
		return nil
	}
	id := p.literals.add(lit)
	if id == len(p.byLiteral) {
		p.byLiteral = append(p.byLiteral, nil)
	}
	p.byLiteral[id] = append(p.byLiteral[id], i)
	return nil
}

// minLiteral is the length from which a literal is rare enough to be looked for first.
const minLiteral = 3

// maxLiteral is how much of a literal is looked for: a start is rare enough.
const maxLiteral = 100

// literalOf returns the longest literal that every match of expr holds, in lower
// case, or "".
func literalOf(expr string) string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	return longestLiteral(re.Simplify())
}

func longestLiteral(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return strings.ToLower(string(re.Rune))
	case syntax.OpCapture, syntax.OpPlus:
		return longestLiteral(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return longestLiteral(re.Sub[0])
		}
	case syntax.OpConcat:
		best, joined := "", ""
		for _, sub := range re.Sub {
			l := longestLiteral(sub)
			if sub.Op == syntax.OpLiteral { // literals in a row are one
				joined += l
				l = joined
			} else {
				joined = ""
			}
			if len(l) > len(best) {
				best = l
			}
		}
		return best
	}
	return ""
}

// find runs the expressions on s.
func (p *patterns) find(d *idDetector, s *segment) {
	if len(p.rules) == 0 {
		return
	}
	for _, i := range p.slow {
		p.rules[i].run(d, s, 0, len(s.text))
	}
	if len(p.byLiteral) == 0 {
		return
	}
	done := map[int]int{} // by rule: where its last window ended
	for _, h := range p.literals.find(s.text) {
		for _, i := range p.byLiteral[h.literal] {
			from := wordEdge(s.text, max(h.start-patternReach, done[i]), -1)
			to := wordEdge(s.text, min(h.end+patternReach, len(s.text)), 1)
			if h.end <= done[i] {
				continue
			}
			done[i] = p.rules[i].run(d, s, from, to)
		}
	}
}

// wordEdge moves a border of a window out of the word that it would cut, so that
// no expression takes the cut for the end of the word.
func wordEdge(text []byte, i, step int) int {
	for n := 0; n < maxRun && i > 0 && i < len(text) && isWord[text[i-1]] && isWord[text[i]]; n++ {
		i += step
	}
	return i
}

// run proposes the matches in s.text[from:to] and returns where the next window
// may start: behind the last match.
func (p *pattern) run(d *idDetector, s *segment, from, to int) int {
	last := from
	for _, m := range p.expr.FindAllSubmatchIndex(s.text[from:to], -1) {
		if m[1] == m[0] {
			continue
		}
		start, end := m[0], m[1]
		if len(m) >= 4 && m[2] >= 0 {
			start, end = m[2], m[3]
		}
		last = from + m[1]
		d.found(p.rule, from+start, from+end, []byte(normalMatch(s.text[from+start:from+end])), candidate{grouped: true})
	}
	return last
}

// normalMatch drops what may vary in a value: case, spaces, hyphens, dots.
func normalMatch(b []byte) string {
	if v := normal(string(b)); v != "" {
		return v
	}
	return string(b)
}
