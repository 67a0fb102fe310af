package extract

import (
	"image"
	"math"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"poterne"
)

// recognize draws a page, sends the text that stands in the drawing, and returns
// how many letters and digits that is.
func (d *pdfDocument) recognize(p references.FPDF_PAGE, i int) (int, error) {
	if !d.out.run.recognizes() {
		return 0, nil
	}
	width, err := d.pdf.FPDF_GetPageWidthF(&requests.FPDF_GetPageWidthF{Page: byRef(p)})
	if err != nil {
		return 0, trapped(err)
	}
	height, err := d.pdf.FPDF_GetPageHeightF(&requests.FPDF_GetPageHeightF{Page: byRef(p)})
	if err != nil {
		return 0, trapped(err)
	}
	dpi := drawingDPI(float64(width.PageWidth), float64(height.PageHeight))
	if dpi == 0 {
		return 0, nil
	}
	drawn, err := d.pdf.RenderPageInDPI(&requests.RenderPageInDPI{Page: byRef(p), DPI: dpi, ImageFormat: requests.RenderImageFormatGrayscale})
	if err != nil {
		return 0, trapped(err)
	}
	defer drawn.Cleanup()
	g, ok := drawn.Result.RenderedImage.(*image.Gray)
	if !ok || g.Rect.Dx()*g.Rect.Dy() > MaxPixels {
		return 0, nil
	}
	return d.out.recognize(poterne.Place{Page: i + 1}, g), nil
}

// drawingDPI is the resolution for a page of that many points: less for a poster,
// so that it fits; 0 for a page that is none.
func drawingDPI(width, height float64) int {
	const inch = 72 // points
	area := width * height / inch / inch
	if !(area > 0.01) {
		return 0
	}
	return min(ocrDPI, int(math.Sqrt(float64(MaxPixels-1<<16)/area)))
}
