package extract

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"poterne"
)

var (
	errMetafile   = errors.New("metafile: broken record")
	errNoMetafile = errors.New("no metafile")
)

const (
	// maxMetaRecord bounds a record that holds text, in bytes; pictures inside
	// metafiles, which are passed over, may be larger.
	maxMetaRecord = 1 << 20
	// maxMetaText bounds the text of one metafile, in bytes.
	maxMetaText = 4 << 20
)

// metafile reads the text of a picture that is a list of drawing calls: WMF
// ([MS-WMF]), EMF ([MS-EMF]) or EMF+ ([MS-EMFPLUS]) inside it. Calls that draw on one
// line behind each other make one line.
type metafile struct {
	r    *bufio.Reader
	data []byte // of the current record, behind its head
	page int    // code page of the font, for text in bytes

	text       strings.Builder
	line       strings.Builder
	x, y, size int // where the line ends, its height on the page, the mean width of its letters
	seen       map[string]bool
}

// metafileText returns the text of a metafile, and an error where it is cut or
// broken: what came before it counts.
func metafileText(r io.Reader) (string, error) {
	m := &metafile{r: bufio.NewReader(r), page: 1252, seen: make(map[string]bool)}
	head, _ := m.r.Peek(44)
	var err error
	switch {
	case len(head) == 44 && string(head[40:]) == " EMF":
		err = m.emf()
	case len(head) >= 18 && le.Uint32(head) == 0x9AC6CDD7: // with a head that says where it stands
		m.r.Discard(22)
		err = m.wmf()
	case len(head) >= 18 && le.Uint16(head[2:]) == 9 && (le.Uint16(head) == 1 || le.Uint16(head) == 2) && le.Uint16(head[4:])&0xFCFF == 0:
		err = m.wmf()
	default:
		return "", errNoMetafile
	}
	m.endLine()
	return m.text.String(), err
}

// readMetafile reads a metafile that is a document of its own.
func readMetafile(in *input, out *emitter) (letters int, err error) {
	text, err := metafileText(in.stream())
	out.text(poterne.Place{Page: 1}, text)
	letters, _ = countLetters(text)
	return letters, err
}

// record reads the rest of a record of size bytes, or passes over one that holds no text.
func (m *metafile) record(size int64, wanted bool) error {
	if size < 0 || size > 1<<31 {
		return errMetafile
	}
	if !wanted || size > maxMetaRecord {
		m.data = m.data[:0]
		_, err := io.CopyN(io.Discard, m.r, size)
		return err
	}
	if int64(cap(m.data)) < size {
		m.data = make([]byte, size)
	}
	m.data = m.data[:size]
	_, err := io.ReadFull(m.r, m.data)
	return err
}

func (m *metafile) emf() error {
	var head [8]byte
	for m.text.Len() < maxMetaText {
		if _, err := io.ReadFull(m.r, head[:]); err != nil {
			return ended(err)
		}
		kind := le.Uint32(head[:])
		wanted := kind == 70 || kind == 82 || kind == 83 || kind == 84 || kind == 96 || kind == 97 || kind == 108
		if err := m.record(int64(le.Uint32(head[4:]))-8, wanted); err != nil {
			return err
		}
		switch kind {
		case 14: // EMR_EOF
			return nil
		case 70:
			m.emfPlus()
		case 82: // EMR_EXTCREATEFONTINDIRECTW
			if len(m.data) > 27 {
				m.font(m.data[27])
			}
		case 83, 84: // EMR_EXTTEXTOUTA, W
			m.emfText(28, kind == 84)
		case 96, 97: // EMR_POLYTEXTOUTA, W
			const each = 40
			for i := 32; i+each <= len(m.data); i += each {
				m.emfText(i, kind == 97)
			}
		case 108:
			m.emfSmall()
		}
	}
	return nil
}

// emfText draws the text whose description is at i of the record ([MS-EMF]
// 2.2.5): reference point, count, offset of the letters, options, clip, offset of
// the steps from one letter to the next. Offsets count from the record's head.
func (m *metafile) emfText(i int, wide bool) {
	const glyphs = 0x10 // numbers of the font's drawings, not letters
	b := m.data
	if len(b) < i+40 || le.Uint32(b[i+16:])&glyphs != 0 {
		return
	}
	n, at, steps := int64(le.Uint32(b[i+8:])), int64(le.Uint32(b[i+12:]))-8, int64(le.Uint32(b[i+36:]))-8
	width := int64(1)
	if wide {
		width = 2
	}
	if at < 0 || at+n*width > int64(len(b)) {
		return
	}
	step := 0
	if steps >= 0 && steps+4*n <= int64(len(b)) {
		for k := range n {
			step += int(int32(le.Uint32(b[steps+4*k:])))
		}
	}
	m.draw(int(int32(le.Uint32(b[i:]))), int(int32(le.Uint32(b[i+4:]))), step, m.letters(b[at:at+n*width], wide))
}

