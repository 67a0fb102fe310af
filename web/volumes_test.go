package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"poterne"
	"poterne/web"
)

// TestPlansCountTheScope wants volumes of the shares in sight alone, on both pages of
// the plan, and in the files.
func TestPlansCountTheScope(t *testing.T) {
	s := newSite(t)
	s.add("dpo", "", roles["dpo"], "rh")
	s.add("all", "", roles["dpo"], "*")
	for login, want := range map[string]string{"dpo": `"yes":{"files":1,"bytes":1000}`, "all": `"yes":{"files":2,"bytes":2000}`} {
		b := s.signedIn(login)
		if got := b.get("/api/v1/plan"); !strings.Contains(got.body, want) || !strings.Contains(got.body, `"ready":true`) {
			t.Errorf("%s: %s, want %s", login, got.body, want)
		}
	}
	b := s.signedIn("dpo")
	if got := b.get("/api/v1/destinations/nubo"); !strings.Contains(got.body, `"documents":1,"bytes":1000`) || strings.Contains(got.body, "secretariat") {
		t.Errorf("plan: %s", got.body)
	}
	if got := b.get("/api/v1/destinations/nubo?share=secretariat-general"); !strings.Contains(got.body, `"groups":[]`) {
		t.Errorf("plan of a share out of sight: %s", got.body)
	}
	for _, x := range []struct {
		form   url.Values
		status int
	}{
		{url.Values{"format": {"rclone"}, "share": {"rh"}}, http.StatusOK},
		{url.Values{"format": {"rsync"}, "share": {"rh"}}, http.StatusOK},
		{url.Values{"format": {"rsync"}}, http.StatusUnprocessableEntity},
		{url.Values{"format": {"exe"}, "share": {"rh"}}, http.StatusUnprocessableEntity},
		{url.Values{"format": {"rclone"}, "share": {"secretariat-general"}}, http.StatusNotFound},
		{url.Values{"share": {"secretariat-general"}}, http.StatusNotFound},
	} {
		got := b.post("/destinations/nubo/export", x.form)
		if got.status != x.status || x.status == http.StatusOK && got.body != "nubo rh paie/mars.xlsx\n" {
			t.Errorf("%v: %d %q", x.form, got.status, got.body)
		}
	}
}

// foldingStore takes shares whose names differ by case for one, as an index does.
type foldingStore struct{ *fakeStore }

func (s foldingStore) Search(ctx context.Context, q poterne.Query) (poterne.Page, error) {
	clauses := slices.Clone(q.Clauses)
	for i, c := range clauses {
		if c.Field != "share" {
			continue
		}
		clauses[i].Values = nil
		for _, r := range s.records {
			if slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, r.Share) }) {
				clauses[i].Values = append(clauses[i].Values, r.Share)
			}
		}
	}
	q.Clauses = clauses
	return s.fakeStore.Search(ctx, q)
}

// TestAPlanIsOfOneShare wants no document of a share whose name differs by case alone
// in the list of another: its root is elsewhere.
func TestAPlanIsOfOneShare(t *testing.T) {
	s := newSite(t, func(o *web.Options) {
		store := o.Store.(*fakeStore)
		store.records = []poterne.Record{document("Paie", "note.txt"), document("paie", "note.txt"), document("PAIE", "secret.txt")}
		o.Store = foldingStore{store}
	})
	s.add("dpo", "", roles["dpo"], "*")
	b := s.signedIn("dpo")
	for _, format := range []string{"csv", "rclone", "rsync"} {
		if got := b.post("/destinations/nubo/export", url.Values{"format": {format}, "share": {"paie"}}); got.body != "nubo paie note.txt\n" {
			t.Errorf("%s: %d %q", format, got.status, got.body)
		}
	}
}

// slowStore counts no volumes until it may.
type slowStore struct {
	*fakeStore
	may chan struct{}
}

func (s slowStore) Volumes(ctx context.Context) ([]web.Volume, error) {
	<-s.may
	return s.fakeStore.Volumes(ctx)
}

// TestPlansDoNotWaitForCounts wants a page that says that volumes are counted, and
// then those of before while they are counted again.
func TestPlansDoNotWaitForCounts(t *testing.T) {
	may := make(chan struct{})
	s := newSite(t, func(o *web.Options) { o.Store = slowStore{o.Store.(*fakeStore), may} })
	s.add("dpo", "", roles["dpo"], "rh")
	b := s.signedIn("dpo")
	if got := b.get("/plan"); got.status != http.StatusOK || !strings.Contains(got.body, "en cours de calcul") {
		t.Fatalf("before the counts: %d", got.status)
	}
	may <- struct{}{}
	for range 1000 {
		if got := b.get("/api/v1/plan"); strings.Contains(got.body, `"ready":true`) {
			s.store.mu.Lock()
			s.store.generation = "next" // counted again, later
			s.store.mu.Unlock()
			if got := b.get("/plan"); strings.Contains(got.body, "en cours de calcul") || !strings.Contains(got.body, "classe H3") {
				t.Errorf("what was counted is forgotten:\n%s", got.body)
			}
			return
		}
	}
	t.Error("never counted")
}
