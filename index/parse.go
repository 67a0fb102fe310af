package index

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"poterne"
)

// Parse reads the query language:
//
//	niveau:>=3 class:H3,H4 rule:(fr-nir OR iban) path:*paie* modified:2019..2021 -failure:* "note de service" salaires
//
// Clauses are joined by "and"; "-" or NOT in front denies one. A field has a name
// or a French alias. Values of one field are joined by "or" with commas, or OR (OU)
// within parentheses. ">", ">=", "<", "<=" and ".." compare levels, classes, sizes
// (1,5Mo), dates (2020, 2020-03, 2020-03-01) and numbers; "*" and "?" stand for any
// characters; "*" alone for any value; "=" in front of a path wants all of it.
// Words without a field are looked for in paths and labels.
//
// An error is a [*QueryError]; what Parse accepts, an index answers.
func Parse(s string) (poterne.Query, error) {
	p := parser{text: s}
	var q poterne.Query
	for {
		p.space()
		if p.pos == len(p.text) {
			return q, nil
		}
		start := p.pos
		clauses, err := p.clause()
		if err == nil {
			for _, c := range clauses {
				if _, err = compileClause(c); err != nil {
					break
				}
			}
		}
		if err != nil {
			var qe *QueryError
			if errors.As(err, &qe) && qe.Pos < 0 {
				qe.Pos = start
			}
			return poterne.Query{}, err
		}
		q.Clauses = join(q.Clauses, clauses)
	}
}

// join appends clauses; plain words come together in one, so that stop words among
// them count for nothing.
func join(to, more []poterne.Clause) []poterne.Clause {
	for _, c := range more {
		if plain(c) {
			if i := slices.IndexFunc(to, plain); i >= 0 {
				to[i].Values = []string{to[i].Values[0] + " " + c.Values[0]}
				continue
			}
		}
		to = append(to, c)
	}
	return to
}

func plain(c poterne.Clause) bool {
	return c.Field == "" && c.Op == poterne.Words && len(c.Values) == 1 && !c.Not
}

type parser struct {
	text string
	pos  int
}

// value is a word of the query; a quoted one has no operators.
type value struct {
	text   string
	quoted bool
}

func (p *parser) space() {
	p.pos = len(p.text) - len(strings.TrimLeftFunc(p.text[p.pos:], unicode.IsSpace))
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) fail(problem Problem, text string) error {
	return &QueryError{Problem: problem, Value: text, Pos: p.pos}
}

// keyword reads an upper-case word of the language, where it stands alone.
func (p *parser) keyword(words ...string) bool {
	for _, w := range words {
		rest, ok := strings.CutPrefix(p.text[p.pos:], w)
		if ok && (rest == "" || strings.IndexFunc(rest, unicode.IsSpace) == 0 || rest[0] == '(' || rest[0] == ')') {
			p.pos += len(w)
			p.space()
			return true
		}
	}
	return false
}

// clause reads one clause; a range gives two.
func (p *parser) clause() ([]poterne.Clause, error) {
	for p.keyword("AND", "ET") { // what is meant anyway
	}
	not := false
	if p.keyword("NOT", "SAUF") {
		not = true
	} else if rest := p.text[p.pos:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ' ' {
		not = true
		p.pos++
	}
	if p.keyword("OR", "OU") {
		return nil, p.fail(MixedOr, "OR")
	}
	field := p.fieldName()
	vs, err := p.values(field)
	if err != nil {
		return nil, err
	}
	if len(vs) == 0 {
		return nil, &QueryError{Problem: NoValue, Field: field, Pos: p.pos}
	}
	out, err := clauses(field, vs)
	if not && len(out) > 1 {
		// "not (a and b)" is no conjunction; a denied range is two alternatives.
		return nil, &QueryError{Problem: BadOperator, Field: field, Value: "-", Pos: p.pos}
	}
	for i := range out {
		out[i].Not = not
	}
	return out, err
}

// fieldName reads "name:" where there is one. A colon further on belongs to a value.
func (p *parser) fieldName() string {
	rest := p.text[p.pos:]
	i := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' && r != '-' })
	if i <= 0 || rest[i] != ':' {
		return ""
	}
	p.pos += i + 1
	return rest[:i]
}

// values reads a value, a list with commas, or alternatives in parentheses.
func (p *parser) values(field string) ([]value, error) {
	if p.peek() == '(' {
		return p.group(field)
	}
	var out []value
	for {
		v, err := p.value(field)
		if err != nil {
			return nil, err
		}
		if v.text != "" || v.quoted {
			out = append(out, v)
		}
		if field == "" || p.peek() != ',' {
			return out, nil
		}
		p.pos++
	}
}

func (p *parser) group(field string) ([]value, error) {
	p.pos++ // the parenthesis
	var out []value
	for {
		p.space()
		switch {
		case p.pos == len(p.text):
			return nil, p.fail(Unclosed, "(")
		case p.peek() == ')':
			p.pos++
			return out, nil
		case p.keyword("OR", "OU"):
			continue
		case p.keyword("AND", "ET", "NOT", "SAUF"):
			return nil, p.fail(MixedOr, "")
		}
		at := p.pos
		if p.fieldName() != "" || p.peek() == '(' {
			p.pos = at
			return nil, p.fail(MixedOr, "")
		}
		v, err := p.value(field)
		if err != nil {
			return nil, err
		}
		if v.text != "" || v.quoted {
			out = append(out, v)
		}
		if p.peek() == ',' {
			p.pos++
		}
	}
}

// value reads up to a space, a closing parenthesis or, in a field, a comma. An
// operator in front of a quoted value stays with it.
func (p *parser) value(field string) (value, error) {
	start := p.pos
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		switch {
		case r == '"' || r == '«':
			head := p.text[start:p.pos]
			if strings.Trim(head, "<>=") != "" {
				p.pos += n // a quote inside a word
				continue
			}
			text, err := p.quoted(n)
			return value{head + text, head == ""}, err
		case unicode.IsSpace(r), r == ')', r == ',' && field != "" && !p.decimal(field):
			return value{text: p.text[start:p.pos]}, nil
		}
		p.pos += n
	}
	return value{text: p.text[start:]}, nil
}

