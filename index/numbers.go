package index

import (
	"fmt"
	"math"

	"github.com/blevesearch/bleve/v2/search/query"
)

// Numbers are terms of twelve hexadecimal digits, which sort as they do, and the
// beginnings of these terms, by which a range is a few runs of terms: six terms a
// number, where bleve's own numbers take sixteen and a third of the time of indexing.

// numberBits is the width of a number: sizes up to 256 TB, and all dates.
const numberBits = 48

// stepBits is what one step of the ladder adds.
const stepBits = 8

// zeroAt keeps numbers below zero in order: dates before 1970.
const zeroAt = 1 << 40

// stepSuffix names the field of the beginnings.
const stepSuffix = "_step"

// span holds n where lo <= n < hi.
type span struct{ lo, hi int64 }

func (s span) holds(n int64) bool { return s.lo <= n && n < s.hi }

// quantum turns a value of the field into a whole number: bytes, seconds, counts,
// or ten-thousandths.
func (f *field) quantum(v float64) int64 {
	if f.kind == kindRatio {
		v *= 1e4
	}
	return int64(math.Round(min(max(v, -zeroAt), 1<<numberBits-zeroAt-1)))
}

// offset places n among the numbers that a term can hold.
func offset(n int64) uint64 {
	return uint64(min(max(n, -zeroAt), 1<<numberBits-zeroAt) + zeroAt)
}

// numberTerm is the term of n.
func numberTerm(n int64) string { return step(0, min(offset(n), 1<<numberBits-1)) }

// stepTerms are the beginnings of the term of n.
func stepTerms(n int64) []string {
	var out []string
	at := min(offset(n), 1<<numberBits-1)
	for shift := stepBits; shift < numberBits; shift += stepBits {
		out = append(out, step(shift, at>>shift))
	}
	return out
}

// step is the term of all numbers that begin with n once shift bits are dropped. The
// letter keeps the steps of the ladder apart; numbers themselves have none.
func step(shift int, n uint64) string {
	digits := (numberBits - shift) / 4
	if shift == 0 {
		return fmt.Sprintf("%0*x", digits, n)
	}
	return fmt.Sprintf("%c%0*x", 'f'+rune(shift/stepBits), digits, n)
}

// run is the terms from first to last of one step of the ladder.
type run struct {
	shift       int
	first, last uint64
}

// runs covers a span: fine steps at its ends, coarse ones in between.
func (s span) runs() []run {
	var out []run
	add := func(shift int, lo, hi uint64) {
		if lo < hi {
			out = append(out, run{shift, lo, hi - 1})
		}
	}
	lo, hi := offset(s.lo), offset(s.hi)
	const wide = 1 << stepBits
	for shift := 0; lo < hi; shift += stepBits {
		if shift+stepBits == numberBits {
			add(shift, lo, hi)
			break
		}
		up, down := (lo+wide-1)/wide*wide, hi/wide*wide
		if up >= down { // no whole coarse step in between
			add(shift, lo, hi)
			break
		}
		add(shift, lo, up)
		add(shift, down, hi)
		lo, hi = up/wide, down/wide
	}
	return out
}

// query asks for the numbers of a span in a field.
func (s span) query(name string) query.Query {
	var or []query.Query
	yes := true
	for _, r := range s.runs() {
		q := query.NewTermRangeInclusiveQuery(step(r.shift, r.first), step(r.shift, r.last), &yes, &yes)
		q.SetField(name)
		if r.shift > 0 {
			q.SetField(name + stepSuffix)
		}
		or = append(or, q)
	}
	if len(or) == 0 {
		return query.NewMatchNoneQuery()
	}
	return query.NewDisjunctionQuery(or)
}
