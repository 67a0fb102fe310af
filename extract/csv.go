package extract

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
)

// sniffSize is how much text is looked at to tell the delimiter, in bytes.
const sniffSize = 64 << 10

// sniffWindow is the buffer for it of a text of size bytes, which decoding may make
// three times as long.
func sniffWindow(size int64) int { return int(min(sniffSize, 3*min(size, sniffSize)+16)) }

// readCSV reads tables of delimited text, each cell with the title of its column.
func readCSV(_ context.Context, in *input, out *emitter) error {
	r := bufio.NewReaderSize(decodeText(in.stream(), ""), sniffWindow(in.size))
	head, _ := r.Peek(sniffSize)
	among := ";,\t|"
	if in.format == "tsv" && bytes.IndexByte(head, '\t') >= 0 {
		among = "\t"
	}
	d := sniff(head, among)
	if d.comma == 0 {
		d.comma = ';' // one column
	}
	return tableText(r, d, out)
}

// tableText sends the cells of delimited text.
func tableText(r io.Reader, d dialect, out *emitter) error {
	records := newRecordReader(r, d.comma)
	t := newTextTable(out, "")
	for {
		cells, row, first, err := records.next()
		if err != nil {
			t.flush()
			return ended(err)
		}
		if row == 1 && len(cells) == 2 && strings.EqualFold(cells[0], "sep=") || len(cells) == 1 && strings.HasPrefix(cells[0], "sep=") && row == 1 {
			continue // written by Excel for itself
		}
		if !t.add(row, first, cells) {
			return nil
		}
	}
}

// dialect is how a table is written as text.
type dialect struct {
	comma   byte // delimiter, 0 where none was found
	rows    int  // seen in the sample
	columns int  // of most rows
	regular int  // rows with that many columns
}

// sure reports whether a text that does not say that it is a table is one.
func (d dialect) sure() bool {
	return d.comma != 0 && d.rows >= 3 && d.columns >= 3 && d.regular*10 >= d.rows*9
}

