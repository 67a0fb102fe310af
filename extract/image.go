package extract

import (
	"context"
	"errors"
	"image"
	_ "image/gif"  // sizes of pictures
	_ "image/jpeg" // sizes of pictures
	_ "image/png"  // sizes of pictures
	"io"

	"poterne"
)

// maxOrnament is the area, in pixels, up to which a picture is an ornament: the
// logos and icons of signatures. A page that can be read has at least a million.
const maxOrnament = 400 * 200

// maxDecoration is the size below which a picture that came with a message or in
// an archive is taken for decoration, in bytes. A fax, which is a TIFF, is not: a
// page takes 30 KB.
const maxDecoration = 64 << 10

// scanBytes is the size from which a picture in a document without text is
// taken for a page that was scanned; at 75 dots an inch, in JPEG, one takes 50 KB.
const scanBytes = 50 << 10

// scanText is how many bytes of text a document has at least that is not a scan
// with a caption.
const scanText = 200

var errPicture = errors.New("text may stand in pictures")

// readImage reads what a picture says about itself and, where recognition is on,
// the text that stands in it. Without, it is reported as not read, save ornaments.
func readImage(_ context.Context, in *input, out *emitter) error {
	imageProperties(in, out)
	c, _, err := image.DecodeConfig(in.stream())
	if err == nil && c.Width*c.Height <= maxOrnament {
		return nil
	}
	if out.part.Member != "" && in.size < maxDecoration && in.format != "tiff" {
		return nil
	}
	if out.recognizeFile(poterne.Place{Page: 1}, func() (io.Reader, error) { return in.stream(), nil }) >= pdfFewLetters {
		return nil
	}
	return poterne.Fail(poterne.StageExtract, poterne.ImageOnly, errPicture)
}

// picture is a picture inside a document.
type picture struct {
	size int64 // bytes
	open func() (io.Reader, error)
}

// scanned reads the pictures of a document where recognition is on, and reports
// one whose text is next to none and that holds a picture as large as a page.
func (out *emitter) scanned(pictures []picture) error {
	chars, pages, read := out.chars, 0, 0
	for _, p := range pictures {
		if p.size < scanBytes {
			continue
		}
		pages++
		if out.recognizeFile(poterne.Place{}, p.open) >= pdfFewLetters {
			read++
		}
		if out.run.stopped {
			return nil
		}
	}
	if pages > read && chars < scanText {
		if read > 0 {
			return poterne.Fail(poterne.StageExtract, poterne.Partial, errPicture)
		}
		return poterne.Fail(poterne.StageExtract, poterne.ImageOnly, errPicture)
	}
	return nil
}
