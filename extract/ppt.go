package extract

import (
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"strings"

	"poterne"
)

// pptFile is a presentation of PowerPoint 97 to 2003 ([MS-PPT]): a tree of
// records. Every save may leave older versions of slides behind, which are read
// too; a text that stands in the same zone and page twice is sent once.
type pptFile struct {
	storage
	out    *emitter
	r      io.ReaderAt
	size   int64
	place  poterne.Place
	pages  map[int64]int // offset of a slide's record → its number
	notes  map[int64]int // of its notes
	seen   map[uint64]bool
	seed   maphash.Seed
	object int
	err    error
}

// Records with text, and those that say where texts stand.
const (
	pptDocument     = 0x03E8
	pptSlide        = 0x03EE
	pptNotes        = 0x03F0
	pptSlidePersist = 0x03F3
	pptMaster       = 0x03F8
	pptHandout      = 0x0FC9
	pptTextHeader   = 0x0F9F // says what the text behind it is
	pptTextChars    = 0x0FA0
	pptTextBytes    = 0x0FA8
	pptString       = 0x0FBA
	pptHeaders      = 0x0FD9
	pptList         = 0x0FF0
	pptUserEdit     = 0x0FF5
	pptObject       = 0x1011
	pptTagData      = 0x138B // records inside, though it is not marked so
	pptPersist      = 0x1772
	pptComment      = 0x2EE0
	pptCrypt        = 0x2F14
)

// maxPPTDepth bounds nested records; real ones reach 12.
const maxPPTDepth = 64

func readPPT(_ context.Context, s storage, out *emitter) error {
	if s.sealedPPT() {
		if err := s.unlockPPT(out); err != nil {
			return err
		}
	}
	st, err := s.open(s.dir + "PowerPoint Document")
	if err != nil {
		return readOldPPT(s, out)
	}
	p := &pptFile{storage: s, out: out, r: st, size: st.size, seen: make(map[uint64]bool), seed: maphash.MakeSeed()}
	if err := p.number(); err != nil {
		return err
	}
	p.records(0, p.size, 0)
	if p.err != nil {
		return p.err
	}
	s.properties(out)
	if st, err := s.open(s.dir + "Pictures"); err == nil {
		return out.scanned(blips(st, st.size))
	}
	return nil
}

type pptHead struct {
	version, instance int
	kind              uint16
	size              int64
}

func (p *pptFile) head(off int64) (pptHead, bool) {
	var b [8]byte
	if n, err := p.r.ReadAt(b[:], off); n < 8 {
		if p.err == nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			p.err = err
		}
		return pptHead{}, false
	}
	vi := le.Uint16(b[:])
	return pptHead{int(vi & 15), int(vi >> 4), le.Uint16(b[2:]), int64(le.Uint32(b[4:]))}, true
}

// number finds out which record is which slide: the document lists the slides by
// reference, directories say where each reference lies, later ones before earlier.
func (p *pptFile) number() error {
	where := make(map[uint32]int64)
	var document int64 = -1
	for off := int64(0); off+8 <= p.size; {
		h, ok := p.head(off)
		if !ok {
			break
		}
		switch h.kind {
		case pptCrypt:
			return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
		case pptDocument:
			document = off
		case pptPersist:
			p.directory(off+8, min(h.size, p.size-off-8), where)
		}
		off += 8 + h.size
	}
	p.pages, p.notes = make(map[int64]int), make(map[int64]int)
	if document < 0 {
		return p.err
	}
	h, _ := p.head(document)
	for off, end := document+8, min(p.size, document+8+h.size); off+8 <= end; {
		h, ok := p.head(off)
		if !ok {
			break
		}
		if h.kind == pptList && h.instance != 1 { // 1 lists masters
			n := 0
			for o := off + 8; o+12 <= min(end, off+8+h.size); {
				sub, ok := p.head(o)
				if !ok {
					break
				}
				if sub.kind == pptSlidePersist {
					n++
					var ref [4]byte
					if _, err := p.r.ReadAt(ref[:], o+8); err == nil {
						if at, ok := where[le.Uint32(ref[:])]; ok && h.instance == 0 {
							p.pages[at] = n
						} else if ok {
							p.notes[at] = n
						}
					}
				}
				o += 8 + sub.size
			}
		}
		off += 8 + h.size
	}
	return p.err
}

// directory reads a list of runs: a first reference and a count, then offsets.
func (p *pptFile) directory(off, size int64, where map[uint32]int64) {
	b := make([]byte, min(size, 4<<20))
	n, _ := p.r.ReadAt(b, off)
	for b = b[:n]; len(b) >= 4; {
		v := le.Uint32(b)
		b = b[4:]
		first, count := v&0xFFFFF, v>>20
		for i := uint32(0); i < count && len(b) >= 4; i++ {
			where[first+i] = int64(le.Uint32(b))
			b = b[4:]
		}
	}
}

