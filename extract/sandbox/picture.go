package sandbox

import (
	"errors"
	"fmt"
	"image"

	"poterne/extract"
)

// A picture crosses from the child to the parent as raw shades of grey: the parent
// never decodes what a child made, and the program that recognises text sees
// nothing but a header that the parent wrote and pixels.

// maxText bounds the text of one picture, in bytes: a page has 5,000.
const maxText = 1 << 20

// rowsFrame is how many pixels one frame carries.
const rowsFrame = 64 << 10

// picture writes the frames of one picture.
func (e *encoder) picture(g *image.Gray, put func() error) error {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	e.begin(framePicture)
	e.uint(uint64(w))
	e.uint(uint64(h))
	e.end()
	perFrame := max(1, rowsFrame/max(w, 1))
	for y := 0; y < h; y += perFrame {
		e.begin(frameRows)
		for row := y; row < min(y+perFrame, h); row++ {
			start := row * g.Stride
			e.buf = append(e.buf, g.Pix[start:start+w]...)
		}
		e.end()
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// gathered is a picture on its way from a child.
type gathered struct {
	picture *image.Gray
	got     int // bytes
}

// begin reads the frame that announces a picture.
func (g *gathered) begin(payload []byte) error {
	d := decoder{b: payload}
	w, h := d.uint(), d.uint()
	if d.done() != nil || g.picture != nil || w == 0 || h == 0 || w > extract.MaxPixels || h > extract.MaxPixels/w {
		return errProtocol
	}
	g.picture, g.got = image.NewGray(image.Rect(0, 0, int(w), int(h))), 0
	return nil
}

// rows takes pixels and says whether the picture is whole.
func (g *gathered) rows(payload []byte) (whole bool, err error) {
	if g.picture == nil || len(payload) == 0 || len(payload) > len(g.picture.Pix)-g.got {
		return false, errProtocol
	}
	g.got += copy(g.picture.Pix[g.got:], payload)
	return g.got == len(g.picture.Pix), nil
}

// take returns the picture and forgets it.
func (g *gathered) take() *image.Gray {
	p := g.picture
	*g = gathered{}
	return p
}

var errNotRecognized = errors.New("the picture could not be recognised")

// recognized writes the answer to a picture.
func (e *encoder) recognized(r extract.Recognition, ok bool) {
	e.begin(frameText)
	e.bool(ok)
	e.uint(uint64(max(0, min(r.Sure, 1)) * sureUnits))
	e.string(r.Text[:min(len(r.Text), maxText)])
	e.end()
}

// sureUnits is what certainty is counted in between processes.
const sureUnits = 1000

// readRecognized reads the answer to a picture.
func readRecognized(kind byte, payload []byte) (extract.Recognition, error) {
	d := decoder{b: payload}
	ok, sure, text := d.bool(), d.uint(), d.string()
	if kind != frameText || d.done() != nil {
		return extract.Recognition{}, fmt.Errorf("read an answer: %w", errProtocol)
	}
	if !ok {
		return extract.Recognition{}, errNotRecognized
	}
	return extract.Recognition{Text: text, Sure: float64(sure) / sureUnits}, nil
}

// pgm returns the header of a picture in the PGM format (Netpbm, "P5").
func pgm(g *image.Gray) string {
	return fmt.Sprintf("P5\n%d %d\n255\n", g.Rect.Dx(), g.Rect.Dy())
}
