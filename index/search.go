package index

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"poterne"
)

// maxBuckets bounds a facet: shares and owners are the longest lists, and a person
// reads a few hundred at most.
const maxBuckets = 1000

// searcher answers questions on an open bleve index.
type searcher struct{ bleve bleve.Index }

// Search answers one page of a query. A mistake of the user is a [*QueryError], a
// broken index [ErrDamaged]; there is no empty answer in their place.
func (s searcher) Search(ctx context.Context, q poterne.Query) (page poterne.Page, err error) {
	// bleve slices its files without looking: a damaged one may panic.
	defer func() {
		if p := recover(); p != nil {
			page, err = poterne.Page{}, fmt.Errorf("search: %w: %v", ErrDamaged, p)
		}
	}()
	req, err := newRequest(q)
	if err != nil {
		return poterne.Page{}, err
	}
	res, err := s.bleve.SearchInContext(ctx, req)
	switch {
	case ctx.Err() != nil:
		return poterne.Page{}, ctx.Err()
	case errors.Is(err, bleve.ErrorIndexClosed):
		return poterne.Page{}, errClosed
	case err != nil: // the query was checked: what is left is the files
		return poterne.Page{}, fmt.Errorf("search: %w: %w", ErrDamaged, err)
	}
	page.Total = res.Total
	page.Hits = make([]poterne.Record, len(res.Hits))
	for i, h := range res.Hits {
		if page.Hits[i], err = stored(h.Fields); err != nil {
			return poterne.Page{}, fmt.Errorf("search: %w", err)
		}
	}
	if n := len(res.Hits); n > 0 && n == q.Size {
		page.Next = newCursor(q.Sort, res.Hits[n-1].DecodedSort)
	}
	page.Facets = buckets(q.Facets, res.Facets)
	return page, nil
}

// Count returns how many documents the index holds.
func (s searcher) Count() (int, error) {
	n, err := s.bleve.DocCount()
	return int(n), damage(err)
}

func newRequest(q poterne.Query) (*bleve.SearchRequest, error) {
	conds, err := compile(q)
	if err != nil {
		return nil, err
	}
	req := bleve.NewSearchRequestOptions(conjunction(conds), max(q.Size, 0), 0, false)
	req.Fields = []string{storedField}
	req.Score = "none"
	sort, err := order(q.Sort)
	if err != nil {
		return nil, err
	}
	req.SortByCustom(sort)
	for _, name := range q.Facets {
		f, err := lookUp(name)
		if err != nil {
			return nil, err
		}
		if !f.facet {
			return nil, &QueryError{Problem: NoFacet, Field: name, Pos: -1}
		}
		req.AddFacet(name, bleve.NewFacetRequest(f.name, maxBuckets))
	}
	if q.After != "" {
		after, err := readCursor(q.Sort, q.After, len(sort))
		if err != nil {
			return nil, err
		}
		req.SetSearchAfter(after)
	}
	return req, nil
}

// order returns the keys to sort by. The last one is never the same twice: it holds
// the id. (bleve's own key for the id reads a stored document for each hit.)
// Documents without a value come first, or last with "-".
func order(by string) (search.SortOrder, error) {
	last := &search.SortField{Field: orderField, Type: search.SortFieldAsString}
	if by == "" {
		return search.SortOrder{last}, nil
	}
	name, desc := strings.CutPrefix(by, "-")
	f, err := lookUp(name)
	if err != nil {
		return nil, err
	}
	if !f.sort {
		return nil, &QueryError{Problem: NoSort, Field: name, Pos: -1}
	}
	return search.SortOrder{&search.SortField{Field: f.name, Desc: desc, Type: search.SortFieldAsString}, last}, nil
}

func buckets(names []string, facets search.FacetResults) map[string][]poterne.Bucket {
	if len(names) == 0 {
		return nil
	}
	out := map[string][]poterne.Bucket{}
	for _, name := range names {
		out[name] = []poterne.Bucket{}
		res := facets[name]
		if res == nil || res.Terms == nil {
			continue
		}
		f := fieldByName[foldName(name)]
		for _, t := range res.Terms.Terms() {
			if t.Term == noTerm {
				continue
			}
			out[name] = append(out[name], poterne.Bucket{Value: f.show(t.Term), Count: t.Count})
		}
	}
	return out
}

