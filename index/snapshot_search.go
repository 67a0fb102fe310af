package index

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"poterne"
	"poterne/internal/pack"
)

// Search answers one page of a query, as [Index.Search] does, by the columns of the
// snapshot: bleve looks terms up, the columns count and put in order.
func (s *Snapshot) Search(ctx context.Context, q poterne.Query) (page poterne.Page, err error) {
	defer func() { // as in searcher.Search
		if p := recover(); p != nil {
			page, err = poterne.Page{}, fmt.Errorf("search: %w: %v", ErrDamaged, p)
		}
	}()
	if _, err := newRequest(q); err != nil {
		return poterne.Page{}, err
	}
	page, err = s.search(ctx, q)
	switch {
	case ctx.Err() != nil:
		return poterne.Page{}, ctx.Err()
	case err != nil:
		return poterne.Page{}, fmt.Errorf("search: %w", damage(err))
	}
	return page, nil
}

func (s *Snapshot) search(ctx context.Context, q poterne.Query) (page poterne.Page, err error) {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return poterne.Page{}, errClosed
	}
	conds, err := compile(q)
	if err != nil {
		return poterne.Page{}, err
	}
	found, err := s.matching(ctx, conds)
	if err != nil {
		return poterne.Page{}, err
	}
	page.Total, page.Hits = found.GetCardinality(), []poterne.Record{}
	if page.Facets, err = s.columns.count(q.Facets, found); err != nil {
		return poterne.Page{}, err
	}
	if q.Size <= 0 {
		return page, nil
	}
	order, err := s.columns.order()
	if err != nil {
		return poterne.Page{}, err
	}
	if q.Sort != "" {
		err = s.sorted(ctx, q, order, found, &page)
	} else {
		err = s.worst(q, order, found, &page)
	}
	return page, err
}

// worst fills in the hits of a page, the worst first.
func (s *Snapshot) worst(q poterne.Query, order *ranking, found *roaring.Bitmap, page *poterne.Page) error {
	from := 0
	if q.After != "" {
		keys, err := readCursor(q.Sort, q.After, 1)
		if err != nil {
			return err
		}
		if from, err = s.after(order, keys[0]); err != nil {
			return err
		}
	}
	for _, doc := range order.page(found, from, q.Size) {
		r, err := s.record(doc)
		if err != nil {
			return err
		}
		page.Hits = append(page.Hits, r)
	}
	if n := len(page.Hits); n == q.Size {
		page.Next = newCursor(q.Sort, []string{orderTerm(&page.Hits[n-1])})
	}
	return nil
}

// matching returns the numbers of the documents that answer: bleve looks up the terms
// that must be there, and what is left of all is compared with the other conditions.
func (s *Snapshot) matching(ctx context.Context, conds []condition) (*roaring.Bitmap, error) {
	var must, others []condition
	for _, c := range conds {
		if c.not || len(c.ranges) > 0 || c.spreads() {
			others = append(others, c)
		} else {
			must = append(must, c)
		}
	}
	found := s.live()
	if len(must) > 0 {
		var err error
		if found, err = s.lookUp(ctx, must); err != nil {
			return nil, err
		}
	}
	for _, c := range others {
		if len(c.ranges) > 0 {
			column, err := s.columns.number[c.field.name]()
			if err != nil {
				return nil, err
			}
			found = column.keep(found, c.ranges, c.not)
			continue
		}
		holds, err := s.holding(ctx, c)
		switch {
		case err != nil:
			return nil, err
		case c.not:
			found = roaring.AndNot(found, holds)
		default:
			found = roaring.And(found, holds)
		}
	}
	return found, nil
}

// holding returns the documents of which a condition holds, whether it must or must not.
func (s *Snapshot) holding(ctx context.Context, c condition) (*roaring.Bitmap, error) {
	if !c.spreads() {
		c.not = false
		return s.lookUp(ctx, []condition{c})
	}
	out := roaring.New()
	for _, t := range c.spread() {
		found, err := t.documents(ctx, s.root)
		if err != nil {
			return nil, err
		}
		out.Or(found)
	}
	return out, nil
}

// lookUp returns the numbers of the documents that bleve finds.
func (s *Snapshot) lookUp(ctx context.Context, conds []condition) (*roaring.Bitmap, error) {
	found, err := conjunction(conds).Searcher(ctx, s.root, s.bleve.Mapping(), search.SearcherOptions{Score: "none"})
	if err != nil {
		return nil, err
	}
	defer found.Close()
	sc := &search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(found.DocumentMatchPoolSize(), 0), IndexReader: s.root}
	out := roaring.New()
	docs := make([]uint32, 0, 4096)
	for {
		m, err := found.Next(sc)
		if err != nil {
			return nil, err
		}
		if m != nil {
			docs = append(docs, uint32(m.IndexInternalID.Value()))
			sc.DocumentMatchPool.Put(m)
		}
		if m == nil || len(docs) == cap(docs) {
			out.AddMany(docs)
			docs = docs[:0]
			if err := ctx.Err(); m == nil || err != nil {
				return out, err
			}
		}
	}
}

// after returns the place that follows a key of the worst first.
func (s *Snapshot) after(order *ranking, key string) (from int, err error) {
	reader, err := s.root.DocValueReader([]string{orderField})
	if err != nil {
		return 0, err
	}
	from = sort.Search(len(order.docs), func(i int) bool {
		beyond := false
		e := reader.VisitDocValues(bleveindex.NewIndexInternalID(nil, uint64(order.docs[i])), func(_ string, term []byte) { beyond = string(term) > key })
		if e != nil {
			err = e
		}
		return beyond
	})
	return from, err
}

// record reads what is stored of a document.
func (s *Snapshot) record(doc uint32) (poterne.Record, error) {
	segments := s.root.Segments()
	i := slices.IndexFunc(segments, func(g *scorch.SegmentSnapshot) bool {
		n := uint32(g.FullSize())
		if doc < n {
			return true
		}
		doc -= n
		return false
	})
	var r poterne.Record
	err := fmt.Errorf("%w: a document without its record", ErrDamaged)
	if i < 0 {
		return r, err
	}
	visitErr := segments[i].VisitDocument(uint64(doc), func(field string, _ byte, value []byte, _ []uint64) bool {
		if field != storedField {
			return true
		}
		if r, err = pack.Record(value); err != nil {
			err = fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return false
	})
	if visitErr != nil {
		return poterne.Record{}, fmt.Errorf("%w: %w", ErrDamaged, visitErr)
	}
	return r, err
}
