package web

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"

	"poterne"
)

// answers keeps answers of the index until something is published: a pattern of a
// million paths takes half a second, and half of an office opens the same page in the
// morning. A key holds the fence of the scope, so that what one account
// gets never reaches another that sees less.
type answers struct {
	mu         sync.Mutex
	generation string
	kept       map[string]poterne.Page
	flight     singleflight.Group
}

// pagesKept bounds the answers: 25 documents each, some 40 MB in all.
const pagesKept = 512

func (p *answers) search(ctx context.Context, store Store, q poterne.Query) (poterne.Page, error) {
	// An export reads each page once; who looks for a person leaves nothing here.
	if q.Size > hitsShown || asksForPrints(q) {
		return store.Search(ctx, q)
	}
	text, err := json.Marshal(q)
	if err != nil {
		return poterne.Page{}, err
	}
	key, generation := string(text), store.Generation()
	if page, ok := p.get(generation, key); ok {
		return page, nil
	}
	// Whoever asked first may leave: the others who wait stay.
	v, err, _ := p.flight.Do(generation+key, func() (any, error) {
		page, err := store.Search(context.WithoutCancel(ctx), q)
		if err == nil {
			p.keep(generation, key, page)
		}
		return page, err
	})
	if err != nil {
		return poterne.Page{}, err
	}
	return copied(v.(poterne.Page)), nil
}

func (p *answers) get(generation, key string) (poterne.Page, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page, ok := p.kept[key]
	return copied(page), ok && p.generation == generation
}

func (p *answers) keep(generation, key string, page poterne.Page) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || p.generation != generation || len(p.kept) >= pagesKept {
		p.generation, p.kept = generation, map[string]poterne.Page{}
	}
	p.kept[key] = page
}

// copied gives a reader hits of its own, since a scope takes some out.
func copied(p poterne.Page) poterne.Page {
	p.Hits = slices.Clone(p.Hits)
	return p
}
