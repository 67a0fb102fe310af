package web_test

import (
	"net/http"
	"sync"
	"testing"

	"poterne/web"
)

// TestAnswersAreKeptForTheirScope asks the same twice, as two accounts, and wants one
// search for each, and each its own answer.
func TestAnswersAreKeptForTheirScope(t *testing.T) {
	s := newSite(t)
	s.add("one", "", []web.Role{web.DPO}, "rh")
	s.add("two", "", []web.Role{web.DPO}, "*")
	one, two := s.signedIn("one"), s.signedIn("two")
	asked := func(b *browser, want float64) int {
		t.Helper()
		s.store.mu.Lock()
		before := len(s.store.asked)
		s.store.mu.Unlock()
		if got := b.get("/api/v1/search").object(t)["total"]; got != want {
			t.Errorf("total %v, want %v", got, want)
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		return len(s.store.asked) - before
	}
	for i, want := range []int{1, 0} {
		if n := asked(two, 2); n != want {
			t.Errorf("time %d of all shares: %d searches, want %d", i, n, want)
		}
		if n := asked(one, 1); n != want {
			t.Errorf("time %d of one share: %d searches, want %d", i, n, want)
		}
	}
	s.store.mu.Lock()
	s.store.generation = "2"
	s.store.mu.Unlock()
	if n := asked(one, 1); n != 1 {
		t.Errorf("after a publication: %d searches", n)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := one.get("/search?q=paie"); got.status != http.StatusOK {
				t.Errorf("at once: %d", got.status)
			}
		})
	}
	all.Wait()
}
