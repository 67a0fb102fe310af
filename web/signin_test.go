package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"poterne/web"
)

func (b *browser) signIn(login, password, code string) reply {
	return b.post("/signin", url.Values{"login": {login}, "password": {password}, "code": {code}, "next": {"/search?q=a"}})
}

// TestSigningIn walks the way of a local account: a wrong password, the right one,
// a page, out again.
func TestSigningIn(t *testing.T) {
	s := newSite(t)
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	b := s.browser()
	wrong, unknown := b.signIn("c.morel", "wrong password", ""), b.signIn("nobody", "wrong password", "")
	if wrong.status != http.StatusUnauthorized || unknown.status != http.StatusUnauthorized {
		t.Fatalf("wrong password: %d, unknown login: %d", wrong.status, unknown.status)
	}
	if page := strings.ReplaceAll(unknown.body, "nobody", "c.morel"); len(page) != len(wrong.body) {
		t.Error("the answer tells whether there is an account")
	}
	for _, r := range []reply{wrong, unknown} {
		if strings.Contains(r.body, "wrong password\"") {
			t.Error("the answer holds the password")
		}
	}
	in := b.signIn(" C.Morel ", goodPassword, "")
	if in.status != http.StatusSeeOther || in.header.Get("Location") != "/search?q=a" {
		t.Fatalf("right password: %d to %q", in.status, in.header.Get("Location"))
	}
	cookie := in.header.Get("Set-Cookie")
	for _, want := range []string{"poterne=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	if got := b.get("/search"); got.status != http.StatusOK {
		t.Errorf("signed in: %d", got.status)
	}
	if got := b.post("/signout", url.Values{}); got.status != http.StatusSeeOther {
		t.Errorf("sign out: %d", got.status)
	}
	if got := b.get("/search"); got.status != http.StatusSeeOther {
		t.Errorf("signed out: %d", got.status)
	}
	var verbs []string
	for _, e := range s.events {
		verbs = append(verbs, e.Verb+" "+e.Object)
	}
	if got, want := strings.Join(verbs, ", "), "web.signin-failed c.morel, web.signin-failed -, web.signin c.morel, web.signout c.morel"; got != want {
		t.Errorf("audit: %s\nwant:  %s", got, want)
	}
}

// TestASessionThatWasPlantedIsWorthNothing wants another token after signing in.
func TestASessionThatWasPlantedIsWorthNothing(t *testing.T) {
	s := newSite(t)
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	victim, attacker := s.browser(), s.browser()
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	planted := []*http.Cookie{{Name: "poterne", Value: strings.Repeat("A", 43), Path: "/"}}
	victim.Jar.SetCookies(at, planted)
	attacker.Jar.SetCookies(at, planted)
	if got := victim.signIn("c.morel", goodPassword, ""); got.status != http.StatusSeeOther {
		t.Fatalf("sign in: %d", got.status)
	}
	if victim.Jar.Cookies(at)[0].Value == planted[0].Value {
		t.Error("the token is the planted one")
	}
	if got := attacker.get("/search"); got.status != http.StatusSeeOther {
		t.Errorf("the planted token opens a page: %d", got.status)
	}
}

// TestWhatEndsSessions changes an account and wants its browser out.
func TestWhatEndsSessions(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*site) error
		out    bool
	}{
		{"name", func(s *site) error {
			return s.accounts.Update(t.Context(), "x", func(a *web.Account) error { a.Name = "y"; return nil })
		}, false},
		{"disabled", func(s *site) error {
			return s.accounts.Update(t.Context(), "x", func(a *web.Account) error { a.Disabled = true; return nil })
		}, true},
		{"roles", func(s *site) error {
			return s.accounts.Update(t.Context(), "x", func(a *web.Account) error { a.Roles = []web.Role{web.Admin}; return nil })
		}, true},
		{"shares", func(s *site) error {
			return s.accounts.Update(t.Context(), "x", func(a *web.Account) error { a.Shares = []string{"*"}; return nil })
		}, true},
		{"revoked", func(s *site) error { return s.accounts.EndSessions(t.Context(), "x") }, true},
		{"password", func(s *site) error { return s.accounts.SetPassword(t.Context(), "x", goodPassword) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.add("x", "", []web.Role{web.DPO}, "rh")
			b := s.signedIn("x")
			if got := b.get("/"); got.status != http.StatusOK {
				t.Fatalf("before: %d", got.status)
			}
			if err := c.change(s); err != nil {
				t.Fatal(err)
			}
			if got := b.get("/"); (got.status == http.StatusSeeOther) != c.out {
				t.Errorf("after: %d, want out = %v", got.status, c.out)
			}
		})
	}
}

