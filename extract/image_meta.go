package extract

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// maxImageHead is how much of a picture is looked through for what it says about
// itself: all formats but TIFF have it before the pixels.
const maxImageHead = 4 << 20

// imageProperties sends the XMP packet, the EXIF and IPTC fields and the comments
// of a picture: author, title, keywords, place.
func imageProperties(in *input, out *emitter) {
	head, err := in.head(maxImageHead)
	if err != nil {
		return
	}
	sent := map[string]bool{}
	if _, after, ok := bytes.Cut(head, []byte("<x:xmpmeta")); ok {
		if packet, _, ok := bytes.Cut(after, []byte("</x:xmpmeta>")); ok && len(packet) <= maxXMP {
			xmpPacket(out, append([]byte("<x:xmpmeta"), packet...), sent)
		}
	}
	switch in.format {
	case "jpeg":
		jpegSegments(head, out)
	case "png":
		pngChunks(head, out)
	case "tiff":
		exif(head, out)
	case "webp":
		if _, after, ok := bytes.Cut(head, []byte("EXIF")); ok && len(after) > 4 {
			exif(after[4:], out)
		}
	}
}

// jpegSegments sends the comments, EXIF and IPTC of a JPEG (ITU T.81, B.1.1.3).
func jpegSegments(b []byte, out *emitter) {
	for b = b[2:]; len(b) >= 4 && b[0] == 0xFF && b[1] != 0xDA && !out.run.stopped; {
		size := 2 + int(binary.BigEndian.Uint16(b[2:]))
		if size < 4 || size > len(b) {
			return
		}
		kind, data := b[1], b[4:size]
		b = b[size:]
		switch {
		case kind == 0xFE:
			out.property("comment", decodeBytes(data, ""))
		case kind == 0xE1 && bytes.HasPrefix(data, []byte("Exif\x00\x00")):
			exif(data[6:], out)
		case kind == 0xED:
			iptc(data, out)
		}
	}
}

// pngChunks sends the texts and the EXIF of a PNG (PNG 1.2, 4.2.3).
func pngChunks(b []byte, out *emitter) {
	for b = b[min(8, len(b)):]; len(b) >= 12 && !out.run.stopped; {
		size := int64(binary.BigEndian.Uint32(b))
		if size > int64(len(b)-12) {
			return
		}
		kind, data := string(b[4:8]), b[8:8+size]
		b = b[12+size:]
		key, text, _ := bytes.Cut(data, []byte{0})
		switch kind {
		case "tEXt":
			out.property(string(key), decodeBytes(text, "iso-8859-1"))
		case "zTXt":
			if len(text) > 1 {
				out.property(string(key), inflated(text[1:], out))
			}
		case "iTXt":
			if len(text) < 2 {
				continue
			}
			packed := text[0] == 1
			_, rest, _ := bytes.Cut(text[2:], []byte{0}) // language
			_, rest, _ = bytes.Cut(rest, []byte{0})      // the key, translated
			if packed {
				rest = []byte(inflated(rest, out))
			}
			if bytes.Contains(rest, []byte("<x:xmpmeta")) {
				if packed { // in clear it was found before
					xmpPacket(out, rest, map[string]bool{})
				}
				continue
			}
			out.property(string(key), string(rest))
		case "eXIf":
			exif(data, out)
		}
	}
}

func inflated(b []byte, out *emitter) string {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(out.inflate(z), maxXMP)) // what came before an error counts
	return string(text)
}

// exifTags are the fields of EXIF that people write or that tell of people (EXIF
// 2.32, 4.6; the XP fields are Windows').
var exifTags = map[uint16]string{
	0x010D: "DocumentName", 0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x011D: "PageName", 0x0131: "Software",
	0x013B: "Artist", 0x013C: "HostComputer", 0x8298: "Copyright", 0x9286: "UserComment", 0x9003: "DateTimeOriginal",
	0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject",
	0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber",
}

// gpsTags are the fields of EXIF that tell a place.
var gpsTags = map[uint16]string{1: "GPSLatitudeRef", 2: "GPSLatitude", 3: "GPSLongitudeRef", 4: "GPSLongitude", 0x1D: "GPSDateStamp"}

