package extract

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
)

// zipHead is the length of the head of a member before its name, in bytes.
const zipHead = 30

// salvage finds the parts of a zip that has lost its directory by the heads that
// stand before each of them (APPNOTE 4.3.7), in one pass over the file.
func salvage(in *input) ([]*packed, error) {
	const window = 1 << 20
	mark := []byte("PK\x03\x04")
	var parts []*packed
	buf := make([]byte, window)
	at, n := int64(0), 0 // buf holds n bytes of the file from at on
	for off := int64(0); off < in.size && len(parts) < maxParts; {
		if off+zipHead > at+int64(n) {
			var err error
			if n, err = in.ReadAt(buf, off); err != nil && err != io.EOF {
				return parts, err
			}
			at = off
		}
		b := buf[off-at : n]
		i := bytes.Index(b, mark)
		if i < 0 || len(b)-i < zipHead {
			if n < len(buf) {
				break
			}
			if off += int64(i); i < 0 {
				off = at + int64(n-len(mark)+1)
			}
			continue
		}
		head := b[i : i+zipHead]
		start := off + int64(i)
		flags := binary.LittleEndian.Uint16(head[6:])
		method := binary.LittleEndian.Uint16(head[8:])
		packedSize := int64(binary.LittleEndian.Uint32(head[18:]))
		size := int64(binary.LittleEndian.Uint32(head[22:]))
		nameLen := int64(binary.LittleEndian.Uint16(head[26:]))
		extraLen := int64(binary.LittleEndian.Uint16(head[28:]))
		data := start + zipHead + nameLen + extraLen
		off = start + 4
		name := make([]byte, nameLen+extraLen)
		if _, err := in.ReadAt(name, start+zipHead); err != nil || data > in.size || method != 0 && method != 8 {
			continue
		}
		if large, largePacked, ok := zip64Sizes(name[nameLen:]); ok {
			size, packedSize = large, largePacked
		}
		f := &packed{name: string(name[:nameLen]), size: size, encrypted: flags&1 != 0}
		end := in.size
		if packedSize > 0 && flags&8 == 0 {
			end = min(in.size, data+min(packedSize, in.size))
			off = end
		}
		f.open = func() (io.ReadCloser, error) {
			r := io.NewSectionReader(in, data, end-data)
			if method == 0 {
				return io.NopCloser(r), nil
			}
			return flate.NewReader(r), nil
		}
		parts = append(parts, f)
	}
	return parts, nil
}

// zip64Sizes returns the sizes in the extra field of a member that stand for those
// of 32 bits (APPNOTE 4.5.3).
func zip64Sizes(extra []byte) (size, packedSize int64, ok bool) {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break
		}
		if id == 1 && n >= 16 {
			size, packedSize = int64(binary.LittleEndian.Uint64(extra)), int64(binary.LittleEndian.Uint64(extra[8:]))
			return size, packedSize, size >= 0 && packedSize >= 0
		}
		extra = extra[n:]
	}
	return 0, 0, false
}
