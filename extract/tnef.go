package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"poterne"
)

// Attributes of a message in TNEF that hold text or files ([MS-OXTNEF] 2.1.3).
const (
	tnefFrom       = 0x8000
	tnefSubject    = 0x8004
	tnefBody       = 0x800C
	tnefData       = 0x800F
	tnefTitle      = 0x8010
	tnefRendering  = 0x9002 // starts an attachment
	tnefProps      = 0x9003
	tnefRecipients = 0x9004
	tnefAttachment = 0x9005
	tnefCodePage   = 0x9007
)

// maxTNEFProps bounds the properties of one object, which are held in memory, in bytes.
const maxTNEFProps = 128 << 20

var errTNEF = errors.New("tnef: broken attribute")

// tnefProperties are the properties of one object, in memory.
type tnefProperties struct {
	order []uint32
	data  map[uint32][][]byte
	names map[uint16]string
}

func newTNEFProperties() *tnefProperties {
	return &tnefProperties{data: make(map[uint32][][]byte), names: make(map[uint16]string)}
}

func (p *tnefProperties) tags() []uint32             { return p.order }
func (p *tnefProperties) values(tag uint32) [][]byte { return p.data[tag] }
func (p *tnefProperties) name(id uint16) string      { return p.names[id] }

func (p *tnefProperties) set(tag uint32, v ...[]byte) {
	if _, ok := p.data[tag]; !ok {
		p.order = append(p.order, tag)
	}
	p.data[tag] = v
}

// tnefFile is an attachment of a message.
type tnefFile struct {
	title []byte
	data  *io.SectionReader // nil where the bytes are a property
	props *tnefProperties
}

// tnefMessage is a message as it was read.
type tnefMessage struct {
	in          *input
	props       *tnefProperties
	page        int // code page, 0 where it is not said
	subject     []byte
	from        []byte
	text        []byte
	recipients  []*tnefProperties
	attachments []*tnefFile
}

// readTNEF reads a message of Exchange in the format of its own that other mail
// programs show as winmail.dat ([MS-OXTNEF]).
func readTNEF(ctx context.Context, in *input, out *emitter) error {
	m := &tnefMessage{in: in, props: newTNEFProperties()}
	broken := m.read()
	item := newMAPIItem(m.props, out, m.props.name)
	if m.page != 0 {
		item.page = m.page
	}
	for id, text := range map[uint16][]byte{0x0037: m.subject, 0x0C1A: m.from, 0x1000: m.text} { // of old programs
		if text = bytes.TrimRight(text, "\x00"); len(text) > 0 && item.text(id) == "" {
			m.props.set(uint32(id)<<16|mapiString8, text)
		}
	}
	item.header()
	for _, r := range m.recipients {
		if !item.recipient(r) {
			return nil
		}
	}
	err := item.body(ctx)
	for i, f := range m.attachments {
		if !out.member(f.member(item.page, i+1)) {
			return nil
		}
	}
	switch {
	case err != nil:
		return err
	case broken != nil && (out.texts > 0 || len(m.attachments) > 0):
		return poterne.Fail(poterne.StageExtract, poterne.Partial, failure(broken).Unwrap())
	}
	return broken
}

// read reads all attributes: a level, a number, a length, the bytes and their sum.
func (m *tnefMessage) read() error {
	const fileHeader, attributeHeader = 6, 9
	for off := int64(fileHeader); off < m.in.size; {
		var head [attributeHeader]byte
		if n, err := m.in.ReadAt(head[:], off); n < len(head) {
			return orUnexpected(err)
		}
		id, size := le.Uint16(head[1:]), int64(le.Uint32(head[5:]))
		if head[0] != 1 && head[0] != 2 {
			return errTNEF
		}
		off += attributeHeader
		cut := size > m.in.size-off
		if cut {
			size = m.in.size - off
		}
		if err := m.attribute(id, io.NewSectionReader(m.in.r, off, size)); err != nil {
			return err
		}
		if cut {
			return io.ErrUnexpectedEOF
		}
		off += size + 2
	}
	return nil
}

