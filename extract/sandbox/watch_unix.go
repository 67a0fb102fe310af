//go:build linux || darwin

package sandbox

import (
	"sync"
	"time"

	"poterne"
)

// look is how often a running child is looked at. A child that ends sooner costs
// no look; a limit is overrun by at most this much.
const look = 100 * time.Millisecond

// watch kills p when the document it reads takes more than its share. The wall
// clock runs only while the parent waits for the child, not while the consumer
// thinks.
type watch struct {
	p         *process
	cpu, wall time.Duration
	mu        sync.Mutex
	timer     *time.Timer
	done      bool
	before    time.Duration // processor time before this document
	waiting   bool
	since     time.Time     // start of the current wait
	waitedFor time.Duration // all waits before
}

func (o Options) watch(p *process, size int64) *watch {
	w := &watch{p: p, cpu: o.cpu(size)}
	w.wall = w.cpu * time.Duration(o.WallFactor)
	w.before, _ = p.usage.read()
	// On a busy machine the first look may come before AfterFunc has returned.
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(look, w.check)
	return w
}

func (w *watch) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return
	}
	waited := w.waitedFor
	if w.waiting {
		waited += time.Since(w.since)
	}
	now, _ := w.p.usage.read()
	if now-w.before > w.cpu || waited > w.wall {
		w.p.kill(poterne.Timeout)
		return
	}
	w.timer.Reset(look)
}

// grant gives the child more processor time.
func (w *watch) grant(more time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cpu += more
	w.wall += more
}

// wait runs the wall clock until the returned function is called.
func (w *watch) wait() (over func()) {
	if w == nil {
		return func() {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting, w.since = true, time.Now()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.waiting = false
		w.waitedFor += time.Since(w.since)
	}
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	w.timer.Stop()
}
