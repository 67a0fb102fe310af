package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"poterne/web"
)

// TestDecisions walks decisions of one person: taken, shown, undone, refused.
func TestDecisions(t *testing.T) {
	s := newSite(t)
	s.add("a", "", []web.Role{web.DPO}, "rh")
	a := s.signedIn("a")
	id := string(inScope.ID)
	for name, c := range map[string]struct {
		form url.Values
		want int
	}{
		"no-document":      {url.Values{"act": {"confirm"}, "rule": {"fr-nir"}}, 422},
		"unknown-act":      {url.Values{"id": {id}, "act": {"delete"}, "reason": {"x"}}, 422},
		"no-reason":        {url.Values{"id": {id}, "act": {"false-positive"}, "rule": {"fr-nir"}}, 422},
		"no-class":         {url.Values{"id": {id}, "act": {"reclassify"}, "level": {"3"}, "class": {"H9"}, "reason": {"x"}}, 422},
		"ended-already":    {url.Values{"id": {id}, "act": {"false-positive"}, "rule": {"fr-nir"}, "reason": {"x"}, "expires": {"2020-01-01"}}, 422},
		"nobody-to-assign": {url.Values{"id": {id}, "act": {"assign"}, "assignee": {"nobody"}, "reason": {"x"}}, 422},
		"too-many":         {url.Values{"id": make([]string, 501), "act": {"confirm"}}, 422},
		"half-outside":     {url.Values{"id": {id, string(outScope.ID)}, "act": {"confirm"}, "rule": {"fr-nir"}}, 422},
	} {
		if got := a.post("/reviews", c.form); got.status != c.want {
			t.Errorf("%s: %d, want %d", name, got.status, c.want)
		}
	}
	page := "/documents/" + id
	got := a.post("/reviews", url.Values{"id": {id}, "act": {"false-positive"}, "rule": {"fr-nir"}, "reason": {"numéro de série"}, "next": {page}})
	where := got.header.Get("Location")
	if got.status != http.StatusSeeOther || !strings.HasPrefix(where, page+"?done=") {
		t.Fatalf("false positive: %d to %q", got.status, where)
	}
	review := strings.TrimPrefix(where, page+"?done=")
	if body := a.get(where).body; !strings.Contains(body, "numéro de série") || !strings.Contains(body, "/reviews/"+review+"/withdraw") {
		t.Error("the document does not show the decision and how to undo it")
	}
	if got := a.post("/reviews/"+review+"/withdraw", url.Values{"next": {page}}); got.status != http.StatusSeeOther || got.header.Get("Location") != page {
		t.Errorf("undo: %d to %q", got.status, got.header.Get("Location"))
	}
	if got := a.post("/reviews/"+review+"/withdraw", url.Values{"next": {"//evil.example"}}); strings.Contains(got.header.Get("Location"), "evil") {
		t.Errorf("undo leads to %q", got.header.Get("Location"))
	}
}

