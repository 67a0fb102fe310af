package index

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// codes is a whole number of each document, in as few bytes as the largest needs.
type codes struct {
	width int // 1, 2, 4 or 8 bytes
	b     []byte
}

// widthOf is how many bytes numbers up to most take.
func widthOf(most uint64) int {
	switch n := bits.Len64(most); {
	case n <= 8:
		return 1
	case n <= 16:
		return 2
	case n <= 32:
		return 4
	}
	return 8
}

func newCodes[T uint32 | uint64](all []T) codes {
	most := T(0)
	for _, n := range all {
		most = max(most, n)
	}
	c := codes{width: widthOf(uint64(most))}
	c.b = make([]byte, 0, c.width*len(all))
	var word [8]byte
	for _, n := range all {
		binary.LittleEndian.PutUint64(word[:], uint64(n))
		c.b = append(c.b, word[:c.width]...)
	}
	return c
}

func (c codes) at(doc uint32) uint64 {
	switch d := int(doc); c.width {
	case 1:
		return uint64(c.b[d])
	case 2:
		return uint64(binary.LittleEndian.Uint16(c.b[2*d:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(c.b[4*d:]))
	default:
		return binary.LittleEndian.Uint64(c.b[8*d:])
	}
}

// append writes what parseCodes reads.
func (c codes) append(b []byte) []byte { return append(append(b, byte(c.width)), c.b...) }

// parseCodes reads the numbers of that many documents; its b is nil where b holds no
// such thing.
func parseCodes(b []byte, docs int) codes {
	if len(b) == 0 || !slices.Contains([]byte{1, 2, 4, 8}, b[0]) || len(b)-1 != int(b[0])*docs {
		return codes{}
	}
	return codes{int(b[0]), b[1:]}
}

// numbers is the number of each document in a field.
type numbers struct {
	least int64 // of all documents
	// codes are numbers less the least, plus one: zero stands for no number.
	codes codes
}

// newNumbers makes a column of the numbers of documents; has says which have one.
func newNumbers(all []int64, has []bool) *numbers {
	n := &numbers{}
	first := true
	for i, v := range all {
		if has[i] && (first || v < n.least) {
			n.least, first = v, false
		}
	}
	out := make([]uint64, len(all))
	for i, v := range all {
		if has[i] {
			out[i] = uint64(v-n.least) + 1
		}
	}
	n.codes = newCodes(out)
	return n
}

// at returns the number of a document, and whether it has one.
func (n *numbers) at(doc uint32) (int64, bool) {
	code := n.codes.at(doc)
	return n.least + int64(code) - 1, code > 0
}

// append writes the numbers as parseNumbers reads them.
func (n *numbers) append(b []byte) []byte {
	return n.codes.append(binary.AppendVarint(b, n.least))
}

func parseNumbers(b []byte, docs int) (*numbers, error) {
	least, size := binary.Varint(b)
	if size <= 0 {
		return nil, errColumn
	}
	n := &numbers{least, parseCodes(b[size:], docs)}
	if n.codes.b == nil {
		return nil, errColumn
	}
	return n, nil
}

// keep returns the documents whose number lies in one of the spans; with not, the
// others, those without a number too.
func (n *numbers) keep(docs *roaring.Bitmap, spans []span, not bool) *roaring.Bitmap {
	out := roaring.New()
	var buf [4096]uint32
	for it := docs.ManyIterator(); ; {
		read := it.NextMany(buf[:])
		if read == 0 {
			return out
		}
		kept := buf[:0]
		for _, d := range buf[:read] {
			v, ok := n.at(d)
			holds := ok && slices.ContainsFunc(spans, func(s span) bool { return s.holds(v) })
			if holds != not {
				kept = append(kept, d)
			}
		}
		out.AddMany(kept)
	}
}
