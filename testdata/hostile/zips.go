package hostile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// entry is one member of an archive, with what its headers claim.
type entry struct {
	name    string
	data    []byte // as text, unless packed is set
	packed  []byte // deflated by hand
	claimed uint64 // uncompressed size in the headers where packed is set
	mode    uint32 // Unix mode, 0 for none
}

func text(name, body string) entry { return entry{name: name, data: []byte(body)} }

// archive packs entries. It writes what it is told, also lies.
func archive(entries ...entry) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode != 0 {
			h.CreatorVersion = 3 << 8
			h.ExternalAttrs = e.mode << 16
		}
		var f io.Writer
		var err error
		if e.packed != nil {
			h.CompressedSize64, h.UncompressedSize64 = uint64(len(e.packed)), e.claimed
			f, err = w.CreateRaw(h)
			e.data = e.packed
		} else {
			f, err = w.CreateHeader(h)
		}
		must(err)
		_, err = f.Write(e.data)
		must(err)
	}
	must(w.Close())
	return buf.Bytes()
}

func must(err error) {
	if err != nil {
		panic(err) // writing to memory fails only by a mistake in this package
	}
}

// repeated deflates n MiB of c: one deflated MiB, closed on a byte boundary,
// written n times.
func repeated(c byte, n int) []byte {
	var block bytes.Buffer
	w, err := flate.NewWriter(&block, flate.BestCompression)
	must(err)
	_, err = w.Write(bytes.Repeat([]byte{c}, mib))
	must(err)
	must(w.Flush())
	out := bytes.Repeat(block.Bytes(), n)
	return append(out, 3, 0) // an empty last block
}

// FlatBomb is a Word document whose body unfolds to 4 GiB of spaces.
func FlatBomb() File {
	return File{Name: "bombe plate.docx", Unfolds: 4 * gib, Data: archive(
		text("[Content_Types].xml", wordTypes), text("_rels/.rels", rels("word/document.xml")),
		entry{name: "word/document.xml", packed: repeated(' ', 4096), claimed: 4 * gib})}
}

// NestedBomb is an archive of 16 archives of 16 archives, eight deep, of 1 MiB.
func NestedBomb() File {
	data := archive(text("plein.txt", strings.Repeat(" ", mib)))
	unfolds := int64(mib)
	for range 8 {
		var copies []entry
		for i := range 16 {
			copies = append(copies, entry{name: fmt.Sprintf("%x.zip", i), data: data})
		}
		data = archive(copies...)
		unfolds *= 16
	}
	return File{Name: "bombe emboîtée.zip", Data: data, Unfolds: unfolds}
}

// OverlappingBomb is an archive of 20,000 members that all lie on the same bytes:
// each unfolds to 64 MiB.
func OverlappingBomb() File {
	const members, size = 20_000, 64
	packed := repeated(' ', size)
	name := "00000.txt"
	local := binary.LittleEndian.AppendUint32(nil, 0x04034b50)
	common := []byte{20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0}   // version, flags, deflate, time, date
	common = binary.LittleEndian.AppendUint32(common, 0) // sum
	common = binary.LittleEndian.AppendUint32(common, uint32(len(packed)))
	common = binary.LittleEndian.AppendUint32(common, size*mib)
	common = binary.LittleEndian.AppendUint16(common, uint16(len(name)))
	local = append(append(append(local, common...), 0, 0), name...)
	out := append(local, packed...)
	start := len(out)
	for i := range members {
		out = binary.LittleEndian.AppendUint32(out, 0x02014b50)
		out = append(out, 20, 0)
		out = append(out, common...)
		out = append(out, make([]byte, 12)...) // lengths of extra and comment, disk, attributes
		out = binary.LittleEndian.AppendUint32(out, 0)
		out = append(out, fmt.Sprintf("%05d.txt", i)...)
	}
	size32 := uint32(len(out) - start)
	out = binary.LittleEndian.AppendUint32(out, 0x06054b50)
	out = append(out, 0, 0, 0, 0)
	out = binary.LittleEndian.AppendUint16(out, members)
	out = binary.LittleEndian.AppendUint16(out, members)
	out = binary.LittleEndian.AppendUint32(out, size32)
	out = binary.LittleEndian.AppendUint32(out, uint32(start))
	return File{Name: "bombe superposée.zip", Data: append(out, 0, 0), Unfolds: members * size * mib}
}

// Traversal is an archive whose names try to leave the folder they are laid in,
// with a link among them.
func Traversal() File {
	return File{Name: "évasion.zip", Data: archive(
		text("../../etc/passwd", "a"), text("/etc/shadow", "b"), text(`..\..\windows\system.ini`, "c"), text("C:\\x.txt", "d"),
		entry{name: "lien", data: []byte("/etc/passwd"), mode: 0o120777}, text("nul\x00octet.txt", "e"), text("a/"+strings.Repeat("b/", 2000)+"c.txt", "f"))}
}
