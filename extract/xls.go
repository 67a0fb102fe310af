package extract

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"poterne"
)

// readXLS reads a workbook of Excel 5 to 2003 in its container.
func readXLS(_ context.Context, s storage, out *emitter) error {
	stream, err := s.open(s.dir + "Workbook")
	if err != nil {
		if stream, err = s.open(s.dir + "Book"); err != nil {
			return err
		}
	}
	pictures, err := readBIFF(io.NewSectionReader(stream, 0, stream.size), out)
	if err != nil {
		return err
	}
	s.properties(out)
	s.macros(out)
	for _, name := range s.children(s.dir) {
		// Objects lie in storages named MBD and eight digits; pivot caches in one of their own.
		switch sub := s.dir + name + "/"; {
		case strings.HasPrefix(name, "mbd"):
			if !s.embed(out, name, sub) {
				return nil
			}
		case name == "_sx_db_cur":
			for i, cache := range s.children(sub) {
				if st, err := s.open(sub + cache); err == nil {
					pivotCacheXLS(io.NewSectionReader(st, 0, st.size), fmt.Sprintf("cache %d", i+1), out)
				}
			}
		}
	}
	return out.scanned(pictures)
}

// readAnyXLS reads a workbook in its container, or without one as Excel 2 to 4
// and some writers of reports leave it.
func readAnyXLS(ctx context.Context, in *input, out *emitter) error {
	head, err := in.head(len(oleMagic))
	if err != nil {
		return err
	}
	if string(head) != oleMagic {
		pictures, err := readBIFF(in.stream(), out)
		if err != nil {
			return err
		}
		return out.scanned(pictures)
	}
	return ole(readXLS)(ctx, in, out)
}

// biffFile reads the records of a workbook, of all versions at once: BIFF2 to 5
// have strings in a code page, BIFF8 in Unicode.
type biffFile struct {
	*biffReader
	book
	out     *emitter
	version int // 2, 3, 4, 5, 8
	page    int // code page
	names   map[int64]string
	xfs     []int
	codes   []string // formats by order, before BIFF5
	t       *table
	row     int
	fields  []field
	pending *field // a formula whose text follows
	depth   int    // of BOF inside BOF: charts
	begin   int64  // offset of the current record

	store []byte // of pictures
}

// readBIFF reads the records of a workbook and returns its pictures.
func readBIFF(r io.Reader, out *emitter) ([]picture, error) {
	b := &biffFile{biffReader: newBIFF(out.inflate(r)), out: out, page: 1252, names: make(map[int64]string)}
	b.formats = make(map[int]*numFormat)
	for !out.run.stopped {
		b.begin = b.off
		if !b.next() {
			break
		}
		if err := b.record(); err != nil {
			return nil, err
		}
	}
	b.flush()
	// Streams end in padding that need not be a record.
	if b.err != nil && !(b.version != 0 && b.depth == 0 && b.err == io.ErrUnexpectedEOF) {
		return b.pictures(), b.err
	}
	if b.version == 0 {
		return nil, errCFB
	}
	return b.pictures(), nil
}

var le = binary.LittleEndian

func (b *biffFile) u16(i int) int {
	if i+2 > len(b.data) {
		return 0
	}
	return int(le.Uint16(b.data[i:]))
}

