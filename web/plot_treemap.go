package web

import (
	"cmp"
	"slices"

	"poterne"
)

// Size of a treemap in its own units; a page scales it to its width.
const (
	treemapWidth  length = 1000
	treemapHeight length = 420
	// frameTop is the height of the line that names a share above its classes.
	frameTop length = 22
	// gap parts neighbours: two classes that look alike are still two cells.
	gap length = 3
)

// sharesDrawn bounds the shares of a treemap: further ones would be slivers, and are
// one frame together.
const sharesDrawn = 24

// treemap shows shares as frames, and in each its classes as cells.
type treemap struct {
	Width, Height length
	Frames        []frame
}

// frame is one share, or the rest of them.
type frame struct {
	Box   box
	Name  string // of the share, or of the rest
	Label string // as much of it as fits
	Cells []mapCell
}

// mapCell is one class of one share.
type mapCell struct {
	cell
	Box   box
	Class poterne.Class
	Label string
}

// newTreemap draws rows by bytes or by files. Shares and classes of which there is
// nothing have no area. name makes a share harmless, and names the rest of n shares
// where the share is "".
func newTreemap(rows []shareRow, bytes bool, name func(share string, n int) string) treemap {
	m := treemap{Width: treemapWidth, Height: treemapHeight}
	weigh := func(c cell) int64 {
		if bytes {
			return c.Bytes
		}
		return int64(c.Files)
	}
	total := func(r shareRow) (n int64) {
		for _, c := range r.Class {
			n += weigh(c)
		}
		return n
	}
	largest := func(a, b shareRow) int { return cmp.Or(cmp.Compare(total(b), total(a)), cmp.Compare(a.Share, b.Share)) }
	rows = slices.DeleteFunc(slices.Clone(rows), func(r shareRow) bool { return total(r) == 0 })
	slices.SortFunc(rows, largest)
	rest := 0
	if len(rows) > sharesDrawn {
		rest = len(rows) - sharesDrawn + 1
		rows = append(rows[:sharesDrawn-1:sharesDrawn-1], together(rows[sharesDrawn-1:]))
		slices.SortFunc(rows, largest)
	}
	totals := make([]int64, len(rows))
	for i, r := range rows {
		totals[i] = total(r)
	}
	for i, b := range squarify(totals, box{0, 0, m.Width, m.Height}) {
		f := frame{Box: inset(b), Name: name(rows[i].Share, rest)}
		f.Cells = newCells(rows[i].Class, weigh, f.Box)
		if f.Box.H > 2*frameTop {
			f.Label = fit(f.Name, f.Box.W-8)
		}
		m.Frames = append(m.Frames, f)
	}
	return m
}

// together adds up shares that are too small to be drawn alone.
func together(rows []shareRow) shareRow {
	sum := shareRow{Class: map[poterne.Class]cell{}}
	for _, r := range rows {
		for class, c := range r.Class {
			in := sum.Class[class]
			sum.Class[class] = cell{in.Files + c.Files, in.Bytes + c.Bytes}
		}
	}
	return sum
}

// newCells draws the classes of one share below the line of its name, the largest
// first, and the most demanding first among equals.
func newCells(classes map[poterne.Class]cell, weigh func(cell) int64, b box) []mapCell {
	var cells []mapCell
	for _, class := range slices.Backward(poterne.Classes()) {
		if c := classes[class]; weigh(c) > 0 {
			cells = append(cells, mapCell{cell: c, Class: class})
		}
	}
	slices.SortStableFunc(cells, func(a, b mapCell) int { return cmp.Compare(weigh(b.cell), weigh(a.cell)) })
	if b.H > 2*frameTop {
		b.Y, b.H = b.Y+frameTop, b.H-frameTop
	}
	weights := make([]int64, len(cells))
	for i, c := range cells {
		weights[i] = weigh(c.cell)
	}
	for i, b := range squarify(weights, b) {
		cells[i].Box = inset(b)
		if cells[i].Box.H >= 20 && cells[i].Box.W >= 30 {
			cells[i].Label = cells[i].Class.String()
		}
	}
	return cells
}

// inset takes half a gap off each side, and never more than there is.
func inset(b box) box {
	dx, dy := min(gap/2, b.W/4), min(gap/2, b.H/4)
	return box{b.X + dx, b.Y + dy, b.W - 2*dx, b.H - 2*dy}
}

// squarify lays areas, in descending order, into b so that cells are close to squares
// (Bruls, Huizing and van Wijk, Squarified Treemaps, 2000).
func squarify(areas []int64, b box) []box {
	var total float64
	for _, a := range areas {
		total += float64(a)
	}
	if total <= 0 {
		return nil
	}
	scale := float64(b.W*b.H) / total
	out := make([]box, 0, len(areas))
	for start := 0; start < len(areas); {
		side := float64(min(b.W, b.H))
		end, sum := start+1, float64(areas[start])*scale
		worst := ratio(areas[start:end], sum, side, scale)
		for end < len(areas) {
			more := sum + float64(areas[end])*scale
			next := ratio(areas[start:end+1], more, side, scale)
			if next > worst {
				break
			}
			end, sum, worst = end+1, more, next
		}
		out = append(out, strip(areas[start:end], sum, scale, &b)...)
		start = end
	}
	return out
}

// ratio is the worst ratio of sides in a strip of the areas along a side.
func ratio(areas []int64, sum, side, scale float64) float64 {
	largest, smallest := float64(areas[0])*scale, float64(areas[len(areas)-1])*scale
	return max(side*side*largest/(sum*sum), sum*sum/(side*side*smallest))
}

// strip lays areas along the shorter side of b, and takes their room off b.
func strip(areas []int64, sum, scale float64, b *box) []box {
	var out []box
	if b.W >= b.H { // a column on the left
		w := length(sum) / b.H
		y := b.Y
		for _, a := range areas {
			h := length(float64(a)*scale) / w
			out = append(out, box{b.X, y, w, h})
			y += h
		}
		b.X, b.W = b.X+w, b.W-w
		return out
	}
	h := length(sum) / b.W
	x := b.X
	for _, a := range areas {
		w := length(float64(a)*scale) / h
		out = append(out, box{x, b.Y, w, h})
		x += w
	}
	b.Y, b.H = b.Y+h, b.H-h
	return out
}
