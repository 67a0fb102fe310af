package extract

import (
	"bytes"
	"io"
	"strings"

	"poterne"
)

// macros sends the source of the macros in a compound file: accounts and
// passwords stand in it. Each module's stream holds its source compressed,
// behind data of the compiler; the source always starts with an Attribute line,
// whose first bytes cannot be compressed ([MS-OVBA] 2.3.4.3, 2.4.1).
func (s storage) macros(out *emitter) {
	start := []byte("\x00Attribut")
	for _, name := range s.paths {
		if !strings.HasPrefix(name, strings.ToLower(s.dir)) || s.entries[s.byPath[name]].kind != 2 || !strings.Contains("/"+name, "/vba/") {
			continue
		}
		b := s.read(name, 16<<20)
		i := bytes.Index(b, start)
		if i < 3 || b[i-3] != 1 {
			continue
		}
		source := unpackVBA(b[i-3:])
		if _, err := io.Copy(io.Discard, out.inflate(io.LimitReader(zeros{}, int64(len(source))))); err != nil {
			return
		}
		for line := range strings.SplitSeq(decodePage(source, 1252), "\r\n") {
			if strings.HasPrefix(line, "Attribute VB_") {
				continue
			}
			if !out.text(poterne.Place{Zone: poterne.ZoneHidden}, line) {
				return
			}
		}
	}
}

// maxSource bounds the source of one module, in bytes: a few bytes of a chunk can
// stand for 4,096.
const maxSource = 32 << 20

// unpackVBA unpacks a compressed container: chunks of at most 4,096 bytes, made
// of literals and of copies from earlier in the chunk.
func unpackVBA(b []byte) []byte {
	var out []byte
	for b = b[1:]; len(b) >= 2 && len(out) < maxSource; {
		head := le.Uint16(b)
		size := min(int(head&0xFFF)+3, len(b))
		chunk := b[2:size]
		b = b[size:]
		begin := len(out)
		if head&0x8000 == 0 { // stored
			out = append(out, chunk[:min(len(chunk), 4096)]...)
			continue
		}
		for len(chunk) > 0 && len(out)-begin <= 4096 {
			flags := chunk[0]
			chunk = chunk[1:]
			for bit := 0; bit < 8 && len(chunk) > 0; bit++ {
				if flags>>bit&1 == 0 {
					out = append(out, chunk[0])
					chunk = chunk[1:]
					continue
				}
				if len(chunk) < 2 {
					return out
				}
				token := int(le.Uint16(chunk))
				chunk = chunk[2:]
				offsetBits := 4
				for 1<<offsetBits < len(out)-begin {
					offsetBits++
				}
				lengthBits := 16 - offsetBits
				n, back := token&(1<<lengthBits-1)+3, token>>lengthBits+1
				if back > len(out)-begin || offsetBits > 12 {
					return out
				}
				for range n {
					out = append(out, out[len(out)-back])
				}
			}
		}
	}
	return out
}
