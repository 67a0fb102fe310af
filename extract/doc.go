package extract

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"sort"

	"poterne"
)

// docFile is a document of Word 6 to 2003 ([MS-DOC]): text lies in pieces, which
// a table puts into order; character positions run through the main text, then
// footnotes, headers, comments, endnotes and text boxes.
type docFile struct {
	storage
	out    *emitter
	word   *cfbStream
	fib    []byte
	pieces []docPiece
	page   int            // code page of 8-bit text
	rowEnd map[int64]bool // file offsets behind the marks that end a table's row
	wide97 bool           // Word 97 and later
}

// docPiece is a stretch of characters from cp on, at offset off of the stream.
type docPiece struct {
	cp, end int64
	off     int64
	wide    bool
}

// docStory is one of the runs of text of a document.
type docStory struct {
	zone poterne.Zone
	at97 int // offset in the FIB of its length, Word 97
	at6  int // Word 6 and 95
}

var docStories = []docStory{
	{poterne.ZoneBody, 0x4C, 0x34},
	{poterne.ZoneNote, 0x50, 0x38},
	{poterne.ZoneHeader, 0x54, 0x3C},
	{poterne.ZoneHidden, 0x58, 0x40}, // macros
	{poterne.ZoneComment, 0x5C, 0x44},
	{poterne.ZoneNote, 0x60, 0x48},
	{poterne.ZoneBody, 0x64, 0x4C}, // text boxes
	{poterne.ZoneHeader, 0x68, 0x50},
}

func readDOC(_ context.Context, s storage, out *emitter) error {
	d := &docFile{storage: s, out: out}
	var err error
	if d.word, err = s.open(s.dir + "WordDocument"); err != nil {
		return err
	}
	d.fib = s.read(s.dir+"WordDocument", 2048)
	if len(d.fib) < 0x180 {
		return io.ErrUnexpectedEOF
	}
	d.wide97 = d.u16(2) >= 0xC1
	if d.u16(0x0A)&0x0100 != 0 {
		if err := d.unlock(); err != nil {
			return err
		}
	}
	d.page = pageOfLanguage(d.u16(6))
	var table []byte
	if d.wide97 {
		table = s.read(s.dir+d.tableName(), 256<<20)
		err = d.readPieces(table, 0x1A2)
	} else {
		table = s.read(s.dir+"WordDocument", 256<<20)
		err = d.readPieces(table, 0x160)
	}
	d.readRowEnds(table)
	text := d.stories(table)
	d.drawings(table)
	s.properties(out)
	s.macros(out)
	for _, name := range s.children(s.dir + "ObjectPool/") {
		if !s.embed(out, name, s.dir+"objectpool/"+name+"/") {
			return nil
		}
	}
	if text != nil {
		return text
	}
	if err != nil || out.run.stopped {
		return err
	}
	pictures := blips(d.word, d.word.size)
	if data, err := s.open(s.dir + "Data"); err == nil { // those that stand in the text
		pictures = append(pictures, blips(data, data.size)...)
	}
	return out.scanned(pictures)
}

// drawings sends what the shapes of the text and of the headers say, where text
// drawn behind the page is a watermark ([MS-DOC] 2.9.172: the store of pictures,
// then each drawing behind a byte that says where it stands).
func (d *docFile) drawings(table []byte) {
	off, n := d.u32(0x22A), d.u32(0x22E)
	if !d.wide97 || n < 8 || off+n > int64(len(table)) {
		return
	}
	b := table[off : off+n]
	size := 8 + int64(le.Uint32(b[4:]))
	for size < int64(len(b)) { // the store comes first: its pictures lie elsewhere
		b = b[size:]
		if len(b) < 9 {
			return
		}
		a := art{out: d.out}
		if b[0] != 0 {
			a.place.Zone, a.watermark = poterne.ZoneHeader, true
		}
		b = b[1:]
		size = 8 + int64(le.Uint32(b[4:]))
		a.walk(b[:min(size, int64(len(b)))], 0)
	}
}

// tableName returns the name of the stream of tables: each save may change it.
func (d *docFile) tableName() string {
	if d.u16(0x0A)&0x0200 != 0 {
		return "1Table"
	}
	return "0Table"
}

