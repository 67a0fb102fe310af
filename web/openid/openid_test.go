package openid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"poterne/web"
)

// provider is an identity provider with ProConnect's ways, and one fault at a time.
type provider struct {
	*httptest.Server
	t     *testing.T
	key   *ecdsa.PrivateKey
	fault string
	nonce string
	codes map[string]time.Time // until when each code is good; a code serves once
}

const (
	clientID = "poterne-test"
	secret   = "not a real secret"
)

// known are the parameters that the provider takes: others are an error (Y000400).
var known = []string{"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"}

func newProvider(t *testing.T, fault string) *provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, fault: fault, codes: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/jwks",
			"userinfo_endpoint": p.URL + "/userinfo", "end_session_endpoint": p.URL + "/session/end", "id_token_signing_alg_values_supported": []string{"ES256", "HS256"},
		})
	})
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userInfo)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

func (p *provider) sign(claims map[string]any) string {
	key, alg := any(jose.JSONWebKey{Key: p.key, KeyID: "1"}), jose.ES256
	if p.fault == "shared-secret" {
		key, alg = []byte(strings.Repeat(secret, 3)), jose.HS256
	}
	if p.fault == "another-key" {
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			p.t.Fatal(err)
		}
		key = jose.JSONWebKey{Key: other, KeyID: "1"}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	data, err := json.Marshal(claims)
	if err != nil {
		p.t.Fatal(err)
	}
	jws, err := signer.Sign(data)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name := range q {
		if !slices.Contains(known, name) {
			http.Error(w, "Y000400", http.StatusBadRequest)
			return
		}
	}
	if len(q.Get("state")) < 32 || len(q.Get("nonce")) < 32 || q.Get("response_type") != "code" || q.Get("client_id") != clientID {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	p.nonce = q.Get("nonce")
	code := "code-" + p.nonce
	p.codes[code] = time.Now().Add(time.Minute)
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		p.t.Fatal(err)
	}
	answer := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
	switch p.fault {
	case "expired-code":
		p.codes[code] = time.Now().Add(-time.Second)
	case "another-state":
		answer.Set("state", strings.Repeat("x", 40))
	case "extra-parameter":
		answer.Add("code", "another")
	case "another-issuer":
		answer.Set("iss", "https://evil.example")
	case "denied":
		answer = url.Values{"error": {"access_denied"}, "state": {q.Get("state")}}
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	if _, _, basic := r.BasicAuth(); basic || r.PostFormValue("client_secret") != secret {
		http.Error(w, "invalid_client", http.StatusUnauthorized) // the secret comes in the body
		return
	}
	until, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	if !ok || time.Now().After(until) {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": clientID, "sub": "person-1", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": p.nonce, "acr": "eidas2"}
	switch p.fault {
	case "audience":
		claims["aud"] = "another-client"
	case "two-audiences":
		claims["aud"] = []string{clientID, "another-client"}
	case "issuer":
		claims["iss"] = "https://evil.example"
	case "expired":
		claims["exp"] = time.Now().Add(-time.Hour).Unix()
	case "nonce":
		claims["nonce"] = strings.Repeat("n", 40)
	case "low-acr":
		claims["acr"] = "eidas1"
	case "no-acr":
		delete(claims, "acr")
	}
	answer := map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(claims)}
	if p.fault == "no-id-token" {
		delete(answer, "id_token")
	}
	p.json(w, answer)
}

func (p *provider) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access" {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": clientID, "sub": "person-1", "email": "c.morel@prefecture.example", "given_name": "Camille", "usual_name": "Morel"}
	switch p.fault {
	case "userinfo-audience":
		claims["aud"] = "another-client"
	case "userinfo-subject":
		claims["sub"] = "person-2"
	case "userinfo-issuer":
		claims["iss"] = "https://evil.example"
	case "userinfo-expired":
		claims["exp"] = time.Now().Add(-time.Hour).Unix()
	case "userinfo-unsigned":
		p.json(w, claims)
		return
	case "userinfo-fails":
		http.Error(w, "no", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	w.Write([]byte(p.sign(claims)))
}

// client returns this side of the provider.
func (p *provider) client(change ...func(*Options)) *Provider {
	p.t.Helper()
	o := Options{Issuer: p.URL, ClientID: clientID, Secret: secret, Redirect: "https://poterne.example/signin/callback", ACR: MFA}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// walk goes to the provider as a browser and returns what comes back; the answer of
// the provider is not followed.
func (p *provider) walk(address string) url.Values {
	p.t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusFound {
		p.t.Fatalf("the provider answers %d to %s", res.StatusCode, address)
	}
	back, err := res.Location()
	if err != nil {
		p.t.Fatal(err)
	}
	return back.Query()
}

func TestSignIn(t *testing.T) {
	p := newProvider(t, "")
	c := p.client()
	address, pending, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer := p.walk(address)
	id, err := c.Finish(t.Context(), pending, answer)
	if err != nil {
		t.Fatal(err)
	}
	if id.Subject != p.URL+" person-1" || id.Email != "c.morel@prefecture.example" || id.Name != "Camille Morel" {
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
			p := newProvider(t, fault)
			c := p.client()
			address, pending, err := c.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			id, err := c.Finish(t.Context(), pending, p.walk(address))
			if !errors.Is(err, web.ErrCredentials) {
				t.Errorf("%+v, %v", id, err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error("the error holds the secret")
			}
		})
	}
}

// TestReplay brings the answer of one sign-in to another one, and to none.
func TestReplay(t *testing.T) {
	p := newProvider(t, "")
	c := p.client()
	address, first, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer := p.walk(address)
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
	p := newProvider(t, "userinfo-unsigned")
	c := p.client(func(o *Options) { o.Unsigned = true })
	address, pending, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Finish(t.Context(), pending, p.walk(address)); err != nil {
		t.Errorf("unsigned user information, taken on purpose: %v", err)
	}
	c = p.client(func(o *Options) { o.PKCE = true })
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
