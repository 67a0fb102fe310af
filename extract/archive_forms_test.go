package extract

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"poterne"
)

// makeZip64 returns a zip whose sizes and offsets all stand in fields of 64 bits
// (APPNOTE 4.3.14 and 4.5.3), as programs write that do not know them beforehand.
func makeZip64(names ...string) []byte {
	const none = 0xFFFFFFFF
	var out, directory []byte
	for _, name := range names {
		body, at := "texte de "+name, len(out)
		sum := crc32.ChecksumIEEE([]byte(body))
		extra := le.AppendUint64(le.AppendUint64([]byte{1, 0, 16, 0}, uint64(len(body))), uint64(len(body)))
		common := func(extra []byte) []byte {
			b := append([]byte{45, 0, 0, 8, 0, 0, 0, 0, 0x21, 0x5A}, le.AppendUint32(nil, sum)...) // names in UTF-8
			b = le.AppendUint32(le.AppendUint32(b, none), none)
			return le.AppendUint16(le.AppendUint16(b, uint16(len(name))), uint16(len(extra)))
		}
		out = append(append(append(append(out, "PK\x03\x04"...), common(extra)...), name...), extra...)
		out = append(out, body...)
		extra = le.AppendUint64(append([]byte{1, 0, 24, 0}, extra[4:]...), uint64(at))
		directory = append(append(append(directory, "PK\x01\x02\x2d\x00"...), common(extra)...), make([]byte, 10)...)
		directory = append(append(le.AppendUint32(directory, none), name...), extra...)
	}
	start := len(out)
	out = append(out, directory...)
	end := len(out)
	out = append(le.AppendUint64(append(out, "PK\x06\x06"...), 44), 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []int{len(names), len(names), len(directory), start} {
		out = le.AppendUint64(out, uint64(v))
	}
	out = le.AppendUint32(le.AppendUint64(append(out, "PK\x06\x07\x00\x00\x00\x00"...), uint64(end)), 1)
	out = append(out, "PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff"...)
	return append(le.AppendUint32(le.AppendUint32(out, none), none), 0, 0)
}

func TestZip64(t *testing.T) {
	good := makeZip64("a.txt", "été/b.txt", "c.txt")
	cut := good[:bytes.Index(good, []byte("PK\x01\x02"))]
	for name, data := range map[string][]byte{"whole": good, "directory-lost": cut} {
		t.Run(name, func(t *testing.T) {
			segments, kinds, _ := readParts(t, Options{}, "a.zip", data)
			for _, member := range []string{"a.txt", "été/b.txt", "c.txt"} {
				if got := bodies(segments[member]); got != "texte de "+member+"\n" {
					t.Errorf("%s: %q", member, got)
				}
			}
			if lost := name != "whole"; lost != cmp.Equal(kinds, map[string][]poterne.Kind{"": {poterne.Partial}}) || !lost && len(kinds) > 0 {
				t.Errorf("failures %v", kinds)
			}
		})
	}
}

// TestSalvageAcrossWindows has heads of members everywhere in the pieces in which a
// zip without a directory is read.
func TestSalvageAcrossWindows(t *testing.T) {
	var entries []zipEntry
	for i := range 300 {
		entries = append(entries, zipEntry{name: fmt.Sprintf("%03d.txt", i), body: strings.Repeat("x", 7_919), method: 0, flags: 0})
	}
	for i := range entries {
		entries[i].flags = 1 << 11 // stored, and the sizes stand in the head
	}
	whole := makeZip(t, entries...)
	segments, _, _ := readParts(t, Options{}, "a.zip", whole[:bytes.Index(whole, []byte("PK\x01\x02"))])
	if len(segments) != len(entries) {
		t.Errorf("%d members of %d", len(segments), len(entries))
	}
}

// makeRAR5 returns a RAR 5 of one stored file (technical note of RAR 5.0).
func makeRAR5(name, body string) []byte {
	vint := func(v int) []byte { return binary.AppendUvarint(nil, uint64(v)) }
	block := func(fields ...[]byte) []byte {
		b := bytes.Join(fields, nil)
		b = append(vint(len(b)), b...)
		return append(le.AppendUint32(nil, crc32.ChecksumIEEE(b)), b...)
	}
	out := append([]byte("Rar!\x1a\x07\x01\x00"), block(vint(1), vint(0), vint(0))...)
	const data, sum = 2, 4 // flags: bytes follow; their sum is known
	out = append(out, block(vint(2), vint(data), vint(len(body)), vint(sum), vint(len(body)), vint(0o644),
		le.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))), vint(0), vint(1), vint(len(name)), []byte(name))...)
	out = append(out, body...)
	return append(out, block(vint(5), vint(0), vint(0))...)
}

