package index

import (
	"container/heap"
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

// page returns the first documents of set from a place on. Where most documents are in
// the set they are walked from there, else those of the set are sifted: what could not
// be read stands last of all.
func (r *ranking) page(set *roaring.Bitmap, from, size int) []uint32 {
	var out []uint32
	if set.GetCardinality() >= uint64(len(r.docs)/2) {
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
	var first lastOnTop
	for it := set.Iterator(); it.HasNext(); {
		rank := r.rank[it.Next()]
		switch {
		case int(rank) < from:
		case len(first) < size:
			heap.Push(&first, rank)
		case rank < first[0]:
			first[0] = rank
			heap.Fix(&first, 0)
		}
	}
	slices.Sort(first)
	for _, rank := range first {
		out = append(out, r.docs[rank])
	}
	return out
}

// lastOnTop is a heap of places, the last on top.
type lastOnTop []uint32

func (h lastOnTop) Len() int           { return len(h) }
func (h lastOnTop) Less(i, j int) bool { return h[i] > h[j] }
func (h lastOnTop) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lastOnTop) Push(x any)        { *h = append(*h, x.(uint32)) }
func (h *lastOnTop) Pop() any          { panic("index: nothing is taken off") }
