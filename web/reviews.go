package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"poterne"
)

// kindProposal is the shelf of decisions that wait for a second person.
const kindProposal = "proposal"

// proposal is a decision, or the withdrawal of one, that waits for a second person.
type proposal struct {
	ID       string     `json:"proposal"`
	DocID    poterne.ID `json:"id"`
	Share    string     `json:"share"`
	Path     string     `json:"path"`
	Withdraw string     `json:"withdraw,omitempty"` // the review to end; "" where Decision is to be taken
	Decision Decision   `json:"decision"`
	At       time.Time  `json:"at"`
	Mine     bool       `json:"mine"` // its author asks: another has to agree
}

// waitsFor bounds how long a proposal waits: what nobody agreed to in a month is asked
// again, with the document as it is then.
const waitsFor = 30 * 24 * time.Hour

type reviewsData struct {
	Proposals []proposal `json:"proposals"`
	Again     []Review   `json:"to_review"` // whose content or rule changed
	Assigned  []Review   `json:"assigned"`  // to who asks
	Confirm   []hit      `json:"to_confirm"`
	Waiting   int        `json:"to_confirm_total"`
	Next      string     `json:"next"`
	Standing  []Review   `json:"reviews"` // in force, the newest first
	Done      *Review    `json:"-"`       // what was just decided, to be undone
	Proposed  bool       `json:"-"`
}

// standingShown bounds the decisions that the page lists; the API has them all.
const standingShown = 100

func (c *call) reviews() (answer, error) {
	d := reviewsData{Proposals: []proposal{}, Again: []Review{}, Assigned: []Review{}, Standing: []Review{}, Proposed: c.value("proposed") != ""}
	all, err := c.s.Reviews.List(c.ctx())
	if err != nil {
		return answer{}, err
	}
	for _, r := range all {
		if !c.scope.share(r.Share) {
			continue
		}
		switch {
		case r.State == ReviewAgain:
			d.Again = append(d.Again, r)
		case r.State == ReviewHolds && r.Act == ActAssign && Login(r.Assignee) == c.user.Login:
			d.Assigned = append(d.Assigned, r)
		}
		if r.State == ReviewHolds && (c.api || len(d.Standing) < standingShown) {
			d.Standing = append(d.Standing, r)
		}
		if r.ID == c.value("done") && r.State == ReviewHolds {
			d.Done = &r
		}
	}
	if d.Proposals, err = c.proposals(); err != nil {
		return answer{}, err
	}
	q, err := c.s.Query("tag:confirm")
	if err != nil {
		return answer{}, err
	}
	q.Size, q.After = hitsShown, c.value("after")
	page, err := c.scope.Search(c.ctx(), q)
	if err != nil {
		return answer{}, err
	}
	d.Confirm, d.Waiting, d.Next = c.hits(page.Hits), int(page.Total), page.Next
	return answer{page: "reviews", title: c.T("Revue", "Review"), data: d}, nil
}

// proposals returns what waits for a second person in the scope, the oldest first.
func (c *call) proposals() ([]proposal, error) {
	return waiting(c, kindProposal, func(p *proposal) (id, share string, at time.Time, life time.Duration) {
		p.Mine = p.Decision.Author == c.user.Login
		return p.ID, p.Share, p.At, waitsFor
	})
}

// waiting returns what waits on a shelf in the scope, the oldest first, and clears
// away what has waited longer than its life. of completes an item and tells of it.
func waiting[T any](c *call, kind string, of func(*T) (id, share string, at time.Time, life time.Duration)) ([]T, error) {
	kept, err := c.s.Shelf.All(c.ctx(), kind)
	if err != nil {
		return nil, err
	}
	out := []T{}
	for _, data := range kept {
		var item T
		if err := json.Unmarshal(data, &item); err != nil {
			return nil, fmt.Errorf("a %s on the shelf is not readable", kind)
		}
		id, share, at, life := of(&item)
		switch {
		case c.s.Now().Sub(at) > life:
			if _, err := c.s.Shelf.Take(c.ctx(), kind, id); err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
		case c.scope.share(share):
			out = append(out, item)
		}
	}
	slices.SortFunc(out, func(a, b T) int {
		idA, _, atA, _ := of(&a)
		idB, _, atB, _ := of(&b)
		return cmp.Or(atA.Compare(atB), strings.Compare(idA, idB))
	})
	return out, nil
}