// exif sends the fields of a TIFF structure (TIFF 6.0, section 2).
func exif(b []byte, out *emitter) {
	if len(b) < 8 {
		return
	}
	t := tiffFields{b: b, out: out, seen: map[uint32]bool{}}
	switch string(b[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return
	}
	t.directory(t.order.Uint32(b[4:]), exifTags, 0)
}

// tiffFields walks the directories of a TIFF.
type tiffFields struct {
	b     []byte
	order binary.ByteOrder
	out   *emitter
	seen  map[uint32]bool
}

func (t *tiffFields) directory(at uint32, names map[uint16]string, depth int) {
	const deepest, entry = 16, 12
	if int64(at)+2 > int64(len(t.b)) || t.seen[at] || depth > deepest {
		return
	}
	t.seen[at] = true
	n := int(t.order.Uint16(t.b[at:]))
	rest := t.b[at+2:]
	for ; n > 0 && len(rest) >= entry && !t.out.run.stopped; n, rest = n-1, rest[entry:] {
		tag, kind := t.order.Uint16(rest), t.order.Uint16(rest[2:])
		value := t.value(kind, t.order.Uint32(rest[4:]), rest[8:12])
		switch {
		case tag == 0x8769 && kind == 4: // the directory of EXIF itself
			t.directory(t.order.Uint32(rest[8:]), exifTags, depth+1)
		case tag == 0x8825 && kind == 4:
			t.directory(t.order.Uint32(rest[8:]), gpsTags, depth+1)
		case names[tag] != "":
			t.out.property(names[tag], t.text(tag, kind, value))
		}
	}
	if n == 0 && len(rest) >= 4 { // the next page
		if next := t.order.Uint32(rest); next != 0 {
			t.directory(next, names, depth+1)
		}
	}
}

// value returns the bytes of a field, which stand in place where they are few.
func (t *tiffFields) value(kind uint16, count uint32, place []byte) []byte {
	size := int64(count)
	switch kind {
	case 1, 2, 7:
	case 5, 10: // rationals
		size *= 8
	default:
		return nil
	}
	if size <= 4 {
		return place[:size]
	}
	at := int64(t.order.Uint32(place))
	if size > 64<<10 || at+size > int64(len(t.b)) {
		return nil
	}
	return t.b[at : at+size]
}

func (t *tiffFields) text(tag, kind uint16, b []byte) string {
	switch {
	case kind == 5 && len(b) == 24: // degrees, minutes, seconds
		degrees := 0.0
		for i, unit := range []float64{1, 60, 3600} {
			if d := t.order.Uint32(b[8*i+4:]); d != 0 {
				degrees += float64(t.order.Uint32(b[8*i:])) / float64(d) / unit
			}
		}
		return strconv.FormatFloat(degrees, 'f', 6, 64)
	case kind == 5 || kind == 10:
		return ""
	case tag >= 0x9C9B && tag <= 0x9C9F: // Windows writes UTF-16
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return strings.TrimRight(string(utf16.Decode(units)), "\x00")
	case tag == 0x9286 && len(b) >= 8: // eight bytes name the encoding
		b = b[8:]
	}
	return strings.Trim(decodeBytes(bytes.TrimRight(b, "\x00"), ""), " \x00")
}

// iptc sends the texts of a Photoshop resource (IPTC IIM 4.2, record 2).
func iptc(b []byte, out *emitter) {
	names := map[byte]string{5: "ObjectName", 25: "Keywords", 55: "DateCreated", 80: "By-line", 90: "City", 101: "Country", 105: "Headline", 116: "CopyrightNotice", 120: "Caption", 122: "Writer"}
	for {
		i := bytes.Index(b, []byte{0x1C, 2})
		if i < 0 || len(b)-i < 5 {
			return
		}
		kind, size := b[i+2], int(binary.BigEndian.Uint16(b[i+3:]))
		b = b[i+5:]
		if size > len(b) {
			return
		}
		if name := names[kind]; name != "" {
			out.property(name, decodeBytes(b[:size], ""))
			b = b[size:]
		}
	}
}
