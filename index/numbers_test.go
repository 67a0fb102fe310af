package index

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"
)

// edges are numbers at which something may be cut.
var edges = []int64{math.MinInt64, -zeroAt, -86400, -1, 0, 1, 254, 255, 256, 257, 65535, 65536, 1_700_000_000, 1 << 40, 1<<numberBits - zeroAt - 1, math.MaxInt64}

// TestSpans compares the terms of a span, and a column of numbers, with plain
// comparison, at the edges and at random.
func TestSpans(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	draw := func() int64 {
		if rnd.IntN(3) == 0 {
			return edges[rnd.IntN(len(edges))]
		}
		return rnd.Int64N(1 << (1 + rnd.IntN(46)))
	}
	for range 2_000 {
		all, has := make([]int64, 20), make([]bool, 20)
		for i := range all {
			all[i], has[i] = min(max(draw(), -zeroAt), 1<<numberBits-zeroAt-1), rnd.IntN(4) > 0
		}
		column, err := parseNumbers(newNumbers(all, has).append(nil), len(all))
		if err != nil {
			t.Fatal(err)
		}
		docs := roaring.New()
		docs.AddRange(0, uint64(len(all)))
		s := span{draw(), draw()}
		kept, others := column.keep(docs, []span{s}, false), column.keep(docs, []span{s}, true)
		for i, n := range all {
			want := has[i] && s.holds(n)
			if kept.Contains(uint32(i)) != want || others.Contains(uint32(i)) == want {
				t.Fatalf("%d (%v) in [%d, %d) of a column: want %v", n, has[i], s.lo, s.hi, want)
			}
			term := numberTerm(n)
			first, last, ok := s.terms()
			if in := ok && first <= term && term <= last; in != s.holds(n) {
				t.Fatalf("%d in the terms of [%d, %d): %v", n, s.lo, s.hi, in)
			}
			if back, err := numberOf(term); back != n || err != nil {
				t.Fatalf("%d came back as %d, %v", n, back, err)
			}
		}
	}
}

func TestNumbersSortAsTerms(t *testing.T) {
	var terms []string
	for _, n := range edges {
		terms = append(terms, numberTerm(n))
	}
	if !slices.IsSorted(terms) {
		t.Errorf("out of order: %q", terms)
	}
}

// TestWidths holds numbers of each width, and none.
func TestWidths(t *testing.T) {
	for _, most := range []uint64{0, 1, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64} {
		in := []uint64{0, most, most / 2}
		c := parseCodes(newCodes(in).append(nil), len(in))
		var out []uint64
		for i := range in {
			out = append(out, c.at(uint32(i)))
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Errorf("up to %d (-want +got)\n%s", most, diff)
		}
		if c := parseCodes(newCodes(in).append(nil), len(in)+1); c.b != nil {
			t.Errorf("up to %d: numbers of another count were read", most)
		}
	}
}
