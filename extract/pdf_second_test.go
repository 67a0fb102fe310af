package extract

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"poterne"
)

// TestPDFSecondEngine reads a document with the second engine, as after a crash
// of the first, and only the part that is asked for.
func TestPDFSecondEngine(t *testing.T) {
	x := New(Options{SecondEngine: true})
	defer x.Close()
	file := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" +
		"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n" +
		"4 0 obj\n<< /Length 43 >>\nstream\nBT /F1 11 Tf 50 800 Td (second lecteur) Tj ET\nendstream\nendobj\n" +
		"5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>\nendobj\n"
	var b bytes.Buffer
	b.WriteString(file)
	b.WriteString("xref\n0 6\n0000000000 65535 f \n")
	for _, n := range []string{"1 0 obj", "2 0 obj", "3 0 obj", "4 0 obj", "5 0 obj"} {
		b.WriteString(strings.Repeat("0", 10-len(strconv.Itoa(strings.Index(file, n)))) + strconv.Itoa(strings.Index(file, n)) + " 00000 n \n")
	}
	b.WriteString("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n" + strconv.Itoa(len(file)) + "\n%%EOF\n")
	var text []string
	var kind poterne.Kind
	for s, err := range x.Extract(context.Background(), poterne.Document{Path: "a.pdf"}, inMemory(b.Bytes())) {
		if err != nil {
			kind = failure(err).Kind
			continue
		}
		if s.Place.Page == 1 {
			text = append(text, strings.TrimSpace(s.Body))
		}
	}
	if strings.Join(text, "|") != "second lecteur" || kind != poterne.Partial {
		t.Errorf("got %q and %q", text, kind)
	}
}

func TestRationedEndsReading(t *testing.T) {
	r := &rationed{in: &input{r: bytes.NewReader(make([]byte, 100))}, left: 100}
	for range 10 {
		if _, err := r.ReadAt(make([]byte, 10), 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.ReadAt(make([]byte, 10), 0); err == nil {
		t.Error("reads beyond its ration")
	}
}
