package web

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// Plots are geometry computed here and drawn as SVG by templates/plots.html. They
// hold no colour: style.css gives one to each class. The same numbers give the same
// plot, byte for byte, and each stands beside a table that says the same in words.

// length is a coordinate or a size in units of a plot.
type length float64

// String writes a length with at most one decimal: a tenth of a unit is below a pixel.
func (l length) String() string {
	return strconv.FormatFloat(math.Round(float64(l)*10)/10, 'f', -1, 64)
}

// box is a rectangle of a plot; its origin is the top left corner.
type box struct{ X, Y, W, H length }

// TextX and TextY are where a line of text begins in the upper left corner of b.
func (b box) TextX() length { return b.X + 5 }
func (b box) TextY() length { return b.Y + 16 }

// charWidth is a bound on the mean width of a character of the plots' font, which is
// 14 units high: text drawn on a server cannot be measured, and names in capitals
// are wider than sentences.
const charWidth = 8.6

// fit shortens a text to what w units hold, or to nothing where that would say nothing.
func fit(text string, w length) string {
	room := int(float64(w) / charWidth)
	if n := utf8.RuneCountInString(text); n <= room {
		return text
	}
	if room < 4 {
		return ""
	}
	runes := []rune(text)
	return string(runes[:room-1]) + "…"
}
