package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"path"
	"strings"

	"poterne"
)

// oneStore reads a section of OneNote, a file of revisions ([MS-ONESTORE] 2.3):
// lists of nodes that refer to sets of properties, among which are the texts, and
// to files. Older states of a page stay in it until OneNote clears them away: they
// are read too, and a text that stands in several is sent once.
type oneStore struct {
	in    *input
	out   *emitter
	left  int64          // nodes that a file of its size can have
	lists map[int64]bool // fragments that were read
	sets  map[int64]bool // sets of properties that were read
	sent  map[uint64]bool
	seed  maphash.Seed
	files []oneFile
	names map[string]string // GUID of a file → its name, or its extension only
	// Of the list that is being read: numbers of objects that hold files.
	embedded map[uint32]string
	declared map[uint32]string // → GUID
	sealed   bool              // a section protected by a password
	err      error
}

type oneFile struct {
	guid string
	off  int64
	size int64
}

// Kinds of nodes ([MS-ONESTORE] 2.4.3).
const (
	oneFileDeclared      = 0x072
	oneFileDeclaredLarge = 0x073
	oneEncrypted         = 0x07C
	oneFileData          = 0x094
	oneEnd               = 0x0FF
)

// oneSets are the nodes that refer to a set of properties.
var oneSets = map[uint32]bool{0x02D: true, 0x02E: true, 0x041: true, 0x042: true, 0x0A4: true, 0x0A5: true, 0x0C4: true, 0x0C5: true}

const (
	oneListHead = 0xA4567AB1F5F7F4C4
	oneListFoot = 0x8BC215C38233BA4B
	// onePackaged is the format of sections that come from a server ([MS-ONESTORE] 2.8),
	// 638DE92F-A6D4-4BC1-9A36-B3FC2511A5B7.
	onePackaged = "\x2f\xe9\x8d\x63\xd4\xa6\xc1\x4b\x9a\x36\xb3\xfc\x25\x11\xa5\xb7"
)

var (
	errOneNote   = errors.New("onenote: broken list of nodes")
	errOnePacked = errors.New("onenote: packaged by a server, text only")
)

// readOneNote reads a section (.one) or a table of contents (.onetoc2).
func readOneNote(_ context.Context, in *input, out *emitter) error {
	head, err := in.head(184)
	if err != nil {
		return err
	}
	if len(head) < 184 {
		return io.ErrUnexpectedEOF
	}
	s := &oneStore{in: in, out: out, left: in.size/4 + 1, seed: maphash.MakeSeed(),
		lists: make(map[int64]bool), sets: make(map[int64]bool), sent: make(map[uint64]bool), names: make(map[string]string)}
	if string(head[48:64]) == onePackaged {
		s.scan()
		return poterne.Fail(poterne.StageExtract, poterne.Partial, errOnePacked)
	}
	s.list(int64(le.Uint64(head[172:])), int64(le.Uint32(head[180:])), 0)
	if (s.err != nil || out.texts == 0 && len(s.files) == 0) && !s.sealed {
		s.scan()
		if out.texts > 0 {
			s.fail(errOneNote)
		}
	}
	s.members()
	switch {
	case s.sealed:
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case s.err != nil && (out.texts > 0 || len(s.files) > 0):
		return poterne.Fail(poterne.StageExtract, poterne.Partial, failure(s.err).Unwrap())
	}
	return s.err
}

func (s *oneStore) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// bytes reads a stretch of the file, counted against the budget of the document:
// many nodes may refer to the same.
func (s *oneStore) bytes(off, size int64) []byte {
	if off < 0 || size < 0 || off > s.in.size || size > s.in.size-off || size > maxMAPIText {
		s.fail(errOneNote)
		return nil
	}
	if err := s.out.run.charge(size); err != nil {
		s.fail(err)
		return nil
	}
	b := make([]byte, size)
	if _, err := s.in.ReadAt(b, off); err != nil && err != io.EOF {
		s.fail(err)
		return nil
	}
	return b
}