func (m *metafile) emfSmall() {
	const narrow, noRect = 0x200, 0x100
	b := m.data
	if len(b) < 28 {
		return
	}
	n, options := int64(le.Uint32(b[8:])), le.Uint32(b[12:])
	at, width := int64(28), int64(2)
	if options&noRect == 0 {
		at += 16
	}
	if options&narrow != 0 {
		width = 1
	}
	if at+n*width <= int64(len(b)) {
		m.draw(int(int32(le.Uint32(b))), int(int32(le.Uint32(b[4:]))), 0, m.letters(b[at:at+n*width], width == 2))
	}
}

// emfPlus draws the texts of the records of EMF+ in a comment.
func (m *metafile) emfPlus() {
	b := m.data
	if len(b) < 8 || string(b[4:8]) != "EMF+" {
		return
	}
	for b = b[8:]; len(b) >= 12; {
		kind, size := le.Uint16(b), int64(le.Uint32(b[4:]))
		if size < 12 || size > int64(len(b)) {
			return
		}
		if data := b[12:size]; kind == 0x401C && len(data) >= 28 { // DrawString
			if n := 2 * int64(le.Uint32(data[8:])); 28+n <= int64(len(data)) {
				m.endLine()
				m.line.WriteString(utf16le(data[28 : 28+n]))
				m.endLine()
			}
		}
		b = b[size:]
	}
}

func (m *metafile) wmf() error {
	const head = 18
	if _, err := m.r.Discard(head); err != nil {
		return err
	}
	var b [6]byte
	for m.text.Len() < maxMetaText {
		if _, err := io.ReadFull(m.r, b[:]); err != nil {
			return ended(err)
		}
		kind := le.Uint16(b[4:])
		if err := m.record(2*int64(le.Uint32(b[:]))-6, kind == 0x02FB || kind == 0x0521 || kind == 0x0A32); err != nil {
			return err
		}
		switch d := m.data; {
		case kind == 0: // META_EOF
			return nil
		case kind == 0x02FB && len(d) > 13: // META_CREATEFONTINDIRECT
			m.font(d[13])
		case kind == 0x0521 && len(d) >= 2: // META_TEXTOUT
			n := int(le.Uint16(d))
			at := 2 + (n+1)&^1
			if at+4 <= len(d) {
				m.draw(short(d[at+2:]), short(d[at:]), 0, m.letters(d[2:2+n], false))
			}
		case kind == 0x0A32 && len(d) >= 8: // META_EXTTEXTOUT
			m.wmfText(d)
		}
	}
	return nil
}

func (m *metafile) wmfText(d []byte) {
	const clipped, glyphs = 0x0006, 0x10
	n, options, at := int(le.Uint16(d[4:])), le.Uint16(d[6:]), 8
	if options&clipped != 0 {
		at += 8
	}
	if at+n > len(d) || options&glyphs != 0 {
		return
	}
	step := 0
	for s := at + (n+1)&^1; s+2 <= len(d); s += 2 {
		step += short(d[s:])
	}
	m.draw(short(d[2:]), short(d), step, m.letters(d[at:at+n], false))
}

func short(b []byte) int { return int(int16(binary.LittleEndian.Uint16(b))) }

// font takes the character set of the font that comes.
func (m *metafile) font(charset byte) {
	if m.page = charsetPages[int(charset)]; m.page == 0 {
		m.page = 1252
	}
}

func (m *metafile) letters(b []byte, wide bool) string {
	if !wide {
		return decodePage(b, m.page)
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = le.Uint16(b[2*i:])
		if units[i] >= 0xF020 && units[i] <= 0xF0FF { // a symbol font
			units[i] -= 0xF000
		}
	}
	return string(utf16.Decode(units))
}

// draw adds text at a point; step is how far it reaches, 0 where that is not
// known. On the same line it is joined to what stands before it, with a space
// where there is a gap.
func (m *metafile) draw(x, y, step int, text string) {
	text = strings.TrimRight(text, "\x00")
	if text == "" {
		return
	}
	if m.line.Len() > 0 && (y != m.y || m.size == 0 || x < m.x-m.size) {
		m.endLine()
	}
	if m.line.Len() > 0 && x-m.x > m.size/3 {
		m.line.WriteByte(' ')
	}
	m.line.WriteString(text)
	m.x, m.y, m.size = x+step, y, step/max(1, len(text))
}

// endLine ends a line. One that comes again is a shadow or the same in EMF+.
func (m *metafile) endLine() {
	line := strings.TrimSpace(m.line.String())
	m.line.Reset()
	if line == "" || m.seen[line] {
		return
	}
	m.seen[line] = true
	m.text.WriteString(line)
	m.text.WriteByte('\n')
}