// conjunction makes one query of conditions that must all hold.
func conjunction(conds []condition) query.Query {
	if len(conds) == 0 {
		return query.NewMatchAllQuery()
	}
	var must, mustNot []query.Query
	for _, c := range conds {
		if c.not {
			mustNot = append(mustNot, c.query())
		} else {
			must = append(must, c.query())
		}
	}
	if len(must) == 0 {
		must = append(must, query.NewMatchAllQuery())
	}
	if len(mustNot) == 0 {
		return query.NewConjunctionQuery(must)
	}
	return query.NewBooleanQuery(must, nil, mustNot)
}

func (c *condition) query() query.Query {
	if c.op == poterne.Exists {
		return term(hasField, c.field.name)
	}
	var alternatives []query.Query
	for _, s := range c.ranges {
		alternatives = append(alternatives, s.query(c.field.name))
	}
	for _, ws := range c.words {
		alternatives = append(alternatives, c.wordsQuery(ws))
	}
	for _, t := range c.terms {
		alternatives = append(alternatives, c.termQuery(t))
	}
	switch len(alternatives) {
	case 0: // level:>5
		return query.NewMatchNoneQuery()
	case 1:
		return alternatives[0]
	}
	return query.NewDisjunctionQuery(alternatives)
}

func (c *condition) termQuery(t string) query.Query {
	if c.field == nil { // the beginning of a free word
		var or []query.Query
		for _, f := range freeWords {
			or = append(or, prefix(wordsField(f), t), term(wordsField(f), stem(t)))
		}
		return query.NewDisjunctionQuery(or)
	}
	name := c.field.name
	if c.field.kind == kindName {
		name += askSuffix
	}
	switch c.op {
	case poterne.Prefix:
		return prefix(name, t)
	case poterne.Matches:
		if head, ok := strings.CutSuffix(t, "*"); ok && !strings.ContainsAny(head, "*?") {
			return prefix(name, head)
		}
		w := query.NewWildcardQuery(t)
		w.SetField(name)
		return w
	}
	return term(name, t)
}

// wordsQuery wants all words, or all in a row; free words may be spread over the
// path and the labels.
func (c *condition) wordsQuery(ws []string) query.Query {
	in := freeWords
	if c.field != nil {
		in = []*field{c.field}
	}
	if c.op == poterne.Phrase {
		if len(ws) == 1 {
			return term(wordsField(in[0]), ws[0])
		}
		return query.NewPhraseQuery(ws, wordsField(in[0]))
	}
	var all []query.Query
	for _, w := range ws {
		var or []query.Query
		for _, f := range in {
			or = append(or, term(wordsField(f), w))
		}
		all = append(all, query.NewDisjunctionQuery(or))
	}
	return query.NewConjunctionQuery(all)
}

func wordsField(f *field) string {
	if f.kind == kindPath {
		return f.name + wordsSuffix
	}
	return f.name
}

func term(name, t string) query.Query {
	q := query.NewTermQuery(t)
	q.SetField(name)
	return q
}

func prefix(name, t string) query.Query {
	q := query.NewPrefixQuery(t)
	q.SetField(name)
	return q
}

// cursor is where a page ended: the order it was in and the keys of its last hit.
type cursor struct {
	Sort string   `json:"s"`
	Keys [][]byte `json:"k"`
}

func newCursor(sort string, keys []string) string {
	c := cursor{Sort: sort}
	for _, k := range keys {
		c.Keys = append(c.Keys, []byte(k))
	}
	b, err := json.Marshal(c)
	if err != nil {
		panic("index: cursor: " + err.Error()) // strings and bytes always marshal
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(sort, text string, n int) ([]string, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Sort != sort || len(c.Keys) != n {
		return nil, &QueryError{Problem: BadCursor, Pos: -1}
	}
	keys := make([]string, n)
	for i, k := range c.Keys {
		keys[i] = string(k)
	}
	return keys, nil
}

var errClosed = errors.New("index is closed")