// maxOneLists is how deep lists lie in lists: real ones, 4.
const maxOneLists = 16

// list reads a list of nodes, fragment by fragment ([MS-ONESTORE] 2.4.1).
func (s *oneStore) list(off, size int64, depth int) {
	embedded, declared := s.embedded, s.declared
	s.embedded, s.declared = make(map[uint32]string), make(map[uint32]string)
	defer func() { s.embedded, s.declared = embedded, declared }()
	const head, foot, next = 16, 8, 12
	for size != 0 && off != -1 && !s.out.run.stopped {
		if s.lists[off] || depth > maxOneLists {
			s.fail(errOneNote)
			break
		}
		s.lists[off] = true
		b := s.bytes(off, size)
		if len(b) < head+next+foot || le.Uint64(b) != oneListHead {
			s.fail(errOneNote)
			break
		}
		end := len(b) - next - foot
		if le.Uint64(b[end+next:]) != oneListFoot {
			s.fail(errOneNote)
		}
		s.nodes(b[head:end], depth)
		off, size = int64(le.Uint64(b[end:])), int64(le.Uint32(b[end+8:]))
	}
	for number, guid := range s.declared {
		if name := s.embedded[number]; name != "" {
			s.names[guid] = name
		}
	}
}

// nodes reads the nodes of one fragment ([MS-ONESTORE] 2.4.3).
func (s *oneStore) nodes(b []byte, depth int) {
	for len(b) >= 4 && !s.out.run.stopped {
		head := le.Uint32(b)
		id, size, base := head&0x3FF, int(head>>10&0x1FFF), head>>27&15
		if id == 0 || id == oneEnd {
			return
		}
		if size < 4 || size > len(b) || s.left <= 0 {
			s.fail(errOneNote)
			return
		}
		s.left--
		body := b[4:size]
		b = b[size:]
		var off, length int64
		if base == 1 || base == 2 {
			var ok bool
			if off, length, body, ok = oneReference(body, head>>23&3, head>>25&3); !ok {
				s.fail(errOneNote)
				return
			}
			if off == -1 || length == 0 {
				continue
			}
		}
		switch {
		case base == 2:
			s.list(off, length, depth+1)
		case id == oneEncrypted:
			s.sealed = true
		case oneSets[id] && !s.sets[off]:
			s.sets[off] = true
			s.properties(s.bytes(off, length))
		case id == oneFileData && len(body) >= 16:
			s.file(off, length, oneGUID(body[:16]))
		case id == oneFileDeclared:
			s.declare(body, 9)
		case id == oneFileDeclaredLarge:
			s.declare(body, 12)
		}
	}
}

// oneReference cuts a reference to a stretch of the file ([MS-ONESTORE] 2.2.4.2):
// an offset and a length, each in one of four forms.
func oneReference(b []byte, offForm, sizeForm uint32) (off, size int64, rest []byte, ok bool) {
	widths := [2][4]int{{8, 4, 2, 4}, {4, 8, 1, 2}}
	forms := [2]uint32{offForm, sizeForm}
	var v [2]int64
	for i, form := range forms {
		n := widths[i][form]
		if len(b) < n {
			return 0, 0, nil, false
		}
		var word [8]byte
		copy(word[:], b[:n])
		v[i] = int64(le.Uint64(word[:]))
		if bytes.Count(b[:n], []byte{0xFF}) == n && i == 0 {
			v[i] = -1 // refers to nothing
		} else if form >= 2 {
			v[i] *= 8
		}
		b = b[n:]
	}
	return v[0], v[1], b, true
}

// oneGUID writes a GUID as names of files have it.
func oneGUID(b []byte) string {
	return strings.ToLower(fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(b), le.Uint16(b[4:]), le.Uint16(b[6:]), b[8:10], b[10:16]))
}

