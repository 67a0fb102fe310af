package extract

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"poterne"
)

// barPicture returns a picture of w by h pixels with a black bar whose length tells
// pictures apart.
func barPicture(w, h, bar int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for x := range min(bar, w) {
		g.SetGray(x, h/2, color.Gray{})
	}
	return g
}

// dark counts the dark pixels of the middle row.
func dark(g *image.Gray) (n int) {
	for x := range g.Rect.Dx() {
		if g.GrayAt(x, g.Rect.Dy()/2).Y < 128 {
			n++
		}
	}
	return n
}

func TestShrinkKeepsWhatIsDark(t *testing.T) {
	g := shrink(barPicture(8000, 6000, 4000))
	if g.Rect.Dx()*g.Rect.Dy() > MaxPixels || g.Rect.Dx() != 4000 {
		t.Fatalf("shrunk to %v", g.Rect)
	}
	if n := dark(shrink(barPicture(100, 50, 40))); n != 40 {
		t.Errorf("a small picture has %d dark pixels, want 40", n)
	}
}

func TestTransparentIsWhite(t *testing.T) {
	p := image.NewNRGBA(image.Rect(5, 5, 25, 15))
	p.Set(10, 10, color.Black)
	g := grey(p)
	if g.GrayAt(0, 0).Y != 255 || g.GrayAt(5, 5).Y != 0 {
		t.Errorf("corner %d, dot %d, want 255, 0", g.GrayAt(0, 0).Y, g.GrayAt(5, 5).Y)
	}
}

func TestDrawingDPI(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height float64
		want          int
	}{
		{"a4", 595, 842, 200},
		{"a0", 2384, 3370, 103},
		{"nothing", 0, 100, 0},
		{"endless", 1e6, 1e6, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := drawingDPI(c.width, c.height); got != c.want {
				t.Errorf("drawingDPI = %d, want %d", got, c.want)
			}
		})
	}
}