// decimal reports whether the comma here is that of a number: "0,95", "1,5Mo".
func (p *parser) decimal(field string) bool {
	f := fieldByName[foldName(field)]
	before, after := p.text[:p.pos], p.text[p.pos+1:]
	if f == nil || before == "" || after == "" || !isDigit(before[len(before)-1]) || !isDigit(after[0]) {
		return false
	}
	unit := strings.TrimLeft(after, "0123456789")
	return f.kind == kindRatio || f.kind == kindSize && unit != "" && strings.ContainsRune("kKmMgGtT", rune(unit[0]))
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// quoted reads a value between quotes; n is the width of the opening one.
func (p *parser) quoted(n int) (string, error) {
	end := `"`
	if n > 1 {
		end = "»"
	}
	open := p.pos
	p.pos += n
	i := strings.Index(p.text[p.pos:], end)
	if i < 0 {
		p.pos = open
		return "", p.fail(Unclosed, end)
	}
	text := p.text[p.pos : p.pos+i]
	p.pos += i + len(end)
	if n > 1 {
		text = strings.TrimSpace(text) // French quotes carry spaces of their own
	}
	return text, nil
}

// clauses turns the values of one field into clauses. Values are alternatives, so
// they must all be compared in the same way.
func clauses(field string, vs []value) ([]poterne.Clause, error) {
	f := fieldByName[foldName(field)] // nil is refused later, with a suggestion
	if f != nil {
		field = f.name
	}
	var out []poterne.Clause
	for _, v := range vs {
		op, text, high := operator(f, field, v)
		if high != "" && len(vs) > 1 {
			return nil, &QueryError{Problem: MixedOr, Field: field, Value: v.text, Pos: -1}
		}
		if high != "" {
			return []poterne.Clause{
				{Field: field, Op: poterne.AtLeast, Values: []string{text}},
				{Field: field, Op: poterne.AtMost, Values: []string{high}},
			}, nil
		}
		var values []string
		if op != poterne.Exists {
			values = []string{text}
		}
		if len(out) == 0 {
			out = append(out, poterne.Clause{Field: field, Op: op, Values: values})
			continue
		}
		if out[0].Op != op {
			var ok bool
			if op, ok = widen(f, out[0].Op, op); !ok {
				return nil, &QueryError{Problem: MixedOr, Field: field, Value: v.text, Pos: -1}
			}
			out[0].Op = op
		}
		out[0].Values = append(out[0].Values, values...)
	}
	if field == "" && len(out) == 1 && out[0].Op == poterne.Is {
		out[0].Op = poterne.Words
	}
	return out, nil
}

// widen finds an operator that says both a and b: a phrase of one word is that
// word, a term is a pattern without stars.
func widen(f *field, a, b poterne.Op) (poterne.Op, bool) {
	if a > b {
		a, b = b, a
	}
	switch {
	case f == nil || f.kind == kindPath:
		return b, a == poterne.Words && b == poterne.Phrase
	case a == poterne.Is && b == poterne.Matches:
		return b, true
	}
	return 0, false
}

// operator reads what stands in front of a value, and the stars in it; high is
// the upper end of a range.
func operator(f *field, field string, v value) (op poterne.Op, text, high string) {
	text = v.text
	if v.quoted {
		if f == nil && field == "" || f != nil && f.kind == kindPath {
			return poterne.Phrase, text, ""
		}
		if f != nil && f.kind == kindWords && len(words(text)) > 1 {
			return poterne.Phrase, text, ""
		}
		return poterne.Is, text, ""
	}
	if field == "" {
		if rest, ok := strings.CutSuffix(text, "*"); ok {
			return poterne.Prefix, rest, ""
		}
		return poterne.Words, text, ""
	}
	for _, o := range []struct {
		sign string
		op   poterne.Op
	}{{">=", poterne.AtLeast}, {"<=", poterne.AtMost}, {">", poterne.More}, {"<", poterne.Less}, {"=", poterne.Is}} {
		if rest, ok := strings.CutPrefix(text, o.sign); ok {
			return o.op, rest, ""
		}
	}
	if f != nil && f.ordered() {
		if low, high, ok := strings.Cut(text, ".."); ok && low != "" && high != "" {
			return 0, low, high
		}
	}
	switch {
	case text == "*":
		return poterne.Exists, "", ""
	case f != nil && f.kind == kindClass: // "H?" is a class
		return poterne.Is, text, ""
	case strings.ContainsAny(text, "*?"):
		return poterne.Matches, text, ""
	case f != nil && f.kind == kindPath:
		return poterne.Phrase, text, ""
	}
	return poterne.Is, text, ""
}