// TestGuessingWaits wants an account to wait after five failures, for longer each
// time, and an address to be left alone by the failures at one account.
func TestGuessingWaits(t *testing.T) {
	now := day
	s := newSite(t, func(o *web.Options) { o.Now = func() time.Time { return now } })
	b := s.browser()
	for range 5 {
		if got := b.signIn("victim", "x", ""); got.status != http.StatusUnauthorized {
			t.Fatalf("first failures: %d", got.status)
		}
	}
	if got := b.signIn("victim", "x", ""); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("sixth attempt: %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	if got := b.signIn("other", "x", ""); got.status != http.StatusUnauthorized {
		t.Errorf("another account from the same address: %d", got.status)
	}
	now = now.Add(2 * time.Second)
	if got := b.signIn("victim", "x", ""); got.status != http.StatusUnauthorized {
		t.Errorf("after the wait: %d", got.status)
	}
	now = now.Add(1500 * time.Millisecond)
	if got := b.signIn("victim", "x", ""); got.status != http.StatusTooManyRequests {
		t.Errorf("the wait does not grow: %d", got.status)
	}
}

func TestWhereSigningInLeads(t *testing.T) {
	s := newSite(t)
	s.add("x", "", []web.Role{web.DPO}, "rh")
	b := s.signedIn("x")
	for next, want := range map[string]string{
		"/search?q=a": "/search?q=a", "//evil.example/": "/", "https://evil.example/": "/", "/\\evil.example": "/", "javascript:alert(1)": "/", "": "/", "/a\nb": "/",
	} {
		if got := b.get("/signin?next=" + url.QueryEscape(next)).header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

// TestTokens wants a token to do what its account may, in what it was made for, until
// it ends.
func TestTokens(t *testing.T) {
	s := newSite(t)
	s.add("x", "", []web.Role{web.DPO, web.Operator}, "*")
	b := s.signedIn("x")
	made := b.post("/api/v1/tokens", url.Values{"name": {"supervision"}, "role": {"dpo"}, "share": {"rh"}, "days": {"30"}}).object(t)
	secret, _ := made["token"].(string)
	if !strings.HasPrefix(secret, "poterne_") {
		t.Fatalf("token: %v", made)
	}
	ask := func(path, secret string) reply {
		return s.browser().do("GET", path, nil, http.Header{"Authorization": {"Bearer " + secret}})
	}
	if got := ask("/api/v1/search", secret); got.status != http.StatusOK || got.object(t)["total"] != 1.0 {
		t.Errorf("search: %d %s", got.status, got.body)
	}
	if got := ask("/api/v1/documents/"+string(outScope.ID), secret); got.status != http.StatusNotFound {
		t.Errorf("document outside of the token: %d", got.status)
	}
	if got := ask("/search", secret); got.status != http.StatusSeeOther {
		t.Errorf("a page with a token: %d", got.status)
	}
	if got := ask("/api/v1/search", secret+"x"); got.status != http.StatusUnauthorized {
		t.Errorf("unknown token: %d", got.status)
	}
	for _, form := range []url.Values{
		{"name": {"a"}, "role": {"admin"}, "days": {"1"}}, {"name": {"a"}, "role": {"auditor"}, "days": {"1"}}, {"name": {"a"}, "role": {"dpo"}, "days": {"400"}}, {"name": {"a"}, "days": {"1"}},
	} {
		if got := b.post("/api/v1/tokens", form); got.status != http.StatusUnprocessableEntity {
			t.Errorf("token %v: %d", form, got.status)
		}
	}
	if got := s.browser().do("POST", "/api/v1/tokens", url.Values{"name": {"a"}, "role": {"dpo"}, "days": {"1"}}, http.Header{"Authorization": {"Bearer " + secret}}); got.status != http.StatusForbidden {
		t.Errorf("a token that makes a token: %d", got.status)
	}
	tokens := b.get("/api/v1/account").object(t)["tokens"].([]any)
	id := tokens[0].(map[string]any)["id"].(string)
	s.add("y", "", []web.Role{web.DPO}, "*")
	if got := s.signedIn("y").post("/tokens/"+id+"/revoke", url.Values{}); got.status != http.StatusNotFound {
		t.Errorf("another's token revoked: %d", got.status)
	}
	if got := b.post("/tokens/"+id+"/revoke", url.Values{}); got.status != http.StatusSeeOther {
		t.Errorf("revoke: %d", got.status)
	}
	if got := ask("/api/v1/search", secret); got.status != http.StatusUnauthorized {
		t.Errorf("revoked token: %d", got.status)
	}
}
