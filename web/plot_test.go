package web

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// within reports whether a lies inside b, give or take rounding.
func within(a, b box) bool {
	const slack = 1e-6
	return a.X >= b.X-slack && a.Y >= b.Y-slack && a.X+a.W <= b.X+b.W+slack && a.Y+a.H <= b.Y+b.H+slack
}

func overlap(a, b box) bool {
	const slack = 1e-6
	return a.X+slack < b.X+b.W && b.X+slack < a.X+a.W && a.Y+slack < b.Y+b.H && b.Y+slack < a.Y+a.H
}

func TestSquarify(t *testing.T) {
	whole := box{10, 20, 600, 400}
	many := make([]int64, 200)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range many {
		many[i] = int64(1e9 / (i + 1 + rng.IntN(2)))
	}
	for _, c := range []struct {
		name  string
		areas []int64
	}{
		{"none", nil},
		{"one", []int64{7}},
		{"equal", []int64{1, 1, 1, 1, 1}},
		{"paper", []int64{6, 6, 4, 3, 2, 2, 1}},
		{"steep", []int64{1e12, 1e6, 1, 1}},
		{"many", many},
	} {
		t.Run(c.name, func(t *testing.T) {
			boxes := squarify(c.areas, whole)
			if len(boxes) != len(c.areas) {
				t.Fatalf("%d boxes for %d areas", len(boxes), len(c.areas))
			}
			var total float64
			for _, a := range c.areas {
				total += float64(a)
			}
			for i, b := range boxes {
				if !within(b, whole) {
					t.Errorf("box %d %v lies outside %v", i, b, whole)
				}
				want := float64(c.areas[i]) / total * float64(whole.W*whole.H)
				if got := float64(b.W * b.H); math.Abs(got-want) > 1e-6*float64(whole.W*whole.H) {
					t.Errorf("box %d has area %g, want %g", i, got, want)
				}
				for j := range i {
					if overlap(b, boxes[j]) {
						t.Errorf("boxes %d %v and %d %v overlap", i, b, j, boxes[j])
					}
				}
			}
		})
	}
	// The example of the paper comes out near squares, not slivers.
	for _, b := range squarify([]int64{6, 6, 4, 3, 2, 2, 1}, box{0, 0, 6, 4}) {
		if r := max(b.W/b.H, b.H/b.W); r > 2.8 {
			t.Errorf("cell %v has ratio %g", b, r)
		}
	}
}

// rows makes n shares; share i has i+1 documents of class H3 and one of H?.
func rows(n int) []shareRow {
	var out []shareRow
	for i := range n {
		out = append(out, shareRow{Share: fmt.Sprintf("partage %02d", i), Class: map[poterne.Class]cell{
			poterne.H3: {i + 1, int64(1000 * (n - i))}, poterne.ClassUnknown: {1, 0},
		}})
	}
	return out
}

func named(share string, n int) string {
	if share == "" {
		return fmt.Sprintf("%d autres", n)
	}
	return strings.ToUpper(share)
}

func TestTreemap(t *testing.T) {
	for _, c := range []struct {
		name   string
		rows   []shareRow
		bytes  bool
		frames int
		first  string
		cells  int // of all frames
	}{
		{"empty", nil, false, 0, "", 0},
		{"nothing-in-share", []shareRow{{Share: "vide", Class: map[poterne.Class]cell{poterne.H1: {}}}}, false, 0, "", 0},
		{"by-files", rows(3), false, 3, "PARTAGE 02", 6},
		{"by-bytes", rows(3), true, 3, "PARTAGE 00", 3}, // what is not known has no bytes here
		{"at-the-bound", rows(sharesDrawn), false, sharesDrawn, "PARTAGE 23", 2 * sharesDrawn},
		{"beyond", rows(100), false, sharesDrawn, "77 autres", 2 * sharesDrawn},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newTreemap(c.rows, c.bytes, named)
			if len(m.Frames) != c.frames {
				t.Fatalf("%d frames, want %d", len(m.Frames), c.frames)
			}
			cells, files := 0, 0
			for i, f := range m.Frames {
				if i == 0 && f.Name != c.first {
					t.Errorf("first frame is %q, want %q", f.Name, c.first)
				}
				if !within(f.Box, box{0, 0, m.Width, m.Height}) {
					t.Errorf("frame %v lies outside the map", f.Box)
				}
				for _, cell := range f.Cells {
					cells++
					files += cell.Files
					if !within(cell.Box, f.Box) {
						t.Errorf("cell %v lies outside its frame %v", cell.Box, f.Box)
					}
				}
			}
			want := 0
			for _, r := range c.rows {
				for _, in := range r.Class {
					if !c.bytes || in.Bytes > 0 {
						want += in.Files
					}
				}
			}
			if cells != c.cells || files != want {
				t.Errorf("%d cells of %d files, want %d of %d", cells, files, c.cells, want)
			}
			if again := newTreemap(c.rows, c.bytes, named); !cmp.Equal(m, again, cmp.AllowUnexported(mapCell{})) {
				t.Errorf("the same rows give another map (-first +again):\n%s", cmp.Diff(m, again, cmp.AllowUnexported(mapCell{})))
			}
		})
	}
}

