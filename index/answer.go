package index

import (
	"cmp"
	"slices"
	"strings"

	"poterne"
)

// Answer answers a query from records in memory, as an index of them would.
func Answer(q poterne.Query, records []poterne.Record) (poterne.Page, error) {
	match, err := Matcher(q)
	if err != nil {
		return poterne.Page{}, err
	}
	if _, err := newRequest(q); err != nil { // the same mistakes are refused
		return poterne.Page{}, err
	}
	var hits []poterne.Record
	for _, r := range records {
		if match(r) {
			hits = append(hits, r)
		}
	}
	page := poterne.Page{Total: uint64(len(hits)), Facets: count(q.Facets, hits)}
	keys := sortKeys(q.Sort)
	slices.SortFunc(hits, func(a, b poterne.Record) int { return compareKeys(keys, keysOf(keys, &a), keysOf(keys, &b)) })
	if q.After != "" {
		after, err := readCursor(q.Sort, q.After, len(keys))
		if err != nil {
			return poterne.Page{}, err
		}
		i := slices.IndexFunc(hits, func(r poterne.Record) bool { return compareKeys(keys, keysOf(keys, &r), after) > 0 })
		if i < 0 {
			i = len(hits)
		}
		hits = hits[i:]
	}
	page.Hits = []poterne.Record{}
	for _, r := range hits[:min(len(hits), max(q.Size, 0))] {
		page.Hits = append(page.Hits, withoutProof(r))
	}
	if n := len(page.Hits); n > 0 && n == q.Size {
		page.Next = newCursor(q.Sort, keysOf(keys, &page.Hits[n-1]))
	}
	return page, nil
}

func count(names []string, hits []poterne.Record) map[string][]poterne.Bucket {
	if len(names) == 0 {
		return nil
	}
	out := map[string][]poterne.Bucket{}
	for _, name := range names {
		f := fieldByName[foldName(name)]
		counts := map[string]int{}
		for _, r := range hits {
			seen := map[string]bool{}
			for _, t := range f.terms(&r) {
				if f.kind == kindTerm {
					t = fold(t)
				}
				if !seen[t] {
					counts[t]++
				}
				seen[t] = true
			}
		}
		bs := []poterne.Bucket{}
		for t, n := range counts {
			bs = append(bs, poterne.Bucket{Value: f.show(t), Count: n})
		}
		slices.SortFunc(bs, func(a, b poterne.Bucket) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		out[name] = bs[:min(len(bs), maxBuckets)]
	}
	return out
}

// sortKey is one key of an order; a nil field is the order of the worst first.
type sortKey struct {
	field *field
	desc  bool
}

func sortKeys(by string) []sortKey {
	if by == "" {
		return []sortKey{{}}
	}
	name, desc := strings.CutPrefix(by, "-")
	return []sortKey{{fieldByName[foldName(name)], desc}, {}}
}

// keysOf returns what a record is sorted by, as the documents of an index hold it.
func keysOf(keys []sortKey, r *poterne.Record) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		switch {
		case k.field == nil:
			out[i] = orderTerm(r)
		case k.field.numeric():
			out[i] = noTerm
			if v, ok := k.field.number(r); ok {
				out[i] = numberTerm(k.field.quantum(v))
			}
		default:
			out[i] = noTerm
			if v := k.field.terms(r); len(v) > 0 {
				out[i] = v[0]
				if k.field.kind == kindTerm || k.field.kind == kindPath {
					out[i] = fold(v[0])
				}
			}
		}
	}
	return out
}

func compareKeys(keys []sortKey, a, b []string) int {
	for i, k := range keys {
		if c := cmp.Compare(a[i], b[i]); c != 0 {
			if k.desc {
				return -c
			}
			return c
		}
	}
	return 0
}
