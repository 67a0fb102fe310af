package extract

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"poterne"
)

// msgProps are the properties of an Outlook message that people read, in the
// order in which they are sent ([MS-OXPROPS]).
var msgProps = []struct{ id, name string }{
	{"0037", "Subject"}, {"0C1A", "From"}, {"0C1F", "From"}, {"5D01", "From"}, {"0042", "On behalf of"},
	{"0E04", "To"}, {"0E03", "Cc"}, {"0E02", "Bcc"}, {"0050", "Reply-To"}, {"1035", "Message-ID"}, {"0070", "Topic"},
	{"3001", "Name"}, {"3A06", "Given name"}, {"3A11", "Surname"}, {"3A16", "Company"}, {"3A17", "Title"}, {"3A18", "Department"},
	{"3A08", "Phone"}, {"3A09", "Phone"}, {"3A1C", "Phone"}, {"3A15", "Address"}, {"007D", ""},
}

// sensitivities are the words that Outlook shows for property 0036 ([MS-OXCMSG] 2.2.1.13).
var sensitivities = map[uint32]string{1: "Personal", 2: "Private", 3: "Company-Confidential"}

// message is an Outlook message ([MS-OXMSG]): one stream for each property,
// named by its number and type.
type message struct {
	storage
	out  *emitter
	page int // code page of 8-bit texts
}

func readMSG(ctx context.Context, s storage, out *emitter) error {
	m := &message{storage: s, out: out, page: 1252}
	skip := 32
	if s.dir != "" {
		skip = 24
	}
	fixed := m.fixed(s.dir, skip)
	for _, tag := range []uint32{0x3FFD0003, 0x3FDE0003} {
		if v, ok := fixed[tag]; ok && v != 0 {
			m.page = int(uint32(v))
		}
	}
	if v := sensitivities[uint32(fixed[0x00360003])]; v != "" {
		out.property("Sensitivity", v)
	}
	if v, ok := fixed[0x00390040]; ok {
		out.property("Date", fileTime(v).Format(time.RFC3339))
	}
	seen := make(map[string]bool)
	for _, p := range msgProps {
		v := m.text(s.dir, p.id)
		if v == "" || seen[v] {
			continue
		}
		seen[v] = true
		if p.name != "" {
			out.property(p.name, v)
			continue
		}
		for line := range strings.SplitSeq(strings.ReplaceAll(v, "\r\n", "\n"), "\n") { // the header as it was on the wire
			if name, value, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(strings.ToLower(name), "x-") {
				out.property(name, strings.TrimSpace(value))
			}
		}
	}
	m.named()
	m.recipients()
	if class := m.text(s.dir, "001A"); strings.HasPrefix(strings.ToUpper(class), "IPM.NOTE.SMIME") && !strings.Contains(strings.ToUpper(class), "MULTIPARTSIGNED") {
		m.attachments()
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	err := m.body(ctx)
	m.attachments()
	return err
}

// fixed reads the properties of fixed size below dir, behind skip bytes of header.
func (m *message) fixed(dir string, skip int) map[uint32]uint64 {
	b := m.read(dir+"__properties_version1.0", 1<<20)
	props := make(map[uint32]uint64)
	for b = b[min(len(b), skip):]; len(b) >= 16; b = b[16:] {
		props[le.Uint32(b)] = le.Uint64(b[8:])
	}
	return props
}

// maxMSGText bounds one text of a message.
const maxMSGText = 64 << 20

// text returns the text property id below dir, "" where there is none.
func (m *message) text(dir, id string) string {
	if b := m.read(dir+"__substg1.0_"+id+"001F", maxMSGText); b != nil {
		return strings.TrimRight(utf16le(b), "\x00")
	}
	if b := m.read(dir+"__substg1.0_"+id+"001E", maxMSGText); b != nil {
		return strings.TrimRight(decodePage(b, m.page), "\x00")
	}
	return ""
}

// named sends the texts of properties that programs named themselves: labels of
// sensitivity are among them.
func (m *message) named() {
	entries := m.read("__nameid_version1.0/__substg1.0_00030102", 1<<20)
	texts := m.read("__nameid_version1.0/__substg1.0_00040102", 1<<20)
	for i := 0; 8*i+8 <= len(entries); i++ {
		off, kind := le.Uint32(entries[8*i:]), le.Uint16(entries[8*i+4:])
		number := 0x8000 + int(le.Uint16(entries[8*i+6:]))
		v := m.text(m.dir, fmt.Sprintf("%04X", number))
		if v == "" {
			continue
		}
		name := "property " + strconv.Itoa(int(off))
		if kind&1 != 0 && int64(off)+4 <= int64(len(texts)) {
			n := int64(le.Uint32(texts[off:]))
			if rest := texts[off+4:]; n <= int64(len(rest)) {
				name = utf16le(rest[:n])
			}
		}
		if !m.out.property(name, v) {
			return
		}
	}
}

func (m *message) recipients() {
	for _, name := range m.children(m.dir) {
		if !strings.HasPrefix(name, "__recip_version1.0_") {
			continue
		}
		sub := m.dir + name + "/"
		who := m.text(sub, "3001")
		for _, id := range []string{"39FE", "3003"} {
			if a := m.text(sub, id); a != "" && a != who {
				who += " <" + a + ">"
				break
			}
		}
		if !m.out.property("To", who) {
			return
		}
	}
}

// body sends the text of the message: the plain one, else the HTML, else the RTF
// that the other two are made from.
func (m *message) body(ctx context.Context) error {
	if text := m.text(m.dir, "1000"); !blank(text) {
		for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
			if !m.out.text(poterne.Place{}, line) {
				return nil
			}
		}
		return nil
	}
	html := m.read(m.dir+"__substg1.0_10130102", maxMSGText)
	if html == nil {
		html = []byte(m.text(m.dir, "1013"))
	}
	if len(html) > 0 {
		return readHTML(ctx, m.sub(html, "html"), m.out)
	}
	if packed := m.read(m.dir+"__substg1.0_10090102", maxMSGText); len(packed) > 0 {
		rtf, err := unpackRTF(m.out.inflate, packed)
		if err != nil {
			return err
		}
		return readRTF(ctx, m.sub(rtf, "rtf"), m.out)
	}
	return nil
}

