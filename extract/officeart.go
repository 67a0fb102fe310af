package extract

import (
	"bytes"
	"compress/zlib"
	"io"

	"poterne"
)

// Records of OfficeArt ([MS-ODRAW] 2.2), the drawings of Office before 2007.
const (
	artProperties     = 0xF00B // a shape's
	artMoreProperties = 0xF121
	artLastProperties = 0xF122
	artStoreEntry     = 0xF007 // of the store of pictures
	maxArtDepth       = 16     // real ones reach 6
	maxArtRecords     = 1 << 20
)

// art reads the drawings of a document: what shapes say in their properties, and
// their pictures.
type art struct {
	out       *emitter
	place     poterne.Place
	watermark bool // drawn text lies behind the page
	pictures  []picture
	records   int
}

// walk reads the records of b.
func (a *art) walk(b []byte, depth int) {
	for len(b) >= 8 && depth < maxArtDepth && !a.out.run.stopped {
		if a.records++; a.records > maxArtRecords {
			return
		}
		head, kind := le.Uint16(b), le.Uint16(b[2:])
		size := min(int64(le.Uint32(b[4:])), int64(len(b)-8))
		body := b[8 : 8+size]
		switch {
		case kind == artProperties || kind == artMoreProperties || kind == artLastProperties:
			a.properties(body, int(head>>4))
		case kind == artStoreEntry && size > 36:
			a.walk(body[min(len(body), 36+int(body[33])):], depth+1)
		case head&15 == 15:
			a.walk(body, depth+1)
		default:
			r := bytes.NewReader(body)
			if p, ok := blip(r, 0, size, head>>4, kind); ok {
				p.place = a.place
				a.pictures = append(a.pictures, p)
			}
		}
		b = b[8+size:]
	}
}

// properties sends the texts among count properties of a shape ([MS-ODRAW] 2.3):
// drawn text, alternative text, tool tip. Complex values follow the table.
func (a *art) properties(b []byte, count int) {
	const entry, complexValue = 6, 0x8000
	table := min(count*entry, len(b)/entry*entry)
	values := b[table:]
	for t := b[:table]; len(t) >= entry; t = t[entry:] {
		id, size := le.Uint16(t), int64(le.Uint32(t[2:]))
		if id&complexValue == 0 {
			continue
		}
		if size > int64(len(values)) {
			return
		}
		value := values[:size]
		values = values[size:]
		p := a.place
		switch id & 0x3FFF {
		case 0x00C0: // gtextUNICODE
			if a.watermark {
				p.Zone = poterne.ZoneWatermark
			}
		case 0x0381, 0x038D: // wzDescription, wzTooltip
		default:
			continue
		}
		a.out.text(p, trimZeros(utf16le(value)))
	}
}

func trimZeros(s string) string {
	if i := bytes.IndexByte([]byte(s), 0); i >= 0 {
		return s[:i]
	}
	return s
}

// blipKinds are the kinds of pictures by type and instance of their record, with
// the bytes in front of the picture itself ([MS-ODRAW] 2.2.23 to 2.2.32): one or two
// identities, then a tag or, before metafiles, a head.
var blipKinds = map[uint32]int{
	0xF01A_3D4: 16, 0xF01A_3D5: 32, 0xF01B_216: 16, 0xF01B_217: 32,
	0xF01D_46A: 17, 0xF01D_46B: 33, 0xF01D_6E2: 17, 0xF01D_6E3: 33, 0xF01E_6E0: 17, 0xF01E_6E1: 33,
	0xF01F_7A8: 17, 0xF01F_7A9: 33, 0xF029_6E4: 17, 0xF029_6E5: 33, 0xF02A_46A: 17, 0xF02A_46B: 33, 0xF02A_6E2: 17, 0xF02A_6E3: 33,
}

// blip returns the picture in a record whose body of size bytes is at off.
func blip(r io.ReaderAt, off, size int64, instance, kind uint16) (picture, bool) {
	front, ok := blipKinds[uint32(kind)<<12|uint32(instance)]
	if !ok || size <= int64(front) {
		return picture{}, false
	}
	at, n := off+int64(front), size-int64(front)
	whole := func() io.Reader { return io.NewSectionReader(r, at, n) }
	switch kind {
	case 0xF01A, 0xF01B:
		var head [34]byte
		if m, _ := r.ReadAt(head[:], at); m < len(head) {
			return picture{}, false
		}
		unpacked := int64(le.Uint32(head[:]))
		at, n = at+int64(len(head)), n-int64(len(head))
		if head[32] != 0 { // not deflated
			return picture{size: n, open: func() (io.Reader, error) { return whole(), nil }}, true
		}
		return picture{size: unpacked, open: func() (io.Reader, error) { return zlib.NewReader(whole()) }}, true
	case 0xF01F: // a bitmap without the head of its file
		return picture{size: n, open: func() (io.Reader, error) {
			var info [40]byte
			if m, err := r.ReadAt(info[:], at); m < len(info) {
				return nil, err
			}
			return io.MultiReader(bytes.NewReader(bitmapHead(info[:], n)), whole()), nil
		}}, true
	}
	return picture{size: n, open: func() (io.Reader, error) { return whole(), nil }}, true
}

// bitmapHead returns the head of a file of a bitmap whose info is known.
func bitmapHead(info []byte, size int64) []byte {
	const head = 14
	colours := int64(le.Uint32(info[32:]))
	if bits := le.Uint16(info[14:]); colours == 0 && bits <= 8 {
		colours = 1 << bits
	}
	b := append([]byte("BM"), make([]byte, head-2)...)
	le.PutUint32(b[2:], uint32(size+head))
	le.PutUint32(b[10:], uint32(min(head+int64(le.Uint32(info))+4*colours, size+head)))
	return b
}

// maxBlips bounds the pictures of one stream that are listed.
const maxBlips = 20_000

// blips finds the pictures in a stream by the form of their records: their places
// are told in other streams, in a way of each program's own.
func blips(r io.ReaderAt, size int64) []picture {
	const step, overlap = 1 << 20, 8
	var found []picture
	buf := make([]byte, step+overlap)
	for start := int64(0); start < size && len(found) < maxBlips; {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-start)], start)
		if n < overlap {
			return found
		}
		next := start + int64(n) - overlap + 1
		for i := 3; i+4 < n; i++ {
			j := bytes.IndexByte(buf[i:n-4], 0xF0)
			if j < 0 {
				break
			}
			i += j
			off := start + int64(i) - 3
			body := int64(le.Uint32(buf[i+1:]))
			if buf[i-3]&15 != 0 || off+8+body > size {
				continue
			}
			if p, ok := blip(r, off+8, body, le.Uint16(buf[i-3:])>>4, le.Uint16(buf[i-1:])); ok {
				found = append(found, p)
				next = max(next, off+8+body)
				if next > start+int64(n) {
					break
				}
				i = int(off+8+body-start) + 2
			}
		}
		if err != nil && err != io.EOF {
			return found
		}
		start = next
	}
	return found
}