// sniff tells the delimiter of a sample: that which cuts the most rows into the
// same number of columns, the number of columns being second.
func sniff(sample []byte, among string) dialect {
	if rest, ok := bytes.CutPrefix(sample, []byte("sep=")); ok && len(rest) > 0 && strings.IndexByte(among, rest[0]) >= 0 {
		d := dialect{comma: rest[0]}
		return d
	}
	var best dialect
	bestScore := 0
	for _, comma := range []byte(among) {
		if bytes.IndexByte(sample, comma) < 0 {
			continue
		}
		d := measure(sample, comma)
		if d.columns < 2 {
			continue
		}
		// Up to 1,000 for regularity; a few points for columns, so that a decimal
		// comma in each of three columns does not beat the semicolon.
		if score := d.regular*1000/d.rows + 10*min(d.columns, 20); score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

// measure counts the columns of the rows of sample as cut by comma.
func measure(sample []byte, comma byte) dialect {
	const enough = 200 // rows
	r := newRecordReader(bytes.NewReader(sample), comma)
	d := dialect{comma: comma}
	counts := make(map[int]int)
	var last int
	for d.rows < enough {
		cells, _, first, err := r.next()
		if err != nil {
			// The sample may end inside its last row.
			if d.rows > 3 && len(sample) >= sniffSize {
				counts[last]--
				d.rows--
			}
			break
		}
		if first > 0 || len(cells) == 1 && blank(cells[0]) {
			continue
		}
		last = len(cells)
		counts[last]++
		d.rows++
	}
	for columns, n := range counts {
		if columns > 1 && (n > d.regular || n == d.regular && columns > d.columns) {
			d.columns, d.regular = columns, n
		}
	}
	return d
}

// recordWindow bounds what is held of a table in text, in bytes: a quoted cell
// that does not end within it is not one, its quote is taken for a sign.
const recordWindow = 256 << 10

// maxCells is how many cells of a row are handed out at once; a row of a workbook
// has 16,384 at most.
const maxCells = 16 << 10

// recordReader reads delimited text in bounded memory and takes anything:
// quotes are honoured where they make sense and are text where they do not.
type recordReader struct {
	r          io.Reader
	comma      byte
	buf        []byte
	start, end int
	row, first int
	// quoteless is the index in buf before which quotes are text: one was opened
	// there and not closed. It is kept so that each byte is looked at twice at most.
	quoteless int
	err       error
}

func newRecordReader(r io.Reader, comma byte) *recordReader {
	const start = 4 << 10 // most files are small, and an archive may hold 100,000
	return &recordReader{r: r, comma: comma, buf: make([]byte, start), row: 1}
}

// next returns the cells of the next row, its number and the index of the first
// of the cells: a row too long for the window comes in pieces.
func (r *recordReader) next() (cells []string, row, first int, err error) {
	for {
		pending := r.buf[r.start:r.end]
		whole := r.err != nil
		full := len(pending) == recordWindow
		if len(pending) == 0 && whole {
			return nil, 0, 0, r.err
		}
		cells, n, done := r.split(pending, whole, full)
		if done || full && n > 0 {
			row, first = r.row, r.first
			r.start += n
			r.first += len(cells)
			if done {
				r.row, r.first = r.row+1, 0
			}
			return cells, row, first, nil
		}
		if n > 0 && len(cells) >= maxCells {
			row, first = r.row, r.first
			r.start += n
			r.first += len(cells)
			return cells, row, first, nil
		}
		r.quoteless -= r.start
		if len(pending) == len(r.buf) {
			r.buf = make([]byte, min(4*len(r.buf), recordWindow))
		}
		r.end = copy(r.buf, pending)
		r.start = 0
		var got int
		for r.err == nil && r.end < len(r.buf) {
			got, r.err = r.r.Read(r.buf[r.end:])
			r.end += got
		}
	}
}

// split cuts the row at the start of b into cells and returns how many bytes
// they take, and whether the row ended. whole says that nothing comes after b,
// full that nothing more can be held.
func (r *recordReader) split(b []byte, whole, full bool) (cells []string, n int, done bool) {
	if i := lineEnd(b); i >= 0 && bytes.IndexByte(b[:i], '"') < 0 {
		line := string(b[:i])
		if count := strings.Count(line, string(r.comma)) + 1; count <= maxCells {
			end := i + 1
			if b[i] == '\r' {
				if end == len(b) && !whole {
					return nil, 0, false
				}
				if end < len(b) && b[end] == '\n' {
					end++
				}
			}
			return strings.Split(line, string(r.comma)), end, true
		}
	}
	for n < len(b) || whole {
		cell, used, last := r.cell(b, n, whole, full && n == 0)
		switch {
		case used < 0 && full && n == 0:
			// One cell fills the window.
			cut := cutPoint(b)
			return []string{string(b[:cut])}, cut, false
		case used < 0:
			return cells, n, false
		}
		n += used
		cells = append(cells, cell)
		if last {
			return cells, n, true
		}
		if len(cells) >= maxCells {
			return cells, n, false
		}
	}
	return cells, n, false
}

// cell cuts the cell at b[from:]. used counts its delimiter, -1 where the
// cell may go on after b; last says that it is the last of its row.
func (r *recordReader) cell(b []byte, from int, whole, full bool) (text string, used int, last bool) {
	b = b[from:]
	if len(b) > 0 && b[0] == '"' && r.start+from >= r.quoteless {
		if text, used, last, ok := r.quoted(b, whole); ok {
			return text, used, last
		}
		if !whole && !full {
			return "", -1, false
		}
		r.quoteless = r.end
	}
	i := 0
	for i < len(b) && b[i] != r.comma && b[i] != '\n' && b[i] != '\r' {
		i++
	}
	if i == len(b) && !whole {
		return "", -1, false
	}
	used, last, ok := r.after(b, i, whole)
	if !ok {
		return "", -1, false
	}
	return string(b[:i]), used, last
}

// quoted cuts a cell in quotes. ok is false where its end is not in b.
func (r *recordReader) quoted(b []byte, whole bool) (text string, used int, last, ok bool) {
	doubled := false
	for i := 1; ; {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return "", 0, false, false
		}
		i += j
		end := i + 1
		if end < len(b) && b[end] == '"' {
			doubled = true
			i += 2
			continue
		}
		for end < len(b) && b[end] == ' ' && r.comma != ' ' {
			end++
		}
		if end < len(b) && b[end] != r.comma && b[end] != '\n' && b[end] != '\r' || end == len(b) && !whole {
			i++ // a quote inside the text
			continue
		}
		if used, last, ok = r.after(b, end, whole); !ok {
			return "", 0, false, false
		}
		text = string(b[1:i])
		if doubled {
			text = strings.ReplaceAll(text, `""`, `"`)
		}
		return text, used, last, true
	}
}

// after says how many bytes are used with what ends the cell at i.
func (r *recordReader) after(b []byte, i int, whole bool) (used int, last, ok bool) {
	switch {
	case i == len(b):
		return i, true, whole
	case b[i] == r.comma:
		return i + 1, false, true
	case b[i] == '\r' && i+1 == len(b) && !whole:
		return 0, false, false
	case b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n':
		return i + 2, true, true
	}
	return i + 1, true, true
}
