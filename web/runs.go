package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"poterne"
)

type runsData struct {
	Runs     []Run     `json:"runs"`
	Now      *Progress `json:"progress,omitempty"` // of the scan under way
	Profiles []Profile `json:"profiles"`
	Shares   []string  `json:"shares"` // that are known
	MayStart bool      `json:"-"`
}

// runsListed is how many runs the page lists: a year of nights.
const runsListed = 365

func (c *call) runs() (answer, error) {
	runs, err := c.scope.Runs(c.ctx(), runsListed)
	if err != nil {
		return answer{}, err
	}
	d := runsData{Runs: runs, Now: c.underWay(), Profiles: []Profile{}, Shares: sharesOf(runs), MayStart: c.s.Scans != nil && c.user.may(scan)}
	if d.MayStart {
		if d.Profiles, err = c.profiles(); err != nil {
			return answer{}, err
		}
	}
	return answer{page: "runs", title: c.T("Passages", "Runs"), data: d}, nil
}

// underWay tells of the scan that runs: its counts where all its shares are in scope.
func (c *call) underWay() *Progress {
	if c.s.Scans == nil {
		return nil
	}
	p, ok := c.s.Scans.Progress(c.ctx())
	if !ok {
		return nil
	}
	mine := slices.DeleteFunc(slices.Clone(p.Shares), func(s string) bool { return !c.scope.share(s) })
	if len(mine) < len(p.Shares) {
		p.Counted, p.Walked, p.Unchanged, p.Opened = false, 0, 0, 0
	}
	p.Shares = mine
	return &p
}

type runData struct {
	Run
	Failures []failureRow `json:"failures_in_scope"`
	Classes  []facetValue `json:"classes"`
}

// failureRow is one cause of failure, with the query that lists its documents.
type failureRow struct {
	Kind    poterne.Kind     `json:"kind"`
	Count   int              `json:"count"`
	Query   string           `json:"query"`
	Shares  []poterne.Bucket `json:"shares"`  // where most of them lie
	Formats []poterne.Bucket `json:"formats"` // what most of them are
}

// bucketsShown is how many shares and formats a cause of failure is told by.
const bucketsShown = 5

// failureRow says where the failures of one kind lie, and what they are.
func (c *call) failureRow(run string, b poterne.Bucket) (failureRow, error) {
	row := failureRow{Kind: poterne.Kind(b.Value), Count: b.Count, Query: "run:" + run + " failure:" + b.Value}
	page, err := c.scope.Search(c.ctx(), poterne.Query{Facets: []string{"share", "format"}, Clauses: []poterne.Clause{
		{Field: "run", Op: poterne.Is, Values: []string{run}}, {Field: "failure", Op: poterne.Is, Values: []string{b.Value}},
	}})
	first := func(field string) []poterne.Bucket {
		all := page.Facets[field]
		return append([]poterne.Bucket{}, all[:min(len(all), bucketsShown)]...)
	}
	row.Shares, row.Formats = first("share"), first("format")
	return row, err
}

func (c *call) runPage() (answer, error) {
	runs, err := c.scope.Runs(c.ctx(), 0)
	if err != nil {
		return answer{}, err
	}
	id := c.r.PathValue("id")
	i := slices.IndexFunc(runs, func(r Run) bool { return r.ID == id })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	page, err := c.scope.Search(c.ctx(), poterne.Query{
		Clauses: []poterne.Clause{{Field: "run", Op: poterne.Is, Values: []string{id}}}, Facets: []string{"failure", "class"},
	})
	if err != nil {
		return answer{}, err
	}
	d := runData{Run: runs[i], Failures: []failureRow{}, Classes: []facetValue{}}
	for _, b := range page.Facets["failure"] {
		row, err := c.failureRow(id, b)
		if err != nil {
			return answer{}, err
		}
		d.Failures = append(d.Failures, row)
	}
	for _, b := range page.Facets["class"] {
		d.Classes = append(d.Classes, facetValue{Value: b.Value, Count: b.Count, Narrow: "run:" + id + " class:" + quote(b.Value)})
	}
	return answer{page: "run", title: c.T("Passage ", "Run ") + id, data: d}, nil
}

// profiles lists the prepared scans whose shares all lie in the scope.
func (c *call) profiles() ([]Profile, error) {
	all, err := c.s.Scans.Profiles(c.ctx())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p Profile) bool {
		return slices.ContainsFunc(p.Shares, func(s string) bool { return !c.scope.share(s) })
	}), nil
}

// sharesOf lists the shares of runs, those of the newest first.
func sharesOf(runs []Run) []string {
	shares := []string{}
	for _, r := range runs {
		for _, s := range r.Shares {
			if !slices.Contains(shares, s) {
				shares = append(shares, s)
			}
		}
	}
	return shares
}

