package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// writePicture writes a page as a scanner would: picture FILE.png WORDS…
func writePicture(ts *testscript.TestScript, _ bool, args []string) {
	const dpi = 150
	parsed, err := opentype.Parse(goregular.TTF)
	ts.Check(err)
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 14, DPI: dpi})
	ts.Check(err)
	g := image.NewGray(image.Rect(0, 0, 8*dpi, 5*dpi))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.Black, Face: face}
	for i, line := range strings.Split(strings.Join(args[1:], " "), "|") {
		d.Dot = fixed.P(dpi, dpi+i*dpi/2)
		d.DrawString(strings.TrimSpace(line))
	}
	var b bytes.Buffer
	ts.Check(png.Encode(&b, g))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}
