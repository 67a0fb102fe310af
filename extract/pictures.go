package extract

import (
	"bufio"
	"compress/gzip"
	"errors"
	"image"
	"io"

	"poterne"
)

// minSide is the side, in pixels, below which a picture in a document is an icon.
const minSide = 64

// scanBytes is the size from which a picture in a document without text is
// taken for a page that was scanned; at 75 dots an inch, in JPEG, one takes 50 KB.
const scanBytes = 50 << 10

// scanText is how many bytes of text a document has at least that is not a scan
// with a caption.
const scanText = 200

var errPicture = errors.New("text may stand in pictures")

// picture is a picture inside a document.
type picture struct {
	size  int64 // bytes, 0 where unknown
	place poterne.Place
	open  func() (io.Reader, error)
}

// scanned reads the pictures of a document: the text that metafiles hold, and where
// recognition is on that which stands in the others. It reports a document whose
// text is next to none and that holds a picture as large as a page.
func (out *emitter) scanned(pictures []picture) error {
	chars, pages, read := out.chars, 0, 0
	for _, p := range pictures {
		if out.run.stopped || out.run.ctx.Err() != nil {
			return out.run.ctx.Err()
		}
		letters, drawn := out.metafile(p)
		if !drawn {
			letters = out.recognizePicture(p)
		}
		if p.size < scanBytes {
			continue
		}
		if pages++; letters >= pdfFewLetters {
			read++
		}
	}
	if out.run.stopped {
		return nil
	}
	if pages > read && chars < scanText {
		if read > 0 {
			return poterne.Fail(poterne.StageExtract, poterne.Partial, errPicture)
		}
		return poterne.Fail(poterne.StageExtract, poterne.ImageOnly, errPicture)
	}
	return nil
}

// metafile sends the text of a picture that is a metafile, and reports whether it is one.
func (out *emitter) metafile(p picture) (letters int, is bool) {
	r, err := p.open()
	if err != nil {
		return 0, false
	}
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	in := bufio.NewReader(out.inflate(r))
	if head, _ := in.Peek(2); string(head) == "\x1f\x8b" { // .emz and .wmz
		z, err := gzip.NewReader(in)
		if err != nil {
			return 0, false
		}
		in = bufio.NewReader(out.inflate(z))
	}
	text, err := metafileText(in)
	if errors.Is(err, errNoMetafile) {
		return 0, false
	}
	out.text(p.place, text)
	letters, _ = countLetters(text)
	return letters, true
}

// recognizePicture looks for text in a picture that is no icon.
func (out *emitter) recognizePicture(p picture) int {
	if !out.run.recognizes() {
		return 0
	}
	r, err := p.open()
	if err != nil {
		return 0
	}
	c, _, err := image.DecodeConfig(r)
	if closer, ok := r.(io.Closer); ok {
		closer.Close()
	}
	if err != nil || min(c.Width, c.Height) < minSide {
		return 0
	}
	return out.recognizeFile(p.place, p.open)
}