func (b *biffFile) record() error {
	switch b.kind {
	case 0x809, 0x409, 0x209, 0x009:
		b.startSheet()
	case 0x0A: // EOF
		b.flush()
		b.depth = max(0, b.depth-1)
	case 0x2F: // FILEPASS
		if b.version == 8 {
			if b.key = unlockBIFF(b.data, b.out.run.x.opts.Passwords); b.key != nil {
				break
			}
		}
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case 0x42:
		switch b.page = b.u16(0); b.page {
		case 0x8000:
			b.page = 10000 // of the Macintosh
		case 0x8001:
			b.page = 1252
		}
	case 0x22:
		b.date1904 = b.u16(0) == 1
	case 0x85:
		b.boundSheet()
	case 0xFC:
		b.sharedStringTable()
	case 0x41E, 0x1E:
		b.formatRecord()
	case 0xE0, 0x443, 0x243, 0x43:
		b.xf()
	case 0xFD: // LABELSST
		if len(b.data) >= 10 {
			b.put(b.strings.at(int(le.Uint32(b.data[6:]))), false)
		}
	case 0x204, 0xD6: // LABEL, RSTRING
		if len(b.data) >= 8 {
			row, column := b.u16(0), b.u16(2)
			b.data = b.data[6:]
			b.at(row, column, b.text(2), false)
		}
	case 0x04: // LABEL of BIFF2
		if len(b.data) >= 8 {
			row, column := b.u16(0), b.u16(2)
			b.data = b.data[7:]
			b.at(row, column, b.text(1), false)
		}
	case 0x203: // NUMBER
		if len(b.data) >= 14 {
			b.putNumber(math.Float64frombits(le.Uint64(b.data[6:])))
		}
	case 0x03:
		if len(b.data) >= 15 {
			b.at(b.u16(0), b.u16(2), plainNumber(math.Float64frombits(le.Uint64(b.data[7:]))), true)
		}
	case 0x02:
		if len(b.data) >= 9 {
			b.at(b.u16(0), b.u16(2), fmt.Sprint(b.u16(7)), true)
		}
	case 0x27E: // RK
		if len(b.data) >= 10 {
			b.putNumber(rk(le.Uint32(b.data[6:])))
		}
	case 0xBD: // MULRK
		row, column := b.u16(0), b.u16(2)
		for i := 4; i+6 <= len(b.data)-2; i += 6 {
			b.at(row, column, b.shownXF(rk(le.Uint32(b.data[i+2:])), b.u16(i)), true)
			column++
		}
	case 0x06, 0x206, 0x406:
		b.formula()
	case 0x207, 0x07: // STRING: the text of the formula before
		size := 2
		if b.version == 2 {
			size = 1
		}
		if f := b.pending; f != nil {
			f.body = b.text(size)
			b.add(*f)
			b.pending = nil
		}
	case 0x205, 0x05: // BOOLERR
		i := 6
		if b.version == 2 {
			i = 7
		}
		if len(b.data) >= i+2 {
			b.put(boolOrError(b.data[i], b.data[i+1]), true)
		}
	case 0x18: // NAME: only those that people give
		b.definedName()
	case 0x14, 0x15: // HEADER, FOOTER
		zone := poterne.ZoneHeader
		if b.kind == 0x15 {
			zone = poterne.ZoneFooter
		}
		size := 2
		if b.version < 8 {
			size = 1
		}
		b.out.text(poterne.Place{Zone: zone, Sheet: b.sheetName()}, printed(b.text(size)))
	case 0xEB, 0xEC: // the store of pictures, the shapes of a sheet
		b.drawing()
	case 0x1B6:
		b.textObject()
	case 0x1C:
		if b.version < 8 && len(b.data) > 6 {
			b.out.text(poterne.Place{Zone: poterne.ZoneComment, Sheet: b.sheetName(), Row: b.u16(0) + 1, Column: b.u16(2) + 1}, decodePage(b.data[6:], b.page))
		} else if b.version == 8 && len(b.data) > 8 {
			b.data = b.data[8:]
			b.out.property("author", b.unicodeString(2))
		}
	case 0x1B8:
		b.link()
	case 0x1BE:
		b.validation()
	case 0x100D: // SERIESTEXT
		if len(b.data) > 3 {
			b.data = b.data[2:]
			b.out.text(poterne.Place{Sheet: b.sheetName()}, b.text(1))
		}
	case 0x1AE, 0x17: // links to other workbooks hold paths and sheets' names
		if b.version == 8 && b.kind == 0x1AE && len(b.data) > 4 {
			n := b.u16(0)
			b.data = b.data[2:]
			for range min(n+1, 256) {
				if s := b.unicodeString(2); s != "" {
					b.out.property("link", strings.Trim(s, "\x00\x01\x02\x03\x04"))
				}
				if len(b.data) < 3 {
					break
				}
			}
		}
	case 0x5A: // CRN: cached cells of other workbooks
		b.cachedCells()
	}
	return nil
}

// startSheet begins a substream: the workbook itself, a sheet, a chart.
func (b *biffFile) startSheet() {
	b.depth++
	if b.version == 0 {
		switch b.kind {
		case 0x009:
			b.version = 2
		case 0x209:
			b.version = 3
		case 0x409:
			b.version = 4
		default:
			b.version = 5
			if b.u16(0) >= 0x600 {
				b.version = 8
			}
		}
	}
	if b.depth > 1 {
		return // a chart inside a sheet
	}
	b.flush()
	name := b.names[b.begin]
	if kind := b.u16(2); b.kind == 0x809 && kind == 5 {
		b.t = nil // the workbook's own records
		return
	}
	b.t = &table{out: b.out, place: poterne.Place{Zone: poterne.ZoneCell, Sheet: name}}
	if name != "" {
		b.out.property("sheet", name)
	}
}

func (b *biffFile) sheetName() string {
	if b.t == nil {
		return ""
	}
	return b.t.place.Sheet
}

// text reads a string with a length of size bytes, in the way of the version.
func (b *biffFile) text(size int) string {
	if b.version >= 8 {
		return b.unicodeString(size)
	}
	h := b.take(size)
	if len(h) < size {
		return ""
	}
	n := int(h[0])
	if size == 2 {
		n |= int(h[1]) << 8
	}
	return decodePage(b.take(n), b.page)
}

