package extract

import (
	"io"
	"math"
	"strings"

	"poterne"
)

func (b *biffFile) definedName() {
	if b.version < 5 || len(b.data) < 15 || b.data[0]&0x20 != 0 { // builtin
		return
	}
	n := int(b.data[3])
	b.data = b.data[14:]
	name := ""
	if b.version >= 8 {
		wide := len(b.data) > 0 && b.data[0]&1 != 0
		b.data = b.data[min(1, len(b.data)):]
		name = b.chars(n, wide)
	} else {
		name = decodePage(b.take(n), b.page)
	}
	b.out.property("name", name)
}

// textObject reads the text of a shape, a comment or a button: it stands in the
// record that continues this one ([MS-XLS] 2.4.329).
func (b *biffFile) textObject() {
	if b.version < 8 || len(b.data) < 12 {
		return
	}
	n := b.u16(10)
	if n == 0 || !b.more() || len(b.data) == 0 {
		return
	}
	wide := b.data[0]&1 != 0
	b.data = b.data[1:]
	b.out.text(poterne.Place{Zone: poterne.ZoneComment, Sheet: b.sheetName()}, b.chars(n, wide))
}

// maxStore bounds the store of pictures of a workbook that is held, in bytes.
const maxStore = 32 << 20

// drawing reads what the shapes of a sheet say, or keeps the store of pictures,
// which goes on over records.
func (b *biffFile) drawing() {
	if b.kind == 0xEC {
		data := append([]byte(nil), b.data...)
		for b.more() && len(data) < maxStore {
			data = append(data, b.data...)
		}
		a := art{out: b.out, place: poterne.Place{Sheet: b.sheetName()}}
		a.walk(data, 0)
		return
	}
	for ok := true; ok && len(b.store) < maxStore; ok = b.more() {
		b.store = append(b.store, b.data...)
	}
}

// pictures returns the pictures of the store.
func (b *biffFile) pictures() []picture {
	a := art{out: b.out}
	a.walk(b.store, 0)
	return a.pictures
}

// link sends the texts of a hyperlink: display text, address and place are
// strings inside a structure ([MS-OSHARED] 2.3.7) that are found by their form.
func (b *biffFile) link() {
	if len(b.data) < 32 {
		return
	}
	for _, s := range wideTexts(b.data[32:], 4) {
		b.out.property("link", s)
	}
}

// wideTexts finds runs of at least n printable UTF-16 characters.
func wideTexts(b []byte, n int) []string {
	var all []string
	for off := 0; off+2 <= len(b); {
		end := off
		for end+2 <= len(b) {
			c := le.Uint16(b[end:])
			if c < 0x20 || c > 0x24F && c != 0x20AC && (c < 0x2010 || c > 0x2026) {
				break
			}
			end += 2
		}
		if (end-off)/2 >= n {
			all = append(all, utf16le(b[off:end]))
			off = end
		} else {
			off++
		}
	}
	return all
}

// validation sends the prompts of a validated cell and its list of choices.
func (b *biffFile) validation() {
	if b.version < 8 || len(b.data) < 8 {
		return
	}
	at := poterne.Place{Zone: poterne.ZoneHidden, Sheet: b.sheetName()}
	b.data = b.data[4:]
	for range 4 {
		b.out.text(at, strings.Trim(b.unicodeString(2), "\x00"))
	}
	if len(b.data) < 7 {
		return
	}
	// The first formula: a list is one text, its choices set apart by zeros.
	n := b.u16(0)
	f := b.data[4:min(len(b.data), 4+n)]
	if len(f) > 3 && f[0] == 0x17 {
		sub := &biffReader{data: f[1:], err: io.EOF}
		b.out.text(at, strings.ReplaceAll(sub.unicodeString(1), "\x00", "\n"))
	}
}

// cachedCells sends the texts kept of cells of another workbook.
func (b *biffFile) cachedCells() {
	if b.version < 8 || len(b.data) < 5 {
		return
	}
	last, first := int(b.data[0]), int(b.data[1])
	b.data = b.data[4:]
	for range max(0, last-first+1) {
		kind := b.take(1)
		if len(kind) == 0 {
			return
		}
		switch kind[0] {
		case 1:
			if v := b.take(8); len(v) == 8 {
				b.out.text(poterne.Place{Zone: poterne.ZoneHidden}, plainNumber(math.Float64frombits(le.Uint64(v))))
			}
		case 2:
			b.out.text(poterne.Place{Zone: poterne.ZoneHidden}, b.unicodeString(2))
		default:
			b.take(8)
		}
	}
}

// pivotCacheXLS sends the texts and numbers that a pivot table keeps of its source.
func pivotCacheXLS(r io.Reader, sheet string, out *emitter) {
	b := newBIFF(out.inflate(r))
	row := 0
	for b.next() && !out.run.stopped {
		switch b.kind {
		case 0xCD: // SXString
			row++
			out.cell(sheet, row, 0, "", b.unicodeString(2))
		case 0xC9: // SXNum
			if len(b.data) >= 8 {
				row++
				out.cell(sheet, row, 0, "", plainNumber(math.Float64frombits(le.Uint64(b.data))))
			}
		}
	}
}
