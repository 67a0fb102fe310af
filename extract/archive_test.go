package extract

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/charmap"

	"poterne"
)

// zipEntry is a member of a zip made for a test.
type zipEntry struct {
	name, body string
	flags      uint16
	method     uint16
}

func makeZip(t testing.TB, entries ...zipEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Flags: e.flags, NonUTF8: true}
		var f io.Writer
		var err error
		if e.method != 0 || e.flags != 0 {
			h.Method, h.CompressedSize64, h.UncompressedSize64 = e.method, uint64(len(e.body)), uint64(len(e.body))
			h.CRC32 = crc32.ChecksumIEEE([]byte(e.body))
			f, err = w.CreateRaw(h)
		} else {
			f, err = w.CreateHeader(h)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func makeTar(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, n := range names {
		body := "texte de " + n
		if err := w.WriteHeader(&tar.Header{Name: n, Mode: 0o600, Size: int64(len(body)), Format: tar.FormatPAX}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, body)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packWith runs data through a compressor.
func packWith(t testing.TB, data []byte, open func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gz(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

func TestZipMembers(t *testing.T) {
	dos, _ := charmap.CodePage850.NewEncoder().String("élève/réunion à côté.txt")
	windows, _ := charmap.Windows1252.NewEncoder().String("été.txt")
	inner := makeZip(t, zipEntry{name: "dedans.txt", body: "cinq"})
	data := makeZip(t,
		zipEntry{name: "dossier/"}, zipEntry{name: "a.txt", body: "un"}, zipEntry{name: dos, body: "deux"}, zipEntry{name: windows, body: "trois"},
		zipEntry{name: `..\b.txt`, body: "quatre"}, zipEntry{name: "c.zip", body: string(inner)},
		zipEntry{name: "secret.txt", body: "xxxx", flags: 1}, zipEntry{name: "autre.txt", body: "xxxx", method: 97})
	segments, kinds, _ := readParts(t, Options{}, "a.zip", data)
	got := map[string]string{}
	for m, s := range segments {
		got[m] = strings.TrimSpace(bodies(s))
	}
	want := map[string]string{"a.txt": "un", "élève/réunion à côté.txt": "deux", "été.txt": "trois", "../b.txt": "quatre", "c.zip!dedans.txt": "cinq"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("members (-want +got)\n%s", diff)
	}
	wantKinds := map[string][]poterne.Kind{"secret.txt": {poterne.Encrypted}, "autre.txt": {poterne.Unsupported}}
	if diff := cmp.Diff(wantKinds, kinds); diff != "" {
		t.Errorf("failures (-want +got)\n%s", diff)
	}
}

func TestBrokenZips(t *testing.T) {
	good := makeZip(t, zipEntry{name: "a.txt", body: strings.Repeat("mot ", 500)}, zipEntry{name: "b.txt", body: "deux"})
	t.Run("directory-lost", func(t *testing.T) {
		segments, kinds, _ := readParts(t, Options{}, "a.zip", good[:bytes.Index(good, []byte("PK\x01\x02"))])
		if len(segments["a.txt"]) == 0 || len(segments["b.txt"]) == 0 || !cmp.Equal(kinds[""], []poterne.Kind{poterne.Partial}) {
			t.Errorf("members %d, failures %v", len(segments), kinds)
		}
	})
	t.Run("one-member-broken", func(t *testing.T) {
		bad := bytes.Clone(good)
		copy(bad[40:], "\xff\xff\xff\xff")
		segments, kinds, _ := readParts(t, Options{}, "a.zip", bad)
		if len(kinds["a.txt"]) != 1 || bodies(segments["b.txt"]) != "deux\n" {
			t.Errorf("failures %v", kinds)
		}
	})
	t.Run("nothing-but-a-head", func(t *testing.T) {
		_, kinds, _ := readParts(t, Options{}, "a.zip", []byte("PK\x03\x04"))
		if !cmp.Equal(kinds, map[string][]poterne.Kind{"": {poterne.Malformed}}) {
			t.Errorf("failures %v", kinds)
		}
	})
	t.Run("members-on-the-same-bytes", func(t *testing.T) {
		// The second entry of the directory is sent to the first member's bytes.
		same := makeZip(t, zipEntry{name: "a.txt", body: "un un un un"}, zipEntry{name: "b.txt", body: "un un un un"})
		second := bytes.LastIndex(same, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(same[second+42:], 0)
		segments, kinds, _ := readParts(t, Options{}, "a.zip", same)
		if len(segments) != 1 || !cmp.Equal(kinds, map[string][]poterne.Kind{"": {poterne.Partial}}) {
			t.Errorf("%d members, failures %v", len(segments), kinds)
		}
	})
}

func TestArchivesOfOtherKinds(t *testing.T) {
	tarball := makeTar(t, "./a.txt", "dossier/é.txt")
	// "texte de a.txt" by bzip2 1.0.8: the standard library does not write it.
	bz, err := hex.DecodeString(bzipHello)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		want []string
	}{
		{"a.tar", tarball, []string{"a.txt", "dossier/é.txt"}},
		{"a.tgz", packWith(t, tarball, gz), []string{"a.tar!a.txt", "a.tar!dossier/é.txt"}},
		{"a.tar.xz", packWith(t, tarball, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }), []string{"a.tar!a.txt", "a.tar!dossier/é.txt"}},
		{"a.tar.zst", packWith(t, tarball, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), []string{"a.tar!a.txt", "a.tar!dossier/é.txt"}},
		{"a.txt.bz2", bz, []string{"a.txt"}},
		{"a.7z", make7z("a.txt", "texte de a.txt"), []string{"a.txt"}},
		{"a.rar", makeRAR("a.txt", "texte de a.txt", 0), []string{"a.txt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			segments, kinds, _ := readParts(t, Options{}, c.name, c.data)
			for _, member := range c.want {
				want := "texte de " + member[strings.LastIndex(member, "!")+1:]
				if got := strings.TrimSpace(bodies(segments[member])); strings.Replace(got, "./", "", 1) != want {
					t.Errorf("%s: got %q, want %q", member, got, want)
				}
			}
			if len(kinds) > 0 {
				t.Errorf("failures %v", kinds)
			}
		})
	}
}

// bzipHello is "texte de a.txt" as bzip2 writes it.
const bzipHello = "425a6839314159265359990d093300000491804001260004402000310c00d34c9ea55355e43613c5dc914e14242643424cc0"

// make7z returns a 7z (7zFormat.txt) of one stored file.
func make7z(name, body string) []byte {
	header := []byte{1, 4, // header, streams
		6, 0, 1, 9, byte(len(body)), 0, // pack info: at 0, one stream, its size
		7, 11, 1, 0, 1, 1, 0, 12, byte(len(body)), 0, // folders: one coder, copy; its size
		8, 10, 1, // substreams: checksums
	}
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE([]byte(body)))
	header = append(header, 0, 0, 5, 1, 17, byte(2*len(name)+3), 0) // files: one, names
	for _, r := range name + "\x00" {
		header = binary.LittleEndian.AppendUint16(header, uint16(r))
	}
	header = append(header, 0, 0)
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(body)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	out := append([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[8:], crc32.ChecksumIEEE(start))
	return append(append(append(out, start...), body...), header...)
}

// makeRAR returns a RAR 4 of one stored file; flags are added to those of the file.
func makeRAR(name, body string, flags uint16) []byte {
	block := func(kind byte, flags uint16, rest []byte) []byte {
		b := []byte{kind}
		b = binary.LittleEndian.AppendUint16(b, flags)
		b = binary.LittleEndian.AppendUint16(b, uint16(7+len(rest)))
		b = append(b, rest...)
		return append(binary.LittleEndian.AppendUint16(nil, uint16(crc32.ChecksumIEEE(b))), b...)
	}
	file := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	file = binary.LittleEndian.AppendUint32(file, uint32(len(body)))
	file = append(file, 3) // Unix
	file = binary.LittleEndian.AppendUint32(file, crc32.ChecksumIEEE([]byte(body)))
	file = append(file, 0, 0, 0x21, 0, 29, 0x30) // date, version, stored
	file = binary.LittleEndian.AppendUint16(file, uint16(len(name)))
	file = append(file, 0, 0, 0, 0)
	file = append(file, name...)
	out := []byte("Rar!\x1a\x07\x00")
	out = append(out, block(0x73, 0, make([]byte, 6))...)
	out = append(out, block(0x74, 0x8000|flags, file)...)
	out = append(out, body...)
	return append(out, block(0x7b, 0x4000, nil)...)
}

func TestEncryptedRAR(t *testing.T) {
	_, kinds, _ := readParts(t, Options{}, "a.rar", makeRAR("a.txt", "xxxxxxxx", 4))
	if diff := cmp.Diff(map[string][]poterne.Kind{"a.txt": {poterne.Encrypted}}, kinds); diff != "" {
		t.Errorf("failures (-want +got)\n%s", diff)
	}
}

// spaces returns a gzip of so many MiB of spaces.
func spaces(t testing.TB, mib int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range mib {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBudgets(t *testing.T) {
	bomb := spaces(t, 257)
	var many []zipEntry
	for i := range 200 {
		many = append(many, zipEntry{name: fmt.Sprintf("%d.txt", i), body: "mot"})
	}
	deep := makeZip(t, zipEntry{name: "fond.txt", body: "fond"})
	for range 12 {
		deep = makeZip(t, zipEntry{name: "a.zip", body: string(deep)})
	}
	for _, c := range []struct {
		name    string
		o       Options
		data    []byte
		members int
	}{
		{"ratio.gz", Options{SpoolMemory: 1 << 20}, bomb, 1},
		{"count.zip", Options{MaxMembers: 50}, makeZip(t, many...), 50},
		{"depth.zip", Options{}, deep, 9},
		{"bytes.zip", Options{MaxBytes: 100}, makeZip(t, many...), 34},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.SpoolDir = t.TempDir()
			_, kinds, formats := readParts(t, c.o, c.name, c.data)
			failures := 0
			for _, ks := range kinds {
				for _, k := range ks {
					failures++
					if k != poterne.TooLarge {
						t.Errorf("failure %s", k)
					}
				}
			}
			if failures < 1 || failures > 2 || len(formats) != c.members+1 {
				t.Errorf("%d failures in %d parts, want members %d", failures, len(formats), c.members)
			}
		})
	}
}

// TestUnpackedTarCountsOnce wants what a tar.gz unfolds to be counted once, as
// members, though it is unpacked as a tar first.
func TestUnpackedTarCountsOnce(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	body := strings.Repeat("mot ", 25_000)
	for i := range 10 {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%d.txt", i), Mode: 0o600, Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, body)
	}
	w.Close()
	data := packWith(t, b.Bytes(), gz)
	if segments, kinds, _ := readParts(t, Options{MaxBytes: 1_100_000}, "a.tar.gz", data); len(kinds) > 0 || len(segments) != 10 {
		t.Errorf("%d members, failures %v", len(segments), kinds)
	}
	if _, kinds, _ := readParts(t, Options{MaxBytes: 600_000}, "a.tar.gz", data); len(kinds) == 0 {
		t.Error("the budget does not hold")
	}
	segments, kinds, _ := readParts(t, Options{}, "a.tar.gz", data[:len(data)/2])
	if len(segments) == 0 || len(kinds) == 0 {
		t.Errorf("cut: %d members, failures %v", len(segments), kinds)
	}
}

func TestEPUB(t *testing.T) {
	data := makeZip(t,
		zipEntry{name: "mimetype", body: "application/epub+zip"},
		zipEntry{name: "OEBPS/content.opf", body: `<package><metadata><dc:title>Essai</dc:title><dc:creator>A. Roux</dc:creator></metadata><manifest><item href="x"/></manifest></package>`},
		zipEntry{name: "OEBPS/un.xhtml", body: `<?xml version="1.0"?><html><body><p>Premier</p></body></html>`})
	want := []seen{{"property", "title: Essai", "", 0, 0}, {"property", "creator: A. Roux", "", 0, 0}, {"body", "Premier", "", 0, 0}}
	if diff := cmp.Diff(want, readWhole(t, "a.epub", data)); diff != "" {
		t.Errorf("segments (-want +got)\n%s", diff)
	}
	locked := makeZip(t, zipEntry{name: "mimetype", body: "application/epub+zip"}, zipEntry{name: "META-INF/encryption.xml", body: `<a URI="OEBPS/un.xhtml"/>`})
	if _, kinds, _ := readParts(t, Options{}, "a.epub", locked); !cmp.Equal(kinds[""], []poterne.Kind{poterne.Encrypted}) {
		t.Errorf("failures %v", kinds)
	}
}

func FuzzZipName(f *testing.F) {
	f.Add("\x82t\x82.txt")
	f.Add("..\\a/./b")
	f.Fuzz(func(t *testing.T, name string) {
		got := memberName(decodeZipName(name))
		if strings.HasPrefix(got, "/") || strings.Contains(got, `\`) {
			t.Fatalf("%q became %q", name, got)
		}
	})
}
