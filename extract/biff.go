package extract

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"
)

// biffReader reads the records of a binary workbook ([MS-XLS] 2.1.4): a type, a
// length, and up to 64 KiB of data; longer things go on in CONTINUE records.
type biffReader struct {
	r    *bufio.Reader
	off  int64 // of the record behind the current one
	kind uint16
	data []byte
	buf  []byte
	err  error
	key  *biffKey // of encrypted workbooks, nil for others
}

const recContinue = 0x3C

func newBIFF(r io.Reader) *biffReader {
	return &biffReader{r: bufio.NewReaderSize(r, 64<<10), buf: make([]byte, 64<<10)}
}

// next moves to the next record; false at the end, err then says why.
func (b *biffReader) next() bool {
	var head [4]byte
	n, err := io.ReadFull(b.r, head[:])
	if err != nil {
		if n == 0 && err == io.EOF {
			err = nil
		}
		b.err = err
		return false
	}
	b.kind = binary.LittleEndian.Uint16(head[:])
	size := int(binary.LittleEndian.Uint16(head[2:]))
	n, err = io.ReadFull(b.r, b.buf[:size])
	b.data = b.buf[:n]
	if b.key != nil && !inClear(b.kind) {
		clear := 0
		if b.kind == 0x85 { // BOUNDSHEET: where the sheet starts is not encrypted
			clear = min(4, n)
		}
		b.key.decrypt(b.data[clear:], b.off+4+int64(clear))
	}
	b.off += int64(4 + n)
	if err != nil {
		b.err = io.ErrUnexpectedEOF
		if err != io.ErrUnexpectedEOF && err != io.EOF {
			b.err = err
		}
		return n > 0
	}
	return true
}

// peek returns the type of the record behind the current one.
func (b *biffReader) peek() uint16 {
	head, err := b.r.Peek(2)
	if err != nil {
		return 0
	}
	return binary.LittleEndian.Uint16(head)
}

// more moves to a CONTINUE record where one follows.
func (b *biffReader) more() bool {
	return b.err == nil && b.peek() == recContinue && b.next()
}

// take returns the next n bytes of the current record and those that continue
// it, fewer where there are no more.
func (b *biffReader) take(n int) []byte {
	if n <= len(b.data) {
		t := b.data[:n]
		b.data = b.data[n:]
		return t
	}
	var t []byte
	for n > 0 {
		k := min(n, len(b.data))
		t = append(t, b.data[:k]...)
		b.data = b.data[k:]
		if n -= k; n > 0 && !b.more() {
			break
		}
	}
	return t
}

// skip passes over n bytes as take does.
func (b *biffReader) skip(n int64) {
	for n > 0 {
		k := min(n, int64(len(b.data)))
		b.data = b.data[k:]
		if n -= k; n > 0 && !b.more() {
			return
		}
	}
}

// chars reads n characters, in two bytes each where wide; a record that goes on
// in another says anew how wide they are ([MS-XLS] 2.5.293, 2.4.58).
func (b *biffReader) chars(n int, wide bool) string {
	var s strings.Builder
	for n > 0 {
		if len(b.data) == 0 {
			if !b.more() || len(b.data) == 0 {
				break
			}
			wide = b.data[0]&1 != 0
			b.data = b.data[1:]
		}
		if wide {
			k := min(n, len(b.data)/2)
			if k == 0 { // half a character: broken
				b.data = nil
				continue
			}
			s.WriteString(utf16le(b.data[:2*k]))
			b.data = b.data[2*k:]
			n -= k
			continue
		}
		k := min(n, len(b.data))
		s.WriteString(latin(b.data[:k]))
		b.data = b.data[k:]
		n -= k
	}
	return s.String()
}

// latin decodes the low bytes of UTF-16 characters.
func latin(b []byte) string {
	for i, c := range b {
		if c >= 0x80 {
			r := make([]rune, len(b))
			for j, d := range b[i:] {
				r[i+j] = rune(d)
			}
			for j, d := range b[:i] {
				r[j] = rune(d)
			}
			return string(r)
		}
	}
	return string(b)
}

// unicodeString reads a string of BIFF8 with a length of size bytes, formatting
// runs and phonetic data left out.
func (b *biffReader) unicodeString(size int) string {
	h := b.take(size)
	if len(h) < size {
		return ""
	}
	n := int(h[0])
	if size == 2 {
		n |= int(h[1]) << 8
	}
	f := b.take(1)
	if len(f) == 0 {
		return ""
	}
	flags := f[0]
	var runs, ext int64
	if flags&8 != 0 {
		if r := b.take(2); len(r) == 2 {
			runs = 4 * int64(binary.LittleEndian.Uint16(r))
		}
	}
	if flags&4 != 0 {
		if r := b.take(4); len(r) == 4 {
			ext = int64(binary.LittleEndian.Uint32(r))
		}
	}
	s := b.chars(n, flags&1 != 0)
	b.skip(runs + ext)
	return s
}
