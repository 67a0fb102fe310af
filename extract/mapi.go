package extract

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"poterne"
)

// Types of properties that are looked at ([MS-OXCDATA] 2.11.1). A type with
// mapiMany has a list of values.
const (
	mapiInt     = 0x0003
	mapiObj     = 0x000D
	mapiString8 = 0x001E
	mapiString  = 0x001F
	mapiTime    = 0x0040
	mapiBinary  = 0x0102
	mapiMany    = 0x1000
)

// mapiObject is an object of Outlook (a message, a contact, an attachment…) as its
// container stores it.
type mapiObject interface {
	// tags lists the properties: number<<16 | type.
	tags() []uint32
	// values returns the bytes of a property, one element or, for types with
	// mapiMany, any number; nil where there is none.
	values(tag uint32) [][]byte
}

// maxMAPIText bounds one text of a message, in bytes.
const maxMAPIText = 64 << 20

// mapiItem sends what people read of an object.
type mapiItem struct {
	mapiObject
	out   *emitter
	page  int                    // code page of 8-bit texts
	names func(id uint16) string // of properties from 0x8000 on, "" where unknown
}

func newMAPIItem(o mapiObject, out *emitter, names func(uint16) string) *mapiItem {
	m := &mapiItem{mapiObject: o, out: out, page: 1252, names: names}
	for _, tag := range []uint32{0x3FFD0003, 0x3FDE0003} {
		if v, ok := m.number(tag); ok && v != 0 {
			m.page = int(uint32(v))
		}
	}
	return m
}

// value returns the bytes of a property of one value, nil where there is none.
func (m *mapiItem) value(tag uint32) []byte {
	if v := m.values(tag); len(v) > 0 {
		return v[0]
	}
	return nil
}

// number returns a property of up to eight bytes.
func (m *mapiItem) number(tag uint32) (uint64, bool) {
	v := m.value(tag)
	if len(v) == 0 {
		return 0, false
	}
	var b [8]byte
	copy(b[:], v)
	return le.Uint64(b[:]), true
}

// text returns the text property id, "" where there is none.
func (m *mapiItem) text(id uint16) string {
	for _, kind := range []uint32{mapiString, mapiString8} {
		if t := m.texts(uint32(id)<<16 | kind); len(t) > 0 {
			return t[0]
		}
	}
	return ""
}

// texts returns the texts of a property, none where its type is another.
func (m *mapiItem) texts(tag uint32) []string {
	kind := tag &^ mapiMany & 0xFFFF
	if kind != mapiString && kind != mapiString8 {
		return nil
	}
	var all []string
	for _, v := range m.values(tag) {
		text := ""
		if kind == mapiString {
			text = utf16le(v)
		} else {
			text = decodePage(v, m.page)
		}
		all = append(all, strings.TrimRight(text, "\x00"))
	}
	return all
}

// header sends the properties that stand beside the text.
func (m *mapiItem) header() {
	if v, _ := m.number(0x00360003); mapiSensitivities[uint32(v)] != "" {
		m.out.property("Sensitivity", mapiSensitivities[uint32(v)])
	}
	for _, d := range mapiDates {
		if v, ok := m.number(uint32(d.id)<<16 | mapiTime); ok && v != 0 {
			m.out.property(d.name, fileTime(v).Format(time.RFC3339))
		}
	}
	seen := make(map[string]bool)
	for _, p := range mapiTexts {
		v := m.text(p.id)
		if p.id == 0x0037 && len(v) > 1 && v[0] == 1 {
			_, n := utf8.DecodeRuneInString(v[1:]) // how long its prefix is ([MS-PST] 2.5.3.1.1.1)
			v = v[1+n:]
		}
		if v == "" || seen[v] {
			continue
		}
		seen[v] = true
		m.out.property(p.name, v)
	}
	m.transport()
	m.others(seen)
}