// decision reads what a form decides.
func (c *call) decision() (Decision, error) {
	d := Decision{
		Act: Act(c.value("act")), Rule: c.value("rule"), Mark: c.value("mark"), Reason: strings.TrimSpace(c.value("reason")), Author: c.user.Login, Assignee: strings.TrimSpace(c.value("assignee")),
	}
	if !slices.Contains([]Act{ActConfirm, ActFalsePositive, ActReclassify, ActNote, ActAssign}, d.Act) {
		return d, c.refuse(http.StatusUnprocessableEntity, "décision inconnue", "unknown decision")
	}
	if d.Reason == "" && d.Act != ActConfirm {
		return d, c.refuse(http.StatusUnprocessableEntity, "le motif manque", "the reason is missing")
	}
	if d.Act == ActReclassify {
		err := d.Level.UnmarshalText([]byte(c.value("level")))
		if err == nil {
			d.Class, err = poterne.ClassOf(c.value("class"))
		}
		if err != nil {
			return d, c.refuse(http.StatusUnprocessableEntity, "niveau ou classe inconnus", "unknown level or class")
		}
	}
	if d.Act == ActAssign {
		d.Assignee = Login(d.Assignee)
		if _, err := c.s.Accounts.Account(c.ctx(), d.Assignee); err != nil {
			return d, c.refuse(http.StatusUnprocessableEntity, "confier à un compte qui existe", "assign to an account that exists")
		}
	}
	if text := c.value("expires"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil || !day.After(c.s.Now()) {
			return d, c.refuse(http.StatusUnprocessableEntity, "l'échéance est un jour à venir, AAAA-MM-JJ", "it ends on a day to come, YYYY-MM-DD")
		}
		d.Expires = day
	}
	return d, nil
}

// decided is the outcome of one decision on several documents.
type decided struct {
	Done     []Review          `json:"done"`
	Proposed []proposal        `json:"proposed"`
	Refused  map[string]string `json:"refused,omitempty"` // by id
}

// mostAtOnce bounds one decision on many documents.
const mostAtOnce = 500

// decide takes one decision on one document or on many.
func (c *call) decide() (answer, error) {
	d, err := c.decision()
	if err != nil {
		return answer{}, err
	}
	ids := c.values()["id"]
	if len(ids) == 0 || len(ids) > mostAtOnce {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, fmt.Sprintf("choisir de 1 à %d documents", mostAtOnce), fmt.Sprintf("choose 1 to %d documents", mostAtOnce))
	}
	out := decided{Done: []Review{}, Proposed: []proposal{}, Refused: map[string]string{}}
	for _, id := range ids {
		if err := c.decideOne(poterne.ID(id), d, &out); err != nil {
			if len(ids) == 1 {
				return answer{}, err
			}
			if !errors.Is(err, ErrRefused) && !errors.Is(err, ErrNotFound) {
				return answer{}, err
			}
			out.Refused[id] = c.T("refusé", "refused")
		}
	}
	c.s.settle.soon(c.s)
	see := local(c.value("next"))
	if see == "/" {
		see = "/reviews"
	}
	switch {
	case len(out.Refused) > 0 && !c.api:
		return answer{}, c.refuse(http.StatusUnprocessableEntity,
			fmt.Sprintf("%d décisions prises, %d proposées, %d refusées", len(out.Done), len(out.Proposed), len(out.Refused)),
			fmt.Sprintf("%d decided, %d proposed, %d refused", len(out.Done), len(out.Proposed), len(out.Refused)))
	case len(out.Proposed) > 0:
		see = "/reviews?proposed=1"
	case len(out.Done) == 1:
		see = withParam(see, "done", out.Done[0].ID)
	}
	return answer{see: see, data: out}, nil
}

func (c *call) decideOne(id poterne.ID, d Decision, out *decided) error {
	r, err := c.scope.Get(c.ctx(), id)
	if err != nil {
		return err
	}
	done, err := c.s.Reviews.Decide(c.ctx(), c.user.Login, r, d)
	if errors.Is(err, ErrSecond) {
		p := proposal{DocID: id, Share: r.Share, Path: r.Full(), Decision: d}
		if err := c.propose(&p); err != nil {
			return err
		}
		out.Proposed = append(out.Proposed, p)
		return nil
	}
	if err == nil {
		out.Done = append(out.Done, done)
	}
	return err
}

