package extract

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"poterne"
)

// binaryBook reads a workbook whose parts are binary ([MS-XLSB]).
func (o *ooxml) binaryBook(main string) error {
	b := &book{ooxml: o, main: main, formats: make(map[int]*numFormat)}
	kinds := b.parts()
	if o.take(b.main) {
		if ok, err := b.bin(b.main, b.binWorkbook); err != nil || !ok {
			return err
		}
	}
	if name := kinds["styles"]; o.take(name) {
		if ok, err := b.bin(name, b.binStyles); err != nil || !ok {
			return err
		}
	}
	if name := kinds["sharedStrings"]; o.take(name) {
		if ok, err := b.bin(name, b.binStrings); err != nil || !ok {
			return err
		}
	}
	err := b.each(".bin", func(s sheetRef) (bool, error) {
		return b.bin(s.part, b.binSheet(s.name))
	})
	if err != nil || o.out.run.stopped {
		return err
	}
	for _, name := range o.under(path.Dir(main) + "/") {
		base := path.Base(name)
		switch {
		case path.Ext(name) != ".bin" || o.done[name]:
		case strings.HasPrefix(base, "comments"):
			o.take(name)
			if ok, err := b.bin(name, b.binComments()); err != nil || !ok {
				return err
			}
		case strings.Contains(name, "/pivotcache/"), strings.Contains(name, "/externallinks/"), base == "connections.bin":
			o.take(name)
			if ok, err := b.bin(name, b.binTexts); err != nil || !ok {
				return err
			}
		}
	}
	return nil
}

// binReader reads the records of a binary part ([MS-XLSB] 2.1.4): type and
// length in seven bits a byte.
type binReader struct {
	r    *bufio.Reader
	kind int
	data []byte
	err  error
}

// maxBinRecord bounds one record: the longest holds a string of 32,767
// characters with its runs.
const maxBinRecord = 16 << 20

func (b *binReader) next() bool {
	kind, ok := b.number(2)
	if !ok {
		if b.err == io.EOF {
			b.err = nil
		}
		return false
	}
	size, ok := b.number(4)
	if !ok || size > maxBinRecord {
		b.err = io.ErrUnexpectedEOF
		return false
	}
	b.kind = kind
	if cap(b.data) < size {
		b.data = make([]byte, size)
	}
	b.data = b.data[:size]
	if _, err := io.ReadFull(b.r, b.data); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		b.err = err
		return false
	}
	return true
}

func (b *binReader) number(bytes int) (int, bool) {
	n := 0
	for i := range bytes {
		c, err := b.r.ReadByte()
		if err != nil {
			b.err = err
			return 0, false
		}
		// A type keeps its flag bits, as the numbers of the specification do.
		n |= int(c&0x7F) << (7 * i)
		if c < 0x80 {
			break
		}
	}
	return n, true
}

// bin reads a binary part with f, which is called at each record; what goes
// wrong with the part is reported, and the other parts are still read.
func (b *book) bin(name string, f func(kind int, d bytesOf) bool) (bool, error) {
	r, err := b.open(name)
	if err == nil {
		defer r.Close()
		br := &binReader{r: bufio.NewReaderSize(r, 64<<10)}
		for br.next() && f(br.kind, bytesOf{b: br.data}) && !b.out.run.stopped {
		}
		err = br.err
	}
	switch {
	case b.out.run.stopped:
		return false, nil
	case err == nil:
		return true, nil
	}
	if fl := failure(err); fl.Kind == poterne.TooLarge || fl.Kind == poterne.Timeout || fl.Kind == poterne.Encrypted {
		return false, err
	}
	return b.out.fail(poterne.Partial, fmt.Errorf("part %s: %w", path.Base(name), err)), nil
}

// bytesOf takes values off a record; what is not there is zero.
type bytesOf struct{ b []byte }

func (d *bytesOf) take(n int) []byte {
	n = max(0, min(n, len(d.b)))
	t := d.b[:n]
	d.b = d.b[n:]
	return t
}

func (d *bytesOf) u8() int {
	if t := d.take(1); len(t) == 1 {
		return int(t[0])
	}
	return 0
}

func (d *bytesOf) u16() int {
	if t := d.take(2); len(t) == 2 {
		return int(le.Uint16(t))
	}
	return 0
}

func (d *bytesOf) u32() uint32 {
	if t := d.take(4); len(t) == 4 {
		return le.Uint32(t)
	}
	return 0
}

func (d *bytesOf) f64() float64 {
	if t := d.take(8); len(t) == 8 {
		return math.Float64frombits(le.Uint64(t))
	}
	return 0
}

// text takes a string with its length in characters before it; all ones is none.
func (d *bytesOf) text() string {
	n := d.u32()
	if n == 0xFFFFFFFF || int64(n)*2 > int64(len(d.b)) {
		return ""
	}
	return utf16le(d.take(int(n) * 2))
}

