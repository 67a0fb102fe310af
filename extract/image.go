package extract

import (
	"context"
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

// readImage reads what a picture says about itself and, where recognition is on,
// the text that stands in it. Without, it is reported as not read, save ornaments.
func readImage(_ context.Context, in *input, out *emitter) error {
	imageProperties(in, out)
	if in.format == "wmf" || in.format == "emf" {
		if letters, err := readMetafile(in, out); err != nil || letters > 0 {
			return err
		}
	}
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
