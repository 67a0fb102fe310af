package extract

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"strings"

	_ "golang.org/x/image/bmp"  // pictures of scanners
	_ "golang.org/x/image/tiff" // faxes
	_ "golang.org/x/image/webp" // pictures of the web

	"poterne"
)

// OCR says in which pictures text is looked for.
type OCR string

// Modes of recognition.
const (
	OCROff        OCR = ""            // pictures are reported as not read
	OCRFirstPages OCR = "first-pages" // the first FirstPages pictures of a document: what a letter or a form needs
	OCRAll        OCR = "all"         // every picture that may hold text
)

// Recognition is the text that stands in a picture.
type Recognition struct {
	Text string // "" where there is none
	// Sure is how sure the program is of the letters, from 0 to 1: print has 0.95,
	// with noise or a stamp 0.8; handwriting, and pages on their side, below 0.35.
	Sure float64
}

// Recognizer looks for text in a picture. It does not keep the picture.
type Recognizer func(ctx context.Context, picture *image.Gray) (Recognition, error)

const (
	// FirstPages is how many pictures of a document OCRFirstPages reads.
	FirstPages = 5
	// MaxPictures bounds what OCRAll reads of one document: at 3 s a page, 4 hours.
	MaxPictures = 5000
	// MaxPixels bounds a picture that is handed to recognition: A4 at 400 dots an
	// inch has 15 million.
	MaxPixels = 16 << 20
	// ocrDPI is the resolution in which pages are drawn: 150 to 300 give the same
	// recall on a clean page, 300 takes 1.6 times the time.
	ocrDPI = 200
	// surelyRead is from how sure on a picture counts as read; what is found in one
	// that does not is sent all the same.
	surelyRead = 0.5
	// maxDecoded bounds the pixels of a picture that is decoded, at 4 bytes each: A4
	// at 600 dots an inch has 35 million.
	maxDecoded = 48 << 20
)

// pictures is how many pictures of one document the mode allows.
func (o OCR) pictures() int {
	switch o {
	case OCRFirstPages:
		return FirstPages
	case OCRAll:
		return MaxPictures
	}
	return 0
}

// HoldsPictures reports whether documents of the format may hold pictures beside
// their text that OCRAll reads.
func HoldsPictures(format string) bool {
	switch format {
	case "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xltm", "xlsb", "pptx", "pptm", "ppsx", "ppsm", "potx", "potm", "vsdx",
		"odt", "ott", "ods", "ots", "odp", "otp", "odg", "fodt", "fods", "fodp", "fodg", "doc", "xls", "ppt", "rtf":
		return true
	}
	return false
}

// recognizes reports whether text in a further picture will be looked for.
func (r *run) recognizes() bool {
	return r.x.opts.Recognize != nil && r.pictures < r.x.opts.OCR.pictures()
}

// recognize sends the text that stands in a picture, at place p, and returns how
// many letters and digits that is. A picture that cannot be recognised, or not for
// sure, has none: the reader then reports it as not read.
func (out *emitter) recognize(p poterne.Place, picture *image.Gray) int {
	if !out.run.recognizes() || picture == nil || picture.Rect.Empty() {
		return 0
	}
	out.run.pictures++
	seen, err := out.run.upright(picture)
	if err != nil {
		return 0
	}
	out.text(p, seen.Text)
	if seen.Sure < surelyRead {
		return 0
	}
	letters, _ := countLetters(seen.Text)
	return letters
}

// recognizeFile decodes a picture and sends the text that stands in it.
func (out *emitter) recognizeFile(p poterne.Place, open func() (io.Reader, error)) int {
	if !out.run.recognizes() {
		return 0
	}
	picture, err := decodeGray(open)
	if err != nil {
		return 0
	}
	return out.recognize(p, picture)
}

// decodeGray decodes a picture into shades of grey, smaller where it is larger
// than recognition takes.
func decodeGray(open func() (io.Reader, error)) (*image.Gray, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	c, _, err := image.DecodeConfig(r)
	if closer, ok := r.(io.Closer); ok {
		closer.Close()
	}
	if err != nil {
		return nil, err
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxDecoded/c.Height {
		return nil, errors.New("too many pixels")
	}
	if r, err = open(); err != nil {
		return nil, err
	}
	if closer, ok := r.(io.Closer); ok {
		defer closer.Close()
	}
	picture, _, err := image.Decode(r)
	if err != nil {
		return nil, err
	}
	return shrink(grey(picture)), nil
}

// grey returns a picture in shades of grey, on white where it is transparent.
func grey(picture image.Image) *image.Gray {
	b := picture.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if g, ok := picture.(*image.Gray); ok {
		draw.Draw(out, out.Rect, g, b.Min, draw.Src)
		return out
	}
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, picture, b.Min, draw.Over)
	return out
}

// shrink halves a picture, by the mean of four pixels, until it fits.
func shrink(g *image.Gray) *image.Gray {
	for g.Rect.Dx()*g.Rect.Dy() > MaxPixels {
		w, h := g.Rect.Dx()/2, g.Rect.Dy()/2
		half := image.NewGray(image.Rect(0, 0, w, h))
		for y := range h {
			a, b := g.Pix[2*y*g.Stride:], g.Pix[(2*y+1)*g.Stride:]
			to := half.Pix[y*half.Stride:]
			for x := range w {
				to[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1])) / 4)
			}
		}
		g = half
	}
	return g
}

// ocrMark parts the version of the readers from the mode of recognition.
const ocrMark = "+ocr-"

// Recognized returns the version of the readers with recognition, for the stamps of
// documents that were read with it. Documents without pictures have the version
// without: recognition does not change what is read of them.
func Recognized(v poterne.Version, mode OCR) poterne.Version {
	if mode == OCROff {
		return v
	}
	return v + poterne.Version(ocrMark+string(mode))
}

// Plain returns v without the mode of recognition.
func Plain(v poterne.Version) poterne.Version {
	plain, _, _ := strings.Cut(string(v), ocrMark)
	return poterne.Version(plain)
}
