package extract

import (
	"context"
	"errors"
	"image"
	_ "image/gif"  // sizes of pictures
	_ "image/jpeg" // sizes of pictures
	_ "image/png"  // sizes of pictures

	"poterne"
)

// maxOrnament is the area, in pixels, up to which a picture is an ornament: the
// logos and icons of signatures. A page that can be read has at least a million.
const maxOrnament = 400 * 200

// scanBytes is the size from which a picture in a document without text is
// taken for a page that was scanned; at 75 dots an inch, in JPEG, one takes 50 KB.
const scanBytes = 50 << 10

// scanText is how many bytes of text a document has at least that is not a scan
// with a caption.
const scanText = 200

var errPicture = errors.New("text may stand in pictures")

// readImage reports a picture as not read: only recognition could tell what
// stands in it. Ornaments are read whole.
func readImage(_ context.Context, in *input, _ *emitter) error {
	c, _, err := image.DecodeConfig(in.stream())
	if err == nil && c.Width*c.Height <= maxOrnament {
		return nil
	}
	return poterne.Fail(poterne.StageExtract, poterne.ImageOnly, errPicture)
}

// scanned reports a document whose text is next to none and that holds a picture
// of that many bytes.
func (out *emitter) scanned(picture int64) error {
	if picture >= scanBytes && out.chars < scanText {
		return poterne.Fail(poterne.StageExtract, poterne.ImageOnly, errPicture)
	}
	return nil
}
