package hostile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

// member opens a part of an archive.
func member(t *testing.T, f File, name string) *zip.File {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
	if z == nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	for _, m := range z.File {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("%s: no member %s", f.Name, name)
	return nil
}

func TestFilesAreSmallAndNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		if f.Name == "" || seen[f.Name] {
			t.Errorf("name %q is empty or taken", f.Name)
		}
		seen[f.Name] = true
		if len(f.Data) == 0 || len(f.Data) > 9*mib {
			t.Errorf("%s: %d bytes", f.Name, len(f.Data))
		}
		if f.Unfolds != 0 && f.Unfolds < 20*int64(len(f.Data)) {
			t.Errorf("%s: %d bytes unfold to %d only", f.Name, len(f.Data), f.Unfolds)
		}
	}
}

// TestBombsUnfold reads the head of each bomb: a broken deflate stream would be
// refused at once by any reader and test nothing.
func TestBombsUnfold(t *testing.T) {
	const enough = 32 * mib
	over := OverlappingBomb()
	for _, c := range []struct {
		name string
		r    func() (io.Reader, error)
	}{
		{"flat", func() (io.Reader, error) { return member(t, FlatBomb(), "word/document.xml").Open() }},
		{"overlapping-first", func() (io.Reader, error) { return member(t, over, "00000.txt").Open() }},
		{"overlapping-last", func() (io.Reader, error) { return member(t, over, "19999.txt").Open() }},
		{"stream", func() (io.Reader, error) {
			_, body, _ := bytes.Cut(StreamBomb().Data, []byte("stream\n\x78\x9c"))
			return flate.NewReader(bytes.NewReader(body)), nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := c.r()
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.CopyN(io.Discard, r, enough); err != nil {
				t.Errorf("%d bytes, then %v", n, err)
			}
		})
	}
}

func TestNestedBombNests(t *testing.T) {
	f := NestedBomb()
	depth := 0
	for {
		z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
		if err != nil {
			t.Fatal(err)
		}
		if z.File[0].Name == "plein.txt" {
			break
		}
		if len(z.File) != 16 {
			t.Fatalf("%d members at depth %d", len(z.File), depth)
		}
		r, err := z.File[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		if f.Data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		depth++
	}
	if depth != 8 {
		t.Errorf("depth %d, want 8", depth)
	}
}

func TestHugeSharedStringLies(t *testing.T) {
	m := member(t, HugeSharedString(), "xl/sharedStrings.xml")
	if m.UncompressedSize64 != 4*gib-2 || m.CompressedSize64 > 1024 {
		t.Errorf("sizes %d and %d", m.UncompressedSize64, m.CompressedSize64)
	}
}

func TestFATLoopComesBack(t *testing.T) {
	data := FATLoop().Data
	next := func(s uint32) uint32 { return binary.LittleEndian.Uint32(data[512+4*s:]) }
	if a := next(2); next(next(a)) != 2 {
		t.Errorf("sector 2 leads to %d, %d, %d; want back to 2 in three steps", a, next(a), next(next(a)))
	}
}

func TestPDFTablesPointToObjects(t *testing.T) {
	for _, f := range []File{KidsLoop(), PreviousLoop(), StreamBomb(), DeepArray()} {
		_, table, _ := strings.Cut(string(f.Data), "\nxref\n")
		rows := strings.Split(table, "\n")
		found := 0
		for _, r := range rows[2:] {
			if !strings.HasSuffix(r, " n ") {
				break
			}
			at := 0
			for _, c := range r[:10] {
				at = 10*at + int(c-'0')
			}
			found++
			if head, _, _ := bytes.Cut(f.Data[at:], []byte(" 0 obj")); string(head) != string(rune('0'+found)) {
				t.Errorf("%s: object %d is not at its place", f.Name, found)
			}
		}
		if found < 3 {
			t.Errorf("%s: %d objects in its table", f.Name, found)
		}
	}
}

func TestCuts(t *testing.T) {
	whole := bytes.Repeat([]byte("abcdefgh"), 300)
	cuts := Cuts("a.docx", whole)
	if len(cuts) != 9 {
		t.Errorf("%d cuts, want 9", len(cuts))
	}
	for _, c := range cuts {
		if len(c.Data) >= len(whole) || !bytes.HasPrefix(whole, c.Data) {
			t.Errorf("%s is no cut", c.Name)
		}
	}
	if n := len(Cuts("b", []byte("ab"))); n == 0 {
		t.Error("a short file has no cut")
	}
}
