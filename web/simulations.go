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
	"strconv"
	"strings"
	"sync"
	"time"

	"poterne"
)

// Move is a file with its verdict as it is, and as another policy would have it.
type Move struct {
	ID     poterne.ID `json:"id"`
	Share  string     `json:"share"`
	Path   string     `json:"path"`
	Size   int64      `json:"size"`
	Before Verdict    `json:"before"`
	After  Verdict    `json:"after"`
}

// Verdict is where a verdict comes out.
type Verdict struct {
	Level poterne.Level `json:"level"`
	Class poterne.Class `json:"class"`
}

// Bounds of simulations. One walks all records: a million take minutes.
const (
	movesKept        = 10_000 // a longer list is no list; counts tell the rest
	movesShown       = 50
	simulationsKept  = 20 // of all accounts
	simulationsEach  = 5  // of one account, so that nobody else's have to go
	simulationLife   = time.Hour
	simulationTime   = 30 * time.Minute
	simulationAnswer = 2 * time.Second // most are done before the page is shown
)

// simulation decides what is stored again under another policy, for one account.
type simulation struct {
	ID       string    `json:"simulation"`
	Actor    string    `json:"actor"`
	Doctrine string    `json:"doctrine"`
	Files    []string  `json:"files"`
	Started  time.Time `json:"started"`

	owner string // who may see it, with the shares that it was made for
	done  chan struct{}

	mu    sync.Mutex
	seen  int
	moved map[[2]poterne.Class]*movedCell
	moves []Move
	total int
	err   error
}

// movedCell counts the files that go from one class to another. Those of the same
// class have another level.
type movedCell struct {
	From  poterne.Class `json:"from"`
	To    poterne.Class `json:"to"`
	Files int           `json:"documents"`
	Bytes int64         `json:"bytes"`
}

// simulations are those of all accounts, in memory only.
type simulations struct {
	mu   sync.Mutex
	list []*simulation // the newest last
}

// add makes room and keeps x, unless its owner has one that runs. The oldest of its
// owner goes first, that of another only where the owner has none.
func (l *simulations) add(x *simulation, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, func(y *simulation) bool { return !y.running() && now.Sub(y.Started) > simulationLife })
	login, _, _ := strings.Cut(x.owner, "\x00")
	running, each := 0, 0
	for _, y := range l.list {
		mine := strings.HasPrefix(y.owner, login+"\x00")
		if mine {
			each++
		}
		if !y.running() {
			continue
		}
		running++
		if mine {
			return Refuse("une de vos simulations est en cours", "one of your simulations is under way")
		}
	}
	if running >= 2 { // cores are for pages too
		return Refuse("d'autres simulations sont en cours : réessayer plus tard", "other simulations are under way: try again later")
	}
	if full := len(l.list) >= simulationsKept; full || each >= simulationsEach {
		i := slices.IndexFunc(l.list, func(y *simulation) bool {
			return !y.running() && (each == 0 || strings.HasPrefix(y.owner, login+"\x00"))
		})
		l.list = slices.Delete(l.list, i, i+1)
	}
	l.list = append(l.list, x)
	return nil
}

// of returns the simulations of an owner, the newest first.
func (l *simulations) of(owner string) []*simulation {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []*simulation{}
	for _, x := range slices.Backward(l.list) {
		if x.owner == owner {
			out = append(out, x)
		}
	}
	return out
}

func (x *simulation) running() bool {
	select {
	case <-x.done:
		return false
	default:
		return true
	}
}

// run walks the records. It outlives the request that began it.
func (x *simulation) run(ctx context.Context, s *server, o OtherPolicy, within func(string) bool) {
	defer close(x.done)
	ctx, cancel := context.WithTimeout(ctx, simulationTime)
	defer cancel()
	err := s.Simulate(ctx, o, within, x.take)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err = err; err != nil && !errors.Is(err, ErrRefused) {
		s.Log.Error("simulation failed", "error", err)
	}
}

// take counts one file.
func (x *simulation) take(m Move) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen++
	if m.Before == m.After {
		return
	}
	x.total++
	key := [2]poterne.Class{m.Before.Class, m.After.Class}
	if x.moved[key] == nil {
		x.moved[key] = &movedCell{From: m.Before.Class, To: m.After.Class}
	}
	x.moved[key].Files++
	x.moved[key].Bytes += m.Size
	if len(x.moves) < movesKept {
		x.moves = append(x.moves, m)
	}
}

