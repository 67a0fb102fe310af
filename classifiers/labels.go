package classifiers

import (
	"strings"
	"unicode"

	"poterne"
)

// maxHeaders bounds the titles remembered: of the columns of a wide table.
const maxHeaders = 1024

// readHeader finds the words in the header of a cell, once for each column.
func (d *document) readHeader() {
	s := &d.seg
	s.header, s.headerSize = nil, len(s.Header)
	if s.Header == "" {
		s.header, s.headerSize = d.above.title(&s.Segment)
		return
	}
	known, ok := d.headers[s.Header]
	if !ok {
		if d.headers == nil || len(d.headers) >= maxHeaders {
			d.headers = map[string][]hit{}
		}
		var hits [owners][]hit
		d.c.words.scan(fold(nil, titleWords(s.Header)), &hits)
		for _, h := range hits {
			known = append(known, h...)
		}
		d.headers[s.Header] = known
	}
	s.header = known
}

// titleWords returns a title followed by the words that capitals part in it, as in
// the names that programs give ("numCarteIdentite").
func titleWords(title string) string {
	var apart strings.Builder
	small := false
	for i, r := range title {
		if small && unicode.IsUpper(r) {
			if apart.Len() == 0 {
				apart.WriteString(title[:i])
			}
			apart.WriteByte(' ')
		}
		if apart.Len() > 0 {
			apart.WriteRune(r)
		}
		small = unicode.IsLower(r)
	}
	if apart.Len() == 0 {
		return title
	}
	return title + "\n" + apart.String()
}

// maxLabel is the length in bytes up to which the text of a cell may be the label
// of what stands beside or below it.
const maxLabel = 80

// isLabel reports whether folded text may be the label of a value: short, and
// without a number long enough to be one, at once or in groups.
func isLabel(text []byte) bool {
	if len(text) > maxLabel {
		return false
	}
	run, grouped := 0, 0
	for _, b := range text {
		switch {
		case isDigit(b):
			run++
			if grouped++; run == 4 || grouped == 6 {
				return false
			}
		case b == ' ' || b == '.' || b == '-':
			run = 0
		default:
			run, grouped = 0, 0
		}
	}
	return true
}

// above remembers, for tables whose title row the extractor did not take for one,
// the last label in each column: it is the context of the cells below it.
type above struct {
	part   *poterne.Part
	sheet  string
	labels map[int]label // by column
}

type label struct {
	row   int
	size  int
	words []hit
}

func (a *above) reset() {
	a.part, a.sheet = nil, ""
	clear(a.labels)
}

// title returns the words of the label above a cell, which stand for those of the
// title that its column lacks, and the length of the label.
func (a *above) title(s *poterne.Segment) (words []hit, size int) {
	if s.Place.Zone != poterne.ZoneCell || s.Part != a.part || s.Place.Sheet != a.sheet {
		return nil, 0
	}
	l := a.labels[s.Place.Column]
	if l.row >= s.Place.Row {
		return nil, 0
	}
	return l.words, l.size
}

// note keeps the words of a cell that may be a label.
func (a *above) note(s *segment) {
	if s.Place.Zone != poterne.ZoneCell || s.Header != "" || s.piece > 0 || !isLabel(s.text) {
		return
	}
	if s.Part != a.part || s.Place.Sheet != a.sheet {
		a.reset()
		a.part, a.sheet = s.Part, s.Place.Sheet
	}
	old, known := a.labels[s.Place.Column]
	if !known && len(a.labels) >= maxHeaders {
		return
	}
	words := old.words[:0]
	for _, hits := range s.hits {
		for _, h := range hits {
			if h.word >= firstWord { // not the starts of numbers
				words = append(words, h)
			}
		}
	}
	if len(words) == 0 {
		return
	}
	if a.labels == nil {
		a.labels = map[int]label{}
	}
	a.labels[s.Place.Column] = label{s.Place.Row, len(s.text), words}
}
