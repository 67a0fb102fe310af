package index

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRunsCoverTheirSpan compares the ladder with plain comparison, at its edges and
// at random.
func TestRunsCoverTheirSpan(t *testing.T) {
	edges := []int64{math.MinInt64, -zeroAt, -1, 0, 1, 254, 255, 256, 257, 65535, 65536, 1_700_000_000, 1 << 40, 1<<numberBits - zeroAt - 1, math.MaxInt64}
	rnd := rand.New(rand.NewPCG(1, 2))
	draw := func() int64 {
		if rnd.IntN(3) == 0 {
			return edges[rnd.IntN(len(edges))]
		}
		return rnd.Int64N(1 << (1 + rnd.IntN(46)))
	}
	most := 0
	for range 20_000 {
		s := span{draw(), draw()}
		n := draw()
		n = min(max(n, -zeroAt), 1<<numberBits-zeroAt-1)
		terms := append(stepTerms(n), numberTerm(n))
		found := 0
		rs := s.runs()
		most = max(most, len(rs))
		for _, r := range rs {
			first, last := step(r.shift, r.first), step(r.shift, r.last)
			for _, term := range terms {
				if (len(term) == len(first) && term[0] >= 'g') == (r.shift > 0) && len(term) == len(first) && first <= term && term <= last {
					found++
				}
			}
		}
		want := 0
		if s.holds(n) {
			want = 1
		}
		if found != want {
			t.Fatalf("%d in [%d, %d): met %d times, want %d", n, s.lo, s.hi, found, want)
		}
	}
	if most > 2*numberBits/stepBits {
		t.Errorf("%d runs for one span", most)
	}
}

func TestNumbersSortAsTerms(t *testing.T) {
	in := []int64{-zeroAt - 5, -86400, -1, 0, 1, 255, 256, 1 << 30, 1 << 46, math.MaxInt64}
	var terms []string
	for _, n := range in {
		terms = append(terms, numberTerm(n))
	}
	if !slices.IsSorted(terms) {
		t.Errorf("out of order: %q", terms)
	}
}
