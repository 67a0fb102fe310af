package extract

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"poterne"
)

// storage is a folder of a compound file that holds a document: the root of the
// file, or an object inside another document.
type storage struct {
	*compound
	dir string // "" or a path that ends in "/"
}

// storageReader reads the document in a storage.
type storageReader func(ctx context.Context, s storage, out *emitter) error

// ole makes the reader of a file from the reader of a storage.
func ole(read storageReader) reader {
	return func(ctx context.Context, in *input, out *emitter) error {
		c, err := openCFB(in, in.size)
		if err != nil {
			return err
		}
		return read(ctx, storage{compound: c}, out)
	}
}

// kinds says by the name of a stream what a storage holds and how it is read.
func (s storage) kind() (format string, read storageReader) {
	for _, k := range []struct {
		stream, format string
		read           storageReader
	}{
		{"EncryptedPackage", "ooxml-encrypted", func(ctx context.Context, _ storage, out *emitter) error { return readEncrypted(ctx, nil, out) }},
		{"WordDocument", "doc", readDOC},
		{"Workbook", "xls", readXLS},
		{"Book", "xls", readXLS},
		{"PowerPoint Document", "ppt", readPPT},
		{"PP40", "ppt", readPPT},
		{"__properties_version1.0", "msg", readMSG},
		{"VisioDocument", "vsd", nil},
		{"Quill", "pub", nil},
	} {
		if s.has(s.dir + k.stream) {
			return k.format, k.read
		}
	}
	return "ole", readObject
}

// oleFormat tells what a compound file holds by the names of its streams.
func oleFormat(in *input) string {
	c, err := openCFB(in, in.size)
	if err != nil {
		return "ole"
	}
	format, _ := storage{compound: c}.kind()
	return format
}

// embed leaves the storage dir to be read as the member name.
func (s storage) embed(out *emitter, name, dir string) bool {
	sub := storage{s.compound, dir}
	format, read := sub.kind()
	if format == "ole" && sub.harmless() {
		return !out.run.stopped
	}
	m := member{name: name, format: format}
	if read == nil {
		m.err = poterne.Fail(poterne.StageExtract, poterne.Unsupported, nil)
	} else {
		m.read = func(ctx context.Context, _ *input, o *emitter) error { return read(ctx, sub, o) }
	}
	return out.member(m)
}

// harmless reports whether an object is known to hold no text of its own: a
// control, an equation, a picture, a link's cache of how it looks.
func (s storage) harmless() bool {
	names := s.children(s.dir)
	for _, n := range names {
		switch strings.Trim(n, "\x00\x01\x02\x03\x04\x05\x06") {
		case "ole", "ocxname", "ocxdata", "compobj", "objinfo", "meta", "pic", "print", "epsprint", "ocdata", "olepres000", "linkinfo", "equation native", "ppt97embed", "summaryinformation", "documentsummaryinformation", "accessobjsitedata":
		default:
			return false
		}
	}
	return true
}

// readObject reads an object that is none of Office's own: a packed file, or the
// file of another program as it stands.
func readObject(_ context.Context, s storage, out *emitter) error {
	properties := s.properties(out)
	if b := s.read(s.dir+"\x01Ole10Native", 1<<30); len(b) > 4 {
		name, data := ole10(b)
		out.member(member{name: name, size: int64(len(data)), open: func() (io.Reader, error) { return memory{bytes.NewReader(data)}, nil }})
		return nil
	}
	for _, n := range []string{"Package", "CONTENTS", "Contents"} {
		if st, err := s.open(s.dir + n); err == nil && st.size > 0 {
			out.member(member{name: n, size: st.size, open: func() (io.Reader, error) { return st.whole(), nil }})
			return nil
		}
	}
	s.macros(out)
	if s.harmless() && properties || s.hasMacros() {
		return nil
	}
	return s.scan(out)
}

// hasMacros reports whether the storage is a project of macros, nothing else.
func (s storage) hasMacros() bool { return s.has(s.dir+"VBA/dir") && s.has(s.dir+"PROJECT") }

// scan sends what looks like text in the streams of an object of an unknown
// program, and says that it was read in part.
func (s storage) scan(out *emitter) error {
	const limit = 64 << 20
	for _, name := range s.paths {
		if !strings.HasPrefix(name, strings.ToLower(s.dir)) || strings.Contains(name, "olepres") {
			continue
		}
		b := s.read(name, limit)
		for _, t := range append(wideTexts(b, 6), byteTexts(b, 6)...) {
			if !out.text(poterne.Place{}, t) {
				return nil
			}
		}
	}
	if out.texts == 0 {
		return poterne.Fail(poterne.StageExtract, poterne.Unsupported, nil)
	}
	return poterne.Fail(poterne.StageExtract, poterne.Partial, errUnknownObject)
}

var errUnknownObject = errors.New("object of an unknown program")

