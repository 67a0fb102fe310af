package web

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// kindSearch is the shelf of saved searches.
const kindSearch = "search"

// saved is a search that somebody keeps. Nobody else sees it: its words may name a
// share that others do not see. An address shares a search.
type saved struct {
	ID    string `json:"search"`
	Name  string `json:"name"`
	Query string `json:"q"`
	Login string `json:"login"`
}

// maxSaved bounds the saved searches of one account: past it a list helps nobody.
const maxSaved = 50

func (c *call) savedSearches() ([]saved, error) {
	if c.s.Shelf == nil {
		return nil, nil
	}
	kept, err := c.s.Shelf.All(c.ctx(), kindSearch)
	if err != nil {
		return nil, err
	}
	out := []saved{}
	for _, data := range kept {
		var x saved
		if err := json.Unmarshal(data, &x); err != nil {
			return nil, errors.New("a saved search is not readable")
		}
		if x.Login == c.user.Login {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b saved) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return out, nil
}

// saveSearch keeps a search. One for a person is not kept: what would find somebody
// again has no place on a list.
func (c *call) saveSearch() (answer, error) {
	x := saved{ID: strings.ToLower(rand.Text()[:12]), Name: strings.TrimSpace(c.value("name")), Query: strings.TrimSpace(c.value("q")), Login: c.user.Login}
	q, err := c.s.Query(x.Query)
	if err != nil || x.Name == "" || asksForPrints(q) {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "une recherche gardée a un nom et une requête, sans empreinte de personne", "a saved search has a name and a query, without a fingerprint of a person")
	}
	all, err := c.savedSearches()
	if err != nil {
		return answer{}, err
	}
	if len(all) >= maxSaved {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "trop de recherches gardées : en oublier", "too many saved searches: forget some")
	}
	data, err := json.Marshal(x)
	if err != nil {
		return answer{}, err
	}
	if err := c.s.Shelf.Put(c.ctx(), kindSearch, x.ID, data); err != nil {
		return answer{}, err
	}
	return answer{see: "/search?q=" + queryEscape(x.Query), data: x}, nil
}

// forgetSearch takes a saved search off the list.
func (c *call) forgetSearch() (answer, error) {
	all, err := c.savedSearches()
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(all, func(x saved) bool { return x.ID == c.r.PathValue("id") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	if _, err := c.s.Shelf.Take(c.ctx(), kindSearch, all[i].ID); err != nil {
		return answer{}, err
	}
	return answer{see: "/search", data: map[string]any{"forgotten": all[i].ID}}, nil
}
