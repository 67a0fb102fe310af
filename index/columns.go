package index

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"poterne"
	"poterne/internal/seal"
)

// A snapshot never changes, so what is asked of all its documents again and again is
// worked out once, when it is published: the order of the worst first, and for each
// field that can be counted, the values of each document. bleve keeps the same in
// chunks of compressed terms, which it unpacks for each question: for a million
// documents that takes a second, and these columns some milliseconds.

// columnsFile holds them, sealed one by one, in the folder of a snapshot: the columns,
// where each stands, and how long that is in eight bytes.
const columnsFile = "columns"

// extent is where a column stands in the file.
type extent struct {
	At   int64 `json:"at"`
	Size int   `json:"size"`
}

// columns reads the columns of a snapshot, each when it is first asked for. The file
// stays open: a newer snapshot takes its name away.
type columns struct {
	file    *os.File
	box     *seal.Box
	extents map[string]extent
	order   func() (*ranking, error)
	facet   map[string]func() (*column, error) // by field
}

// openColumns opens the columns in the folder of a snapshot of that many documents,
// and returns nil where it was published without them. The caller closes them.
func openColumns(dir string, v *vault, docs int) (*columns, error) {
	f, err := os.Open(filepath.Join(dir, columnsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := &columns{file: f, facet: map[string]func() (*column, error){}}
	if err := c.open(v, dir); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: columns: %w", ErrDamaged, err)
	}
	c.order = sync.OnceValues(func() (*ranking, error) {
		b, err := c.read(orderField)
		if err != nil {
			return nil, err
		}
		return parseRanking(b, docs)
	})
	for _, f := range fields {
		if !f.facet {
			continue
		}
		c.facet[f.name] = sync.OnceValues(func() (*column, error) {
			b, err := c.read(f.name)
			if err != nil {
				return nil, err
			}
			return parseColumn(b, docs)
		})
	}
	return c, nil
}

// open reads where the columns stand.
func (c *columns) open(v *vault, dir string) (err error) {
	if c.box, err = columnsBox(v, dir); err != nil {
		return err
	}
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	end := info.Size() - 8
	var length [8]byte
	if _, err := c.file.ReadAt(length[:], max(end, 0)); err != nil {
		return err
	}
	size := int64(binary.BigEndian.Uint64(length[:]))
	if size < 0 || size > end {
		return errColumn
	}
	plain, err := c.unseal(columnsFile, extent{end - size, int(size)})
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &c.extents)
}

// columnsBox is the cipher of the columns of one snapshot, whose name is random.
func columnsBox(v *vault, dir string) (*seal.Box, error) {
	return v.box(columnsFile + "/" + filepath.Base(dir))
}

func (c *columns) read(name string) ([]byte, error) {
	e, ok := c.extents[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s is missing", errColumn, name)
	}
	b, err := c.unseal(name, e)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errColumn, name, err)
	}
	return b, nil
}

func (c *columns) unseal(name string, e extent) ([]byte, error) {
	sealed := make([]byte, e.Size)
	if _, err := c.file.ReadAt(sealed, e.At); err != nil {
		return nil, err
	}
	return c.box.Open(nil, sealed, []byte(name))
}

func (c *columns) close() error { return c.file.Close() }

// count counts the documents by their values, the most frequent first.
func (c *columns) count(names []string, docs *roaring.Bitmap) (map[string][]poterne.Bucket, error) {
	if len(names) == 0 {
		return nil, nil
	}
	asked := make([]*column, len(names))
	counts := make([][]int, len(names))
	for i, name := range names {
		col, err := c.facet[fieldByName[foldName(name)].name]()
		if err != nil {
			return nil, err
		}
		asked[i], counts[i] = col, make([]int, len(col.sets))
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

// column says which values of a field each document has.
type column struct {
	terms []string // as the index holds them
	// sets are the sets of terms that documents have; the first is the empty one. Few
	// differ, even of rules: a document is one number, of one byte as a rule.
	sets  []set
	width int    // of a number: 1, 2 or 4 bytes
	codes []byte // the set of each document, by its number; little-endian
}

// set is another set, which stands before it, and one more term.
type set struct{ rest, term uint32 }

// tally counts documents by their set.
func (c *column) tally(docs []uint32, counts []int) {
	switch c.width {
	case 1:
		for _, d := range docs {
			counts[c.codes[d]]++
		}
	case 2:
		for _, d := range docs {
			counts[binary.LittleEndian.Uint16(c.codes[2*d:])]++
		}
	default:
		for _, d := range docs {
			counts[binary.LittleEndian.Uint32(c.codes[4*d:])]++
		}
	}
}

// buckets turns counts of sets into those of terms; it writes in counts.
func (c *column) buckets(f *field, counts []int) []poterne.Bucket {
	byTerm := make([]int, len(c.terms))
	for i := len(c.sets) - 1; i > 0; i-- {
		s := c.sets[i]
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

// append writes the column as parseColumn reads it.
func (c *column) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(c.terms)))
	for _, t := range c.terms {
		b = binary.AppendUvarint(b, uint64(len(t)))
		b = append(b, t...)
	}
	b = binary.AppendUvarint(b, uint64(len(c.sets)))
	for _, s := range c.sets {
		b = binary.AppendUvarint(b, uint64(s.rest))
		b = binary.AppendUvarint(b, uint64(s.term))
	}
	b = append(b, byte(c.width))
	return append(b, c.codes...)
}

// parseColumn reads a column of that many documents. The bytes were sealed by us:
// anything odd is damage, and nothing below looks again.
func parseColumn(b []byte, docs int) (*column, error) {
	r := &columnReader{b: b}
	c := &column{}
	for range r.count() {
		c.terms = append(c.terms, string(r.take(r.count())))
	}
	for i := range r.count() {
		s := set{uint32(r.number()), uint32(r.number())}
		if i > 0 && (int(s.rest) >= i || int(s.term) >= len(c.terms)) {
			return nil, errColumn
		}
		c.sets = append(c.sets, s)
	}
	if w := r.take(1); w != nil {
		c.width = int(w[0])
	}
	c.codes = r.b
	if r.bad || len(c.sets) == 0 || c.width != widthOf(len(c.sets)) || len(c.codes) != c.width*docs {
		return nil, errColumn
	}
	return c, nil
}

var errColumn = fmt.Errorf("%w: column", ErrDamaged)

// widthOf is how many bytes the number of a set takes.
func widthOf(sets int) int {
	switch {
	case sets <= 1<<8:
		return 1
	case sets <= 1<<16:
		return 2
	}
	return 4
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
