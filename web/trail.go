package web

import (
	"strconv"
)

// linesShown is how many lines of the audit a page has.
const linesShown = 100

type trailData struct {
	Lines       []TrailLine `json:"lines"`
	Verb, Actor string      `json:"-"`
	Next        int64       `json:"next"` // number before which the next page ends, 0 on the last
	Head        string      `json:"head,omitempty"`
	Wrong       bool        `json:"-"`
}

func (c *call) trail() (answer, error) {
	d := trailData{Verb: c.value("verb"), Actor: c.value("actor")}
	before, err := strconv.ParseInt(c.value("before"), 10, 64)
	if err != nil {
		before = 0
	}
	if d.Lines, err = c.s.Trail(c.ctx(), before, linesShown, d.Verb, d.Actor); err != nil {
		return answer{}, err
	}
	if d.Lines == nil {
		d.Lines = []TrailLine{}
	}
	if n := len(d.Lines); n == linesShown {
		d.Next = d.Lines[n-1].N
	}
	// Who reads the audit is in the audit.
	if err := c.record("web.audit", "-", nil); err != nil {
		return answer{}, err
	}
	return answer{page: "audit", title: c.T("Journal d'audit", "Audit"), data: d}, nil
}

// verifyTrail reads the whole chain.
func (c *call) verifyTrail() (answer, error) {
	if err := c.record("web.audit-verify", "-", nil); err != nil {
		return answer{}, err
	}
	head, err := c.s.VerifyTrail(c.ctx())
	if err != nil {
		c.s.Log.Error("audit does not verify", "error", err)
	}
	d := trailData{Lines: []TrailLine{}, Head: head, Wrong: err != nil}
	a := answer{page: "verified", title: c.T("Vérification du journal", "Verification of the audit"), data: d}
	if c.api {
		a.data = map[string]any{"intact": err == nil, "head": head}
	}
	return a, nil
}
