package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"poterne"
)

// totals keeps the counts of all shares until something changes, so that a view of
// the dashboard walks no records. All accounts share it: a scope only picks shares.
type totals struct {
	mu         sync.Mutex
	generation string
	at         time.Time
	all        []Total
}

// totalsKept is how old counts may be while a scan writes the ledger and nothing new
// is published.
const totalsKept = 5 * time.Minute

func (s *server) allTotals(ctx context.Context) ([]Total, error) {
	t := &s.totals
	t.mu.Lock()
	defer t.mu.Unlock()
	if g := s.Store.Generation(); t.all == nil || g != t.generation || s.Now().Sub(t.at) > totalsKept {
		// Whoever asked may leave: the others who wait for the same counts stay.
		all, err := s.Store.Totals(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		t.all, t.generation, t.at = append([]Total{}, all...), g, s.Now()
	}
	return t.all, nil
}

// cell counts files of one share and class.
type cell struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// shareRow is one share of the dashboard.
type shareRow struct {
	Share  string                 `json:"share"`
	Files  int                    `json:"files"`
	Bytes  int64                  `json:"bytes"`
	Unread int                    `json:"unread"`
	Class  map[poterne.Class]cell `json:"class"`
}

// classRow is one class of the dashboard.
type classRow struct {
	Class poterne.Class `json:"class"`
	cell
}

type overview struct {
	Files   int                  `json:"files"`
	Bytes   int64                `json:"bytes"`
	Unread  int                  `json:"unread"`
	Open    int                  `json:"open"`    // sensitive or above, readable by everyone
	Confirm int                  `json:"confirm"` // waits for a person
	Ending  int                  `json:"ending"`  // derogations that end within 90 days or do not hold
	Shares  []shareRow           `json:"shares"`
	Classes []classRow           `json:"classes"` // the most demanding first
	Failure map[poterne.Kind]int `json:"failures"`
	Runs    []Run                `json:"runs"`
	Area    string               `json:"-"` // of the treemap: "files" or "bytes"

	Treemap  treemap  `json:"-"`
	Coverage coverage `json:"-"`
	Trend    trend    `json:"-"`
}

// Read is how many files were read whole.
func (o overview) Read() int { return o.Files - o.Unread }

// Kinds lists the failures, the most frequent first.
func (o overview) Kinds() []poterne.Kind {
	kinds := poterne.Kinds()
	kinds = slices.DeleteFunc(kinds, func(k poterne.Kind) bool { return o.Failure[k] == 0 })
	slices.SortStableFunc(kinds, func(a, b poterne.Kind) int { return cmp.Compare(o.Failure[b], o.Failure[a]) })
	return kinds
}

// runsShown is how many runs make the trend of the dashboard.
const runsShown = 12

func (c *call) dashboard() (answer, error) {
	all, err := c.s.allTotals(c.ctx())
	if err != nil {
		return answer{}, err
	}
	o := summarize(c.scope.Totals(all))
	if o.Runs, err = c.scope.Runs(c.ctx(), runsShown); err != nil {
		return answer{}, err
	}
	if o.Open, err = c.count("exposure:everyone level:>=3"); err != nil {
		return answer{}, err
	}
	if o.Confirm, err = c.count("tag:confirm"); err != nil {
		return answer{}, err
	}
	if o.Ending, err = c.endingDerogations(); err != nil {
		return answer{}, err
	}
	o.Area = "files"
	if c.value("area") == "bytes" {
		o.Area = "bytes"
	}
	inert := c.s.Words(c.lang).Inert
	o.Treemap = newTreemap(o.Shares, o.Area == "bytes", func(share string, n int) string {
		if share == "" {
			return fmt.Sprintf(c.T("%d autres partages", "%d other shares"), n)
		}
		return inert(share)
	})
	o.Coverage, o.Trend = newCoverage(o.Files, o.Failure), newTrend(o.Runs)
	return answer{page: "dashboard", title: c.T("Tableau de bord", "Dashboard"), data: o}, nil
}

func summarize(ts []Total) overview {
	o := overview{Failure: map[poterne.Kind]int{}, Shares: []shareRow{}, Classes: []classRow{}}
	shares, classes := map[string]*shareRow{}, map[poterne.Class]cell{}
	for _, t := range ts {
		row := shares[t.Share]
		if row == nil {
			row = &shareRow{Share: t.Share, Class: map[poterne.Class]cell{}}
			shares[t.Share] = row
		}
		o.Files += t.Files
		o.Bytes += t.Bytes
		row.Files += t.Files
		row.Bytes += t.Bytes
		in := row.Class[t.Class]
		row.Class[t.Class] = cell{in.Files + t.Files, in.Bytes + t.Bytes}
		in = classes[t.Class]
		classes[t.Class] = cell{in.Files + t.Files, in.Bytes + t.Bytes}
		if t.Failure != "" {
			o.Unread += t.Files
			row.Unread += t.Files
			o.Failure[t.Failure] += t.Files
		}
	}
	for _, row := range shares {
		o.Shares = append(o.Shares, *row)
	}
	slices.SortFunc(o.Shares, func(a, b shareRow) int { return cmp.Or(cmp.Compare(b.Files, a.Files), cmp.Compare(a.Share, b.Share)) })
	for _, class := range slices.Backward(poterne.Classes()) {
		if in, ok := classes[class]; ok {
			o.Classes = append(o.Classes, classRow{class, in})
		}
	}
	return o
}

// count says how many documents of the scope answer a query.
func (c *call) count(query string) (int, error) {
	q, err := c.s.Query(query)
	if err != nil {
		return 0, err
	}
	page, err := c.scope.Search(c.ctx(), q)
	return int(page.Total), err
}
