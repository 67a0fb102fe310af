package extract

import (
	"strings"
	"unicode"

	"poterne"
)

// Properties that are looked at ([MS-ONE] 2.1.12, 2.2).
const (
	oneText      = 0x1C001C22
	oneTextANSI  = 0x1C003498
	oneFont      = 0x1C001C0A
	oneStyle     = 0x1C00345A
	oneFileName  = 0x1C001D9C
	oneContainer = 0x20001D9B
)

// oneProperties are the texts that stand beside a page.
var oneProperties = map[uint32]string{
	0x1C001CF3: "title", 0x1C001D3C: "title", 0x1C00349B: "section", 0x1C001D75: "creator", 0x1C001D78: "creator",
	oneFileName: "file", 0x1C001D9D: "source", 0x1C001DD7: "image", 0x1C001E20: "link", 0x1C003468: "tag",
}

// oneAlternative is the alternative text of a picture.
const oneAlternative = 0x1C001E58

// oneSet reads one set of properties: a stream of numbers of objects, then the
// numbers of the properties, then their values.
type oneSet struct {
	b       []byte
	objects []uint32
	store   *oneStore // nil where the set is only looked at
	left    int       // sets inside sets, and properties: hostile counts end there
	name    string
	file    uint32 // number of the object that is the file
}

// properties reads the set at the start of b ([MS-ONESTORE] 2.6.1).
func (s *oneStore) properties(b []byte) {
	// The numbers of objects, of spaces of objects and of contexts come first; the
	// second and third where the head before says so.
	const noSpaces, contexts = 1 << 31, 1 << 30
	set := oneSet{store: s, left: len(b)}
	for i := 0; i < 3; i++ {
		if len(b) < 4 {
			s.fail(errOneNote)
			return
		}
		head := le.Uint32(b)
		n := int64(head&0xFFFFFF) * 4
		if b = b[4:]; n > int64(len(b)) {
			s.fail(errOneNote)
			return
		}
		if i == 0 {
			set.objects = words(b[:n])
		}
		b = b[n:]
		if i == 0 && head&noSpaces != 0 {
			break // no contexts either ([MS-ONESTORE] 2.6.1)
		}
		if i == 1 && head&contexts == 0 {
			break
		}
	}
	set.b = b
	if !set.read(0) {
		s.fail(errOneNote)
	}
	if set.name != "" && set.file != 0 {
		s.embedded[set.file] = set.name
	}
}

// read reads one set; sets lie in sets.
func (t *oneSet) read(depth int) bool {
	const deepest = 16
	if t.left--; depth > deepest || t.left < 0 {
		return false
	}
	count := int(t.number(2))
	ids := make([]uint32, 0, min(count, len(t.b)/4))
	for range count {
		if len(t.b) < 4 {
			return false
		}
		ids = append(ids, uint32(t.number(4)))
	}
	for _, id := range ids {
		if !t.value(id, depth) || t.store != nil && t.store.out.run.stopped {
			return false
		}
	}
	return true
}

// number takes a number of n bytes, 0 where there are not as many.
func (t *oneSet) number(n int) uint64 {
	v := t.take(int64(n))
	var b [8]byte
	copy(b[:], v)
	return le.Uint64(b[:])
}

func (t *oneSet) take(n int64) []byte {
	if n > int64(len(t.b)) {
		t.b = nil
		t.left = 0
		return nil
	}
	v := t.b[:n]
	t.b = t.b[n:]
	return v
}

// value takes the value of the property id, whose type stands in it ([MS-ONESTORE] 2.6.6).
func (t *oneSet) value(id uint32, depth int) bool {
	if t.left--; t.left < 0 {
		return false
	}
	switch id >> 26 & 0x1F {
	case 1, 2: // nothing, a truth value
	case 3, 4, 5, 6:
		t.take(1 << (id>>26&0x1F - 3))
	case 7:
		t.text(id&0x7FFFFFFF, t.take(int64(t.number(4))))
	case 8:
		if n := t.object(); id&0x7FFFFFFF == oneContainer {
			t.file = n
		}
	case 9:
		for n := t.number(4); n > 0 && len(t.objects) > 0; n-- {
			t.object()
		}
	case 0xA, 0xC: // of spaces and contexts, which are not looked at
	case 0xB, 0xD:
		t.number(4)
	case 0x10:
		n := t.number(4)
		if n > 0 {
			t.number(4)
		}
		for ; n > 0; n-- {
			if !t.read(depth+1) || t.left <= 0 {
				return false
			}
		}
	case 0x11:
		return t.read(depth + 1)
	default:
		return false
	}
	return t.left > 0
}

// object takes the next number of an object.
func (t *oneSet) object() uint32 {
	if len(t.objects) == 0 {
		return 0
	}
	n := t.objects[0]
	t.objects = t.objects[1:]
	return n
}

// text sends a value of bytes that is a text. Of properties that no document tells
// of, what looks like a text is taken for one: what OneNote read in a picture is
// among them.
func (t *oneSet) text(id uint32, b []byte) {
	s := t.store
	if s == nil {
		return
	}
	switch name := oneProperties[id]; {
	case len(b) == 0 || id == oneFont || id == oneStyle:
	case id == oneText || id == oneAlternative:
		s.send(poterne.ZoneBody, utf16le(b))
	case id == oneTextANSI:
		s.send(poterne.ZoneBody, decodePage(b, 1252))
	case name != "":
		v := strings.Trim(utf16le(b), "\x00")
		if id == oneFileName {
			t.name = v
		}
		s.send(poterne.ZoneProperty, name+": "+v)
	case oneReadable(b):
		s.send(poterne.ZoneHidden, utf16le(b))
	}
}

// oneReadable reports whether b is a text in UTF-16 of some words.
func oneReadable(b []byte) bool {
	const least = 6 // characters: an identifier has more
	text := strings.Trim(utf16le(b), "\x00")
	letters := 0
	for _, r := range text {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
		if unicode.In(r, unicode.Latin, unicode.Nd, unicode.Zs) {
			letters++
		}
	}
	return len(b)%2 == 0 && letters >= least && letters*4 >= len(b)
}
