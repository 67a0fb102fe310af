package extract

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"

	"poterne"
)

// readText reads formats that are lines of text. The lines of a paragraph make
// one segment, whose row is that of its first line; a line end inside it is a hard
// stop, so that no value is joined over two lines but where prose was wrapped.
func readText(_ context.Context, in *input, out *emitter) error {
	r := bufio.NewReaderSize(decodeText(in.stream(), ""), sniffWindow(in.size))
	switch in.format {
	case "yaml":
		return yamlLines(newLineReader(r), out)
	case "vcf", "ics":
		return contentLines(newLineReader(r), out)
	case "sql":
		return sqlLines(newLineReader(r), out)
	case "ldif":
		return ldifLines(newLineReader(r), out)
	case "md":
		return markdown(newLineReader(r), out)
	case "txt":
		// Exports are often named .txt. Commas are left out: prose has them too.
		head, _ := r.Peek(sniffSize)
		if d := sniff(head, ";\t|"); d.sure() {
			return tableText(r, d, out)
		}
	}
	return linesOf(r, out, poterne.ZoneBody)
}

// linesOf sends the text of r by paragraphs, and tables between tabs as cells.
func linesOf(r io.Reader, out *emitter, zone poterne.Zone) error {
	lines := newLineReader(r)
	p := paragraph{out: out, zone: zone}
	rows := tabbedRows{p: &p}
	for {
		line, row, err := lines.next()
		if err != nil {
			rows.flush()
			p.flush()
			return ended(err)
		}
		if !rows.add(line, row) {
			return nil
		}
	}
}

// ended returns nil for the plain end of a stream, else err.
func ended(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// paragraphSize is where a run of lines without a blank one is cut, in bytes: a
// log has no paragraphs, and a place should stay near what was found.
const paragraphSize = 2 << 10

// paragraph gathers lines up to a blank one.
type paragraph struct {
	out  *emitter
	zone poterne.Zone
	buf  []byte
	row  int
}

// add takes one line and returns false when the reader shall stop.
func (p *paragraph) add(line []byte, row int) bool {
	if len(bytes.TrimSpace(line)) == 0 {
		return p.flush()
	}
	if len(p.buf)+len(line) > paragraphSize && !p.flush() {
		return false
	}
	if len(p.buf) == 0 {
		p.row = row
	} else {
		p.buf = append(p.buf, '\n')
	}
	p.buf = append(p.buf, line...)
	return true
}

func (p *paragraph) flush() bool {
	if len(p.buf) == 0 {
		return !p.out.run.stopped
	}
	ok := p.out.text(poterne.Place{Zone: p.zone, Row: p.row}, string(joinWrapped(p.buf)))
	p.buf = p.buf[:0]
	return ok
}

// markdown sends paragraphs, the front matter as properties and tables as cells.
// Marks stay in the text: the target of a link may be what is looked for.
func markdown(lines *lineReader, out *emitter) error {
	p := paragraph{out: out}
	var table *textTable
	var before string // the line before, where it may be the titles of a table
	inFront := false
	for {
		raw, row, err := lines.next()
		if err != nil {
			p.add([]byte(before), row)
			p.flush()
			if table != nil {
				table.flush()
			}
			return ended(err)
		}
		line := strings.TrimSpace(string(raw))
		isFence := line == "---" || line == "+++"
		switch {
		case row == 1 && isFence:
			inFront = true
			continue
		case inFront:
			inFront = !isFence
			if inFront && !out.text(poterne.Place{Zone: poterne.ZoneProperty, Row: row}, line) {
				return nil
			}
			continue
		case table != nil && strings.Contains(line, "|"):
			if !table.add(row, 0, pipeCells(line)) {
				return nil
			}
			continue
		case before != "" && isRuler(line):
			p.flush()
			table = newTextTable(out, "")
			table.titled(row-1, pipeCells(before))
			before = ""
			continue
		}
		if table != nil {
			table.flush()
			table = nil
		}
		if before != "" && !p.add([]byte(before), row-1) {
			return nil
		}
		before = ""
		if strings.Contains(line, "|") {
			before = string(raw)
			continue
		}
		if !p.add(raw, row) {
			return nil
		}
	}
}

// isRuler reports whether line is the one below the titles of a Markdown table ("|---|:-:|").
func isRuler(line string) bool {
	return strings.Contains(line, "|") && strings.Contains(line, "-") && strings.Trim(line, "|-: \t") == ""
}

func pipeCells(line string) []string {
	line = strings.TrimSpace(line)
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	cells := strings.Split(line, "|")
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
	}
	return cells
}