func (b *biffFile) boundSheet() {
	if len(b.data) < 8 || len(b.names) > maxParts {
		return
	}
	pos := int64(le.Uint32(b.data))
	b.data = b.data[6:]
	b.names[pos] = b.text(1)
}

func (b *biffFile) sharedStringTable() {
	if len(b.data) < 8 {
		return
	}
	n := le.Uint32(b.data[4:])
	b.data = b.data[8:]
	over := false
	for i := uint32(0); i < n; i++ {
		if len(b.data) == 0 && !b.more() {
			break
		}
		s := b.unicodeString(2)
		if !b.strings.add(s) {
			over = true
			if !b.out.text(poterne.Place{Zone: poterne.ZoneCell}, s) {
				return
			}
		}
	}
	if over {
		b.out.fail(poterne.Partial, errTooManyStrings)
	}
}

func (b *biffFile) formatRecord() {
	if len(b.formats) > maxStyles || len(b.codes) > maxStyles {
		return
	}
	if b.version < 5 {
		if b.version == 4 && len(b.data) > 2 {
			b.data = b.data[2:]
		}
		b.formats[len(b.codes)] = parseFormat(b.text(1))
		b.codes = append(b.codes, "")
		return
	}
	if len(b.data) < 3 {
		return
	}
	id := b.u16(0)
	b.data = b.data[2:]
	size := 1
	if b.version >= 8 {
		size = 2
	}
	b.formats[id] = parseFormat(b.text(size))
}

func (b *biffFile) xf() {
	if len(b.xfs) > maxStyles {
		return
	}
	switch b.version {
	case 2:
		if len(b.data) >= 3 {
			b.xfs = append(b.xfs, int(b.data[2]&0x3F))
		}
	case 3, 4:
		if len(b.data) >= 2 {
			b.xfs = append(b.xfs, int(b.data[1]))
		}
	default:
		b.xfs = append(b.xfs, b.u16(2))
	}
}

func (b *biffFile) shownXF(v float64, xf int) string {
	if xf < 0 || xf >= len(b.xfs) {
		return plainNumber(v)
	}
	return b.shown(v, b.format(b.xfs[xf]))
}

// put adds the cell whose row and column start the record.
func (b *biffFile) put(body string, number bool) { b.at(b.u16(0), b.u16(2), body, number) }

func (b *biffFile) putNumber(v float64) { b.put(b.shownXF(v, b.u16(4)), true) }

// at adds a cell; row and column count from 0.
func (b *biffFile) at(row, column int, body string, number bool) {
	if b.depth > 1 { // a chart keeps a copy of the cells that it shows
		if !number {
			b.out.text(poterne.Place{Sheet: b.sheetName()}, body)
		}
		return
	}
	if b.row != row+1 {
		b.flush()
		b.row = row + 1
	}
	b.add(field{column: column + 1, body: body, number: number})
}

func (b *biffFile) add(f field) {
	if !blank(f.body) && len(b.fields) < maxTitles {
		b.fields = append(b.fields, f)
	}
}

func (b *biffFile) flush() {
	if b.t == nil {
		b.t = &table{out: b.out, place: poterne.Place{Zone: poterne.ZoneCell}}
	}
	b.t.row(b.row, b.fields, false)
	b.fields = b.fields[:0]
	b.pending = nil
}

// rk decodes a number packed into 30 bits ([MS-XLS] 2.5.217).
func rk(v uint32) float64 {
	var f float64
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	} else {
		f = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}

var errorNames = map[byte]string{0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

func boolOrError(v, isError byte) string {
	switch {
	case isError != 0:
		return errorNames[v]
	case v != 0:
		return "TRUE"
	}
	return "FALSE"
}

// formula adds the value that a formula had when it was last computed.
func (b *biffFile) formula() {
	i := 6
	if b.version == 2 {
		i = 7
	}
	if len(b.data) < i+8 {
		return
	}
	row, column, v := b.u16(0), b.u16(2), b.data[i:i+8]
	if b.row != row+1 {
		b.flush()
		b.row = row + 1
	}
	if v[6] != 0xFF || v[7] != 0xFF {
		f := math.Float64frombits(le.Uint64(v))
		if b.version == 2 {
			b.at(row, column, plainNumber(f), true)
		} else {
			b.at(row, column, b.shownXF(f, b.u16(4)), true)
		}
		return
	}
	switch v[0] {
	case 0:
		b.pending = &field{column: column + 1}
	case 1, 2:
		b.at(row, column, boolOrError(v[2], v[0]-1), true)
	}
}
