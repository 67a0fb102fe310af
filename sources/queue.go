package sources

import (
	"sync"

	"poterne"
)

// folder is one that is still to be listed.
type folder struct {
	path string
	pass poterne.Exposure // who can come as far as here
}

// queue holds the folders that are still to be listed. The last one in comes out
// first, which keeps it short on wide trees.
type queue struct {
	mu      sync.Mutex
	wake    *sync.Cond
	waiting []folder
	busy    int // folders that came out and are not done
	closed  bool
}

func newQueue(first folder) *queue {
	q := &queue{waiting: []folder{first}}
	q.wake = sync.NewCond(&q.mu)
	return q
}

func (q *queue) push(dir folder) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, dir)
	q.wake.Signal()
}

// next waits for a folder; there is none once all are done, or the queue closed.
// Whoever takes a folder calls done after it has pushed what is inside.
func (q *queue) next() (folder, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && q.busy > 0 && !q.closed {
		q.wake.Wait()
	}
	if q.closed || len(q.waiting) == 0 {
		return folder{}, false
	}
	last := len(q.waiting) - 1
	dir := q.waiting[last]
	q.waiting = q.waiting[:last]
	q.busy++
	return dir, true
}

func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy--; q.busy == 0 {
		q.wake.Broadcast()
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake.Broadcast()
}
