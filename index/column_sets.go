package index

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"poterne"
)

// sets says which values of a field each document has.
type sets struct {
	terms []string // as the index holds them
	// list holds the sets of terms that documents have; the first is the empty one. Few
	// differ, even of rules: a document is one number, of one byte as a rule.
	list  []set
	codes codes // the set of each document
}

// set is another set, which stands before it, and one more term.
type set struct{ rest, term uint32 }

// tally counts documents by their set.
func (c *sets) tally(docs []uint32, counts []int) {
	b := c.codes.b
	switch c.codes.width {
	case 1:
		for _, d := range docs {
			counts[b[d]]++
		}
	case 2:
		for _, d := range docs {
			counts[binary.LittleEndian.Uint16(b[2*d:])]++
		}
	default:
		for _, d := range docs {
			counts[c.codes.at(d)]++
		}
	}
}

// buckets turns counts of sets into those of terms; it writes in counts.
func (c *sets) buckets(f *field, counts []int) []poterne.Bucket {
	byTerm := make([]int, len(c.terms))
	for i := len(c.list) - 1; i > 0; i-- {
		s := c.list[i]
		byTerm[s.term] += counts[i]
		counts[s.rest] += counts[i]
	}
	out := []poterne.Bucket{}
	for i, n := range byTerm {
		if n > 0 {
			out = append(out, poterne.Bucket{Value: f.show(c.terms[i]), Count: n})
		}
	}
	slices.SortFunc(out, func(a, b poterne.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), maxBuckets)]
}

// append writes the column as parseSets reads it.
func (c *sets) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(c.terms)))
	for _, t := range c.terms {
		b = binary.AppendUvarint(b, uint64(len(t)))
		b = append(b, t...)
	}
	b = binary.AppendUvarint(b, uint64(len(c.list)))
	for _, s := range c.list {
		b = binary.AppendUvarint(b, uint64(s.rest))
		b = binary.AppendUvarint(b, uint64(s.term))
	}
	return c.codes.append(b)
}

// parseSets reads a column of that many documents. The bytes were sealed by us:
// anything odd is damage, and nothing below looks again.
func parseSets(b []byte, docs int) (*sets, error) {
	r := &columnReader{b: b}
	c := &sets{}
	for range r.count() {
		c.terms = append(c.terms, string(r.take(r.count())))
	}
	for i := range r.count() {
		s := set{uint32(r.number()), uint32(r.number())}
		if i > 0 && (int(s.rest) >= i || int(s.term) >= len(c.terms)) {
			return nil, errColumn
		}
		c.list = append(c.list, s)
	}
	if c.codes = parseCodes(r.b, docs); r.bad || len(c.list) == 0 || c.codes.b == nil || c.codes.width != widthOf(uint64(len(c.list)-1)) {
		return nil, errColumn
	}
	return c, nil
}

// count counts the documents by their values, the most frequent first.
func (c *columns) count(names []string, docs *roaring.Bitmap) (map[string][]poterne.Bucket, error) {
	if len(names) == 0 {
		return nil, nil
	}
	asked := make([]*sets, len(names))
	counts := make([][]int, len(names))
	for i, name := range names {
		col, err := c.facet[fieldByName[foldName(name)].name]()
		if err != nil {
			return nil, err
		}
		asked[i], counts[i] = col, make([]int, len(col.list))
	}
	// A run of documents goes through all columns while it is near.
	var buf [4096]uint32
	for it := docs.ManyIterator(); ; {
		n := it.NextMany(buf[:])
		if n == 0 {
			break
		}
		for i, col := range asked {
			col.tally(buf[:n], counts[i])
		}
	}
	out := map[string][]poterne.Bucket{}
	for i, name := range names {
		out[name] = asked[i].buckets(fieldByName[foldName(name)], counts[i])
	}
	return out, nil
}

// columnReader takes numbers and bytes off the front of b; after a mistake all are zero.
type columnReader struct {
	b   []byte
	bad bool
}

func (r *columnReader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > math.MaxUint32 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count reads how many follow; each takes a byte at least.
func (r *columnReader) count() int {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *columnReader) take(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}
