package extract

import "image"

// turnPixels is from how many pixels on a picture is turned where its letters are
// not sure: half a page at 100 dots an inch. Photographs of that size pay for it
// with three more readings.
const turnPixels = 500_000

// upright returns the text of a picture, turned where it stands on its head or on
// its side: recognition then gives letters too, and is not sure of them.
func (r *run) upright(picture *image.Gray) (Recognition, error) {
	best, err := r.x.opts.Recognize(r.ctx, picture)
	if err != nil || best.Text == "" || picture.Rect.Dx()*picture.Rect.Dy() < turnPixels {
		return best, err
	}
	for _, quarters := range []int{2, 1, 3} {
		if best.Sure >= surelyRead {
			break
		}
		other, err := r.x.opts.Recognize(r.ctx, turned(picture, quarters))
		if err != nil {
			break // what was read first is better than nothing
		}
		if other.Sure > best.Sure {
			best = other
		}
	}
	return best, nil
}

// turned returns a picture turned by quarters of a circle, clockwise.
func turned(g *image.Gray, quarters int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	if quarters%2 == 1 {
		out = image.NewGray(image.Rect(0, 0, h, w))
	}
	for y := range h {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		for x, v := range row {
			tx, ty := x, y
			switch quarters {
			case 1:
				tx, ty = h-1-y, x
			case 2:
				tx, ty = w-1-x, h-1-y
			case 3:
				tx, ty = y, w-1-x
			}
			out.Pix[ty*out.Stride+tx] = v
		}
	}
	return out
}
