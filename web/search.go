package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"poterne"
)

// hitsShown is how many documents a page of answers has; the API may ask for more.
const (
	hitsShown = 25
	hitsMost  = 500
)

// facetsShown are the lists beside the answers, in this order.
var facetsShown = []string{"class", "level", "share", "category", "rule", "mark", "flag", "exposure", "format", "failure", "owner", "tag"}

// valuesShown bounds what a page shows of one facet; "search inside" finds the rest.
const valuesShown = 12

// hit is a record of a list: a row on the page, the contract's object in JSON.
type hit struct {
	poterne.Record
	line func(poterne.Record) any
}

// MarshalJSON writes the contract's object.
func (h hit) MarshalJSON() ([]byte, error) { return json.Marshal(h.line(h.Record)) }

func (c *call) hits(rs []poterne.Record) []hit {
	out := make([]hit, len(rs))
	for i, r := range rs {
		out[i] = hit{r, func(r poterne.Record) any { return c.s.Line(c.lang, r, false) }}
	}
	return out
}

type searchData struct {
	Query  string  `json:"query"`
	Sort   string  `json:"sort"`
	Inside string  `json:"-"` // what the values of facets must hold
	Total  int     `json:"total"`
	Hits   []hit   `json:"documents"`
	Facets []facet `json:"facets"`
	Next   string  `json:"next"`
	Wrong  string  `json:"-"` // what is wrong with the query
	Saved  []saved `json:"saved"`
}

// facet counts the documents by one field.
type facet struct {
	Field  string       `json:"field"`
	Values []facetValue `json:"values"`
	More   int          `json:"-"` // values not shown
}

// Chosen reports whether the query holds one of the values.
func (f facet) Chosen() bool {
	return slices.ContainsFunc(f.Values, func(v facetValue) bool { return v.Chosen })
}

type facetValue struct {
	Value  string `json:"value"`
	Count  int    `json:"count"`
	Narrow string `json:"-"` // the query that keeps only these
	Chosen bool   `json:"-"`
}

// Rules lists the rules of what was found in the documents of the page, but markings:
// each of those is decided by itself.
func (d searchData) Rules() []string {
	var out []string
	for _, h := range d.Hits {
		for _, f := range h.Findings {
			if f.Mark == "" && !slices.Contains(out, f.Rule) {
				out = append(out, f.Rule)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Address returns the address of the same search with another query or page.
func (d searchData) Address(query, after string) string {
	v := url.Values{"q": {query}}
	for key, s := range map[string]string{"sort": d.Sort, "after": after, "inside": d.Inside} {
		if s != "" {
			v.Set(key, s)
		}
	}
	return "/search?" + v.Encode()
}

func (c *call) search() (answer, error) {
	d := searchData{Query: strings.TrimSpace(c.value("q")), Sort: c.value("sort"), Inside: c.value("inside"), Hits: []hit{}, Facets: []facet{}}
	a := answer{page: "search", title: c.T("Recherche", "Search"), data: &d}
	var err error
	if d.Saved, err = c.savedSearches(); err != nil {
		return answer{}, err
	}
	q, err := c.s.Query(d.Query)
	if err == nil {
		q.Sort, q.After, q.Facets, q.Size = d.Sort, c.value("after"), facetsShown, hitsShown
		if n, err := strconv.Atoi(c.value("size")); err == nil && c.api {
			q.Size = min(max(n, 0), hitsMost)
		}
		var page poterne.Page
		if page, err = c.scope.Search(c.ctx(), q); err == nil {
			if err := c.recordSearch(q, int(page.Total)); err != nil {
				return answer{}, err
			}
			d.Total, d.Hits, d.Next = int(page.Total), c.hits(page.Hits), page.Next
			d.Facets = c.facets(&d, page.Facets)
			return a, nil
		}
	}
	if d.Wrong = c.s.Mistake(c.lang, err); d.Wrong == "" {
		return answer{}, err
	}
	if c.api {
		return answer{}, &problem{http.StatusBadRequest, d.Wrong}
	}
	a.status = http.StatusBadRequest
	return a, nil
}

func (c *call) facets(d *searchData, counted map[string][]poterne.Bucket) []facet {
	inside := strings.ToLower(d.Inside)
	var out []facet
	for _, field := range facetsShown {
		f := facet{Field: field, Values: []facetValue{}}
		for _, b := range counted[field] {
			clause := field + ":" + quote(b.Value)
			v := facetValue{Value: b.Value, Count: b.Count, Narrow: strings.TrimSpace(d.Query + " " + clause)}
			if padded := " " + d.Query + " "; strings.Contains(padded, " "+clause+" ") {
				v.Chosen, v.Narrow = true, strings.TrimSpace(strings.Replace(padded, " "+clause+" ", " ", 1))
			}
			if !c.api && inside != "" && !strings.Contains(strings.ToLower(b.Value), inside) {
				continue
			}
			f.Values = append(f.Values, v)
		}
		if n := len(f.Values) - valuesShown; n > 0 && !c.api {
			f.Values, f.More = f.Values[:valuesShown], n
		}
		if len(f.Values) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// quote writes a value so that the query language reads it whole.
func quote(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\"«»(),*?:") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `?`) + `"`
}
