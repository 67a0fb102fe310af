package web

import (
	"slices"
	"time"

	"poterne"
)

// coverage is a bar of what was read: whole, in part, not at all.
type coverage struct {
	Width, Height length
	Files         int
	Parts         []coveragePart // those that are not empty
}

type coveragePart struct {
	Box   box
	Kind  string // "whole", "part" or "none"
	Files int
}

// minBar is the least width of a part that is not empty: one unread file among a
// million must be seen.
const minBar length = 4

func newCoverage(files int, failures map[poterne.Kind]int) coverage {
	c := coverage{Width: 1000, Height: 32, Files: files}
	var unread int
	for _, n := range failures {
		unread += n
	}
	part := failures[poterne.Partial]
	for _, p := range []coveragePart{{Kind: "whole", Files: files - unread}, {Kind: "part", Files: part}, {Kind: "none", Files: unread - part}} {
		if p.Files > 0 {
			p.Box = box{0, 0, max(minBar, c.Width*length(p.Files)/length(files)), c.Height}
			c.Parts = append(c.Parts, p)
		}
	}
	// What the least widths took is given back by the widest part.
	var sum length
	widest := 0
	for i, p := range c.Parts {
		sum += p.Box.W
		if p.Box.W > c.Parts[widest].Box.W {
			widest = i
		}
	}
	if len(c.Parts) > 0 {
		c.Parts[widest].Box.W -= sum - c.Width
	}
	var x length
	for i := range c.Parts {
		c.Parts[i].Box.X = x
		x += c.Parts[i].Box.W
	}
	return c
}

// trend shows how many files each run walked, and how many of them it could not read
// whole, the oldest run on the left.
type trend struct {
	Width, Height length
	Bars          []trendBar
	Most          int // files of the tallest bar
	First, Last   time.Time
}

type trendBar struct {
	Run          Run
	Walked, Fail box
	Failed       int
}

// newTrend draws runs, given the newest first. Runs whose counts the account may not
// see have no bar, and neither has one that was killed before it counted.
func newTrend(runs []Run) trend {
	t := trend{Width: 600, Height: 150}
	for _, r := range slices.Backward(runs) {
		if r.Partly || r.Walked == 0 {
			continue
		}
		b := trendBar{Run: r}
		for _, n := range r.Failures {
			b.Failed += n
		}
		b.Failed = min(b.Failed, r.Walked)
		t.Bars = append(t.Bars, b)
		t.Most = max(t.Most, r.Walked)
	}
	if len(t.Bars) == 0 {
		return t
	}
	t.First, t.Last = t.Bars[0].Run.Started, t.Bars[len(t.Bars)-1].Run.Started
	step := t.Width / length(max(len(t.Bars), 6)) // one run is a bar, not a wall
	for i := range t.Bars {
		b := &t.Bars[i]
		b.Walked = t.bar(b.Run.Walked, step*length(i), step)
		b.Fail = t.bar(b.Failed, step*length(i), step)
	}
	return t
}

// bar stands on the axis; what is not nothing is seen.
func (t trend) bar(n int, x, step length) box {
	if n == 0 {
		return box{x + gap, t.Height, step - 2*gap, 0}
	}
	h := max(2, (t.Height-2)*length(n)/length(t.Most))
	return box{x + gap, t.Height - h, step - 2*gap, h}
}
