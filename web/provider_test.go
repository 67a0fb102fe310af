package web_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"poterne/web"
)

// fakeProvider says that everybody is the same person.
type fakeProvider struct{ id web.Identity }

func (f *fakeProvider) Start(context.Context) (string, web.Pending, error) {
	return "https://op.example/authorize?state=s", web.Pending{State: "s"}, nil
}

func (f *fakeProvider) Finish(_ context.Context, p web.Pending, answer url.Values) (web.Identity, error) {
	if p.State != answer.Get("state") {
		return web.Identity{}, fmt.Errorf("%w: state", web.ErrCredentials)
	}
	return f.id, nil
}

func (f *fakeProvider) Leave(idToken string) string {
	if idToken == "" {
		return ""
	}
	return "https://op.example/session/end?id_token_hint=" + idToken
}

// TestProvider walks in by an identity provider: an account that is waiting for the
// address is bound to the subject, and nobody else comes in under it.
func TestProvider(t *testing.T) {
	f := &fakeProvider{web.Identity{Subject: "op 1", Email: "C.Morel@prefecture.example", IDToken: "hint"}}
	s := newSite(t, func(o *web.Options) { o.Provider = f })
	s.add("c.morel@prefecture.example", "", []web.Role{web.DPO}, "rh")
	s.add("local@prefecture.example", goodPassword, []web.Role{web.DPO}, "rh")
	walk := func() (*browser, reply) {
		b := s.browser()
		if got := b.get("/signin/provider?next=/search"); !strings.HasPrefix(got.header.Get("Location"), "https://op.example/") {
			t.Fatalf("start leads to %q", got.header.Get("Location"))
		}
		return b, b.get("/signin/callback?code=c&state=s")
	}
	b, got := walk()
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/search" {
		t.Fatalf("callback: %d to %q", got.status, got.header.Get("Location"))
	}
	if got := b.get("/search"); got.status != http.StatusOK {
		t.Errorf("signed in: %d", got.status)
	}
	if got := b.get("/signin/callback?code=c&state=s"); got.status != http.StatusUnauthorized {
		t.Errorf("the callback again: %d", got.status)
	}
	if got := b.post("/signout", url.Values{}); !strings.Contains(got.body, "https://op.example/session/end?id_token_hint=hint") {
		t.Errorf("signing out does not lead to the provider: %d", got.status)
	}
	for name, id := range map[string]web.Identity{
		"another-subject-same-address": {Subject: "op 2", Email: "c.morel@prefecture.example"},
		"unknown-address":              {Subject: "op 3", Email: "x@prefecture.example"},
		"address-of-a-local-account":   {Subject: "op 4", Email: "local@prefecture.example"},
		"no-address":                   {Subject: "op 5"},
	} {
		f.id = id
		if _, got := walk(); got.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	f.id = web.Identity{Subject: "op 1", Email: "new-name@prefecture.example"}
	if _, got := walk(); got.status != http.StatusSeeOther {
		t.Errorf("the same subject with another address: %d", got.status)
	}
	if err := s.accounts.Update(t.Context(), "c.morel@prefecture.example", func(a *web.Account) error { a.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, got := walk(); got.status != http.StatusForbidden {
		t.Errorf("a disabled account: %d", got.status)
	}
	if got := s.browser().get("/signin/callback?code=c&state=s"); got.status != http.StatusUnauthorized {
		t.Errorf("a callback that nothing began: %d", got.status)
	}
}

// TestProxy believes the header of the proxy over its socket, once, and nowhere else.
func TestProxy(t *testing.T) {
	s := newSite(t, func(o *web.Options) { o.ProxyHeader = "X-Remote-User" })
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	s.add("admin", "", []web.Role{web.Admin}, "*")
	if got := s.browser().do("GET", "/", nil, http.Header{"X-Remote-User": {"c.morel"}}); got.status != http.StatusForbidden {
		t.Errorf("the header over TCP: %d", got.status)
	}
	if got := s.browser().signIn("c.morel", goodPassword, ""); got.status != http.StatusForbidden {
		t.Errorf("a password over TCP: %d", got.status)
	}
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	behind := &httptest.Server{Listener: ln, Config: web.Server(s.Config.Handler, nil)}
	behind.Start()
	t.Cleanup(behind.Close)
	client := &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ask := func(header http.Header) int {
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://poterne/search", nil)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range header {
			req.Header[k] = v // as written: no canonical form
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	for _, c := range []struct {
		name   string
		header http.Header
		want   int
	}{
		{"named", http.Header{"X-Remote-User": {"C.Morel"}}, http.StatusOK},
		{"nobody", nil, http.StatusSeeOther},
		{"unknown", http.Header{"X-Remote-User": {"x"}}, http.StatusSeeOther},
		{"twice", http.Header{"X-Remote-User": {"c.morel", "admin"}}, http.StatusSeeOther},
		{"twice-by-case", http.Header{"X-Remote-User": {"c.morel"}, "x-remote-user": {"admin"}}, http.StatusSeeOther},
		{"underscores", http.Header{"X_Remote_User": {"c.morel"}}, http.StatusSeeOther},
		{"list", http.Header{"X-Remote-User": {"c.morel, admin"}}, http.StatusSeeOther},
		{"other-header", http.Header{"X-Remote-User": {"admin"}, "X_Remote_User": {"c.morel"}}, http.StatusForbidden},
	} {
		if got := ask(c.header); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
