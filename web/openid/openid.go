// Package openid signs people in by an OpenID Connect provider, with what ProConnect
// asks for: the code flow, assurance levels asked for by the claims parameter and
// checked again here, user information as a signed token, and a logout at the provider.
package openid

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"poterne/web"
)

// Options describe a provider and what it knows of this server.
type Options struct {
	Issuer   string // "https://…/api/v2"
	ClientID string
	Secret   string
	Redirect string // address of /signin/callback, as registered
	Scopes   []string
	// ACR lists the assurance levels that are asked for and taken; none takes any.
	ACR []string
	// PKCE sends a code challenge. ProConnect refuses parameters that it does not know,
	// and does not know this one.
	PKCE bool
	// Unsigned takes user information that is plain JSON. Without it only a signed
	// token counts.
	Unsigned bool
	Client   *http.Client // nil is one with a time-out of 10 s
}

// MFA are the levels of ProConnect that take a second factor.
var MFA = []string{"eidas1-mfa", "eidas2", "eidas3"}

// Provider is one provider. Its methods may be called by several goroutines.
type Provider struct {
	opts Options

	mu       sync.Mutex
	found    *oidc.Provider // nil until the first discovery that came through
	endpoint string         // of the end of sessions
}

// algorithms are those that a token may be signed by: asymmetric ones, since a shared
// secret would let this server sign for the provider.
var algorithms = []string{oidc.RS256, oidc.ES256, oidc.PS256}

// New returns a provider. It is asked for its metadata at the first sign-in, so that
// this server starts without it.
func New(o Options) (*Provider, error) {
	issuer, err := url.Parse(o.Issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" && issuer.Hostname() != "127.0.0.1" && issuer.Hostname() != "localhost" {
		return nil, fmt.Errorf("issuer %q is not an https address", o.Issuer)
	}
	if redirect, err := url.Parse(o.Redirect); err != nil || redirect.Host == "" {
		return nil, fmt.Errorf("redirect %q is not an address", o.Redirect)
	}
	if o.ClientID == "" || o.Secret == "" {
		return nil, errors.New("the provider's client id and secret are needed")
	}
	if len(o.Scopes) == 0 {
		o.Scopes = []string{oidc.ScopeOpenID, "email", "given_name", "usual_name"}
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return &Provider{opts: o}, nil
}

// discover returns the provider's metadata.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The key set outlives the request: it fetches keys again when they roll over.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.opts.Client), p.opts.Issuer)
	if err != nil {
		return nil, fmt.Errorf("identity provider: %w", err)
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, fmt.Errorf("identity provider: %w", err)
	}
	p.found, p.endpoint = found, more.EndSession
	return found, nil
}

func (p *Provider) config(found *oidc.Provider) *oauth2.Config {
	endpoint := found.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams // ProConnect takes the secret in the body alone
	return &oauth2.Config{ClientID: p.opts.ClientID, ClientSecret: p.opts.Secret, RedirectURL: p.opts.Redirect, Scopes: p.opts.Scopes, Endpoint: endpoint}
}

// secretText is a state or a nonce: ProConnect wants 32 characters at least.
func secretText() string { return rand.Text() + rand.Text() }

// Start returns where to send the browser, and what to keep until it comes back.
func (p *Provider) Start(ctx context.Context) (string, web.Pending, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", web.Pending{}, err
	}
	pending := web.Pending{State: secretText(), Nonce: secretText()}
	params := []oauth2.AuthCodeOption{oidc.Nonce(pending.Nonce)}
	if len(p.opts.ACR) > 0 {
		// ProConnect tells the level in the token only where it is asked for like this.
		claims, err := json.Marshal(map[string]any{"id_token": map[string]any{"acr": map[string]any{"essential": true, "values": p.opts.ACR}, "amr": nil}})
		if err != nil {
			return "", web.Pending{}, err
		}
		params = append(params, oauth2.SetAuthURLParam("claims", string(claims)))
	}
	if p.opts.PKCE {
		pending.Verifier = oauth2.GenerateVerifier()
		params = append(params, oauth2.S256ChallengeOption(pending.Verifier))
	}
	return p.config(found).AuthCodeURL(pending.State, params...), pending, nil
}

