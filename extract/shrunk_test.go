package extract

import (
	"io"
	"strings"
	"testing"

	"poterne"
)

// shrunk is a content that lost its second half since it was opened.
type shrunk struct{ poterne.Content }

func (s shrunk) ReadAt(p []byte, off int64) (int, error) {
	half := s.Size() / 2
	if off >= half {
		return 0, io.EOF
	}
	if int64(len(p)) > half-off {
		n, err := s.Content.ReadAt(p[:half-off], off)
		if err == nil {
			err = io.EOF
		}
		return n, err
	}
	return s.Content.ReadAt(p, off)
}

// TestShrunkFilesAreSaid reads files that shrink while they are read, as they do
// when someone saves over them: none may look as if it were read whole.
func TestShrunkFilesAreSaid(t *testing.T) {
	text := strings.Repeat("une ligne de texte\n", 10_000)
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"a.txt", []byte(text)},
		{"a.csv", []byte("Nom;Ville\n" + strings.Repeat("Roux;Lens\n", 20_000))},
		{"a.html", []byte("<html><body><p>" + text + "</p></body></html>")},
		{"a.eml", []byte("From: a@b.example\nSubject: x\n\n" + text)},
		{"a.mbox", []byte("From a 10:00\nTo: b\nFrom: c\n\n" + text)},
		{"a.rtf", []byte("{\\rtf1 " + text + "}")},
		{"a.json", []byte(`{"a": "` + strings.Repeat("mot ", 50_000) + `"}`)},
		{"a.tar", makeTar(t, "a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt")},
		{"a.zip", makeZip(t, zipEntry{name: "a.txt", body: text, method: 97}, zipEntry{name: "b.txt", body: text})},
		{"a.pst", pstStoreFile(pstUnicode, pstPermute)},
		{"a.one", oneFileBytes()},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := New(Options{})
			defer x.Close()
			failed := false
			for _, err := range x.Extract(t.Context(), poterne.Document{Path: c.name}, shrunk{inMemory(c.data)}) {
				failed = failed || err != nil
			}
			if !failed {
				t.Error("is said to be read whole")
			}
		})
	}
}