// startScan begins a prepared scan, or one of known shares.
func (c *call) startScan() (answer, error) {
	name := c.value("profile")
	shares, err := c.sharesToScan(name)
	if err != nil {
		return answer{}, err
	}
	detail := map[string]string{"shares": fmt.Sprint(len(shares))}
	if name != "" {
		detail["profile"] = name
	}
	if err := c.record("web.scan-start", "-", detail); err != nil {
		return answer{}, err
	}
	if err := c.s.Scans.Start(c.ctx(), name, shares); err != nil {
		return answer{}, err
	}
	return answer{see: "/runs", data: map[string]any{"shares": shares}}, nil
}

func (c *call) sharesToScan(profile string) ([]string, error) {
	if profile != "" {
		all, err := c.profiles()
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == profile })
		if i < 0 {
			return nil, ErrNotFound
		}
		return all[i].Shares, nil
	}
	runs, err := c.scope.Runs(c.ctx(), 0)
	if err != nil {
		return nil, err
	}
	shares := sharesOf(runs)
	if asked := c.values()["share"]; len(asked) > 0 {
		shares = slices.DeleteFunc(shares, func(s string) bool { return !slices.Contains(asked, s) })
	}
	if len(shares) == 0 {
		return nil, c.refuse(http.StatusUnprocessableEntity, "aucun partage connu à analyser", "no known share to scan")
	}
	return shares, nil
}

func (c *call) stopScan() (answer, error) {
	// A scan of other shares is not one's own to stop.
	if p, ok := c.s.Scans.Progress(c.ctx()); ok && slices.ContainsFunc(p.Shares, func(s string) bool { return !c.scope.share(s) }) {
		return answer{}, c.refuse(http.StatusForbidden, "ce passage analyse aussi d'autres partages", "this run scans other shares too")
	}
	if err := c.record("web.scan-stop", "-", nil); err != nil {
		return answer{}, err
	}
	if err := c.s.Scans.Stop(c.ctx()); err != nil {
		return answer{}, err
	}
	return answer{see: "/runs", data: map[string]any{"stopping": true}}, nil
}

// Streams of progress.
const (
	eventEvery    = 2 * time.Second
	eventPatience = 10 * time.Second // to write one event; a reader that is slower is let go
	streamLife    = 10 * time.Minute // then the browser connects again, and is looked at again
	streamsEach   = 4                // of one account: its tabs
)

// progress sends what the scan under way has done, as long as it runs.
func (c *call) progress() (answer, error) {
	if !c.s.limits.openStream(c.user.Login) {
		return answer{}, c.refuse(http.StatusTooManyRequests, "trop de pages de suivi ouvertes", "too many pages of progress are open")
	}
	defer c.s.limits.closeStream(c.user.Login)
	c.w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(c.w)
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	for end := time.Now().Add(streamLife); time.Now().Before(end); {
		p := c.underWay()
		if err := c.event(rc, p); err != nil || p == nil {
			return answer{done: true}, nil // nobody reads, or there is nothing more to tell
		}
		select {
		case <-c.ctx().Done():
			return answer{done: true}, nil
		case <-tick.C:
		}
		if ok, err := c.lookAgain(); err != nil || !ok {
			return answer{done: true}, nil // the browser connects again, and is told
		}
	}
	return answer{done: true}, nil
}

// lookAgain finds anew who asks, for what goes on after the answer began: a session may
// have been ended, an account disabled, a right or shares taken away.
func (c *call) lookAgain() (bool, error) {
	login := c.user.Login
	if c.s.ProxyHeader == "" && !c.token {
		// The context of the request holds the session as it was when the request came.
		ctx, cancel := context.WithTimeout(context.Background(), eventPatience)
		defer cancel()
		ctx, err := c.s.sessions.Load(ctx, c.s.sessions.Token(c.ctx()))
		if err != nil || c.s.sessions.GetString(ctx, keyLogin) != login {
			return false, err
		}
	}
	if err := c.identify(); err != nil || c.user == nil || c.user.Login != login || !c.user.may(c.route.right) {
		return false, err
	}
	var err error
	c.scope, err = c.s.scope(c.user, c.narrow)
	return err == nil, err
}

// event writes one message: the part of the page that shows the progress, or "end".
func (c *call) event(rc *http.ResponseController, p *Progress) error {
	var b bytes.Buffer
	if p == nil {
		b.WriteString("event: end\ndata: end\n\n")
	} else {
		var html bytes.Buffer
		v := view{c: c, words: c.s.Words(c.lang)}
		if err := c.s.pages["runs"].ExecuteTemplate(&html, "progress", v.With(p)); err != nil {
			return err
		}
		for line := range strings.Lines(html.String()) {
			b.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
		}
		b.WriteString("\n")
	}
	if err := rc.SetWriteDeadline(time.Now().Add(eventPatience)); err != nil {
		return err
	}
	if _, err := c.w.Write(b.Bytes()); err != nil {
		return err
	}
	return rc.Flush()
}
