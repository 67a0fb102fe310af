package extract

import (
	"context"
	"errors"
	"fmt"

	ledongthuc "github.com/ledongthuc/pdf"

	"poterne"
)

// readPDFSecond reads the text of the pages with another engine, for files that
// PDFium cannot open or that killed it. It knows no annotations, no properties,
// no attachments, glues words and loses pages without a word (a sixth of real
// files, measured): what it reads is always Partial.
func readPDFSecond(ctx context.Context, in *input, out *emitter) error {
	r, err := ledongthuc.NewReader(&rationed{in: in, left: secondFloor + secondTimes*in.size}, in.size)
	switch {
	case errors.Is(err, ledongthuc.ErrInvalidPassword):
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case err != nil:
		return poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("not a PDF that the second engine can open"))
	}
	pages, read, lost := r.NumPage(), 0, 0
	for i := 1; i <= pages && lost < secondUnloadable; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := secondPage(r, i)
		if err != nil || blank(text) {
			lost++
			continue
		}
		lost, read = 0, read+1
		if !out.text(poterne.Place{Page: i}, cleanPDF(text)) {
			return nil
		}
	}
	if read == 0 {
		return poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("the second engine found no text"))
	}
	return poterne.Fail(poterne.StageExtract, poterne.Partial, fmt.Errorf("%d of %d pages by the second engine", read, pages))
}

// The second engine follows pointers in circles without end. It cannot be
// stopped, but for what it reads: real files are read less than 5 times over.
const (
	secondFloor = 16 << 20
	secondTimes = 20
	// secondUnloadable is how many pages in a row may be empty: each costs a walk
	// through the whole tree of pages.
	secondUnloadable = 50
)

// rationed ends reading, by an error that the engine panics on, when left bytes were read.
type rationed struct {
	in   *input
	left int64
}

func (r *rationed) ReadAt(p []byte, off int64) (int, error) {
	if r.left -= int64(len(p)); r.left < 0 {
		return 0, errors.New("the second engine reads in circles")
	}
	return r.in.ReadAt(p, off)
}

// secondPage reads one page; the engine panics on what it does not expect. Fonts
// are not shared between pages: it mixes up those of one name.
func secondPage(r *ledongthuc.Reader, i int) (text string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the second engine panicked")
		}
	}()
	return r.Page(i).GetPlainText(nil)
}