// propose keeps what a second person has to agree to.
func (c *call) propose(p *proposal) error {
	p.ID, p.At = strings.ToLower(rand.Text()), c.s.Now().UTC()
	if err := c.record("web.propose", string(p.DocID), map[string]string{"act": string(p.Decision.Act), "reason": p.Decision.Reason}); err != nil {
		return err
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.s.Shelf.Put(c.ctx(), kindProposal, p.ID, data)
}

// answerProposal is what a second person says: agree or refuse. Who proposed may take
// it back, and may not agree.
func (c *call) answerProposal() (answer, error) {
	all, err := c.proposals()
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(all, func(p proposal) bool { return p.ID == c.r.PathValue("id") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	p, agree := all[i], c.value("do") == "agree"
	if agree && p.Mine {
		return answer{}, c.refuse(http.StatusForbidden, "une autre personne doit donner son accord", "another person has to agree")
	}
	r, err := c.scope.Get(c.ctx(), p.DocID)
	if err != nil && (agree || !errors.Is(err, ErrNotFound)) {
		return answer{}, err
	}
	verb := "web.propose-refused"
	if agree {
		verb = "web.propose-agreed"
	}
	if err := c.record(verb, string(p.DocID), map[string]string{"author": p.Decision.Author}); err != nil {
		return answer{}, err
	}
	if !agree {
		if _, err := c.s.Shelf.Take(c.ctx(), kindProposal, p.ID); err != nil {
			return answer{}, err
		}
		return answer{see: "/reviews", data: map[string]any{"refused": p.ID}}, nil
	}
	see := "/reviews"
	if p.Withdraw != "" {
		err = c.s.Reviews.Withdraw(c.ctx(), p.Decision.Author, p.Withdraw, p.Decision.Reason, c.user.Login)
	} else {
		d := p.Decision
		d.Second = c.user.Login
		var done Review
		if done, err = c.s.Reviews.Decide(c.ctx(), d.Author, r, d); err == nil {
			see = withParam(see, "done", done.ID)
		}
	}
	if err != nil {
		return answer{}, err
	}
	// Only now: a crash before leaves the proposal, and to agree twice decides the same.
	if _, err := c.s.Shelf.Take(c.ctx(), kindProposal, p.ID); err != nil && !errors.Is(err, ErrNotFound) {
		return answer{}, err
	}
	c.s.settle.soon(c.s)
	return answer{see: see, data: map[string]any{"agreed": p.ID}}, nil
}

// withdraw ends a review: what undoes it.
func (c *call) withdraw() (answer, error) {
	all, err := c.s.Reviews.List(c.ctx())
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(all, func(r Review) bool { return r.ID == c.r.PathValue("id") })
	if i < 0 || !c.scope.share(all[i].Share) {
		return answer{}, ErrNotFound
	}
	r, reason := all[i], cmp.Or(strings.TrimSpace(c.value("reason")), c.T("annulé", "undone"))
	err = c.s.Reviews.Withdraw(c.ctx(), c.user.Login, r.ID, reason, "")
	if errors.Is(err, ErrSecond) {
		p := proposal{DocID: r.DocID, Share: r.Share, Path: r.Path, Withdraw: r.ID, Decision: Decision{Act: r.Act, Rule: r.Rule, Mark: r.Mark, Reason: reason, Author: c.user.Login}}
		if err := c.propose(&p); err != nil {
			return answer{}, err
		}
		return answer{see: "/reviews?proposed=1", data: p}, nil
	}
	if err != nil {
		return answer{}, err
	}
	c.s.settle.soon(c.s)
	see := local(c.value("next"))
	if see == "/" {
		see = "/reviews"
	}
	return answer{see: see, data: map[string]any{"withdrawn": r.ID}}, nil
}

// withParam adds a parameter to a path of this server.
func withParam(path, key, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + key + "=" + queryEscape(value)
}

// settling has verdicts follow decisions, one round at a time.
type settling struct {
	mu      sync.Mutex
	running bool
	again   bool
}

// soon starts a round, or has the one that runs go round again. A decision is kept
// already: a round that fails or is killed is made up for by the next.
func (x *settling) soon(s *server) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.running {
		x.again = true
		return
	}
	x.running = true
	go func() {
		for {
			if err := s.Reviews.Settle(context.Background()); err != nil {
				s.Log.Error("verdicts do not follow decisions yet", "error", err)
			}
			x.mu.Lock()
			if !x.again {
				x.running = false
				x.mu.Unlock()
				return
			}
			x.again = false
			x.mu.Unlock()
		}
	}()
}
