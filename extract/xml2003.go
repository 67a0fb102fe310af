package extract

import (
	"context"
	"strconv"
	"strings"

	"poterne"
)

// readWordML reads a document of Word in one XML file: of Word 2003, or a whole
// package written flat. Both name paragraphs and runs as docx does.
func readWordML(_ context.Context, in *input, out *emitter) error {
	x := newXML(out.inflate(in.stream()))
	s := &story{out: out, paged: true}
	if err := s.read(x); err != nil || out.run.stopped {
		return err
	}
	return x.fault()
}

// readSpreadsheetML reads a workbook of Excel 2003 in one XML file, as many
// programs of management still write.
func readSpreadsheetML(_ context.Context, in *input, out *emitter) error {
	x := newXML(out.inflate(in.stream()))
	t := &table{out: out, place: poterne.Place{Zone: poterne.ZoneCell}}
	var fields []field
	row, column := 0, 0
	index := func() int {
		n, _ := strconv.Atoi(x.attr("Index"))
		return n
	}
	ok := true
	for ok && x.next() {
		switch name := string(x.name); {
		case x.kind == xmlEnd && name == "Row":
			ok = t.row(row, fields, false)
			fields = fields[:0]
		case x.kind != xmlStart:
		case name == "Worksheet":
			t = &table{out: out, place: poterne.Place{Zone: poterne.ZoneCell, Sheet: x.attr("Name")}}
			row = 0
			ok = out.property("sheet", t.place.Sheet)
		case name == "Row":
			row++
			column = 0
			if n := index(); n > 0 {
				row = n
			}
		case name == "Cell":
			column++
			if n := index(); n > 0 {
				column = n
			}
		case name == "Data":
			f := field{column: column, number: x.attr("Type") != "String"}
			f.body = textOf(x)
			if v, err := strconv.ParseFloat(strings.TrimSpace(f.body), 64); err == nil && f.number {
				f.body = plainNumber(v)
			}
			if !blank(f.body) && column <= maxTitles {
				fields = append(fields, f)
			}
		case name == "Comment":
			p := t.place
			p.Zone, p.Row, p.Column = poterne.ZoneComment, row, column
			ok = out.text(p, textOf(x))
		case name == "DocumentProperties":
			if err := properties(x, out); err != nil {
				return err
			}
		}
	}
	t.row(row, fields, false)
	if out.run.stopped {
		return nil
	}
	return x.fault()
}
