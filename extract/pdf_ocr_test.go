package extract_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"slices"
	"testing"

	"poterne"
	"poterne/extract"
)

func TestRecognizedPicturesAreText(t *testing.T) {
	const seen = "Arrêté préfectoral numéro quarante"
	pdf := &pdfFile{}
	var pages []page
	for range 7 {
		pages = append(pages, pdf.picture())
	}
	scan := pdf.bytes(pdf.build("", pages...))
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 900, 600))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		data       []byte
		ocr        extract.OCR
		answer     string
		sure       float64
		calls      int
		kind       poterne.Kind // "" for none
	}{
		{"off", "scan.pdf", scan, extract.OCROff, seen, .9, 0, poterne.ImageOnly},
		{"all", "scan.pdf", scan, extract.OCRAll, seen, .9, 7, ""},
		{"first-pages", "scan.pdf", scan, extract.OCRFirstPages, seen, .9, extract.FirstPages, poterne.Partial},
		{"nothing-seen", "scan.pdf", scan, extract.OCRAll, "", 0, 7, poterne.ImageOnly},
		{"not-sure", "handwritten.png", photo.Bytes(), extract.OCRAll, seen, .2, 4, poterne.ImageOnly},
		{"picture", "photo.png", photo.Bytes(), extract.OCRAll, seen, .9, 1, ""},
		{"picture-off", "photo.png", photo.Bytes(), extract.OCROff, seen, .9, 0, poterne.ImageOnly},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			x := extract.New(extract.Options{OCR: c.ocr, CacheDir: pdfCache, Recognize: func(context.Context, *image.Gray) (extract.Recognition, error) {
				calls++
				return extract.Recognition{Text: c.answer, Sure: c.sure}, nil
			}})
			defer x.Close()
			var kind poterne.Kind
			texts, pageNumbers := 0, []int{}
			for s, err := range x.Extract(t.Context(), poterne.Document{Path: c.file}, inMemory{bytes.NewReader(c.data)}) {
				if err != nil {
					kind = err.(*poterne.Failure).Kind
				}
				if s.Body == seen {
					texts++
					pageNumbers = append(pageNumbers, s.Place.Page)
				}
			}
			want := c.calls
			switch {
			case c.answer == "":
				want = 0
			case c.sure < .5:
				want = 1 // after it was turned
			}
			if calls != c.calls || texts != want || kind != c.kind {
				t.Errorf("%d calls, %d texts, failure %q, want %d, %d, %q", calls, texts, kind, c.calls, want, c.kind)
			}
			if !slices.IsSorted(pageNumbers) {
				t.Errorf("pages out of order: %v", pageNumbers)
			}
		})
	}
}