func TestRAR5(t *testing.T) {
	segments, kinds, _ := readParts(t, Options{}, "a.rar", makeRAR5("dossier/été.txt", "texte"))
	if got := bodies(segments["dossier/été.txt"]); got != "texte\n" || len(kinds) > 0 {
		t.Errorf("text %q, failures %v", got, kinds)
	}
}

// TestNamesInOldEncodings has names of the same letters as DOS in Europe and in
// America, Windows and Unix write them.
func TestNamesInOldEncodings(t *testing.T) {
	const want = "Réunion à côté/élève.txt"
	utf8 := zipEntry{name: want, body: "mot"}
	entries := map[string]zipEntry{"utf8": utf8}
	for name, page := range map[string]*charmap.Charmap{"cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "windows-1252": charmap.Windows1252, "iso-8859-15": charmap.ISO8859_15} {
		encoded, err := page.NewEncoder().String(want)
		if err != nil {
			t.Fatal(err)
		}
		entries[name] = zipEntry{name: encoded, body: "mot"}
	}
	for name, e := range entries {
		t.Run(name, func(t *testing.T) {
			segments, _, _ := readParts(t, Options{}, "a.zip", makeZip(t, e))
			if bodies(segments[want]) != "mot\n" {
				t.Errorf("members %v", segments)
			}
		})
	}
}

// TestBroken7z has a header whose sum fits and whose counts do not.
func TestBroken7z(t *testing.T) {
	header := []byte{1, 4, 0, 5, 0x30, 0, 0}
	start := le.AppendUint64(le.AppendUint64(nil, 0), uint64(len(header)))
	start = le.AppendUint32(start, crc32.ChecksumIEEE(header))
	data := append(le.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(start)), start...)
	if _, kinds, _ := readParts(t, Options{}, "a.7z", append(data, header...)); !cmp.Equal(kinds, map[string][]poterne.Kind{"": {poterne.Malformed}}) {
		t.Errorf("failures %v", kinds)
	}
}

func FuzzArchive(f *testing.F) {
	inner := makeZip(f, zipEntry{name: "a.txt", body: "texte"})
	for _, data := range [][]byte{inner, inner[:len(inner)-30], makeZip64("a.txt"), makeTar(f, "a.txt"), packWith(f, makeTar(f, "a.txt"), gz), make7z("a.txt", "texte"),
		makeRAR("a.txt", "texte", 0), makeRAR5("a.txt", "texte"), winzipped(f, 1, 1), pkzipped(f, 0, []byte(sealedText))} {
		f.Add(data)
	}
	x := New(Options{MaxBytes: 16 << 20, Passwords: []string{sealedPassword}, SpoolDir: f.TempDir()})
	f.Fuzz(func(t *testing.T, data []byte) {
		for s, err := range x.Extract(t.Context(), poterne.Document{Path: "a"}, inMemory(data)) {
			// The readers of 7z and rar are libraries: their panics are named, no more.
			if library := s.Part.Format == "7z" || s.Part.Format == "rar"; err != nil && failure(err).Kind == poterne.Crashed && !library {
				t.Fatal(err)
			}
		}
	})
}
