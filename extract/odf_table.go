package extract

import (
	"fmt"
	"strconv"
	"strings"

	"poterne"
)

func (o *odf) startTable() {
	o.number++
	t := &odfTable{}
	t.out, t.place = o.out, o.place
	t.place.Sheet = o.x.attr("name")
	if t.place.Sheet == "" {
		t.place.Sheet = fmt.Sprintf("tableau %d", o.number)
	}
	if o.place.Zone == poterne.ZoneBody {
		t.place.Zone = poterne.ZoneCell
	}
	if len(o.tables) == 0 && o.x.attr("name") != "" {
		o.place.Sheet = t.place.Sheet
		o.out.property("sheet", t.place.Sheet)
	}
	o.tables = append(o.tables, t)
}

// repeat returns how many times the row or cell that has started stands there;
// sheets fill themselves up to their last row with one element.
func (o *odf) repeat(attr string) int {
	n, err := strconv.Atoi(o.x.attr(attr))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 1<<24)
}

func (o *odf) startRow() {
	t := o.current()
	if t == nil {
		return
	}
	t.row += 1 + t.skipped
	t.skipped = o.repeat("number-rows-repeated") - 1
	t.column, t.fields = 0, t.fields[:0]
}

func (o *odf) startCell() {
	t := o.current()
	if t == nil {
		return
	}
	t.column++
	t.span = o.repeat("number-columns-repeated")
	t.inCell = true
	t.cell.Reset()
	x := o.x
	t.formula = quotedTexts(x.attr("formula"))
	t.kind = x.attr("value-type")
	switch t.kind {
	case "float", "percentage", "currency":
		t.value = x.attr("value")
	case "date":
		t.value = strings.Replace(x.attr("date-value"), "T", " ", 1)
	case "string":
		t.value = x.attr("string-value")
	default:
		t.value = ""
	}
}

func (o *odf) endCell() {
	t := o.current()
	if t == nil || !(t.inCell || t.cell.Len() > 0) {
		return
	}
	t.inCell = false
	body := t.cell.String()
	if strings.Trim(body, "#") == "" { // too narrow to be shown
		body = ""
	}
	number := t.kind != "" && t.kind != "string"
	if v, err := strconv.ParseFloat(t.value, 64); err == nil && number && t.kind != "date" {
		t.value = plainNumber(v)
		if len(t.value) < 7 && body != "" {
			t.value = ""
		}
	}
	switch {
	case body == "":
		body = t.value
	case number && t.value != "" && t.value != body:
		body += "\t" + t.value
	}
	if !blank(body) {
		t.fields = append(t.fields, field{column: t.column, body: body, number: number})
	}
	if t.formula != "" && t.formula != body {
		p := t.place
		p.Row, p.Column = t.row, t.column
		o.out.text(p, t.formula)
	}
	t.formula = ""
	t.column += t.span - 1
	t.cell.Reset()
}

func (o *odf) endRow() {
	t := o.current()
	if t == nil {
		return
	}
	t.place.Page = o.place.Page
	t.table.row(t.row, t.fields, t.header && t.width == 0)
	t.fields = t.fields[:0]
}