// ole10 returns the name and the bytes of a packed file ([MS-OLEDS] 2.3.6 and
// the Packager's own layout: label, path, temporary path, then the bytes).
func ole10(b []byte) (string, []byte) {
	body := b[4:]
	if n := binary.LittleEndian.Uint32(b); int64(n) < int64(len(body)) {
		body = body[:n]
	}
	rest := body
	text := func() (string, bool) {
		i := bytes.IndexByte(rest, 0)
		if i < 0 || i > 1024 {
			return "", false
		}
		t := decodePage(rest[:i], 1252)
		rest = rest[i+1:]
		return t, true
	}
	if len(rest) < 2 || rest[0] != 2 || rest[1] != 0 {
		return "Ole10Native", body
	}
	rest = rest[2:]
	label, ok1 := text()
	_, ok2 := text()
	if !ok1 || !ok2 || len(rest) < 8 {
		return "Ole10Native", body
	}
	n := int64(binary.LittleEndian.Uint32(rest[4:]))
	rest = rest[8:]
	if n > int64(len(rest)) {
		return "Ole10Native", body
	}
	rest = rest[n:]
	if len(rest) < 4 {
		return "Ole10Native", body
	}
	n = int64(binary.LittleEndian.Uint32(rest))
	rest = rest[4:]
	if label = label[strings.LastIndexAny(label, `/\`)+1:]; label == "" {
		label = "Ole10Native"
	}
	return label, rest[:min(n, int64(len(rest)))]
}

// properties sends the two property sets of a document ([MS-OLEPS]) and reports
// whether there was one.
func (s storage) properties(out *emitter) bool {
	any := false
	for _, n := range []string{"\x05SummaryInformation", "\x05DocumentSummaryInformation"} {
		if b := s.read(s.dir+n, 1<<20); len(b) >= 48 {
			any = true
			count := int(binary.LittleEndian.Uint32(b[24:]))
			for i := 0; i < min(count, 2) && 28+20*i+20 <= len(b); i++ {
				off := int64(binary.LittleEndian.Uint32(b[28+20*i+16:]))
				if off+8 <= int64(len(b)) {
					propertySet(b[off:], n, i, out)
				}
			}
		}
	}
	return any
}

// summaryNames are the properties that say something about the content, of the
// two standard sets.
var summaryNames = [2]map[uint32]string{
	{2: "title", 3: "subject", 4: "creator", 5: "keywords", 6: "description", 7: "template", 8: "lastModifiedBy", 18: "Application"},
	{2: "category", 14: "manager", 15: "company", 13: "titles"},
}

// propertySet sends the texts of one set. The second set of the second stream is
// the custom one: its property 0 names the others.
func propertySet(b []byte, stream string, index int, out *emitter) {
	le := binary.LittleEndian
	n := int64(le.Uint32(b[4:]))
	names := summaryNames[0]
	if strings.Contains(stream, "Document") {
		names = summaryNames[1]
	}
	if index == 1 {
		names = nil
	}
	page := 1252
	at := make(map[uint32]int64)
	var order []uint32
	for i := int64(0); i < min(n, 4096) && 8+8*i+8 <= int64(len(b)); i++ {
		id, off := le.Uint32(b[8+8*i:]), int64(le.Uint32(b[12+8*i:]))
		if off+4 > int64(len(b)) {
			continue
		}
		at[id] = off
		order = append(order, id)
	}
	if off, ok := at[1]; ok && off+6 <= int64(len(b)) {
		page = int(le.Uint16(b[off+4:]))
	}
	if off, ok := at[0]; ok && index == 1 {
		names = propertyNames(b[off:], page)
	}
	for _, id := range order {
		if id < 2 || names[id] == "" {
			continue
		}
		for _, v := range propertyTexts(b[at[id]:], page) {
			if !out.property(names[id], v) {
				return
			}
		}
	}
}

// propertyNames reads the dictionary of a custom set.
func propertyNames(b []byte, page int) map[uint32]string {
	le := binary.LittleEndian
	names := make(map[uint32]string)
	n := le.Uint32(b)
	b = b[4:]
	for i := uint32(0); i < min(n, 4096) && len(b) >= 8; i++ {
		id, size := le.Uint32(b), int64(le.Uint32(b[4:]))
		b = b[8:]
		padded := size
		if page == 1200 {
			size *= 2
			padded = (size + 3) &^ 3
		}
		if size > int64(len(b)) {
			break
		}
		raw := b[:size]
		if page == 1200 {
			names[id] = strings.TrimRight(utf16le(raw), "\x00")
		} else {
			names[id] = strings.TrimRight(decodePage(raw, page), "\x00")
		}
		b = b[min(padded, int64(len(b))):]
	}
	return names
}

// propertyTexts returns the texts of a typed value: a string, a number, a date,
// or a vector of strings.
func propertyTexts(b []byte, page int) []string {
	le := binary.LittleEndian
	kind := le.Uint16(b)
	b = b[4:]
	one := func() (string, bool) {
		if len(b) < 4 {
			return "", false
		}
		n := int64(le.Uint32(b))
		b = b[4:]
		wide := kind&0xFFF == 31
		if wide {
			n *= 2
		}
		if n > int64(len(b)) {
			return "", false
		}
		raw := b[:n]
		if wide {
			n = (n + 3) &^ 3
		}
		b = b[min(n, int64(len(b))):]
		if wide || page == 1200 {
			return strings.TrimRight(utf16le(raw), "\x00"), true
		}
		raw, _, _ = bytes.Cut(raw, []byte{0})
		return decodePage(raw, page), true
	}
	switch kind {
	case 30, 31, 8:
		if t, ok := one(); ok {
			return []string{t}
		}
	case 0x101E, 0x101F:
		if len(b) < 4 {
			return nil
		}
		var all []string
		n := le.Uint32(b)
		b = b[4:]
		for i := uint32(0); i < min(n, 4096); i++ {
			t, ok := one()
			if !ok {
				break
			}
			all = append(all, t)
		}
		return all
	case 3:
		if len(b) >= 4 {
			return []string{strconv.Itoa(int(int32(le.Uint32(b))))}
		}
	case 64:
		if len(b) >= 8 {
			return []string{fileTime(le.Uint64(b)).Format(time.RFC3339)}
		}
	}
	return nil
}

// fileTime converts a count of 100 ns since 1601.
func fileTime(v uint64) time.Time {
	const epoch = 11644473600
	return time.Unix(int64(v/1e7)-epoch, int64(v%1e7)*100).UTC()
}
