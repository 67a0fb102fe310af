package index

import (
	"fmt"
	"math"
	"strconv"

	"github.com/blevesearch/bleve/v2/search/query"
)

// Numbers are terms of twelve hexadecimal digits, which sort as they do: one term a
// number, where bleve's own numbers take sixteen. Ranges over a snapshot are read from
// its columns; bleve itself goes through the terms of a range, one by one.

// numberBits is the width of a number: sizes up to 256 TB, and all dates.
const numberBits = 48

// zeroAt keeps numbers below zero in order: dates before 1970.
const zeroAt = 1 << 40

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
func numberTerm(n int64) string { return offsetTerm(min(offset(n), 1<<numberBits-1)) }

func offsetTerm(at uint64) string { return fmt.Sprintf("%0*x", numberBits/4, at) }

// numberOf reads a term of numberTerm.
func numberOf(term string) (int64, error) {
	at, err := strconv.ParseUint(term, 16, numberBits)
	if err != nil {
		return 0, fmt.Errorf("%w: number", ErrDamaged)
	}
	return int64(at) - zeroAt, nil
}

// terms returns the first and the last term of a span; ok is false where it holds none.
func (s span) terms() (first, last string, ok bool) {
	lo, hi := offset(s.lo), offset(s.hi)
	if lo >= hi {
		return "", "", false
	}
	return offsetTerm(lo), offsetTerm(hi - 1), true
}

// query asks for the numbers of a span in a field.
func (s span) query(name string) query.Query {
	first, last, ok := s.terms()
	if !ok {
		return query.NewMatchNoneQuery()
	}
	yes := true
	q := query.NewTermRangeInclusiveQuery(first, last, &yes, &yes)
	q.SetField(name)
	return q
}
