package extract

import (
	"bytes"
	"strings"
)

// tabbedRows finds the tables in lines of text: those copied from a workbook into a
// mail or a note, a row of titles and below it rows of as many fields between tabs.
// Rows are held back until they tell whether they are one.
type tabbedRows struct {
	p     *paragraph
	held  []tabbedRow
	table *textTable // where they are one
	width int
}

type tabbedRow struct {
	line  []byte
	row   int
	cells []string
}

// tabbedColumns is the fewest columns of a table: two are a label and its value.
const tabbedColumns = 3

// add takes a line and returns false when the reader shall stop.
func (t *tabbedRows) add(line []byte, row int) bool {
	cells := tabbedCells(line)
	switch {
	case t.width > 0 && len(cells) == t.width:
		if t.table != nil {
			return t.table.add(row, 0, cells)
		}
	case !t.flush():
		return false
	case !areTitles(cells):
		return t.p.add(line, row)
	}
	t.width = len(cells)
	t.held = append(t.held, tabbedRow{bytes.Clone(line), row, cells})
	if len(t.held) == 2 {
		return t.start()
	}
	return true
}

// start makes a table of the two rows that are held, where the first one holds
// titles, else text.
func (t *tabbedRows) start() bool {
	rows := make([]tableRow, len(t.held))
	for i, h := range t.held {
		rows[i] = tableRow{row: h.row, cells: h.cells}
	}
	if titleRow(rows) != 0 {
		return t.flush()
	}
	if !t.p.flush() {
		return false
	}
	t.table = newTextTable(t.p.out, "")
	first, second := t.held[0], t.held[1]
	t.held = nil
	return t.table.titled(first.row, first.cells) && t.table.add(second.row, 0, second.cells)
}

// flush ends the table, or sends what is held as text.
func (t *tabbedRows) flush() bool {
	if t.table != nil && !t.table.flush() {
		return false
	}
	for _, h := range t.held {
		if !t.p.add(h.line, h.row) {
			return false
		}
	}
	t.held, t.table, t.width = nil, nil, 0
	return !t.p.out.run.stopped
}

// tabbedCells returns the fields of line between tabs, without the mark of a quoted
// line, or nil where they are too few.
func tabbedCells(line []byte) []string {
	line = line[len(quoteMark(line)):]
	if bytes.Count(line, []byte("\t")) < tabbedColumns-1 {
		return nil
	}
	cells := strings.Split(string(line), "\t")
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
	}
	return cells
}

// areTitles reports whether each of cells may be the title of a column.
func areTitles(cells []string) bool {
	for _, c := range cells {
		if !mayBeTitle(c) {
			return false
		}
	}
	return len(cells) > 0
}
