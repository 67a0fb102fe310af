package main

import (
	"archive/zip"
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

// writeDocument writes a document of Word with a page of text and a picture:
// document FILE PICTURE.
func writeDocument(ts *testscript.TestScript, _ bool, args []string) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"word/document.xml", "<w:document><w:body><w:p><w:r><w:t>" + strings.Repeat("Compte rendu de la réunion de service. ", 12) + "</w:t></w:r></w:p></w:body></w:document>"},
		{"word/media/image1.png", ts.ReadFile(args[1])},
	} {
		f, err := w.Create(part[0])
		ts.Check(err)
		_, err = f.Write([]byte(part[1]))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}
