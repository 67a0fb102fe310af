package index

import (
	"slices"
	"strings"

	"poterne"
)

// Matcher returns a function that tells whether a record answers a query, without
// an index; paging, facets and order are left to the caller. An error is a
// [*QueryError].
func Matcher(q poterne.Query) (func(poterne.Record) bool, error) {
	conds, err := compile(q)
	if err != nil {
		return nil, err
	}
	return func(r poterne.Record) bool {
		for _, c := range conds {
			if c.holds(&r) == c.not {
				return false
			}
		}
		return true
	}, nil
}

func (c *condition) holds(r *poterne.Record) bool {
	if c.field == nil {
		return c.holdsFree(r)
	}
	if c.field.numeric() {
		v, ok := c.field.number(r)
		if !ok || c.op == poterne.Exists {
			return ok
		}
		n := c.field.quantum(v)
		return slices.ContainsFunc(c.ranges, func(s span) bool { return s.holds(n) })
	}
	values := c.field.terms(r)
	switch c.op {
	case poterne.Exists:
		return len(values) > 0
	case poterne.Words, poterne.Phrase:
		has := words(strings.Join(values, "\n"))
		return slices.ContainsFunc(c.words, func(asked []string) bool {
			if c.op == poterne.Phrase {
				return hasRun(has, asked)
			}
			return hasAll(has, asked)
		})
	}
	return slices.ContainsFunc(values, func(v string) bool {
		switch c.field.kind {
		case kindExact, kindLevel, kindClass:
		default:
			v = fold(v)
		}
		for i, t := range c.terms {
			switch {
			case c.op == poterne.Prefix && strings.HasPrefix(v, t),
				c.op == poterne.Matches && c.globs[i].MatchString(v),
				c.op != poterne.Prefix && c.op != poterne.Matches && v == t:
				return true
			}
		}
		return false
	})
}

func (c *condition) holdsFree(r *poterne.Record) bool {
	path := words(strings.Join(freeWords[0].terms(r), "\n"))
	if c.op == poterne.Phrase {
		return slices.ContainsFunc(c.words, func(asked []string) bool { return hasRun(path, asked) })
	}
	all := append(path, words(strings.Join(freeWords[1].terms(r), "\n"))...)
	if c.op == poterne.Prefix {
		return slices.ContainsFunc(c.terms, func(t string) bool {
			return slices.ContainsFunc(all, func(w string) bool { return w == stem(t) || strings.HasPrefix(w, t) })
		})
	}
	return slices.ContainsFunc(c.words, func(asked []string) bool { return hasAll(all, asked) })
}

func hasAll(has, asked []string) bool {
	return !slices.ContainsFunc(asked, func(w string) bool { return !slices.Contains(has, w) })
}

// hasRun reports whether asked stands in has, in order and without a gap.
func hasRun(has, asked []string) bool {
	for i := 0; i+len(asked) <= len(has); i++ {
		if slices.Equal(has[i:i+len(asked)], asked) {
			return true
		}
	}
	return false
}
