package extract

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"poterne"
)

// msgObject is an object of an Outlook message ([MS-OXMSG]): a storage with one
// stream for each property, named by its number and type.
type msgObject struct {
	storage
	fixed map[uint32][]byte // properties of fixed size
}

// openMSG opens the object in s; its table of properties of fixed size stands
// behind skip bytes of header.
func openMSG(s storage, skip int) *msgObject {
	o := &msgObject{storage: s, fixed: make(map[uint32][]byte)}
	b := s.read(s.dir+"__properties_version1.0", 1<<20)
	for b = b[min(len(b), skip):]; len(b) >= 16; b = b[16:] {
		o.fixed[le.Uint32(b)] = b[8:16]
	}
	return o
}

const msgStream = "__substg1.0_"

func (o *msgObject) tags() []uint32 {
	var list []uint32
	for _, name := range o.children(o.dir) {
		digits, ok := strings.CutPrefix(name, msgStream)
		if !ok || len(digits) < 8 {
			continue
		}
		if tag, err := strconv.ParseUint(digits[:8], 16, 32); err == nil {
			list = append(list, uint32(tag))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (o *msgObject) values(tag uint32) [][]byte {
	if v, ok := o.fixed[tag]; ok {
		switch tag & 0xFFFF {
		case mapiString, mapiString8, mapiBinary, mapiObj: // the table has their size only
		default:
			if tag&mapiMany == 0 {
				return [][]byte{v}
			}
		}
	}
	path := fmt.Sprintf("%s%s%08X", o.dir, msgStream, tag)
	if tag&mapiMany == 0 {
		if b := o.read(path, maxMAPIText); b != nil {
			return [][]byte{b}
		}
		return nil
	}
	var all [][]byte
	for i := 0; ; i++ {
		b := o.read(fmt.Sprintf("%s-%08X", path, i), maxMAPIText)
		if b == nil {
			return all
		}
		all = append(all, b)
	}
}

func readMSG(ctx context.Context, s storage, out *emitter) error {
	skip := 32
	if s.dir != "" {
		skip = 24
	}
	const named = "__nameid_version1.0/__substg1.0_"
	m := newMAPIItem(openMSG(s, skip), out, mapiNames(s.read(named+"00030102", 1<<20), s.read(named+"00040102", 1<<20)))
	m.header()
	for _, name := range s.children(s.dir) {
		if strings.HasPrefix(name, "__recip_version1.0_") && !m.recipient(openMSG(storage{s.compound, s.dir + name + "/"}, 8)) {
			return nil
		}
	}
	err := m.body(ctx)
	s.attachments(out, m.page)
	if err == nil && m.sealed(len(out.queue)) {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	return err
}

// attachments leaves what is attached to a message to be read as members.
func (s storage) attachments(out *emitter, page int) {
	for _, name := range s.children(s.dir) {
		if !strings.HasPrefix(name, "__attach_version1.0_") {
			continue
		}
		sub := s.dir + name + "/"
		title := attachmentName(openMSG(storage{s.compound, sub}, 8), page, name)
		ok := true
		if s.has(sub + msgStream + "3701000D") {
			ok = s.embed(out, title, sub+msgStream+"3701000d/")
		} else if st, err := s.open(sub + msgStream + "37010102"); err == nil {
			ok = out.member(member{name: title, size: st.size, open: func() (io.Reader, error) { return st.whole(), nil }})
		}
		if !ok {
			return
		}
	}
}