func TestPicturesTellAboutThemselves(t *testing.T) {
	var plain bytes.Buffer
	if err := png.Encode(&plain, barPicture(20, 20, 5)); err != nil {
		t.Fatal(err)
	}
	withText := slices.Concat(plain.Bytes()[:33], chunk("tEXt", "Author\x00Jeanne Inventée"), chunk("iTXt", "Title\x00\x00\x00fr\x00Titre\x00Plan du site"), plain.Bytes()[33:])
	tiff := func(order string) []byte {
		little := order == "II"
		u16 := func(n int) []byte {
			if little {
				return []byte{byte(n), byte(n >> 8)}
			}
			return []byte{byte(n >> 8), byte(n)}
		}
		u32 := func(n int) []byte {
			if little {
				return slices.Concat(u16(n), u16(n>>16))
			}
			return slices.Concat(u16(n>>16), u16(n))
		}
		entry := func(tag, kind, count int, value []byte) []byte {
			return slices.Concat(u16(tag), u16(kind), u32(count), value)
		}
		const gpsAt, textAt, placeAt = 8 + 2 + 2*12 + 4, 100, 140
		head := slices.Concat([]byte(order), u16(42), u32(8),
			u16(2), entry(0x013B, 2, 16, u32(textAt)), entry(0x8825, 4, 1, u32(gpsAt)), u32(0),
			u16(1), entry(2, 5, 3, u32(placeAt)), u32(0))
		head = append(head, make([]byte, textAt-len(head))...)
		head = append(head, "Paul Imaginaire\x00"...)
		head = append(head, make([]byte, placeAt-len(head))...)
		return slices.Concat(head, u32(45), u32(1), u32(30), u32(1), u32(0), u32(1))
	}
	jpeg := func(segments ...[]byte) []byte {
		return append(append([]byte{0xFF, 0xD8}, slices.Concat(segments...)...), 0xFF, 0xDA, 0, 2)
	}
	segment := func(kind byte, data string) []byte {
		n := len(data) + 2
		return append([]byte{0xFF, kind, byte(n >> 8), byte(n)}, data...)
	}
	xmp := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description><dc:creator><rdf:Seq><rdf:li>Zoé Fictive</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`
	for _, c := range []struct {
		name string
		data []byte
		want []string
	}{
		{"png", withText, []string{"Author: Jeanne Inventée", "Title: Plan du site"}},
		{"tiff-little", tiff("II"), []string{"Artist: Paul Imaginaire", "GPSLatitude: 45.500000"}},
		{"tiff-big", tiff("MM"), []string{"Artist: Paul Imaginaire", "GPSLatitude: 45.500000"}},
		{"jpeg-exif", jpeg(segment(0xE1, "Exif\x00\x00"+string(tiff("MM")))), []string{"Artist: Paul Imaginaire", "GPSLatitude: 45.500000"}},
		{"jpeg-comment", jpeg(segment(0xFE, "vue du guichet")), []string{"comment: vue du guichet"}},
		{"jpeg-iptc", jpeg(segment(0xED, "Photoshop 3.0\x008BIM\x1c\x02\x50\x00\x0bLéa Fausse\x1c\x02\x69\x00\x05Titre")), []string{"By-line: Léa Fausse"}},
		{"jpeg-xmp", jpeg(segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00"+xmp)), []string{"creator: Zoé Fictive"}},
		{"jpeg-cut", jpeg(segment(0xE1, "Exif\x00\x00"+string(tiff("MM"))))[:60], nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := New(Options{})
			defer x.Close()
			var got []string
			for s := range x.Extract(t.Context(), poterne.Document{Path: "photo"}, inMemory(c.data)) {
				if s.Place.Zone == poterne.ZoneProperty {
					got = append(got, s.Body)
				}
			}
			for _, w := range c.want {
				if !slices.Contains(got, w) {
					t.Errorf("no %q in %q", w, got)
				}
			}
			if len(c.want) == 0 && len(got) > 0 {
				t.Errorf("got %q from a cut picture", got)
			}
		})
	}
}

// chunk returns a chunk of a PNG; nobody checks its sum.
func chunk(kind, data string) []byte {
	n := len(data)
	return []byte(string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + kind + data + "\x00\x00\x00\x00")
}

func TestDecorationIsRead(t *testing.T) {
	var logo, scan bytes.Buffer
	if err := png.Encode(&logo, barPicture(600, 400, 50)); err != nil {
		t.Fatal(err)
	}
	noise := barPicture(600, 400, 50)
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i >> 3)
	}
	if err := png.Encode(&scan, noise); err != nil {
		t.Fatal(err)
	}
	for scan.Len() < maxDecoration { // a comment chunk makes it as large as wanted
		scan.Write(chunk("tEXt", "k\x00"+strings.Repeat(" ", 8<<10)))
	}
	for _, c := range []struct {
		name string
		data []byte
		want poterne.Kind
	}{{"logo", logo.Bytes(), ""}, {"as-large-as-a-page", scan.Bytes(), poterne.ImageOnly}} {
		t.Run(c.name, func(t *testing.T) {
			x := New(Options{})
			defer x.Close()
			var kind poterne.Kind
			for _, err := range x.Extract(t.Context(), poterne.Document{Path: "m.zip"}, inMemory(makeZip(t, zipEntry{name: "logo.png", body: string(c.data)}))) {
				if err != nil {
					kind = failure(err).Kind
				}
			}
			if kind != c.want {
				t.Errorf("a picture of %d bytes in an archive: failure %q, want %q", len(c.data), kind, c.want)
			}
		})
	}
}

// TestTurnedPages wants the direction in which the letters are surest, for large
// pictures with letters only.
func TestTurnedPages(t *testing.T) {
	page := image.NewGray(image.Rect(0, 0, 1000, 700))
	page.SetGray(0, 0, color.Gray{255}) // where its upper left corner is
	for _, c := range []struct {
		name    string
		page    *image.Gray
		letters string // of what is not upright
		want    string
		calls   int
	}{
		{"upright", page, "nof", "droit", 1},
		{"on-its-head", turned(page, 2), "nof", "droit", 2},
		{"on-its-side", turned(page, 1), "nof", "droit", 4},
		{"on-its-other-side", turned(page, 3), "nof", "droit", 3},
		{"small", image.NewGray(image.Rect(0, 0, 300, 300)), "nof", "nof", 1},
		{"without-letters", image.NewGray(image.Rect(0, 0, 1000, 700)), "", "", 1},
		{"handwriting", image.NewGray(image.Rect(0, 0, 1000, 700)), "nof", "nof", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			x := New(Options{OCR: OCRAll, Recognize: func(_ context.Context, g *image.Gray) (Recognition, error) {
				if calls++; g.GrayAt(0, 0).Y == 255 && g.Rect.Dx() == 1000 {
					return Recognition{"droit", .9}, nil
				}
				return Recognition{c.letters, .2}, nil
			}})
			got, err := (&run{x: x, ctx: t.Context()}).upright(c.page)
			if got.Text != c.want || calls != c.calls || err != nil {
				t.Errorf("%q after %d readings, %v; want %q after %d", got.Text, calls, err, c.want, c.calls)
			}
		})
	}
}