func (b *book) binWorkbook(kind int, d bytesOf) bool {
	switch kind {
	case 153: // BrtWbProp
		b.date1904 = d.u32()&1 != 0
	case 156: // BrtBundleSh
		d.take(8)
		id, name := d.text(), d.text()
		if b.targets == nil {
			b.targets = b.targetsOf(b.main)
		}
		if len(b.sheets) < maxParts {
			b.sheets = append(b.sheets, sheetRef{name, b.targets[id]})
		}
	case 39: // BrtName
		d.take(9)
		if name := d.text(); !strings.HasPrefix(name, "_xlnm.") {
			return b.out.property("name", name)
		}
	}
	return true
}

func (b *book) binStyles(kind int, d bytesOf) bool {
	switch kind {
	case 44: // BrtFmt
		if id := d.u16(); len(b.formats) < maxStyles {
			b.formats[id] = parseFormat(d.text())
		}
	case 617: // BrtBeginCellXFs
		b.inXFs = true
	case 618:
		b.inXFs = false
	case 47: // BrtXF
		if d.u16(); b.inXFs && len(b.styles) < maxStyles {
			b.styles = append(b.styles, b.format(d.u16()))
		}
	}
	return true
}

func (b *book) binStrings(kind int, d bytesOf) bool {
	if kind != 19 { // BrtSSTItem
		return true
	}
	d.take(1)
	s := d.text()
	if b.strings.add(s) {
		return true
	}
	if !b.over {
		b.over = true
		b.out.fail(poterne.Partial, errTooManyStrings)
	}
	return b.out.text(poterne.Place{Zone: poterne.ZoneCell}, s)
}

// binSheet reads one sheet: cells follow the head of their row.
func (b *book) binSheet(name string) func(int, bytesOf) bool {
	t := &table{out: b.out, place: poterne.Place{Zone: poterne.ZoneCell, Sheet: name}}
	var fields []field
	row := 0
	return func(kind int, d bytesOf) bool {
		at := func(z poterne.Zone) poterne.Place { return poterne.Place{Zone: z, Sheet: name} }
		if kind >= 1 && kind <= 11 {
			column := int(d.u32()) + 1
			style := int(d.u32() & 0xFFFFFF)
			f := field{column: column}
			switch kind {
			case 2: // BrtCellRk
				f.body, f.number = b.shownStyle(rk(d.u32()), style), true
			case 3, 11:
				f.body, f.number = errorNames[byte(d.u8())], true
			case 4, 10:
				f.body, f.number = boolOrError(byte(d.u8()), 0), true
			case 5, 9:
				f.body, f.number = b.shownStyle(d.f64(), style), true
			case 6, 8:
				f.body = d.text()
			case 7:
				f.body = b.strings.at(int(d.u32()))
			}
			if !blank(f.body) && column <= maxTitles {
				fields = append(fields, f)
			}
			return true
		}
		switch kind {
		case 0, 146: // BrtRowHdr, BrtEndSheetData
			ok := t.row(row, fields, false)
			fields = fields[:0]
			if kind == 0 {
				row = int(d.u32()) + 1
			}
			return ok
		case 479: // BrtBeginHeaderFooter
			d.take(2)
			for i := range 6 {
				zone := poterne.ZoneHeader
				if i%2 == 1 {
					zone = poterne.ZoneFooter
				}
				if !b.out.text(at(zone), printed(d.text())) {
					return false
				}
			}
		case 64, 494, 62: // BrtDVal, BrtHLink, BrtCellRString
			if kind == 62 {
				column := int(d.u32()) + 1
				d.take(5)
				fields = append(fields, field{column: column, body: d.text()})
				return true
			}
			for _, s := range wideTexts(d.b, 3) {
				if !b.out.text(at(poterne.ZoneHidden), s) {
					return false
				}
			}
		}
		return true
	}
}

func (b *book) shownStyle(v float64, style int) string {
	if style < len(b.styles) {
		return b.shown(v, b.styles[style])
	}
	return plainNumber(v)
}

func (b *book) binComments() func(int, bytesOf) bool {
	at := poterne.Place{Zone: poterne.ZoneComment}
	return func(kind int, d bytesOf) bool {
		switch kind {
		case 632: // BrtCommentAuthor
			return b.out.property("author", d.text())
		case 635: // BrtBeginComment
			d.take(4)
			at.Row = int(d.u32()) + 1
			d.take(4)
			at.Column = int(d.u32()) + 1
		case 637: // BrtCommentText
			d.take(1)
			return b.out.text(at, d.text())
		}
		return true
	}
}

// binTexts sends the texts of records whose form is not worth a reader: values
// kept of other workbooks and of the sources of pivot tables.
func (b *book) binTexts(_ int, d bytesOf) bool {
	for _, s := range wideTexts(d.b, 3) {
		if !b.out.text(poterne.Place{Zone: poterne.ZoneHidden}, s) {
			return false
		}
	}
	return true
}