// TestTwoPersons wants another account, that sees the document, to agree.
func TestTwoPersons(t *testing.T) {
	now := day
	s := newSite(t, func(o *web.Options) { o.Now = func() time.Time { return now } })
	for login, share := range map[string]string{"a": "rh", "b": "rh", "outside": "secretariat-general"} {
		s.add(login, "", []web.Role{web.DPO}, share)
	}
	a, b, outside := s.signedIn("a"), s.signedIn("b"), s.signedIn("outside")
	propose := func() string {
		t.Helper()
		got := a.post("/api/v1/reviews", url.Values{"id": {string(inScope.ID)}, "act": {"reclassify"}, "level": {"1"}, "class": {"H1"}, "reason": {"brouillon public"}}).object(t)
		list := got["proposed"].([]any)
		if len(list) != 1 || len(got["done"].([]any)) != 0 {
			t.Fatalf("propose: %v", got)
		}
		return "/proposals/" + list[0].(map[string]any)["proposal"].(string)
	}
	say := func(who *browser, path, what string) int { return who.post(path, url.Values{"do": {what}}).status }
	path := propose()
	if got := say(a, path, "agree"); got != http.StatusForbidden {
		t.Errorf("its author agrees: %d", got)
	}
	if got := say(outside, path, "agree"); got != http.StatusNotFound {
		t.Errorf("who does not see the document: %d", got)
	}
	if body := outside.get("/reviews").body; strings.Contains(body, "brouillon public") {
		t.Error("the proposal is shown outside of its share")
	}
	if got := say(b, path, "agree"); got != http.StatusSeeOther {
		t.Fatalf("another agrees: %d", got)
	}
	if r := s.reviews.list[0]; r.Author != "a" || r.Second != "b" || r.Act != web.ActReclassify {
		t.Errorf("the decision is %+v", r)
	}
	if got := say(b, path, "agree"); got != http.StatusNotFound {
		t.Errorf("once more: %d", got)
	}
	if got := say(b, propose(), "refuse"); got != http.StatusSeeOther {
		t.Errorf("refuse: %d", got)
	}
	path = propose()
	now = now.AddDate(0, 0, 31)
	if got := say(b, path, "agree"); got != http.StatusNotFound {
		t.Errorf("a month later: %d", got)
	}
}

// TestProgressWithinTheScope reads the first message of the stream of a scan of both
// shares, as who sees one of them and as who sees both.
func TestProgressWithinTheScope(t *testing.T) {
	s := newSite(t, func(o *web.Options) { o.Scans = &fakeScans{shares: []string{"rh", "secretariat-general"}} })
	s.add("one", "", []web.Role{web.Operator}, "rh")
	s.add("both", "", []web.Role{web.Operator}, "*")
	for login, counted := range map[string]bool{"one": false, "both": true} {
		b := s.signedIn(login)
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/runs/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := b.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
			t.Errorf("content type %q", kind)
		}
		var message strings.Builder
		for lines := bufio.NewScanner(res.Body); lines.Scan() && lines.Text() != ""; {
			message.WriteString(lines.Text())
		}
		cancel()
		res.Body.Close()
		if got := strings.Contains(message.String(), "4244"); got != counted || strings.Contains(message.String(), "secretariat") != counted || !strings.Contains(message.String(), "rh") {
			t.Errorf("%s reads %q", login, message.String())
		}
		if got := b.post("/runs/stop", url.Values{}).status; (got == http.StatusForbidden) == counted {
			t.Errorf("%s stops the scan: %d", login, got)
		}
	}
}

// TestProgressEndsWithItsSession ends a session, disables an account and takes shares
// away while their pages follow a scan, and wants no more of it to come.
func TestProgressEndsWithItsSession(t *testing.T) {
	s := newSite(t, func(o *web.Options) { o.Scans = &fakeScans{shares: []string{"rh"}} })
	streams := map[string]io.Reader{}
	for _, login := range []string{"ended", "disabled", "moved"} {
		s.add(login, "", []web.Role{web.Operator}, "rh")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		t.Cleanup(cancel)
		req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/runs/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.signedIn(login).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		streams[login] = res.Body
	}
	sessions, err := s.accounts.Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sessions {
		if strings.Contains(string(x.Data), `"ended"`) {
			if err := s.accounts.EndSession(t.Context(), x.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	for login, change := range map[string]func(*web.Account){
		"disabled": func(a *web.Account) { a.Disabled = true }, "moved": func(a *web.Account) { a.Shares = []string{"autre"} },
	} {
		if err := s.accounts.Update(t.Context(), login, func(a *web.Account) error { change(a); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for login, body := range streams {
		got, err := io.ReadAll(body)
		if n := strings.Count(string(got), "\n\n"); err != nil || n != 1 {
			t.Errorf("%s: %d messages, %v; want the first alone", login, n, err)
		}
	}
}
