package index

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// ranking is the order of the worst first.
type ranking struct {
	docs []uint32 // the documents, the worst first; no deleted ones
	rank []uint32 // where each document stands, by its number
}

func parseRanking(b []byte, docs int) (*ranking, error) {
	if len(b)%4 != 0 || len(b) > 4*docs {
		return nil, errColumn
	}
	r := &ranking{docs: make([]uint32, len(b)/4), rank: make([]uint32, docs)}
	for i := range r.docs {
		d := binary.LittleEndian.Uint32(b[4*i:])
		if int(d) >= docs {
			return nil, errColumn
		}
		r.docs[i], r.rank[d] = d, uint32(i)
	}
	return r, nil
}

// append writes the ranking as parseRanking reads it.
func (r *ranking) append(b []byte) []byte {
	for _, d := range r.docs {
		b = binary.LittleEndian.AppendUint32(b, d)
	}
	return b
}

// sparse is the part of all documents below which those that answer are sorted, and
// above which all are walked until enough answer.
const sparse = 64

// page returns the first documents of set from a place on.
func (r *ranking) page(set *roaring.Bitmap, from, size int) []uint32 {
	var out []uint32
	if set.GetCardinality() <= uint64(len(r.docs)/sparse) {
		for it := set.Iterator(); it.HasNext(); {
			if d := it.Next(); int(r.rank[d]) >= from {
				out = append(out, d)
			}
		}
		slices.SortFunc(out, func(a, b uint32) int { return cmp.Compare(r.rank[a], r.rank[b]) })
		return out[:min(len(out), size)]
	}
	for _, d := range r.docs[from:] {
		if len(out) == size {
			break
		}
		if set.Contains(d) {
			out = append(out, d)
		}
	}
	return out
}
