package index_test

import (
	"context"
	"testing"

	"poterne"
	"poterne/index"
	"poterne/index/indextest"
	"poterne/internal/seal"
)

// published is an index whose searches ask its newest snapshot.
type published struct {
	*index.Index
	t        *testing.T
	dir      string
	key      []byte
	snapshot *index.Snapshot // nil after a write
}

func openPublished(t *testing.T) *published {
	p := &published{t: t, dir: t.TempDir()}
	key := seal.NewKey()
	p.key = key.For(seal.Index)
	p.Index = open(t, p.dir, key)
	t.Cleanup(p.stale)
	return p
}

func (p *published) stale() {
	if p.snapshot != nil {
		p.snapshot.Close()
	}
	p.snapshot = nil
}

func (p *published) Put(ctx context.Context, rs ...poterne.Record) error {
	p.stale()
	return p.Index.Put(ctx, rs...)
}

func (p *published) Delete(ctx context.Context, ids ...poterne.ID) error {
	p.stale()
	return p.Index.Delete(ctx, ids...)
}

func (p *published) Search(ctx context.Context, q poterne.Query) (poterne.Page, error) {
	if p.snapshot == nil {
		if err := p.Publish(p.t.Context()); err != nil {
			return poterne.Page{}, err
		}
		var err error
		if p.snapshot, err = index.OpenSnapshot(p.dir, p.key); err != nil {
			return poterne.Page{}, err
		}
	}
	return p.snapshot.Search(ctx, q)
}

func TestConformanceOfSnapshots(t *testing.T) {
	indextest.Run(t, func(t *testing.T) indextest.Index { return openPublished(t) })
}