// simulationData is a simulation as it stands.
type simulationData struct {
	*simulation
	Running bool        `json:"running"`
	Failed  bool        `json:"failed"`
	Seen    int         `json:"documents"`
	Total   int         `json:"moved"`
	Cells   []movedCell `json:"classes"` // from the most demanding class
	Moves   []Move      `json:"moves"`
	Kept    int         `json:"listed"` // moves that can be listed
	From    int         `json:"from"`
	Before  int         `json:"-"` // where the page before begins, -1 on the first
	Next    int         `json:"next,omitempty"`
}

// owner tells for whom a simulation is: an account with the shares that it sees now.
func (c *call) owner() (string, error) {
	fence, err := json.Marshal(c.scope.fence)
	return c.user.Login + "\x00" + string(fence), err
}

type simulationsData struct {
	Sheet PolicySheet      `json:"-"`
	List  []simulationData `json:"simulations"`
}

func (c *call) simulations() (answer, error) {
	owner, err := c.owner()
	if err != nil {
		return answer{}, err
	}
	d := simulationsData{List: []simulationData{}}
	if d.Sheet, err = c.s.Policy(c.lang, OtherPolicy{Actor: c.value("actor"), Doctrine: c.value("doctrine")}); err != nil {
		return answer{}, err
	}
	for _, x := range c.s.simulated.of(owner) {
		d.List = append(d.List, x.data(0, 0))
	}
	return answer{page: "simulations", title: c.T("Simulation", "Simulation"), data: d}, nil
}

// simulate begins a simulation within the scope, and waits for it a moment.
func (c *call) simulate() (answer, error) {
	o, err := c.otherPolicy()
	if err != nil {
		return answer{}, err
	}
	sheet, err := c.s.Policy(c.lang, o) // what is wrong with it is told at once
	if err != nil {
		return answer{}, err
	}
	x := &simulation{ID: strings.ToLower(rand.Text()[:16]), Actor: sheet.Actor, Doctrine: sheet.Doctrine, Files: []string{}, Started: c.s.Now().UTC(),
		done: make(chan struct{}), moved: map[[2]poterne.Class]*movedCell{}}
	for name := range o.Files {
		x.Files = append(x.Files, name)
	}
	slices.Sort(x.Files)
	if x.owner, err = c.owner(); err != nil {
		return answer{}, err
	}
	if err := c.record("web.simulate", "-", map[string]string{"actor": x.Actor, "doctrine": x.Doctrine, "files": fmt.Sprint(len(x.Files))}); err != nil {
		return answer{}, err
	}
	if err := c.s.simulated.add(x, c.s.Now()); err != nil {
		return answer{}, err
	}
	go x.run(context.WithoutCancel(c.ctx()), c.s, o, c.scope.share)
	select {
	case <-x.done:
	case <-c.ctx().Done():
	case <-time.After(simulationAnswer):
	}
	return answer{see: "/simulations/" + x.ID, data: x.data(0, movesShown)}, nil
}

// simulationPage shows one simulation of who asks.
func (c *call) simulationPage() (answer, error) {
	owner, err := c.owner()
	if err != nil {
		return answer{}, err
	}
	mine := c.s.simulated.of(owner)
	i := slices.IndexFunc(mine, func(x *simulation) bool { return x.ID == c.r.PathValue("id") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	from, err := strconv.Atoi(cmp.Or(c.value("from"), "0"))
	if err != nil || from < 0 {
		return answer{}, c.refuse(http.StatusBadRequest, "« from » est un nombre", "“from” is a number")
	}
	return answer{page: "simulation", title: c.T("Qui bougerait", "Who would move"), data: mine[i].data(from, movesShown)}, nil
}

// data tells of a simulation as it stands, with moves from one on.
func (x *simulation) data(from, size int) simulationData {
	running := x.running()
	x.mu.Lock()
	defer x.mu.Unlock()
	d := simulationData{simulation: x, Running: running, Failed: x.err != nil, Seen: x.seen, Total: x.total, Cells: []movedCell{}, Moves: []Move{}, Kept: len(x.moves), From: from, Before: -1}
	for _, cell := range x.moved {
		d.Cells = append(d.Cells, *cell)
	}
	slices.SortFunc(d.Cells, func(a, b movedCell) int { return cmp.Or(cmp.Compare(b.From, a.From), cmp.Compare(b.To, a.To)) })
	low, high := min(from, len(x.moves)), min(from+size, len(x.moves))
	d.Moves = append(d.Moves, x.moves[low:high]...)
	if high < len(x.moves) {
		d.Next = high
	}
	if from > 0 {
		d.Before = max(0, from-size)
	}
	return d
}
