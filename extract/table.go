package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"poterne"
)

// table gives the cells of a table to an emitter with the titles of their
// columns, row by row. The title row is the first row whose cells are mostly
// text that can be a title; since sheets often start with a line or two above
// it, of one or two cells, one that has clearly more takes its place within the
// first rows. Wider rows never do: a row of names must not become titles, which
// are kept where values are not.
type table struct {
	out    *emitter
	place  poterne.Place // zone, page and sheet of the cells
	titles []string      // by column, from 1
	width  int           // cells of the title row
	rows   int           // rows with text seen so far
}

// titleRows is how far down a title row is looked for.
const titleRows = 20

// field is one cell of a row.
type field struct {
	column int // from 1
	body   string
	number bool // stored as a number or a date
}

// row sends one row; n is its number, from 1. title says that the document
// itself calls it a title row.
func (t *table) row(n int, fields []field, title bool) bool {
	if len(fields) == 0 {
		return !t.out.run.stopped
	}
	isTitle := title
	if t.rows < titleRows && !title {
		if w := titleWidth(fields); w > 0 && (t.width == 0 || t.width <= 2 && w >= t.width+2) {
			isTitle = true
		}
	}
	t.rows++
	if isTitle {
		t.setTitles(fields)
	}
	// A form of two columns, label and value: the label is the value's title.
	keyed := t.width == 0 && len(fields) == 2 && !fields[0].number && label(fields[0].body)
	for i, f := range fields {
		header := ""
		switch {
		case isTitle:
		case keyed && i == 1:
			header = strings.TrimSpace(fields[0].body)
		case f.column < len(t.titles):
			header = t.titles[f.column]
		}
		p := t.place
		p.Row, p.Column, p.Header = n, f.column, header
		if !t.out.segment(poterne.Segment{Body: f.body, Place: p, Header: header}) {
			return false
		}
	}
	return true
}

// maxTitles bounds the columns whose titles are kept: Excel has 16,384.
const maxTitles = 16_384

func (t *table) setTitles(fields []field) {
	t.titles, t.width = t.titles[:0], 0
	for _, f := range fields {
		if f.column < 1 || f.column > maxTitles {
			continue
		}
		for len(t.titles) <= f.column {
			t.titles = append(t.titles, "")
		}
		t.titles[f.column] = ""
		if s := strings.Join(strings.Fields(f.body), " "); !f.number && titleLike(s) {
			t.titles[f.column] = s
			t.width++
		}
	}
}

// titleWidth returns the number of titles where fields look like a title row,
// else 0: at least seven cells in ten are short texts without long numbers, and
// at least half of these are different ("yes" and "no" in turn are values).
func titleWidth(fields []field) int {
	good := 0
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		s := strings.TrimSpace(f.body)
		if f.number || !titleLike(s) || label(s) {
			continue
		}
		seen[s] = true
		good++
	}
	// A single cell is a heading more often than a title.
	if len(fields) < 2 || good*10 < len(fields)*7 || len(seen)*2 < good {
		return 0
	}
	return good
}

// label reports whether s is written as a label of a form: "Nom :".
func label(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasSuffix(s, ":") && titleLike(strings.TrimSpace(s[:len(s)-1]))
}

// titleLike reports whether s can be a column's title: short, with a letter, and
// without what only values have (four digits beyond a year, an at sign).
func titleLike(s string) bool {
	if len(s) > 160 || utf8.RuneCountInString(s) > 80 || strings.ContainsRune(s, '@') {
		return false
	}
	letters, digits := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		}
	}
	return letters > 0 && digits <= 4 && (letters > 1 || digits == 0)
}
