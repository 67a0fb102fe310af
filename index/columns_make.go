package index

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"poterne/internal/seal"
)

// makeColumns writes the columns of the snapshot in dir, which bleve has just copied
// and which is guarded. It reads what bleve holds, not the records: a million
// documents take some three seconds.
func makeColumns(dir string, v *vault) (err error) {
	b, err := openBleve(dir, map[string]any{"read_only": true, "bolt_timeout": lockWait})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := b.Close(); err == nil {
			err = cerr
		}
	}()
	root, err := rootOf(b)
	if err != nil {
		return err
	}
	defer root.Close()
	w, err := createColumns(dir, v)
	if err != nil {
		return err
	}
	defer w.file.Close()
	order, err := makeRanking(root)
	if err != nil {
		return err
	}
	if err := w.write(orderField, order.append(nil)); err != nil {
		return err
	}
	for _, f := range fields {
		var column interface{ append([]byte) []byte }
		switch {
		case f.numeric():
			column, err = makeNumbers(root, f.name)
		case f.facet:
			column, err = makeSets(root, f.name)
		default:
			continue
		}
		if err != nil {
			return err
		}
		if err := w.write(f.name, column.append(nil)); err != nil {
			return err
		}
	}
	return w.finish()
}

// columnWriter writes the file that columns reads.
type columnWriter struct {
	file    *os.File
	box     *seal.Box
	at      int64
	extents map[string]extent
}

func createColumns(dir string, v *vault) (*columnWriter, error) {
	box, err := columnsBox(v, dir)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, columnsFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return &columnWriter{file: f, box: box, extents: map[string]extent{}}, err
}

func (w *columnWriter) write(name string, plain []byte) error {
	sealed := w.box.Seal(nil, plain, []byte(name))
	n, err := w.file.Write(sealed)
	w.extents[name] = extent{w.at, n}
	w.at += int64(n)
	return err
}

// finish says where the columns stand, and makes the file durable.
func (w *columnWriter) finish() error {
	plain, err := json.Marshal(w.extents)
	if err != nil {
		return err
	}
	sealed := w.box.Seal(nil, plain, []byte(columnsFile))
	if _, err := w.file.Write(binary.BigEndian.AppendUint64(sealed, uint64(len(sealed)))); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	return w.file.Close()
}

// rootOf returns what an open index holds now; the caller closes it.
func rootOf(b bleve.Index) (*scorch.IndexSnapshot, error) {
	advanced, err := b.Advanced()
	if err != nil {
		return nil, err
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, err
	}
	root, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		reader.Close()
		return nil, fmt.Errorf("index of type %T", reader)
	}
	return root, nil
}

// documentsOf counts the numbers of documents of root, deleted ones too.
func documentsOf(root *scorch.IndexSnapshot) int {
	n := 0
	for _, s := range root.Segments() {
		n += int(s.FullSize())
	}
	return n
}

// makeSets gathers the values of a field from its terms.
func makeSets(root *scorch.IndexSnapshot, name string) (*sets, error) {
	m := newSetMaker(documentsOf(root))
	offset := 0
	for _, s := range root.Segments() {
		dict, err := s.Segment().Dictionary(name)
		if err != nil {
			return nil, err
		}
		// Terms come in their order: the same ones make the same set in each segment.
		terms := dict.AutomatonIterator(nil, nil, nil)
		var postings segment.PostingsList
		for {
			entry, err := terms.Next()
			if err != nil {
				return nil, err
			}
			if entry == nil {
				break
			}
			if entry.Term == noTerm || entry.Term == "" {
				continue
			}
			if postings, err = dict.PostingsList([]byte(entry.Term), s.Deleted(), postings); err != nil {
				return nil, err
			}
			m.term(entry.Term)
			for it := postings.Iterator(false, false, false, nil); ; {
				p, err := it.Next()
				if err != nil {
					return nil, err
				}
				if p == nil {
					break
				}
				m.add(offset + int(p.Number()))
			}
		}
		offset += int(s.FullSize())
	}
	return m.sets(), nil
}