// Finish makes an identity of the answer that the browser brought back. Whatever does
// not hold is an error that wraps [web.ErrCredentials] and says what, for the log.
func (p *Provider) Finish(ctx context.Context, pending web.Pending, answer url.Values) (web.Identity, error) {
	for _, name := range []string{"code", "state", "iss", "error"} {
		if len(answer[name]) > 1 {
			return web.Identity{}, refused("parameter %s comes twice", name)
		}
	}
	if pending.State == "" || answer.Get("state") != pending.State {
		return web.Identity{}, refused("state is not the one that was sent")
	}
	if iss := answer.Get("iss"); iss != "" && iss != p.opts.Issuer { // RFC 9207
		return web.Identity{}, refused("answer of another issuer")
	}
	if answer.Get("error") != "" || answer.Get("code") == "" {
		return web.Identity{}, refused("the provider gave no code")
	}
	found, err := p.discover(ctx)
	if err != nil {
		return web.Identity{}, err
	}
	ctx = oidc.ClientContext(ctx, p.opts.Client)
	var params []oauth2.AuthCodeOption
	if pending.Verifier != "" {
		params = append(params, oauth2.VerifierOption(pending.Verifier))
	}
	token, err := p.config(found).Exchange(ctx, answer.Get("code"), params...)
	if err != nil {
		// The error is left out: it quotes the provider's answer.
		return web.Identity{}, refused("the code was not taken")
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return web.Identity{}, refused("no id token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.opts.ClientID, SupportedSigningAlgs: algorithms}).Verify(ctx, raw)
	if err != nil {
		return web.Identity{}, refused("id token: %v", err)
	}
	if err := p.checkID(id, pending); err != nil {
		return web.Identity{}, err
	}
	info, err := p.userInfo(ctx, found, token.AccessToken)
	if err != nil {
		return web.Identity{}, err
	}
	// A token of the same provider about somebody else must not pass.
	if info.Subject != id.Subject {
		return web.Identity{}, refused("user information of another subject")
	}
	return web.Identity{
		Subject: p.opts.Issuer + " " + id.Subject, Email: info.Email, Name: strings.TrimSpace(info.GivenName + " " + info.UsualName), IDToken: raw,
	}, nil
}

// checkID checks what go-oidc leaves to its caller.
func (p *Provider) checkID(id *oidc.IDToken, pending web.Pending) error {
	var claims struct {
		ACR string `json:"acr"`
		AZP string `json:"azp"`
	}
	if err := id.Claims(&claims); err != nil {
		return refused("id token is not readable")
	}
	switch {
	case pending.Nonce == "" || id.Nonce != pending.Nonce:
		return refused("nonce is not the one that was sent")
	case len(id.Audience) > 1 && claims.AZP != p.opts.ClientID:
		return refused("id token is for several, and not asked for by this one")
	case len(p.opts.ACR) > 0 && !slices.Contains(p.opts.ACR, claims.ACR):
		return refused("assurance level %q is not taken", claims.ACR)
	}
	return nil
}

// userInfo is what is read of a person.
type userInfo struct {
	Subject   string `json:"sub"`
	Email     string `json:"email"`
	GivenName string `json:"given_name"`
	UsualName string `json:"usual_name"`
}

// maxUserInfo bounds an answer of the provider.
const maxUserInfo = 1 << 20

// userInfo asks for the person's information. oidc.Provider.UserInfo takes a signed
// one that was made for another client, so that it is verified here.
func (p *Provider) userInfo(ctx context.Context, found *oidc.Provider, access string) (userInfo, error) {
	var info userInfo
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, found.UserInfoEndpoint(), nil)
	if err != nil {
		return info, fmt.Errorf("user information: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+access)
	res, err := p.opts.Client.Do(req)
	if err != nil {
		return info, fmt.Errorf("user information: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxUserInfo))
	if err != nil {
		return info, fmt.Errorf("user information: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return info, refused("user information: status %d", res.StatusCode)
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch {
	case kind == "application/jwt":
		// It may carry no expiry of its own: it was asked for a moment ago.
		v := found.Verifier(&oidc.Config{ClientID: p.opts.ClientID, SkipExpiryCheck: true, SupportedSigningAlgs: algorithms})
		token, err := v.Verify(ctx, string(body))
		if err != nil {
			return info, refused("user information: %v", err)
		}
		if !token.Expiry.IsZero() && token.Expiry.Unix() > 0 && time.Now().After(token.Expiry) {
			return info, refused("user information has expired")
		}
		if err := token.Claims(&info); err != nil {
			return info, refused("user information is not readable")
		}
	case !p.opts.Unsigned:
		return info, refused("user information is not signed")
	default:
		if err := json.Unmarshal(body, &info); err != nil {
			return info, refused("user information is not readable")
		}
	}
	if info.Subject == "" {
		return info, refused("user information of nobody")
	}
	return info, nil
}

// Leave returns the address at which the person ends the session at the provider, ""
// where the provider has none.
func (p *Provider) Leave(idToken string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.endpoint == "" || idToken == "" {
		return ""
	}
	return p.endpoint + "?" + url.Values{"id_token_hint": {idToken}, "state": {secretText()}, "post_logout_redirect_uri": {p.back()}}.Encode()
}

// back returns the address of /signin at the same place as the redirect, where the
// provider sends people after they left.
func (p *Provider) back() string {
	u, err := url.Parse(p.opts.Redirect)
	if err != nil {
		return ""
	}
	u.Path, u.RawQuery = "/signin", ""
	return u.String()
}

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %s", web.ErrCredentials, fmt.Sprintf(format, args...))
}