func (m *message) sub(b []byte, format string) *input {
	c := inMemory(b)
	return &input{x: m.out.run.x, r: c, size: c.Size(), name: "body." + format, format: format}
}

// attachments leaves what is attached to be read as members.
func (m *message) attachments() {
	for _, name := range m.children(m.dir) {
		if !strings.HasPrefix(name, "__attach_version1.0_") {
			continue
		}
		sub := m.dir + name + "/"
		title := name
		for _, id := range []string{"3707", "3704", "3001"} {
			if t := m.text(sub, id); t != "" {
				title = t
				break
			}
		}
		ok := true
		if m.has(sub + "__substg1.0_3701000D") {
			ok = m.embed(m.out, title, sub+"__substg1.0_3701000d/")
		} else if st, err := m.open(sub + "__substg1.0_37010102"); err == nil {
			ok = m.out.member(member{name: title, size: st.size, open: func() (io.Reader, error) { return st.whole(), nil }})
		}
		if !ok {
			return
		}
	}
}

// rtfWindow is what the packed text may refer to before its first byte
// ([MS-OXRTFCP] 2.1.3.1.2).
const rtfWindow = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}` +
	`{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier` +
	`{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// unpackRTF unpacks the RTF of a message. What it grows to counts against the
// budget of the document.
func unpackRTF(charge func(io.Reader) io.Reader, b []byte) ([]byte, error) {
	if len(b) < 16 {
		return nil, io.ErrUnexpectedEOF
	}
	size := int64(binary.LittleEndian.Uint32(b[4:]))
	kind := string(b[8:12])
	b = b[16:]
	if kind == "MELA" {
		return b[:min(size, int64(len(b)))], nil
	}
	if size > maxMSGText {
		return nil, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	window := make([]byte, 4096)
	pos := copy(window, rtfWindow)
	out := make([]byte, 0, min(size, 1<<20))
	for len(b) > 0 && int64(len(out)) < size {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, b[0])
				window[pos] = b[0]
				pos = (pos + 1) % 4096
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				b = nil
				break
			}
			ref := int(b[0])<<8 | int(b[1])
			b = b[2:]
			from, n := ref>>4, ref&15+2
			if from == pos { // the end mark
				b = nil
				break
			}
			for range n {
				c := window[from]
				out = append(out, c)
				window[pos] = c
				from, pos = (from+1)%4096, (pos+1)%4096
			}
		}
	}
	_, err := io.Copy(io.Discard, charge(io.LimitReader(zeros{}, int64(len(out)))))
	return out, err
}

// zeros is an endless reader, for charging bytes that were unpacked by hand.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