func TestTreemapLeavesRowsAlone(t *testing.T) {
	in := rows(100)
	newTreemap(in, true, named)
	if diff := cmp.Diff(rows(100), in); diff != "" {
		t.Errorf("rows changed (-want +got):\n%s", diff)
	}
}

func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name     string
		files    int
		failures map[poterne.Kind]int
		want     []coveragePart
	}{
		{"nothing", 0, nil, nil},
		{"all-read", 10, nil, []coveragePart{{box{0, 0, 1000, 32}, "whole", 10}}},
		{"three", 100, map[poterne.Kind]int{poterne.Partial: 20, poterne.Encrypted: 10, poterne.Denied: 20}, []coveragePart{
			{box{0, 0, 500, 32}, "whole", 50}, {box{500, 0, 200, 32}, "part", 20}, {box{700, 0, 300, 32}, "none", 30}}},
		{"one-in-a-million", 1_000_000, map[poterne.Kind]int{poterne.Crashed: 1}, []coveragePart{
			{box{0, 0, 1000 - minBar, 32}, "whole", 999_999}, {box{1000 - minBar, 0, minBar, 32}, "none", 1}}},
		{"none-read", 3, map[poterne.Kind]int{poterne.Encrypted: 3}, []coveragePart{{box{0, 0, 1000, 32}, "none", 3}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newCoverage(c.files, c.failures).Parts
			for i := range got { // to the tenth that is drawn
				got[i].Box.X, got[i].Box.W = length(math.Round(float64(got[i].Box.X)*10)/10), length(math.Round(float64(got[i].Box.W)*10)/10)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTrend(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 2, 0, 0, 0, time.UTC) }
	runs := []Run{ // the newest first, as the ledger gives them
		{ID: "d", Started: day(4), Walked: 200, Failures: map[string]int{"encrypted": 40, "partial": 10}},
		{ID: "c", Started: day(3), Partly: true},
		{ID: "b", Started: day(2)}, // killed before it counted
		{ID: "a", Started: day(1), Walked: 100, Failures: map[string]int{"denied": 300}},
	}
	got := newTrend(runs)
	if len(got.Bars) != 2 || got.Bars[0].Run.ID != "a" || got.Bars[1].Run.ID != "d" {
		t.Fatalf("bars = %+v, want runs a and d", got.Bars)
	}
	if got.First != day(1) || got.Last != day(4) || got.Most != 200 {
		t.Errorf("from %v to %v, at most %d; want 1 to 4 March, 200", got.First, got.Last, got.Most)
	}
	if got.Bars[0].Failed != 100 {
		t.Errorf("more files failed than were walked: %d", got.Bars[0].Failed)
	}
	for _, b := range got.Bars {
		if !within(b.Walked, box{0, 0, got.Width, got.Height}) || !within(b.Fail, b.Walked) {
			t.Errorf("bar %v holds %v badly", b.Walked, b.Fail)
		}
	}
	if a, d := got.Bars[0].Walked, got.Bars[1].Walked; a.H*2 != d.H || a.X >= d.X {
		t.Errorf("bars %v and %v: want half as high, and on the left", a, d)
	}
	if empty := newTrend(nil); len(empty.Bars) != 0 {
		t.Errorf("bars without runs: %v", empty.Bars)
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text string
		w    length
		want string
	}{
		{"RH", 100, "RH"},
		{"Ressources humaines", 100, "Ressources…"},
		{"Ressources humaines", 20, ""},
		{"Éléphants", 5 * charWidth, "Élép…"},
		{"", 0, ""},
	} {
		if got := fit(c.text, c.w); got != c.want {
			t.Errorf("fit(%q, %v) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
}

func TestLength(t *testing.T) {
	for _, c := range []struct {
		in   length
		want string
	}{{0, "0"}, {12.34, "12.3"}, {99.99, "100"}, {1.0 / 3, "0.3"}, {1000, "1000"}} {
		if got := c.in.String(); got != c.want {
			t.Errorf("length %g is written %q, want %q", float64(c.in), got, c.want)
		}
	}
}
