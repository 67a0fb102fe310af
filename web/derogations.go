package web

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

type derogationsData struct {
	List         []Derogation  `json:"derogations"`
	Destinations []Destination `json:"-"`
	Doctrines    []string      `json:"-"`
}

func (c *call) derogations() (answer, error) {
	all, err := c.s.Derogations.List(c.ctx())
	if err != nil {
		return answer{}, err
	}
	d := derogationsData{List: []Derogation{}, Doctrines: []string{"sren", "2023", "2021"}}
	for _, x := range all {
		if c.within(x.Shares) {
			d.List = append(d.List, x)
		}
	}
	if c.s.Destinations != nil {
		d.Destinations = c.s.Destinations(c.lang)
	}
	return answer{page: "derogations", title: c.T("Dérogations", "Derogations"), data: d}, nil
}

// endingDerogations counts what of the derogations in sight somebody must look at.
func (c *call) endingDerogations() (int, error) {
	if c.s.Derogations == nil || !c.user.may(read) {
		return 0, nil
	}
	all, err := c.s.Derogations.List(c.ctx())
	n := 0
	for _, d := range all {
		if d.Revoked.IsZero() && (d.Alert > 0 || !d.Holds) && c.within(d.Shares) {
			n++
		}
	}
	return n, err
}

// within reports whether all shares that globs may name lie in the scope: a star
// stands for nothing and for anything.
func (c *call) within(globs []string) bool {
	return len(globs) > 0 && !slices.ContainsFunc(globs, func(g string) bool {
		return !c.scope.share(g) || !c.scope.share(strings.ReplaceAll(g, "*", "")) || !c.scope.share(strings.ReplaceAll(g, "*", "xyz"))
	})
}

func (c *call) addDerogation() (answer, error) {
	d := Derogation{
		Project: c.value("project"), Authority: c.value("authority"), Doctrine: c.value("doctrine"), Scope: c.value("scope"), Public: c.value("public") != "", Approved: c.value("approved") != "",
		Destination: c.value("destination"), Under: c.value("under"), Reason: c.value("reason"), Author: c.user.Login,
	}
	for _, text := range c.values()["shares"] {
		for s := range strings.SplitSeq(text, "\n") {
			if s = strings.TrimSpace(s); s != "" {
				d.Shares = append(d.Shares, s)
			}
		}
	}
	if !c.within(d.Shares) {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "nommer des partages que ce compte voit", "name shares that this account sees")
	}
	for name, to := range map[string]*time.Time{"engaged": &d.Engaged, "offer": &d.Offer, "end": &d.End, "in_place": &d.InPlace} {
		text := c.value(name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return answer{}, c.refuse(http.StatusUnprocessableEntity, "une date s'écrit AAAA-MM-JJ", "a date is written YYYY-MM-DD")
		}
		*to = day
	}
	d, err := c.s.Derogations.Add(c.ctx(), c.user.Login, d)
	if err != nil {
		return answer{}, err
	}
	return answer{see: "/derogations#" + d.ID, data: d}, nil
}

func (c *call) revokeDerogation() (answer, error) {
	all, err := c.s.Derogations.List(c.ctx())
	if err != nil {
		return answer{}, err
	}
	id, reason := c.r.PathValue("id"), strings.TrimSpace(c.value("reason"))
	i := slices.IndexFunc(all, func(d Derogation) bool { return d.ID == id })
	if i < 0 || !c.within(all[i].Shares) {
		return answer{}, ErrNotFound
	}
	if reason == "" {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "le motif manque", "the reason is missing")
	}
	if err := c.s.Derogations.Revoke(c.ctx(), c.user.Login, id, reason); err != nil {
		return answer{}, err
	}
	return answer{see: "/derogations", data: map[string]any{"revoked": id}}, nil
}
