package main

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"hash/crc32"
	"strings"
)

// member is one file of an archive.
type member struct {
	name string
	data []byte
}

// zipOf packs members in order. A member named "mimetype" is stored, as the
// OpenDocument format wants it; the others are deflated.
func zipOf(members ...member) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, m := range members {
		body, method := m.data, zip.Store
		if m.name != "mimetype" {
			body, method = deflate(m.data), zip.Deflate
		}
		h := &zip.FileHeader{
			Name:               m.name,
			Method:             method,
			Flags:              0x800, // names are UTF-8
			ReaderVersion:      20,
			CRC32:              crc32.ChecksumIEEE(m.data),
			CompressedSize64:   uint64(len(body)),
			UncompressedSize64: uint64(len(m.data)),
		}
		//lint:ignore SA1019 CreateRaw writes these two and not Modified
		h.ModifiedDate, h.ModifiedTime = uint16((saved.Year()-1980)<<9|int(saved.Month())<<5|saved.Day()), uint16(saved.Hour()<<11|saved.Minute()<<5)
		f, err := w.CreateRaw(h)
		must(err)
		_, err = f.Write(body)
		must(err)
	}
	must(w.Close())
	return buf.Bytes()
}

// text is a member made of text.
func text(name, body string) member { return member{name, []byte(body)} }

// esc escapes s for XML text and attributes.
func esc(s string) string {
	var b strings.Builder
	must(xml.EscapeText(&b, []byte(s)))
	return b.String()
}

// must stops the generator: writing to memory fails only by a mistake in it.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
