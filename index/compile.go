package index

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"poterne"
)

// Problem says what is wrong with a query.
type Problem string

// Problems of queries.
const (
	UnknownField Problem = "unknown field"
	BadValue     Problem = "value not understood"
	BadOperator  Problem = "field cannot be compared like this"
	NoPhrase     Problem = "field keeps no order of words"
	NoFacet      Problem = "field cannot be counted"
	NoSort       Problem = "field cannot be sorted by"
	BadCursor    Problem = "cursor of another query"
	NoValue      Problem = "value is missing"
	Unclosed     Problem = "quote or parenthesis is not closed"
	Unexpected   Problem = "unexpected here"
	MixedOr      Problem = "alternatives must be about one field"
)

// QueryError says that a query cannot be answered: the user's mistake, never an
// empty answer.
type QueryError struct {
	Problem Problem
	Field   string
	Value   string
	Suggest string // the nearest field, for UnknownField
	Pos     int    // byte in the query text, −1 where there is none
}

// Error returns the problem with the field and the value as they were typed.
func (e *QueryError) Error() string {
	s := "query: " + string(e.Problem)
	if e.Field != "" {
		s += fmt.Sprintf(": field %q", e.Field)
	}
	if e.Value != "" {
		s += fmt.Sprintf(": %q", e.Value)
	}
	if e.Suggest != "" {
		s += fmt.Sprintf(" (did you mean %q?)", e.Suggest)
	}
	return s
}

// condition is a clause that was checked against the table of fields.
type condition struct {
	field  *field // nil for free words
	op     poterne.Op
	not    bool
	terms  []string         // Is, Prefix and Matches
	globs  []*regexp.Regexp // Matches, beside terms
	words  [][]string       // Words and Phrase: one list a value
	ranges []span           // numeric fields
}

// compile checks a query: each field is known and can be compared as asked.
func compile(q poterne.Query) ([]condition, error) {
	var out []condition
	for _, c := range q.Clauses {
		cond, err := compileClause(c)
		if err != nil {
			return nil, err
		}
		out = append(out, cond)
	}
	return out, nil
}

func lookUp(name string) (*field, error) {
	if f := fieldByName[foldName(name)]; f != nil {
		return f, nil
	}
	return nil, &QueryError{Problem: UnknownField, Field: name, Suggest: suggest(name), Pos: -1}
}

func compileClause(c poterne.Clause) (condition, error) {
	fail := func(p Problem, value string) (condition, error) {
		return condition{}, &QueryError{Problem: p, Field: c.Field, Value: value, Pos: -1}
	}
	out := condition{op: c.Op, not: c.Not}
	if c.Field != "" {
		f, err := lookUp(c.Field)
		if err != nil {
			return condition{}, err
		}
		out.field = f
	}
	if len(c.Values) == 0 && c.Op != poterne.Exists {
		return fail(NoValue, "")
	}
	if !out.allowed() {
		if c.Op == poterne.Phrase {
			return fail(NoPhrase, "")
		}
		return fail(BadOperator, "")
	}
	for _, v := range c.Values {
		if c.Op == poterne.Exists {
			break
		}
		if !out.add(v) {
			return fail(BadValue, v)
		}
	}
	return out, nil
}

// allowed reports whether the field can be compared by the operator. Is on words
// means all words of the value.
func (c *condition) allowed() bool {
	if c.field == nil {
		switch c.op {
		case poterne.Is:
			c.op = poterne.Words
		case poterne.Words, poterne.Phrase, poterne.Prefix:
		default:
			return false
		}
		return true
	}
	switch c.op {
	case poterne.Exists:
		return true
	case poterne.Is:
		if c.field.kind == kindWords {
			c.op = poterne.Words
		}
		return true
	case poterne.AtLeast, poterne.AtMost, poterne.More, poterne.Less:
		return c.field.ordered()
	case poterne.Words:
		return c.field.kind == kindPath || c.field.kind == kindWords
	case poterne.Phrase:
		return c.field.kind == kindPath
	case poterne.Prefix, poterne.Matches:
		switch c.field.kind {
		case kindTerm, kindName, kindExact, kindPath:
			return true
		}
	}
	return false
}