// orUnexpected makes an error of a reading that ended too soon.
func orUnexpected(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (m *tnefMessage) attribute(id uint16, r *io.SectionReader) error {
	var attachment *tnefFile
	if n := len(m.attachments); n > 0 {
		attachment = m.attachments[n-1]
	}
	switch id {
	case tnefRendering:
		m.attachments = append(m.attachments, &tnefFile{props: newTNEFProperties()})
		return nil
	case tnefData:
		if attachment != nil {
			attachment.data = r
		}
		return nil
	case tnefFrom, tnefSubject, tnefBody, tnefTitle, tnefProps, tnefRecipients, tnefAttachment, tnefCodePage:
	default:
		return nil
	}
	if r.Size() > maxTNEFProps {
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	b := make([]byte, r.Size())
	if _, err := io.ReadFull(r, b); err != nil {
		return err
	}
	var err error
	switch id {
	case tnefFrom:
		m.from = tnefTriple(b)
	case tnefSubject:
		m.subject = b
	case tnefBody:
		m.text = b
	case tnefTitle:
		if attachment != nil {
			attachment.title = bytes.TrimRight(b, "\x00")
		}
	case tnefCodePage:
		if len(b) >= 4 {
			m.page = int(le.Uint32(b))
		}
	case tnefProps:
		_, err = m.props.parse(b)
	case tnefAttachment:
		if attachment != nil {
			_, err = attachment.props.parse(b)
		}
	case tnefRecipients:
		err = m.parseRecipients(b)
	}
	return err
}

// tnefTriple returns the name and the address of an old sender ([MS-OXTNEF] 2.1.3.3.1).
func tnefTriple(b []byte) []byte {
	if len(b) < 8 {
		return nil
	}
	parts := bytes.SplitN(b[8:], []byte{0}, 3)
	if len(parts) < 2 {
		return b[8:]
	}
	return slices.Concat(parts[0], []byte(" <"), parts[1], []byte(">"))
}

func (m *tnefMessage) parseRecipients(b []byte) error {
	if len(b) < 4 {
		return errTNEF
	}
	rows := le.Uint32(b)
	for b = b[4:]; rows > 0; rows-- {
		r := newTNEFProperties()
		rest, err := r.parse(b)
		if len(r.order) > 0 {
			m.recipients = append(m.recipients, r)
		}
		if err != nil {
			return err
		}
		b = rest
	}
	return nil
}

// parse reads a list of properties ([MS-OXTNEF] 2.1.3.4) and returns what follows
// it. What stands before an error is kept.
func (p *tnefProperties) parse(b []byte) (rest []byte, err error) {
	c := tnefCursor{b: b}
	for n := c.u32(); n > 0 && !c.short; n-- {
		kind, id := c.u16(), c.u16()
		if id >= 0x8000 {
			c.take(16) // the set of properties
			if c.u32() == 0 {
				p.names[id] = mapiLIDs[c.u32()]
			} else {
				p.names[id] = strings.TrimRight(utf16le(c.padded(c.u32())), "\x00")
			}
		}
		v := c.property(kind)
		if c.short {
			break
		}
		p.set(uint32(id)<<16|uint32(kind), v...)
	}
	if c.short {
		return nil, errTNEF
	}
	return c.b, nil
}

// tnefCursor reads from the start of b; short says that b had not enough.
type tnefCursor struct {
	b     []byte
	short bool
}

func (c *tnefCursor) take(n uint32) []byte {
	if int64(n) > int64(len(c.b)) {
		c.short, c.b = true, nil
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

func (c *tnefCursor) u16() uint16 {
	if v := c.take(2); v != nil {
		return le.Uint16(v)
	}
	return 0
}

func (c *tnefCursor) u32() uint32 {
	if v := c.take(4); v != nil {
		return le.Uint32(v)
	}
	return 0
}

// padded takes n bytes and what fills them up to a multiple of four.
func (c *tnefCursor) padded(n uint32) []byte {
	v := c.take(n)
	c.take(min(-n&3, uint32(len(c.b))))
	return v
}

// property takes the values of one property.
func (c *tnefCursor) property(kind uint16) [][]byte {
	count, size := uint32(1), uint32(0)
	switch kind &^ mapiMany {
	case 0x0002, 0x0003, 0x0004, 0x000A, 0x000B:
		size = 4
	case 0x0005, 0x0006, 0x0007, 0x0014, mapiTime:
		size = 8
	case 0x0048:
		size = 16
	case 0x0000, 0x0001:
		return nil
	case mapiString, mapiString8, mapiBinary, mapiObj:
		count = c.u32()
	default:
		c.short = true // its length cannot be known
		return nil
	}
	if kind&mapiMany != 0 && size > 0 {
		count = c.u32()
	}
	var all [][]byte
	for ; count > 0 && !c.short; count-- {
		n := size
		if size == 0 {
			n = c.u32()
		}
		all = append(all, c.padded(n))
	}
	return all
}

// member returns the attachment as a member: a file, or a message that is attached
// as such, in TNEF again or in a storage of its own.
func (f *tnefFile) member(page, number int) member {
	if f.data == nil {
		for _, tag := range []uint32{0x37010000 | mapiBinary, 0x37010000 | mapiObj} {
			if v := f.props.data[tag]; len(v) > 0 {
				b := v[0]
				if tag&0xFFFF == mapiObj && len(b) >= 16 {
					b = b[16:] // the identifier of an interface
				}
				f.data = io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b)))
				break
			}
		}
	}
	fallback := decodePage(f.title, page)
	if fallback == "" {
		fallback = fmt.Sprintf("pièce-%d", number)
	}
	m := member{name: attachmentName(f.props, page, fallback)}
	if v := f.props.data[0x30080000|mapiTime]; len(v) > 0 && len(v[0]) == 8 {
		m.modTime = fileTime(le.Uint64(v[0])).Truncate(time.Second)
	}
	if f.data == nil {
		m.err = poterne.Fail(poterne.StageExtract, poterne.Partial, errors.New("tnef: attachment without content"))
		return m
	}
	m.size = f.data.Size()
	m.open = func() (io.Reader, error) { return inPlace{f.data}, nil }
	return m
}
