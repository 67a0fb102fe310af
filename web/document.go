package web

import (
	"encoding/json"

	"poterne"
)

// copiesShown bounds the duplicates that a document page names: a template may stand
// on a share in a hundred thousand copies.
const copiesShown = 20

type documentData struct {
	poterne.Record
	line    any
	History []Past
	Copies  []hit // other documents of the same content, in the scope
	Others  int   // how many there are
	Reviews []Review
	Done    *Review // what was just decided, to be undone
}

// MarshalJSON writes the contract's object with what stands beside it.
func (d *documentData) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"document": d.line, "history": d.History, "reviews": d.Reviews, "copies": d.Copies, "copies_total": d.Others})
}

// Hidden reports whether even masked forms stay out: those of a classified document
// would tell of it.
func (d *documentData) Hidden() bool { return d.Assessment.Level == poterne.Classified }

func (c *call) document() (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	r, err := c.scope.Get(c.ctx(), id)
	if err != nil {
		return answer{}, err
	}
	if err := c.record("web.read", string(id), nil); err != nil {
		return answer{}, err
	}
	d := &documentData{Record: r, line: c.s.Line(c.lang, r, true), Copies: []hit{}}
	if d.History, err = c.scope.History(c.ctx(), id); err != nil {
		return answer{}, err
	}
	if c.s.Reviews != nil {
		if d.Reviews, err = c.s.Reviews.Of(c.ctx(), r); err != nil {
			return answer{}, err
		}
		for i, x := range d.Reviews {
			if x.State == ReviewHolds && x.ID == c.value("done") {
				d.Done = &d.Reviews[i]
			}
		}
	}
	if r.Stamp.Content != "" && r.Member == "" {
		page, err := c.scope.Search(c.ctx(), poterne.Query{Size: copiesShown + 1, Clauses: []poterne.Clause{
			{Field: "content", Op: poterne.Is, Values: []string{string(r.Stamp.Content)}},
			{Field: "id", Op: poterne.Is, Values: []string{string(id)}, Not: true},
		}})
		if err != nil {
			return answer{}, err
		}
		d.Copies, d.Others = c.hits(page.Hits[:min(len(page.Hits), copiesShown)]), int(page.Total)
	}
	return answer{page: "document", title: c.s.Words(c.lang).Inert(r.Name()), data: d}, nil
}
