package index

import (
	"path/filepath"
	"sync"
	"time"
)

// watcherName is under what name bleve finds the function that hears of errors in
// its background work.
const watcherName = "poterne"

// grace is how long a write or a close may last once something went wrong; a sound
// batch takes a few 100 ms.
const grace = 3 * time.Second

// trouble remembers the first error of an open index, wherever it came from.
type trouble struct {
	dir  string
	came chan struct{} // closed by the first error

	mu    sync.Mutex
	first error
}

var troubles struct {
	sync.Mutex
	byDir map[string]*trouble
}

// watch hears of the errors of the bleve index in dir until unwatch.
func watch(dir string) *trouble {
	t := &trouble{dir: dir, came: make(chan struct{})}
	troubles.Lock()
	defer troubles.Unlock()
	if troubles.byDir == nil {
		troubles.byDir = map[string]*trouble{}
	}
	troubles.byDir[dir] = t
	return t
}

func (t *trouble) unwatch() {
	troubles.Lock()
	defer troubles.Unlock()
	if troubles.byDir[t.dir] == t {
		delete(troubles.byDir, t.dir)
	}
}

// spread is called by bleve with the path of the store that failed.
func spread(err error, path string) {
	troubles.Lock()
	t := troubles.byDir[filepath.Dir(filepath.Clean(path))]
	troubles.Unlock()
	if t != nil {
		t.note(err)
	}
}

func (t *trouble) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil {
		t.first = err
		close(t.came)
	}
}

func (t *trouble) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first
}
