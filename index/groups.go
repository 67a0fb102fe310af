package index

import (
	"context"
	"encoding/binary"
	"fmt"

	"poterne"
)

// Group counts documents that have the same values of some fields.
type Group struct {
	Values [][]string // of each field that was asked for, in their order
	Count  int
	Bytes  int64
}

// Groups counts the documents that answer a query by their values of the fields, which
// must be ones that facets count; in no order. Facets, order and page of the query
// count for nothing.
func (s *Snapshot) Groups(ctx context.Context, q poterne.Query, names ...string) (groups []Group, err error) {
	defer func() { // as in searcher.Search
		if p := recover(); p != nil {
			groups, err = nil, fmt.Errorf("group: %w: %v", ErrDamaged, p)
		}
	}()
	req := poterne.Query{Clauses: q.Clauses, Facets: names}
	if _, err := newRequest(req); err != nil {
		return nil, err
	}
	groups, err = s.groups(ctx, req)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("group: %w", damage(err))
	}
	return groups, nil
}

func (s *Snapshot) groups(ctx context.Context, q poterne.Query) ([]Group, error) {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return nil, errClosed
	}
	conds, err := compile(q)
	if err != nil {
		return nil, err
	}
	found, err := s.matching(ctx, conds)
	if err != nil {
		return nil, err
	}
	by := make([]*sets, len(q.Facets))
	for i, name := range q.Facets {
		if by[i], err = s.columns.facet[fieldByName[foldName(name)].name](); err != nil {
			return nil, err
		}
	}
	sizes, err := s.columns.number["size"]()
	if err != nil {
		return nil, err
	}
	// A group is the numbers of its sets, one after the other.
	places := map[string]int{}
	var out []Group
	key := make([]byte, 0, 4*len(by))
	for it := found.Iterator(); it.HasNext(); {
		doc := it.Next()
		key = key[:0]
		for _, column := range by {
			key = binary.LittleEndian.AppendUint32(key, uint32(column.codes.at(doc)))
		}
		i, ok := places[string(key)]
		if !ok {
			i = len(out)
			places[string(key)] = i
			g := Group{Values: make([][]string, len(by))}
			for n, column := range by {
				g.Values[n] = column.values(fieldByName[foldName(q.Facets[n])], doc)
			}
			out = append(out, g)
		}
		size, _ := sizes.at(doc) // all have one
		out[i].Count++
		out[i].Bytes += size
	}
	return out, nil
}

// values returns the values of a document, as people and scripts read them.
func (c *sets) values(f *field, doc uint32) []string {
	var out []string
	for n := c.codes.at(doc); n > 0; n = uint64(c.list[n].rest) {
		out = append(out, f.show(c.terms[c.list[n].term]))
	}
	return out
}
