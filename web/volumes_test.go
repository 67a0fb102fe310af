package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