// transport sends what filters and people added to the header as it was on the wire.
func (m *mapiItem) transport() {
	for line := range strings.SplitSeq(strings.ReplaceAll(m.text(0x007D), "\r\n", "\n"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(strings.ToLower(name), "x-") {
			m.out.property(name, strings.TrimSpace(value))
		}
	}
}

// others sends the texts of contacts that have no name above, and those of
// properties that programs named themselves: labels of sensitivity are among them.
func (m *mapiItem) others(seen map[string]bool) {
	for _, tag := range m.tags() {
		id := uint16(tag >> 16)
		name := fmt.Sprintf("property %04X", id)
		switch {
		case id >= 0x3A00 && id <= 0x3A6F:
		case id >= 0x8000:
			if n := m.names(id); n != "" {
				name = n
			}
		default:
			continue
		}
		texts := m.texts(tag)
		if tag&0xFFFF == mapiMany|mapiBinary {
			// The members of a list of contacts: names and addresses inside entries.
			for _, v := range m.values(tag) {
				texts = append(texts, wideTexts(v, 4)...)
			}
		}
		for _, v := range texts {
			if id < 0x8000 && seen[v] {
				continue
			}
			if !m.out.property(name, v) {
				return
			}
		}
	}
}

// recipient sends one recipient, itself an object.
func (m *mapiItem) recipient(o mapiObject) bool {
	r := mapiItem{mapiObject: o, page: m.page}
	who := r.text(0x3001)
	for _, id := range []uint16{0x39FE, 0x3003} {
		if a := r.text(id); a != "" && a != who {
			who += " <" + a + ">"
			break
		}
	}
	return m.out.property("To", who)
}

// sealed reports whether the text of the message lies in an attachment that is
// not there (S/MIME). One that is there says itself whether it is encrypted.
func (m *mapiItem) sealed(attachments int) bool {
	class := strings.ToUpper(m.text(0x001A))
	return strings.HasPrefix(class, "IPM.NOTE.SMIME") && attachments == 0
}

// body sends the text of the message: the plain one, else the HTML, else the RTF
// that the other two are made from.
func (m *mapiItem) body(ctx context.Context) error {
	if text := m.text(0x1000); !blank(text) {
		return linesOf(strings.NewReader(text), m.out, poterne.ZoneBody)
	}
	html := m.value(0x1013<<16 | mapiBinary)
	if html == nil {
		html = []byte(m.text(0x1013))
	}
	if len(html) > 0 {
		return readHTML(ctx, m.sub(html, "html"), m.out)
	}
	if packed := m.value(0x1009<<16 | mapiBinary); len(packed) > 0 {
		rtf, err := unpackRTF(m.out.inflate, packed)
		if err != nil {
			return err
		}
		return readRTF(ctx, m.sub(rtf, "rtf"), m.out)
	}
	return nil
}

func (m *mapiItem) sub(b []byte, format string) *input {
	c := inMemory(b)
	return &input{x: m.out.run.x, r: c, size: c.Size(), name: "body." + format, format: format}
}

// attachmentName returns the name of an attachment, fallback where it has none.
func attachmentName(o mapiObject, page int, fallback string) string {
	a := mapiItem{mapiObject: o, page: page}
	for _, id := range []uint16{0x3707, 0x3704, 0x3001} {
		if t := strings.TrimSpace(a.text(id)); t != "" {
			return t[strings.LastIndexAny(t, `/\`)+1:]
		}
	}
	return fallback
}

// mapiNames reads the names that programs gave to their properties, from the two
// streams that hold them ([MS-OXMSG] 2.2.3.1, [MS-PST] 2.4.7).
func mapiNames(entries, texts []byte) func(uint16) string {
	names := make(map[uint16]string)
	for ; len(entries) >= 8; entries = entries[8:] {
		number, kind := le.Uint32(entries), le.Uint16(entries[4:])
		id := 0x8000 + le.Uint16(entries[6:])
		if kind&1 == 0 {
			names[id] = mapiLIDs[number]
			continue
		}
		if off := int64(number); off+4 <= int64(len(texts)) {
			if n := int64(le.Uint32(texts[off:])); n <= int64(len(texts))-off-4 {
				names[id] = utf16le(texts[off+4 : off+4+n])
			}
		}
	}
	return func(id uint16) string { return names[id] }
}