// records reads the records from off to end.
func (p *pptFile) records(off, end int64, depth int) {
	slide := 0
	for off+8 <= end && p.err == nil && !p.out.run.stopped {
		h, ok := p.head(off)
		if !ok {
			return
		}
		body := off + 8
		size := min(h.size, end-body)
		if depth == 0 {
			p.top(off, h)
		}
		switch h.kind {
		case pptTextHeader:
			p.prompt(p.bytes(body, size))
		case pptTextChars:
			p.text(utf16le(p.bytes(body, size)))
		case pptTextBytes:
			p.text(latin(p.bytes(body, size)))
		case pptString:
			p.string(utf16le(p.bytes(body, size)))
		case artProperties, artMoreProperties, artLastProperties:
			a := art{out: p.out, place: p.place}
			a.properties(p.bytes(body, size), h.instance)
		case pptObject:
			p.embedObject(body, size, h.instance)
		case pptSlidePersist:
			slide++
			if p.place.Zone == poterne.ZoneBody {
				p.place.Page = slide
			}
		}
		if (h.version == 15 || h.kind == pptTagData) && depth < maxPPTDepth {
			before := p.place
			switch {
			case h.kind == pptList && h.instance == 2:
				p.place.Zone = poterne.ZoneNote
			case h.kind == pptList && h.instance == 1:
				p.place.Zone = poterne.ZoneHidden
			case h.kind == pptHeaders:
				p.place.Zone = poterne.ZoneFooter
			case h.kind == pptComment:
				p.place.Zone = poterne.ZoneComment
			}
			p.records(body, body+size, depth+1)
			p.place = before
		}
		off = body + h.size
	}
}

// top sets the place of a record at the top: a slide, its notes, a master.
func (p *pptFile) top(off int64, h pptHead) {
	p.place = poterne.Place{}
	switch h.kind {
	case pptSlide:
		p.place.Page = p.pages[off]
	case pptNotes:
		p.place.Zone, p.place.Page = poterne.ZoneNote, p.notes[off]
	case pptMaster, pptHandout:
		p.place.Zone = poterne.ZoneHeader
	}
}

// prompt tells what a master asks for, in the place of a title or of a body, from
// what it says itself ([MS-PPT] 2.13.33 TextTypeEnum, of which 4 is other text).
func (p *pptFile) prompt(header []byte) {
	const other = 4
	switch p.place.Zone {
	case poterne.ZoneHeader, poterne.ZonePrompt:
		p.place.Zone = poterne.ZoneHeader
		if len(header) >= 4 && le.Uint32(header) != other {
			p.place.Zone = poterne.ZonePrompt
		}
	}
}

func (p *pptFile) bytes(off, size int64) []byte {
	b := make([]byte, min(size, 16<<20))
	n, err := io.ReadFull(p.out.inflate(io.NewSectionReader(p.r, off, int64(len(b)))), b)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		p.err = err
	}
	return b[:n]
}

// text sends the paragraphs of a text; a vertical tab is a line break.
func (p *pptFile) text(s string) {
	for line := range strings.SplitSeq(s, "\r") {
		p.send(strings.ReplaceAll(line, "\v", "\n"))
	}
}

// string sends a named string, save the tags by which versions mark extensions.
func (p *pptFile) string(s string) {
	s = strings.TrimRight(s, "\x00")
	if !strings.HasPrefix(s, "___PPT") {
		p.send(s)
	}
}

func (p *pptFile) send(s string) {
	if blank(s) {
		return
	}
	key := maphash.String(p.seed, fmt.Sprint(p.place.Zone, p.place.Page, s))
	if p.seen[key] {
		return
	}
	p.seen[key] = true
	p.out.text(p.place, s)
}

// embedObject leaves an embedded object to be read as a member: a compound file,
// compressed where the instance says so.
func (p *pptFile) embedObject(off, size int64, instance int) {
	p.object++
	m := member{name: fmt.Sprintf("object %d", p.object), size: size}
	m.open = func() (io.Reader, error) {
		section := io.NewSectionReader(p.r, off, size)
		if instance == 0 {
			return section, nil
		}
		var length [4]byte
		if _, err := io.ReadFull(section, length[:]); err != nil {
			return nil, err
		}
		m.size = int64(binary.LittleEndian.Uint32(length[:]))
		z, err := zlib.NewReader(section)
		if err != nil {
			return nil, err
		}
		return io.LimitReader(z, m.size), nil // some writers leave the checksum out
	}
	p.out.member(m)
}

// readOldPPT reads a presentation of PowerPoint 4 or 95, whose records are not
// published: its texts are found by their form.
func readOldPPT(s storage, out *emitter) error {
	for _, name := range []string{"PP40", "PP97_DUALSTORAGE/PowerPoint Document"} {
		b := s.read(s.dir+name, 256<<20)
		if len(b) == 0 {
			continue
		}
		for _, t := range byteTexts(b, 4) {
			if !out.text(poterne.Place{}, t) {
				return nil
			}
		}
		s.properties(out)
		return poterne.Fail(poterne.StageExtract, poterne.Partial, nil)
	}
	return errNoStream
}

// byteTexts finds runs of at least n printable characters of Windows-1252 that
// hold a word.
func byteTexts(b []byte, n int) []string {
	var all []string
	for len(b) > 0 {
		i := 0
		for i < len(b) && (b[i] >= 0x20 && b[i] != 0x7F && b[i] != 0x81 && b[i] != 0x8D && b[i] != 0x8F && b[i] != 0x90 && b[i] != 0x9D || b[i] == '\r' || b[i] == '\n' || b[i] == '\t') {
			i++
		}
		if i >= n && wordy(b[:i]) {
			all = append(all, strings.ReplaceAll(decodePage(b[:i], 1252), "\r", "\n"))
		}
		b = b[min(len(b), i+1):]
	}
	return all
}

// wordy reports whether b holds three letters of ASCII in a row.
func wordy(b []byte) bool {
	run := 0
	for _, c := range b {
		if c |= 0x20; c >= 'a' && c <= 'z' {
			if run++; run == 3 {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}