// unlock decrypts the document. What Word 6 and 95 do, and what later ones do
// without RC4, is not undone.
func (d *docFile) unlock() error {
	const obfuscated = 0x8000
	if !d.wide97 || d.u16(0x0A)&obfuscated != 0 {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	err := d.unlockDOC(d.out, d.tableName(), d.u32(0x0E))
	if err == nil {
		d.fib = d.read(d.dir+"WordDocument", 2048)
		d.word, err = d.open(d.dir + "WordDocument")
	}
	return err
}

func (d *docFile) u16(i int) int {
	if i+2 > len(d.fib) {
		return 0
	}
	return int(le.Uint16(d.fib[i:]))
}

func (d *docFile) u32(i int) int64 {
	if i+4 > len(d.fib) {
		return 0
	}
	return int64(le.Uint32(d.fib[i:]))
}

// pageOfLanguage returns the code page of 8-bit text in the language.
func pageOfLanguage(lid int) int {
	switch lid & 0x3FF {
	case 0x19, 0x22, 0x23, 0x02, 0x2F: // Russian, Ukrainian, Belarusian, Bulgarian, Macedonian
		return 1251
	case 0x05, 0x0E, 0x15, 0x18, 0x1A, 0x1B, 0x24: // Czech, Hungarian, Polish, Romanian, Croatian, Slovak, Slovene
		return 1250
	case 0x08:
		return 1253
	case 0x1F:
		return 1254
	case 0x0D:
		return 1255
	case 0x01, 0x20, 0x29:
		return 1256
	case 0x25, 0x26, 0x27:
		return 1257
	case 0x1E:
		return 874
	case 0x11:
		return 932
	case 0x12:
		return 949
	case 0x04:
		if lid == 0x0404 || lid == 0x0C04 {
			return 950
		}
		return 936
	}
	return 1252
}

// readPieces reads the piece table at the offset that the FIB gives at i. A
// document that has none is one piece.
func (d *docFile) readPieces(table []byte, i int) error {
	off, n := d.u32(i), d.u32(i+4)
	if n > 0 && off+n <= int64(len(table)) {
		clx := table[off : off+n]
		for len(clx) > 5 && clx[0] == 1 { // formatting that comes first
			clx = clx[min(len(clx), 3+int(le.Uint16(clx[1:]))):]
		}
		if len(clx) > 5 && clx[0] == 2 {
			plc := clx[5:]
			plc = plc[:min(int64(len(plc)), int64(le.Uint32(clx[1:])))]
			d.pieceTable(plc)
		}
	}
	if len(d.pieces) > 0 {
		return nil
	}
	first, last := d.u32(0x18), d.u32(0x1C)
	if last <= first || first > d.word.size {
		return io.ErrUnexpectedEOF
	}
	d.pieces = []docPiece{{cp: 0, end: last - first, off: first}}
	if n > 0 {
		return io.ErrUnexpectedEOF // there should have been a table
	}
	return nil
}

func (d *docFile) pieceTable(plc []byte) {
	n := (len(plc) - 4) / 12
	last := int64(0)
	for k := range max(0, n) {
		p := docPiece{cp: int64(le.Uint32(plc[4*k:])), end: int64(le.Uint32(plc[4*k+4:]))}
		fc := int64(le.Uint32(plc[4*(n+1)+8*k+2:]))
		p.off, p.wide = fc, d.wide97
		if d.wide97 && fc&0x40000000 != 0 {
			p.off, p.wide = (fc&^0x40000000)/2, false
		}
		if p.end <= p.cp || p.cp < last {
			continue // out of order: broken
		}
		last = p.end
		d.pieces = append(d.pieces, p)
	}
}

// readRowEnds finds the marks that end table rows: a cell's end and a row's end
// are the same character, only the properties of the paragraph tell them apart
// ([MS-DOC] 2.4.3). They stand in pages of 512 bytes that a table lists.
func (d *docFile) readRowEnds(table []byte) {
	d.rowEnd = make(map[int64]bool)
	at, entry := 0x102, 4
	if !d.wide97 {
		at, entry = 0xC0, 2
	}
	off, n := d.u32(at), d.u32(at+4)
	if n < 8 || off+n > int64(len(table)) {
		return
	}
	plc := table[off : off+n]
	count := (len(plc) - 4) / (4 + entry)
	page := make([]byte, 512)
	for k := range count {
		i := 4*(count+1) + entry*k
		pn := int64(le.Uint16(plc[i:]))
		if entry == 4 {
			pn = int64(le.Uint32(plc[i:]) & 0x3FFFFF)
		}
		if m, _ := d.word.ReadAt(page, pn*512); m < 512 || len(d.rowEnd) > 1<<20 {
			return
		}
		d.rowEndsOf(page)
	}
}

func (d *docFile) rowEndsOf(page []byte) {
	runs := int(page[511])
	bx := 13
	if !d.wide97 {
		bx = 7
	}
	for r := range runs {
		i := 4*(runs+1) + bx*r
		if i >= 511 {
			return
		}
		start := int(page[i]) * 2
		if start == 0 || start+3 > 511 {
			continue
		}
		var props []byte
		if d.wide97 {
			size := int(page[start])*2 - 1
			if page[start] == 0 {
				start++
				size = int(page[start]) * 2
			}
			if size < 2 || start+1+size > 512 {
				continue
			}
			props = page[start+3 : start+1+size]
		} else {
			size := int(page[start])*2 - 1
			if size < 1 || start+1+size > 512 {
				continue
			}
			props = page[start+2 : start+1+size]
		}
		if d.endsRow(props) && 4*(r+1)+4 <= 511 {
			d.rowEnd[int64(le.Uint32(page[4*(r+1):]))] = true
		}
	}
}

// endsRow looks for sprmPFTtp among the properties of a paragraph.
func (d *docFile) endsRow(p []byte) bool {
	if !d.wide97 {
		for i := 0; i+1 < len(p); i++ {
			if p[i] == 25 && p[i+1] == 1 && i > 0 && p[i-1] == 1 { // behind sprmPFInTable
				return true
			}
		}
		return false
	}
	for len(p) >= 3 {
		op := le.Uint16(p)
		if op == 0x2417 {
			return p[2] != 0
		}
		size := 1
		switch op >> 13 {
		case 2, 4, 5:
			size = 2
		case 3:
			size = 4
		case 7:
			size = 3
		case 6:
			size = 1 + int(p[2])
			if op == 0xD608 && len(p) >= 4 { // sprmTDefTable counts in two bytes
				size = 1 + int(le.Uint16(p[2:]))
			}
		}
		p = p[min(len(p), 2+size):]
	}
	return false
}

// stories reads the runs of text in their order, each in its zone.
func (d *docFile) stories(table []byte) error {
	total := d.pieces
	if len(total) == 0 {
		return io.ErrUnexpectedEOF
	}
	end := total[len(total)-1].end
	cp := int64(0)
	for _, st := range docStories {
		n := d.u32(st.at6)
		if d.wide97 {
			n = d.u32(st.at97)
		}
		if st.at97 == 0x4C && (n == 0 || n > end) {
			n = end // lengths are broken: all is main text
		}
		if n > end-cp {
			n = end - cp
		}
		if n <= 0 {
			continue
		}
		var err error
		if st.at97 == 0x54 {
			err = d.headers(table, cp, n)
		} else {
			err = d.run(cp, cp+n, st.zone)
		}
		if err != nil || d.out.run.stopped {
			return err
		}
		cp += n
	}
	if cp+2 < end { // what no length covers is read all the same
		return d.run(cp, end, poterne.ZoneHidden)
	}
	return nil
}

// headers reads the headers and footers: for each section six stories, even
// and odd header, even and odd footer, first header and footer, behind six of
// the separators of notes ([MS-DOC] 2.3.4).
func (d *docFile) headers(table []byte, cp, n int64) error {
	off, size := d.u32(0xF2), d.u32(0xF6)
	if !d.wide97 {
		off, size = d.u32(0xB0), d.u32(0xB4)
	}
	if size < 12 || off+size > int64(len(table)) {
		return d.run(cp, cp+n, poterne.ZoneHeader)
	}
	marks := words(table[off : off+size])
	at := cp
	for i := 0; i+1 < len(marks); i++ {
		from, to := max(cp+int64(marks[i]), at), min(cp+int64(marks[i+1]), cp+n)
		if to <= from {
			continue
		}
		zone := poterne.ZoneHeader
		if k := i % 6; i < 6 {
			zone = poterne.ZoneNote
		} else if k == 2 || k == 3 || k == 5 {
			zone = poterne.ZoneFooter
		}
		if err := d.run(from, to, zone); err != nil || d.out.run.stopped {
			return err
		}
		at = to
	}
	if at < cp+n {
		return d.run(at, cp+n, poterne.ZoneHeader)
	}
	return nil
}

// run reads the characters from cp to end.
func (d *docFile) run(cp, end int64, zone poterne.Zone) error {
	w := &docWriter{d: d, zone: zone}
	i := sort.Search(len(d.pieces), func(i int) bool { return d.pieces[i].end > cp })
	for ; i < len(d.pieces) && d.pieces[i].cp < end; i++ {
		p := d.pieces[i]
		from, to := max(cp, p.cp), min(end, p.end)
		width := int64(1)
		if p.wide {
			width = 2
		}
		off := p.off + (from-p.cp)*width
		// Pieces may share bytes: what they add up to counts against the budget.
		r := bufio.NewReaderSize(d.out.inflate(io.NewSectionReader(d.word, off, (to-from)*width)), 32<<10)
		if err := w.piece(r, off, p.wide); err != nil {
			w.finish()
			return fmt.Errorf("text at %d: %w", off, err)
		}
		if d.out.run.stopped {
			return nil
		}
	}
	w.finish()
	return nil
}
