package extract

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestCleanPDF(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "une ligne", "une ligne"},
		{"line-ends", "a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"cut-word", "docu\u0002\r\nment", "document"},
		{"cut-word-other-mark", "docu\ufffe\r\nment", "document"},
		{"cut-word-without-line-end", "docu\ufffement", "document"},
		{"cut-number", "12\u0002\r\n34", "12-\n34"},
		{"cut-number-letter", "A\u0002\r\n34", "A-\n34"},
		{"mark-at-the-end", "fin\u0002", "fin-"},
		{"controls", "a\x00b\x07c\td", "a bc\td"},
		{"ligature-without-a-name", "certi\x1f\u00e9 \x1fn", "certifi\u00e9 fin"},
		{"no-ligature", "12\x1f34 \x1f", "1234 "},
		{"no-break-spaces-stay", "1\u00a0850\u202f578", "1\u00a0850\u202f578"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cleanPDF(c.in); got != c.want {
				t.Errorf("cleanPDF(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestCountLetters(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      string
		letters int
		garbage bool
	}{
		{"text", "Été 2024 !", 7, false},
		{"bullets-of-symbol-fonts", strings.Repeat("\uf0b7 point\n", 40), 200, false},
		{"private-words", strings.Repeat("\uf041\uf042\uf043 ", 5), 0, true},
		{"unknown-signs", strings.Repeat("\ufffd\ufffd mot ", 5), 15, true},
		{"few-unknown-signs", strings.Repeat("mots ", 500) + "\ufffd\ufffd\ufffd\ufffd\ufffd", 2000, false},
		{"nothing", "", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if letters, garbage := countLetters(c.in); letters != c.letters || garbage != c.garbage {
				t.Errorf("countLetters = %d, %v, want %d, %v", letters, garbage, c.letters, c.garbage)
			}
		})
	}
}

func FuzzCleanPDF(f *testing.F) {
	f.Add("docu\u0002\r\nment")
	f.Add("\xff\x00\ufffe")
	f.Fuzz(func(t *testing.T, s string) {
		got := cleanPDF(s)
		if strings.ContainsAny(got, "\x00\r\x02\ufffe") {
			t.Errorf("%q keeps a mark", got)
		}
		if cleanPDF(got) != got {
			t.Errorf("cleaning %q again changes it", got)
		}
	})
}

func TestTrapped(t *testing.T) {
	var trap *pdfTrap
	if !errors.As(trapped(errors.New("wasm error: unreachable\nwasm stack trace:")), &trap) {
		t.Error("a fault of the runtime is not seen")
	}
	if trapped(errors.New("could not load page")) != nil || trapped(nil) != nil {
		t.Error("an answer of the engine is taken for a fault")
	}
}

func TestPDFBlocks(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 20_000) // five blocks
	b := newPDFBlocks(&input{r: bytes.NewReader(data), size: int64(len(data))})
	for _, at := range []int64{0, 5, 64<<10 - 3, 64 << 10, 300_000, int64(len(data)) - 7, 1} {
		if _, err := b.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		want := data[at:min(at+10, int64(len(data)))]
		got := make([]byte, len(want))
		if _, err := io.ReadFull(b, got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("at %d: %q, %v, want %q", at, got, err, want)
		}
	}
	b.Seek(0, io.SeekEnd)
	if _, err := b.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}
