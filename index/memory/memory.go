// Package memory is an index that lives in memory: for tests, and for a few
// thousand records that are not worth a folder.
package memory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"poterne"
	"poterne/index"
)

// Index holds records; its zero value is empty and ready. Its methods may be called
// by several goroutines.
type Index struct {
	mu      sync.RWMutex
	records map[poterne.ID]poterne.Record
}

// Put holds records, replacing those of the same id.
func (x *Index) Put(ctx context.Context, records ...poterne.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.records == nil {
		x.records = map[poterne.ID]poterne.Record{}
	}
	for _, r := range records {
		x.records[r.ID] = r
	}
	return nil
}

// Delete drops records by id; those that are not there are passed over.
func (x *Index) Delete(ctx context.Context, ids ...poterne.ID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range ids {
		delete(x.records, id)
	}
	return nil
}

// Search answers one page of a query; it looks at each record.
func (x *Index) Search(ctx context.Context, q poterne.Query) (poterne.Page, error) {
	if err := ctx.Err(); err != nil {
		return poterne.Page{}, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	return index.Answer(q, slices.Collect(maps.Values(x.records)))
}

// Count returns how many records there are.
func (x *Index) Count() (int, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.records), nil
}
