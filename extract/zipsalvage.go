package extract

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
)

// salvage finds the parts of a zip that has lost its directory by the heads that
// stand before each of them (APPNOTE 4.3.7), in one pass over the file.
func salvage(in *input) ([]*packed, error) {
	const window = 1 << 20
	mark := []byte("PK\x03\x04")
	var parts []*packed
	buf := make([]byte, window+30)
	for off := int64(0); off < in.size && len(parts) < maxParts; {
		n, err := in.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			return parts, err
		}
		b := buf[:n]
		i := bytes.Index(b, mark)
		if i < 0 || len(b)-i < 30 {
			if n < len(buf) {
				break
			}
			off += window
			continue
		}
		head := b[i : i+30]
		start := off + int64(i)
		flags := binary.LittleEndian.Uint16(head[6:])
		method := binary.LittleEndian.Uint16(head[8:])
		packedSize := int64(binary.LittleEndian.Uint32(head[18:]))
		size := int64(binary.LittleEndian.Uint32(head[22:]))
		nameLen := int64(binary.LittleEndian.Uint16(head[26:]))
		data := start + 30 + nameLen + int64(binary.LittleEndian.Uint16(head[28:]))
		off = start + 4
		name := make([]byte, nameLen)
		if _, err := in.ReadAt(name, start+30); err != nil || data > in.size || method != 0 && method != 8 {
			continue
		}
		f := &packed{name: string(name), size: size, encrypted: flags&1 != 0}
		end := in.size
		if packedSize > 0 && flags&8 == 0 {
			end = min(in.size, data+packedSize)
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
