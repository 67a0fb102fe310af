// Package openidtest is an identity provider for tests, with ProConnect's ways.
package openidtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Provider is an identity provider with one person, and one fault at a time. Its server
// ends with the test.
type Provider struct {
	*httptest.Server
	t     *testing.T
	key   *ecdsa.PrivateKey
	fault string
	nonce string
	codes map[string]time.Time // until when each code is good; a code serves once
}

// What a client of the provider knows, and who its person is.
const (
	ClientID = "poterne-test"
	Secret   = "not a real secret"
	Email    = "c.morel@prefecture.example"
)

// known are the parameters that the provider takes: others are an error (Y000400).
var known = []string{"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"}

// New starts a provider; fault "" has none.
func New(t *testing.T, fault string) *Provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{t: t, key: key, fault: fault, codes: map[string]time.Time{}}
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

func (p *Provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

func (p *Provider) sign(claims map[string]any) string {
	key, alg := any(jose.JSONWebKey{Key: p.key, KeyID: "1"}), jose.ES256
	if p.fault == "shared-secret" {
		key, alg = []byte(strings.Repeat(Secret, 3)), jose.HS256
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

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name := range q {
		if !slices.Contains(known, name) {
			http.Error(w, "Y000400", http.StatusBadRequest)
			return
		}
	}
	if len(q.Get("state")) < 32 || len(q.Get("nonce")) < 32 || q.Get("response_type") != "code" || q.Get("client_id") != ClientID {
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

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if _, _, basic := r.BasicAuth(); basic || r.PostFormValue("client_secret") != Secret {
		http.Error(w, "invalid_client", http.StatusUnauthorized) // the secret comes in the body
		return
	}
	until, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	if !ok || time.Now().After(until) {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": ClientID, "sub": "person-1", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": p.nonce, "acr": "eidas2"}
	switch p.fault {
	case "audience":
		claims["aud"] = "another-client"
	case "two-audiences":
		claims["aud"] = []string{ClientID, "another-client"}
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

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access" {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": ClientID, "sub": "person-1", "email": Email, "given_name": "Camille", "usual_name": "Morel"}
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
