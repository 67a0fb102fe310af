package extract

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"poterne"
)

// docWriter makes paragraphs, cells and fields of a run of characters.
type docWriter struct {
	d      *docFile
	zone   poterne.Zone
	para   strings.Builder
	raw    []byte // 8-bit characters not decoded yet
	code   strings.Builder
	fields []byte // open fields: 'c' in the code, 'r' in the result
	cells  []field
	column int
	rows   int
	tables int
	t      *table
	page   int
}

func (w *docWriter) piece(r *bufio.Reader, off int64, wide bool) error {
	var high uint16
	var b [2]byte
	for {
		width := 1
		if wide {
			width = 2
		}
		n, err := io.ReadFull(r, b[:width])
		if n < width {
			w.decode()
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return nil
			}
			return err
		}
		off += int64(width)
		c := uint16(b[0])
		if wide {
			c |= uint16(b[1]) << 8
		}
		switch {
		case c < 32:
			w.decode()
			if !w.control(c, off) {
				return nil
			}
		case !wide:
			w.raw = append(w.raw, b[0])
		case utf16.IsSurrogate(rune(c)):
			if c < 0xDC00 {
				high = c
				continue
			}
			w.put(utf16.DecodeRune(rune(high), rune(c)))
		default:
			w.put(rune(c))
		}
	}
}

// decode moves 8-bit characters to the paragraph.
func (w *docWriter) decode() {
	if len(w.raw) == 0 {
		return
	}
	page := w.d.page
	if w.d.wide97 {
		page = 1252 // all others are stored in Unicode
	}
	for _, r := range decodePage(w.raw, page) {
		w.put(r)
	}
	w.raw = w.raw[:0]
}

func (w *docWriter) put(r rune) {
	if n := len(w.fields); n > 0 && w.fields[n-1] == 'c' {
		if w.code.Len() < 4096 {
			w.code.WriteRune(r)
		}
		return
	}
	if r >= 0xF000 && r <= 0xF0FF { // a symbol font
		r -= 0xF000
		if r < 32 {
			return
		}
	}
	w.para.WriteRune(r)
	if w.para.Len() > maxBody {
		w.text()
	}
}

// control reads a control character ([MS-DOC] 2.4.1); off is behind it.
func (w *docWriter) control(c uint16, off int64) bool {
	switch c {
	case 0x07:
		w.cell(w.d.rowEnd[off])
	case 0x0D:
		if w.column > 0 || w.d.inTable(w) {
			w.para.WriteByte('\n')
		} else {
			w.text()
		}
	case 0x0C:
		w.endTable()
		w.text()
		w.page = max(w.page, 1) + 1
	case 0x09:
		w.put('\t')
	case 0x0B, 0x0E:
		w.put('\n')
	case 0x13:
		if len(w.fields) < 64 {
			w.fields = append(w.fields, 'c')
			w.code.Reset()
		}
	case 0x14:
		if n := len(w.fields); n > 0 {
			w.fields[n-1] = 'r'
			w.field()
		}
	case 0x15:
		if n := len(w.fields); n > 0 {
			if w.fields[n-1] == 'c' {
				w.field()
			}
			w.fields = w.fields[:n-1]
		}
	case 0x1E:
		w.put('\u2011')
	case 0x1F:
		w.put('\u00AD')
	}
	return !w.d.out.run.stopped
}

// inTable reports whether the paragraph stands in a cell: not known before the
// cell ends, so paragraphs count as body text until a first cell has ended.
func (d *docFile) inTable(w *docWriter) bool { return len(w.cells) > 0 }

func (w *docWriter) field() {
	s := story{out: w.d.out}
	s.field(w.code.String())
	w.code.Reset()
}

func (w *docWriter) place() poterne.Place {
	p := poterne.Place{Zone: w.zone}
	if w.zone == poterne.ZoneBody {
		p.Page = w.page
	}
	return p
}

func (w *docWriter) text() {
	w.endTable()
	w.d.out.text(w.place(), w.para.String())
	w.para.Reset()
}

// cell ends a cell, or the row.
func (w *docWriter) cell(row bool) {
	if !row {
		w.column++
		if body := w.para.String(); !blank(body) {
			w.cells = append(w.cells, field{column: w.column, body: strings.TrimSpace(body)})
		}
		w.para.Reset()
		if w.column < 128 { // no row of Word is wider: its marks are broken
			return
		}
	}
	if w.t == nil {
		w.tables++
		w.t = &table{out: w.d.out, place: w.place()}
		w.t.place.Sheet = fmt.Sprintf("tableau %d", w.tables)
		if w.zone == poterne.ZoneBody {
			w.t.place.Zone = poterne.ZoneCell
		}
	}
	w.rows++
	w.t.row(w.rows, w.cells, false)
	w.cells, w.column = w.cells[:0], 0
}

// endTable sends what is left of a row and forgets the titles.
func (w *docWriter) endTable() {
	if w.column > 0 || len(w.cells) > 0 {
		w.cell(true)
	}
	w.t, w.rows = nil, 0
}

func (w *docWriter) finish() {
	w.decode()
	w.text()
}
