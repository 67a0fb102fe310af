package index_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

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

// TestCloseWhileSearching closes a snapshot under searches: each answers whole, or says
// that it was closed.
func TestCloseWhileSearching(t *testing.T) {
	p := openPublished(t)
	if err := p.Put(t.Context(), many(300)...); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Search(t.Context(), poterne.Query{}); err != nil {
		t.Fatal(err)
	}
	s := p.snapshot
	var answered atomic.Int32
	var g errgroup.Group
	for i := range 4 {
		q := poterne.Query{Size: 5, Facets: []string{"class", "rule"}, Clauses: []poterne.Clause{{Field: "size", Op: poterne.AtLeast, Values: []string{"10"}}}}
		if i == 0 {
			q.Sort = "path"
		}
		g.Go(func() error {
			for {
				page, err := s.Search(t.Context(), q)
				if err != nil {
					if strings.Contains(err.Error(), "index is closed") {
						return nil
					}
					return err
				}
				if page.Total != 290 || len(page.Hits) != 5 || len(page.Facets["class"]) == 0 {
					return fmt.Errorf("%d found, %d shown, %v counted", page.Total, len(page.Hits), page.Facets)
				}
				if answered.Add(1) == 20 {
					go s.Close()
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

func TestConformanceOfSnapshots(t *testing.T) {
	indextest.Run(t, func(t *testing.T) indextest.Index { return openPublished(t) })
}
