package extract

import (
	"image"
	"strings"
	"unicode"
)

// turnPixels is from how many pixels on a picture is turned where its text makes
// no sense: half a page at 100 dots an inch. Photographs of that size pay for it
// with three more readings.
const turnPixels = 500_000

// upright returns the text of a picture, turned where it stands on its head or on
// its side: recognition then finds letters, and no word.
func (r *run) upright(picture *image.Gray) (string, error) {
	text, err := r.x.opts.Recognize(r.ctx, picture)
	if err != nil || picture.Rect.Dx()*picture.Rect.Dy() < turnPixels {
		return text, err
	}
	words, known := commonWords(text)
	if sensible(words, known) {
		return text, nil
	}
	for _, quarters := range []int{2, 1, 3} {
		other, err := r.x.opts.Recognize(r.ctx, turned(picture, quarters))
		if err != nil {
			break // what was read first is better than nothing
		}
		const chance = 2 // short words that garbage holds
		if n, k := commonWords(other); k > known+chance {
			text, words, known = other, n, k
		}
		if sensible(words, known) {
			break
		}
	}
	return text, nil
}

// sensible reports whether words hold as many different common ones as even a form
// does: one in twelve, eight on a full page; prose has twenty. Few words say nothing.
func sensible(words, common int) bool { return words < 8 || common*12 >= min(words, 8*12) }

// common are words that text of an administration cannot do without, in French
// and in English; not those that strokes on their side are taken for ("à", "is").
var common = func() map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(`le la les une des du de et au aux en dans pour par sur avec sans que qui ne pas est sont
		il elle nous vous ce cette ces son sa ses leur votre notre ou date nom page the of and for with by your`) {
		m[w] = true
	}
	return m
}()

// commonWords counts the words of a text of at least two letters, and the different
// common ones among them.
func commonWords(text string) (words, known int) {
	seen := make(map[string]bool)
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(w) < 2 {
			continue
		}
		if words++; common[w] && !seen[w] {
			seen[w] = true
			known++
		}
	}
	return words, known
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
