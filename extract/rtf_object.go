package extract

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"

	"poterne"
)

// object reads the data of an embedded object, which are hexadecimal digits up to
// the end of the group, and leaves the object to be read as a member. It keeps the
// place of the digits, not the bytes.
func (r *rtfReader) object() {
	start := r.offset()
	var head []byte
	high := -1
	for {
		c, err := r.r.ReadByte()
		if err != nil {
			break // cut: what there is, is read
		}
		if c == '}' || c == '{' || c == '\\' {
			r.r.UnreadByte()
			break
		}
		if n := unhex([]byte{c}, 0); n >= 0 && len(head) < 64<<10 {
			if high < 0 {
				high = n
				continue
			}
			head = append(head, byte(high<<4|n))
			high = -1
		}
	}
	digits := func() io.Reader {
		return &hexReader{r: bufio.NewReader(io.NewSectionReader(r.in.r, start, r.in.size-start))}
	}
	class, topic, at, size, embedded := oleHeader(head)
	r.out.text(poterne.Place{Zone: poterne.ZoneHidden}, topic) // the file that a link shows
	if !embedded || size == 0 {
		return
	}
	name := class
	if class == "Package" && len(head) > at {
		var data []byte
		if name, data = ole10(head[at-4:]); cap(data) > 0 && len(data) > 0 {
			// Both are stretches of one array.
			at = cap(head) - cap(data)
			size = int64(binary.LittleEndian.Uint32(head[at-4:]))
		}
	}
	if name == "" {
		name = "objet"
	}
	r.out.member(member{name: name, size: size, open: func() (io.Reader, error) {
		d := digits()
		if _, err := io.CopyN(io.Discard, d, int64(at)); err != nil {
			return nil, err
		}
		return io.LimitReader(d, size), nil
	}})
}

// picture passes over the digits of a picture, of which one was read, and keeps
// their place.
func (r *rtfReader) picture() {
	r.state.picture = false
	start, digits := r.offset()-1, int64(1)
	for {
		c, err := r.r.ReadByte()
		if err != nil {
			break
		}
		if c == '}' || c == '{' || c == '\\' {
			r.r.UnreadByte()
			break
		}
		if !space(c) {
			digits++
		}
	}
	if len(r.pictures) >= maxBlips {
		return
	}
	r.pictures = append(r.pictures, picture{size: digits / 2, place: poterne.Place{Zone: r.stories[r.state.story].zone}, open: func() (io.Reader, error) {
		return &hexReader{r: bufio.NewReader(io.NewSectionReader(r.in.r, start, r.in.size-start))}, nil
	}})
}

// offset returns the place in the file of what comes next.
func (r *rtfReader) offset() int64 {
	at, _ := r.src.Seek(0, io.SeekCurrent)
	return at - int64(r.r.Buffered())
}

// oleHeader reads the header of an object of OLE 1.0 ([MS-OLEDS] 2.2.4 and 2.2.5):
// its class, the file that a link goes to, where its bytes start and how many they are.
func oleHeader(b []byte) (class, topic string, at int, size int64, embedded bool) {
	word := func() (n uint32, ok bool) {
		if at+4 > len(b) {
			return 0, false
		}
		n = binary.LittleEndian.Uint32(b[at:])
		at += 4
		return n, true
	}
	text := func() string {
		n, ok := word()
		if !ok || int64(at)+int64(n) > int64(len(b)) {
			at = len(b) + 1
			return ""
		}
		s := bytes.TrimRight(b[at:at+int(n)], "\x00")
		at += int(n)
		return decodePage(s, 1252)
	}
	word()
	format, ok := word()
	if !ok || format != 1 && format != 2 {
		return "", "", 0, 0, false
	}
	class, topic = text(), text()
	text()
	n, ok := word()
	if format == 1 || !ok || at > len(b) {
		return class, topic, 0, 0, false
	}
	return class, topic, at, int64(n), true
}

// hexReader decodes hexadecimal digits up to the end of the group.
type hexReader struct {
	r    *bufio.Reader
	done bool
}

// Read implements io.Reader.
func (h *hexReader) Read(p []byte) (n int, err error) {
	high := -1
	for n < len(p) && !h.done {
		c, err := h.r.ReadByte()
		if err == io.EOF || err == nil && (c == '}' || c == '{' || c == '\\') {
			h.done = true
			break
		}
		if err != nil {
			return n, err
		}
		switch d := unhex([]byte{c}, 0); {
		case d < 0:
		case high < 0:
			high = d
		default:
			p[n] = byte(high<<4 | d)
			n++
			high = -1
		}
	}
	if n == 0 && h.done && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}
