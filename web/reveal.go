package web

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"poterne"
)

// kindReveal is the shelf of reveals that wait for a second person, or for their one use.
const kindReveal = "reveal"

// Bounds of a reveal.
const (
	shortestReason = 10               // characters: "vérif." is no reason
	revealsAnHour  = 20               // of one account: more is a survey, not a check
	grantLasts     = 15 * time.Minute // from the agreement to the use
	shownFor       = 2 * time.Minute  // then the browser leaves the page
)

// revealAsked is a reveal that waits.
type revealAsked struct {
	ID     string     `json:"id"`
	DocID  poterne.ID `json:"doc"`
	Share  string     `json:"share"`
	Path   string     `json:"path"`
	Rule   string     `json:"rule"`
	Mark   string     `json:"mark"`
	Reason string     `json:"reason"`
	Author string     `json:"author"`
	At     time.Time  `json:"at"`
	Second string     `json:"second"` // who agreed, "" while nobody did
	Mine   bool       `json:"-"`
}

type revealData struct {
	Doc    poterne.Record
	Rule   string
	Mark   string
	Values []Revealed
	Shown  int // seconds
}

// reveal shows values in clear, once: role, reason, rate, the second person where one
// is wanted, the audit, and only then the source is read.
func (c *call) reveal() (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	r, err := c.scope.Get(c.ctx(), id)
	if err != nil {
		return answer{}, err
	}
	asked := revealAsked{DocID: id, Share: r.Share, Path: r.Full(), Rule: c.value("rule"), Mark: c.value("mark"), Reason: strings.TrimSpace(c.value("reason")), Author: c.user.Login}
	switch {
	case !slices.ContainsFunc(r.Findings, func(f poterne.Finding) bool { return f.Rule == asked.Rule && f.Mark == asked.Mark }):
		return answer{}, ErrNotFound
	case r.Assessment.Level == poterne.Classified:
		return answer{}, c.refuse(http.StatusForbidden, "un document classifié ne se révèle pas ici", "a classified document is not revealed here")
	case utf8.RuneCountInString(asked.Reason) < shortestReason:
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "donner un motif, en quelques mots", "give a reason, in a few words")
	}
	if !c.s.RevealSecond {
		return c.revealNow(r, asked)
	}
	asked.ID, asked.At = strings.ToLower(rand.Text()), c.s.Now().UTC()
	if err := c.record("web.reveal-asked", string(id), map[string]string{"rule": asked.Rule, "reason": asked.Reason}); err != nil {
		return answer{}, err
	}
	if err := c.keepReveal(asked); err != nil {
		return answer{}, err
	}
	return answer{see: "/reveals"}, nil
}

func (c *call) keepReveal(asked revealAsked) error {
	data, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	return c.s.Shelf.Put(c.ctx(), kindReveal, asked.ID, data)
}

func (c *call) revealNow(r poterne.Record, asked revealAsked) (answer, error) {
	if !c.s.limits.reveals(c.user.Login) {
		return answer{}, c.refuse(http.StatusTooManyRequests, fmt.Sprintf("au plus %d révélations par heure", revealsAnHour), fmt.Sprintf("at most %d reveals an hour", revealsAnHour))
	}
	detail := map[string]string{"rule": asked.Rule, "reason": asked.Reason}
	if asked.Second != "" {
		detail["second"] = asked.Second
	}
	if err := c.record("web.reveal", string(r.ID), detail); err != nil {
		return answer{}, err
	}
	values, err := c.s.Reveal(c.ctx(), r, asked.Rule, asked.Mark)
	var f *poterne.Failure
	if errors.As(err, &f) {
		return answer{}, c.refuse(http.StatusBadGateway, "la source n'est pas lisible : "+c.s.Words(c.lang).Kind(f.Kind), "the source cannot be read: "+c.s.Words(c.lang).Kind(f.Kind))
	}
	if err != nil {
		return answer{}, err
	}
	if err := c.record("web.reveal-shown", string(r.ID), map[string]string{"values": fmt.Sprint(len(values))}); err != nil {
		return answer{}, err
	}
	c.w.Header().Set("Refresh", fmt.Sprintf("%d; url=/documents/%s", int(shownFor/time.Second), r.ID))
	return answer{page: "reveal", title: c.T("Valeurs relues à la source", "Values read again at the source"), data: revealData{r, asked.Rule, asked.Mark, values, int(shownFor / time.Second)}}, nil
}

// revealsAsked returns the reveals that wait, in the scope, the oldest first.
func (c *call) revealsAsked() ([]revealAsked, error) {
	return waiting(c, kindReveal, func(x *revealAsked) (id, share string, at time.Time, life time.Duration) {
		life = 24 * time.Hour // to find somebody
		if x.Second != "" {
			life = grantLasts
		}
		x.Mine = x.Author == c.user.Login
		return x.ID, x.Share, x.At, life
	})
}

func (c *call) reveals() (answer, error) {
	asked, err := c.revealsAsked()
	return answer{page: "reveals", title: c.T("Révélations en attente", "Reveals that wait"), data: asked}, err
}

// answerReveal is what becomes of a reveal that waits: another agrees or refuses, or
// who asked uses it, once.
func (c *call) answerReveal() (answer, error) {
	all, err := c.revealsAsked()
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(all, func(x revealAsked) bool { return x.ID == c.r.PathValue("id") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	x, do := all[i], c.value("do")
	switch {
	case do == "agree" && !x.Mine && x.Second == "":
		if err := c.record("web.reveal-agreed", string(x.DocID), map[string]string{"author": x.Author}); err != nil {
			return answer{}, err
		}
		x.Second, x.At = c.user.Login, c.s.Now().UTC()
		return answer{see: "/reveals"}, c.keepReveal(x)
	case do == "use" && x.Mine && x.Second != "":
		// Taken first: of two who use it at once, one sees.
		if _, err := c.s.Shelf.Take(c.ctx(), kindReveal, x.ID); err != nil {
			return answer{}, err
		}
		r, err := c.scope.Get(c.ctx(), x.DocID)
		if err != nil {
			return answer{}, err
		}
		return c.revealNow(r, x)
	case do == "refuse":
		if err := c.record("web.reveal-refused", string(x.DocID), map[string]string{"author": x.Author}); err != nil {
			return answer{}, err
		}
		_, err := c.s.Shelf.Take(c.ctx(), kindReveal, x.ID)
		return answer{see: "/reveals"}, err
	}
	return answer{}, c.refuse(http.StatusForbidden, "une autre personne doit donner son accord", "another person has to agree")
}
