package ledger

import (
	"container/list"
	"sync"
)

// Bounds of what is held: a walk lists folder by folder, several at a time, so the
// rows of a folder are read with one query and asked for soon. A row is some 350
// bytes: at most 90 MB, or one enormous folder.
const (
	maxFolders = 256
	maxCached  = 250_000 // files
)

// cached is a row of files: its number and its sealed state.
type cached struct {
	row   int64
	state []byte
}

// folders holds the rows of the folders asked for last.
type folders struct {
	mu    sync.Mutex
	list  list.List // of *folder, the one used last in front
	byKey map[int64]*list.Element
	files map[rowKey]cached
}

type folder struct {
	key   int64
	files []rowKey
}

// keyed is a row under its key.
type keyed struct {
	key rowKey
	cached
}

// use reports whether a folder is held, and keeps it longer.
func (c *folders) use(dir int64) bool {
	e, ok := c.byKey[dir]
	if ok {
		c.list.MoveToFront(e)
	}
	return ok
}

func (c *folders) add(dir int64, files []keyed) {
	if c.byKey == nil {
		c.byKey, c.files = map[int64]*list.Element{}, map[rowKey]cached{}
	}
	f := &folder{key: dir, files: make([]rowKey, 0, len(files))}
	for _, row := range files {
		f.files = append(f.files, row.key)
		c.files[row.key] = row.cached
	}
	c.byKey[dir] = c.list.PushFront(f)
	for c.list.Len() > 1 && (c.list.Len() > maxFolders || len(c.files) > maxCached) {
		old := c.list.Remove(c.list.Back()).(*folder)
		delete(c.byKey, old.key)
		for _, k := range old.files {
			delete(c.files, k)
		}
	}
}

// put keeps a folder that is held in step with what was committed.
func (c *folders) put(dir int64, key rowKey, row cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[dir]
	if !ok {
		return
	}
	if _, known := c.files[key]; !known {
		f := e.Value.(*folder)
		f.files = append(f.files, key)
	}
	c.files[key] = row
}

// forget drops all that is held.
func (c *folders) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list.Init()
	c.byKey, c.files = nil, nil
}
