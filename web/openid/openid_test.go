package openid

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"poterne/internal/openidtest"
	"poterne/web"
)

// client returns this side of a provider.
func client(t *testing.T, p *openidtest.Provider, change ...func(*Options)) *Provider {
	t.Helper()
	o := Options{Issuer: p.URL, ClientID: openidtest.ClientID, Secret: openidtest.Secret, Redirect: "https://poterne.example/signin/callback", ACR: MFA}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// walk goes to a provider as a browser and returns what comes back; the answer of
// the provider is not followed.
func walk(t *testing.T, address string) url.Values {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusFound {
		t.Fatalf("the provider answers %d to %s", res.StatusCode, address)
	}
	back, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

func TestSignIn(t *testing.T) {
	p := openidtest.New(t, "")
	c := client(t, p)
	address, pending, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer := walk(t, address)
	id, err := c.Finish(t.Context(), pending, answer)
	if err != nil {
		t.Fatal(err)
	}
	if id.Subject != p.URL+" person-1" || id.Email != openidtest.Email || id.Name != "Camille Morel" {
		t.Errorf("identity %q %q %q", id.Subject, id.Email, id.Name)
	}
	leave, err := url.Parse(c.Leave(id.IDToken))
	if err != nil {
		t.Fatal(err)
	}
	q := leave.Query()
	if !strings.HasPrefix(leave.String(), p.URL+"/session/end?") || q.Get("id_token_hint") != id.IDToken || len(q.Get("state")) < 32 || q.Get("post_logout_redirect_uri") != "https://poterne.example/signin" {
		t.Errorf("logout at %s", leave)
	}
	if _, err := c.Finish(t.Context(), pending, answer); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("the same code again: %v", err)
	}
}

// TestNothingElseGetsIn gives each fault once, and wants it refused.
func TestNothingElseGetsIn(t *testing.T) {
	for _, fault := range []string{
		"audience", "two-audiences", "issuer", "expired", "nonce", "low-acr", "no-acr", "no-id-token", "shared-secret", "another-key", "expired-code", "another-state",
		"extra-parameter", "another-issuer", "denied", "userinfo-audience", "userinfo-subject", "userinfo-issuer", "userinfo-expired", "userinfo-unsigned", "userinfo-fails",
	} {
		t.Run(fault, func(t *testing.T) {
			p := openidtest.New(t, fault)
			c := client(t, p)
			address, pending, err := c.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			id, err := c.Finish(t.Context(), pending, walk(t, address))
			if !errors.Is(err, web.ErrCredentials) {
				t.Errorf("%+v, %v", id, err)
			}
			if err != nil && strings.Contains(err.Error(), openidtest.Secret) {
				t.Error("the error holds the secret")
			}
		})
	}
}

// TestReplay brings the answer of one sign-in to another one, and to none.
func TestReplay(t *testing.T) {
	p := openidtest.New(t, "")
	c := client(t, p)
	address, first, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer := walk(t, address)
	_, second, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Finish(t.Context(), second, answer); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("another sign-in: %v", err)
	}
	if _, err := c.Finish(t.Context(), web.Pending{}, answer); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("no sign-in: %v", err)
	}
	second.State = first.State
	if _, err := c.Finish(t.Context(), second, answer); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("replayed nonce: %v", err)
	}
}

func TestUnsignedAndPKCE(t *testing.T) {
	p := openidtest.New(t, "userinfo-unsigned")
	c := client(t, p, func(o *Options) { o.Unsigned = true })
	address, pending, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Finish(t.Context(), pending, walk(t, address)); err != nil {
		t.Errorf("unsigned user information, taken on purpose: %v", err)
	}
	c = client(t, p, func(o *Options) { o.PKCE = true })
	address, pending, err = c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if u, err := url.Parse(address); err != nil || u.Query().Get("code_challenge_method") != "S256" || pending.Verifier == "" {
		t.Errorf("PKCE: %s, %v", address, err)
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	good := Options{Issuer: "https://op.example", ClientID: "a", Secret: "b", Redirect: "https://poterne.example/signin/callback"}
	for name, change := range map[string]func(*Options){
		"clear": func(o *Options) { o.Issuer = "http://op.example" }, "relative": func(o *Options) { o.Redirect = "/signin/callback" },
		"no-client": func(o *Options) { o.ClientID = "" }, "no-secret": func(o *Options) { o.Secret = "" },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}