func (c *condition) add(v string) bool {
	switch {
	case c.field != nil && c.field.numeric():
		s, ok := c.field.span(c.op, v)
		c.ranges = append(c.ranges, s)
		return ok
	case c.field != nil && c.field.ordered():
		terms, ok := c.field.rank(c.op, v)
		c.terms = append(c.terms, terms...)
		return ok
	}
	switch c.op {
	case poterne.Words:
		w := askedWords(v)
		c.words = append(c.words, w)
		return len(w) > 0
	case poterne.Phrase:
		w := words(v)
		c.words = append(c.words, w)
		return len(w) > 0
	case poterne.Matches:
		t := c.asked(v)
		c.terms = append(c.terms, t)
		c.globs = append(c.globs, glob(t))
		return t != ""
	default:
		t := c.asked(v)
		c.terms = append(c.terms, t)
		return t != ""
	}
}

// asked returns a value as it stands in the index.
func (c *condition) asked(v string) string {
	if c.field != nil && c.field.kind == kindExact {
		return v
	}
	return fold(v)
}

// rank returns the terms of the levels or classes that compare so. What is
// undetermined is neither below nor above anything: a question for what may go to
// a public cloud must not bring up what nobody could read.
func (f *field) rank(op poterne.Op, v string) ([]string, bool) {
	var at, last int
	if f.kind == kindLevel {
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, false
		}
		l, err := poterne.LevelOf(n)
		if err != nil {
			return nil, false
		}
		at, last = int(l), int(poterne.Classified)
	} else {
		c, err := poterne.ClassOf(strings.ToUpper(v))
		if err != nil {
			return nil, false
		}
		at, last = int(c), int(poterne.H5)
	}
	from, to := at, at
	switch op {
	case poterne.AtLeast:
		from, to = max(at, 1), last
	case poterne.More:
		from, to = at+1, last
	case poterne.AtMost:
		from = 1
	case poterne.Less:
		from, to = 1, at-1
	}
	terms := []string{}
	for i := from; i <= to; i++ {
		terms = append(terms, string('0'+rune(i)))
	}
	return terms, true
}

// span returns the numbers that compare so; a date stands for all its seconds.
func (f *field) span(op poterne.Op, v string) (span, bool) {
	var from, to int64 // the value covers from <= n < to
	ok := false
	switch f.kind {
	case kindTime:
		from, to, ok = parseTime(v)
	case kindSize:
		var n float64
		n, ok = parseSize(v)
		from = f.quantum(n)
		to = from + 1
	default:
		n, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
		ok = err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
		from = f.quantum(n)
		to = from + 1
	}
	switch op {
	case poterne.AtLeast:
		return span{from, math.MaxInt64}, ok
	case poterne.More:
		return span{to, math.MaxInt64}, ok
	case poterne.AtMost:
		return span{math.MinInt64, to}, ok
	case poterne.Less:
		return span{math.MinInt64, from}, ok
	}
	return span{from, to}, ok
}

// units are decimal, as on the labels of disks; with an "i" they are powers of 1024.
var units = map[string]float64{
	"": 1, "o": 1, "b": 1,
	"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12,
	"ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40,
}

// parseSize reads "10", "1Mo", "1,5 Go", "200kB", "4Kio".
func parseSize(v string) (float64, bool) {
	v = strings.ToLower(strings.TrimSpace(v))
	i := strings.LastIndexAny(v, "0123456789") + 1
	unit := strings.TrimSpace(v[i:])
	if len(unit) > 1 {
		unit = strings.TrimRight(unit, "ob")
	}
	factor, known := units[unit]
	n, err := strconv.ParseFloat(strings.Replace(v[:i], ",", ".", 1), 64)
	if err != nil || !known || n < 0 || math.IsInf(n, 0) {
		return 0, false
	}
	return math.Round(n * factor), true
}

// parseTime reads a year, a month, a day or a second and returns its first second
// and the one after its last, in UTC.
func parseTime(v string) (from, to int64, ok bool) {
	for _, layout := range []struct {
		text                string
		years, months, days int
		seconds             time.Duration
	}{
		{"2006", 1, 0, 0, 0},
		{"2006-01", 0, 1, 0, 0},
		{"2006-01-02", 0, 0, 1, 0},
		{"02/01/2006", 0, 0, 1, 0},
		{time.RFC3339, 0, 0, 0, time.Second},
	} {
		t, err := time.Parse(layout.text, v)
		if err != nil {
			continue
		}
		end := t.AddDate(layout.years, layout.months, layout.days).Add(layout.seconds)
		return t.Unix(), end.Unix(), true
	}
	return 0, 0, false
}

// glob turns a pattern with * and ? into an anchored expression.
func glob(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`^` + globSource(pattern) + `$`)
}

// globSource is the expression of a pattern without anchors.
func globSource(pattern string) string {
	p := regexp.QuoteMeta(pattern)
	return `(?s:` + strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(p) + `)`
}
