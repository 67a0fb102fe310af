package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"poterne"
)

// personHits bounds the documents of one answer: a person who is in more needs a
// query, which the page offers.
const personHits = 200

type personData struct {
	Asked bool     `json:"-"`
	Rules []string `json:"rules"` // that take the value
	Total int      `json:"total"`
	Hits  []hit    `json:"documents"`
	// Query finds the same documents by fingerprints: an address with it tells nothing
	// of the person to who has not the key.
	Query string `json:"query"`
}

func (c *call) persons() (answer, error) {
	return answer{page: "persons", title: c.T("Personnes", "Persons"), data: personData{}}, nil
}

// maxIdentifier bounds an identifier: an IBAN with spaces has 42 characters.
const maxIdentifier = 200

// findPerson finds the documents that hold one identifier. The value is in the body
// of the request and nowhere else: not in the answer, an address, a log or the audit.
func (c *call) findPerson() (answer, error) {
	value := strings.TrimSpace(c.value("value"))
	if value == "" || len(value) > maxIdentifier {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "donner un identifiant : NIR, IBAN, adresse électronique…", "give one identifier: NIR, IBAN, e-mail address…")
	}
	prints, err := c.s.Fingerprints(c.ctx(), value)
	if err != nil {
		return answer{}, err
	}
	d := personData{Asked: true, Rules: slices.Sorted(maps.Keys(prints)), Hits: []hit{}}
	detail := map[string]string{"rules": strings.Join(d.Rules, ","), "reason": c.value("reason")}
	if err := c.record("search-identifier", "-", detail); err != nil {
		return answer{}, err
	}
	if len(prints) > 0 {
		var values []string
		for _, rule := range d.Rules {
			values = append(values, string(prints[rule]))
		}
		page, err := c.scope.Search(c.ctx(), poterne.Query{Size: personHits, Clauses: []poterne.Clause{{Field: "print", Op: poterne.Is, Values: values}}})
		if err != nil {
			return answer{}, err
		}
		d.Total, d.Hits, d.Query = int(page.Total), c.hits(page.Hits), "print:"+strings.Join(values, ",")
	}
	return answer{page: "persons", title: c.T("Personnes", "Persons"), data: d}, nil
}

// asksForPrints reports whether a query looks for a person.
func asksForPrints(q poterne.Query) bool {
	return slices.ContainsFunc(q.Clauses, func(c poterne.Clause) bool { return c.Field == "print" })
}

// recordSearch writes the searches for a person that come as a query.
func (c *call) recordSearch(q poterne.Query, total int) error {
	if !asksForPrints(q) {
		return nil
	}
	return c.record("search-identifier", "-", map[string]string{"by": "fingerprint", "documents": fmt.Sprint(total)})
}