// declare reads the node of an object that is a file: its number, then behind
// skip bytes where the file is and the extension of its name.
func (s *oneStore) declare(b []byte, skip int) {
	var texts [2]string
	if len(b) < skip {
		return
	}
	number := le.Uint32(b)
	rest := b[skip:]
	for i := range texts {
		if len(rest) < 4 {
			return
		}
		n := int64(le.Uint32(rest)) * 2
		if rest = rest[4:]; n > int64(len(rest)) {
			return
		}
		texts[i], rest = strings.TrimRight(utf16le(rest[:n]), "\x00"), rest[n:]
	}
	if guid, ok := strings.CutPrefix(texts[0], "<ifndf>"); ok {
		guid = strings.ToLower(strings.Trim(guid, "{}"))
		s.declared[number] = guid
		if s.names[guid] == "" {
			s.names[guid] = texts[1]
		}
	}
}

// file notes a file that lies in the section ([MS-ONESTORE] 2.6.13).
func (s *oneStore) file(off, length int64, guid string) {
	const head, foot = 36, 16
	if s.sets[off] {
		return
	}
	s.sets[off] = true
	if length < head+foot || off > s.in.size-length {
		s.fail(errOneNote)
		return
	}
	size := int64(min(le.Uint64(s.bytes(off+16, 8)), uint64(length-head-foot)))
	s.files = append(s.files, oneFile{guid, off + head, size})
}

// members leaves the files to be read.
func (s *oneStore) members() {
	for i, f := range s.files {
		name := s.names[f.guid]
		if base := path.Base(memberName(name)); name == "" || strings.HasPrefix(name, ".") {
			name = fmt.Sprintf("fichier-%d%s", i+1, name)
		} else {
			name = base
		}
		r := inPlace{io.NewSectionReader(s.in.r, f.off, f.size)}
		if !s.out.member(member{name: name, size: f.size, open: func() (io.Reader, error) { return r, nil }}) {
			return
		}
	}
}

// send sends a text once.
func (s *oneStore) send(zone poterne.Zone, text string) {
	text = strings.Trim(text, "\x00")
	key := maphash.String(s.seed, fmt.Sprint(zone, text))
	if s.sent[key] {
		return
	}
	s.sent[key] = true
	s.out.text(poterne.Place{Zone: zone}, text)
}

// scan sends what looks like text anywhere in the file: first that of sets of
// properties, which are recognised by the number of a text's property, then all else.
func (s *oneStore) scan() {
	const chunk, overlap = 8 << 20, 256 << 10
	for off := int64(0); off < s.in.size && !s.out.run.stopped; off += chunk {
		b := make([]byte, min(chunk+overlap, s.in.size-off))
		n, err := s.in.ReadAt(b, off)
		if err != nil && err != io.EOF {
			s.fail(err)
			return
		}
		b = b[:n]
		for _, id := range []uint32{oneText, oneTextANSI} {
			s.scanSets(b, le.AppendUint32(nil, id))
		}
		for _, t := range append(wideTexts(b, 6), byteTexts(b, 6)...) {
			s.send(poterne.ZoneBody, t)
		}
	}
}

// scanSets reads the sets of properties in b that have the property id. The count
// of properties stands before the first: it fits one place only, mostly.
func (s *oneStore) scanSets(b, id []byte) {
	const most = 64 // properties of a set; real ones have 20
	for at := 0; ; at += len(id) {
		i := bytes.Index(b[at:], id)
		if i < 0 || s.out.run.ctx.Err() != nil {
			return
		}
		at += i
		for k := range most {
			start := at - 4*k - 2
			if start < 0 {
				break
			}
			if n := int(le.Uint16(b[start:])); n <= k || n > most {
				continue
			}
			probe := oneSet{b: b[start:], left: most * most}
			if !probe.read(0) {
				continue
			}
			set := oneSet{b: b[start:], left: most * most, store: s}
			set.read(0)
			break
		}
	}
}