// setMaker makes sets term by term.
type setMaker struct {
	out   sets
	terms map[string]uint32
	known map[set]uint32
	codes []uint32
	now   uint32 // the term of which documents are added
}

func newSetMaker(docs int) *setMaker {
	return &setMaker{out: sets{list: []set{{}}}, terms: map[string]uint32{}, known: map[set]uint32{}, codes: make([]uint32, docs)}
}

// term begins the documents of a term.
func (m *setMaker) term(t string) {
	n, ok := m.terms[t]
	if !ok {
		n = uint32(len(m.out.terms))
		m.terms[t] = n
		m.out.terms = append(m.out.terms, t)
	}
	m.now = n
}

// add says that a document has the term.
func (m *setMaker) add(doc int) {
	s := set{m.codes[doc], m.now}
	n, ok := m.known[s]
	if !ok {
		n = uint32(len(m.out.list))
		m.known[s] = n
		m.out.list = append(m.out.list, s)
	}
	m.codes[doc] = n
}

func (m *setMaker) sets() *sets {
	m.out.codes = newCodes(m.codes)
	return &m.out
}

// makeNumbers gathers the numbers of a field.
func makeNumbers(root *scorch.IndexSnapshot, name string) (*numbers, error) {
	docs := documentsOf(root)
	all, has := make([]int64, docs), make([]bool, docs)
	err := eachValue(root, name, func(doc uint32, term []byte) (err error) {
		if string(term) != noTerm {
			all[doc], err = numberOf(string(term))
			has[doc] = true
		}
		return err
	})
	return newNumbers(all, has), err
}

// makeRanking sorts all documents by their key of the worst first.
func makeRanking(root *scorch.IndexSnapshot) (*ranking, error) {
	type key struct {
		head uint64 // the beginning of the term, which nearly always decides
		doc  uint32
		at   uint32 // of the term in terms, all of one length as a rule
		size uint32
	}
	var keys []key
	var terms []byte
	err := eachValue(root, orderField, func(doc uint32, term []byte) error {
		var head [8]byte
		copy(head[:], term)
		keys = append(keys, key{binary.BigEndian.Uint64(head[:]), doc, uint32(len(terms)), uint32(len(term))})
		terms = append(terms, term...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(keys, func(a, b key) int {
		if c := cmp.Compare(a.head, b.head); c != 0 {
			return c
		}
		return bytes.Compare(terms[a.at:a.at+a.size], terms[b.at:b.at+b.size])
	})
	r := &ranking{docs: make([]uint32, len(keys))}
	for i, k := range keys {
		r.docs[i] = k.doc
	}
	return r, nil
}

// eachValue yields each document that is not deleted, and its value of a field of
// which all have one.
func eachValue(root *scorch.IndexSnapshot, name string, yield func(doc uint32, term []byte) error) error {
	reader, err := root.DocValueReader([]string{name})
	if err != nil {
		return err
	}
	for it := liveOf(root).Iterator(); it.HasNext(); {
		doc, n := it.Next(), 0
		var bad error
		err := reader.VisitDocValues(bleveindex.NewIndexInternalID(nil, uint64(doc)), func(_ string, term []byte) {
			n++
			bad = yield(doc, term)
		})
		if err = errors.Join(err, bad); err != nil {
			return err
		}
		if n != 1 {
			return fmt.Errorf("%w: a document with %d values of %s", ErrDamaged, n, name)
		}
	}
	return nil
}

// liveOf returns the numbers of all documents that are not deleted.
func liveOf(root *scorch.IndexSnapshot) *roaring.Bitmap {
	live := roaring.New()
	offset := uint64(0)
	for _, s := range root.Segments() {
		end := offset + uint64(s.FullSize())
		live.AddRange(offset, end)
		if gone := s.Deleted(); gone != nil {
			live.AndNot(roaring.AddOffset(gone, uint32(offset)))
		}
		offset = end
	}
	return live
}
