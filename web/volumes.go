package web

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"poterne"
)

// Volume is how much of one share asks for one hosting; what lies in a container is
// counted with it.
type Volume struct {
	Share   string
	Hosting poterne.Hosting
	Files   int
	Bytes   int64
}

// volumes keeps the volumes of all shares. To count them walks all records: it is
// done beside the pages, which show those of before meanwhile.
type volumes struct {
	mu         sync.Mutex
	generation string
	at         time.Time
	all        []Volume // nil until they were counted once
	counting   chan struct{}
}

// volumesAnswer is how long a page waits for the first count: that of a small state.
const volumesAnswer = 2 * time.Second

// countVolumes counts again where something was published since, and returns a
// channel that closes when that is done; nil where nothing is counted.
func (s *server) countVolumes(ctx context.Context) <-chan struct{} {
	v, generation := &s.volumes, s.Store.Generation()
	v.mu.Lock()
	defer v.mu.Unlock()
	// While a scan publishes at short intervals, counts are allowed to be as old as
	// those of the dashboard.
	if v.counting != nil || v.all != nil && (v.generation == generation || s.Now().Sub(v.at) < totalsKept) {
		return v.counting
	}
	done := make(chan struct{})
	v.counting = done
	go func() {
		all, err := s.Store.Volumes(context.WithoutCancel(ctx))
		if err != nil && !errors.Is(err, ErrEmpty) {
			s.Log.Error("volumes are not counted", "error", err)
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.counting = nil; err == nil {
			v.all, v.generation, v.at = append([]Volume{}, all...), generation, s.Now()
		}
		close(done)
	}()
	return done
}

// known returns the volumes that were counted last; ok is false before that.
func (v *volumes) known() (all []Volume, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.all, v.all != nil
}

// volumes returns those of the scope; ok is false while they are counted for the first time.
func (c *call) volumes() (all []Volume, ok bool) {
	done := c.s.countVolumes(c.ctx())
	if _, ok := c.s.volumes.known(); !ok && done != nil {
		select {
		case <-done:
		case <-c.ctx().Done():
		case <-time.After(volumesAnswer):
		}
	}
	if all, ok = c.s.volumes.known(); !ok {
		return nil, false
	}
	return slices.DeleteFunc(slices.Clone(all), func(v Volume) bool { return !c.scope.share(v.Share) }), true
}

// hostings adds volumes up by what they ask for, the most demanding first.
func hostings(all []Volume) []Volume {
	key := func(h poterne.Hosting) string {
		var flags []string
		for _, f := range h.Flags {
			flags = append(flags, string(f))
		}
		return h.Class.String() + " " + strings.Join(flags, " ")
	}
	sums := map[string]*Volume{}
	for _, v := range all {
		k := key(v.Hosting)
		if sums[k] == nil {
			sums[k] = &Volume{Hosting: v.Hosting}
		}
		sums[k].Files += v.Files
		sums[k].Bytes += v.Bytes
	}
	var out []Volume
	for _, v := range sums {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Volume) int {
		return cmp.Or(cmp.Compare(b.Hosting.Class, a.Hosting.Class), cmp.Compare(key(b.Hosting), key(a.Hosting)))
	})
	return out
}
