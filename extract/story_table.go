package extract

import (
	"fmt"
	"strconv"
	"strings"

	"poterne"
)

// storyTable is a table of running text while it is read.
type storyTable struct {
	table
	row, column, span int
	inCell, title     bool
	cell              strings.Builder
	fields            []field
}

func (s *story) current() *storyTable {
	if n := len(s.tables); n > 0 {
		return s.tables[n-1]
	}
	return nil
}

func (s *story) startTable() {
	s.tableNo++
	t := &storyTable{}
	t.out, t.place = s.out, s.place
	if t.place.Sheet == "" {
		t.place.Sheet = fmt.Sprintf("tableau %d", s.tableNo)
	}
	if s.place.Zone == poterne.ZoneBody {
		t.place.Zone = poterne.ZoneCell
	}
	s.tables = append(s.tables, t)
}

func (s *story) tableProps() {
	t := s.current()
	if t == nil || t.row > 0 {
		s.x.skip()
		return
	}
	s.each(func(name string) {
		switch name {
		case "tblCaption":
			v := s.x.attr("val")
			s.alt(v)
			if titleLike(v) {
				t.place.Sheet = v
			}
		case "tblDescription":
			s.alt(s.x.attr("val"))
		}
	})
}

func (s *story) rowProps() {
	t := s.current()
	s.each(func(name string) {
		switch name {
		case "tblHeader":
			if t != nil && on(s.x.attr("val")) {
				t.title = true
			}
		case "gridBefore":
			if n, err := strconv.Atoi(s.x.attr("val")); err == nil && t != nil && n > 0 && n < maxTitles {
				t.column += n
			}
		}
	})
}

func (s *story) cellProps() {
	t := s.current()
	s.each(func(name string) {
		if n, err := strconv.Atoi(s.x.attr("val")); name == "gridSpan" && err == nil && t != nil && n > 1 && n < maxTitles {
			t.span = n
		}
	})
}

func (s *story) endCell() {
	t := s.current()
	if t == nil || !t.inCell {
		return
	}
	t.inCell = false
	if body := t.cell.String(); !blank(body) {
		t.fields = append(t.fields, field{column: t.column, body: body})
	}
	t.column += t.span - 1
}

func (s *story) endRow() {
	t := s.current()
	if t == nil {
		return
	}
	if s.paged {
		t.place.Page = s.place.Page
	}
	t.table.row(t.row, t.fields, t.title && t.width == 0)
	t.fields = t.fields[:0]
}
