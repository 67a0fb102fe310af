package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Provider signs people in somewhere else.
type Provider interface {
	// Start returns where to send the browser, and what to keep until it comes back.
	Start(context.Context) (address string, p Pending, err error)
	// Finish makes an identity of what the browser brought back, or an error that wraps
	// [ErrCredentials].
	Finish(ctx context.Context, p Pending, answer url.Values) (Identity, error)
	// Leave returns where a person ends the session at the provider, "" for nowhere.
	Leave(idToken string) string
}

// Pending is a sign-in that has begun.
type Pending struct{ State, Nonce, Verifier, Next string }

// Identity is who a provider says that somebody is.
type Identity struct {
	Subject string // the provider and its own name of the person
	Email   string
	Name    string
	IDToken string
}

// Keys of a session.
const (
	keyPending = "pending"
	keyIDToken = "id_token"
)

// startProvider sends the browser to the provider.
func (c *call) startProvider() (answer, error) {
	address, p, err := c.s.Provider.Start(c.ctx())
	if err != nil {
		return answer{}, err
	}
	p.Next = local(c.value("next"))
	data, err := json.Marshal(p)
	if err != nil {
		return answer{}, err
	}
	c.s.sessions.Put(c.ctx(), keyPending, string(data))
	return answer{see: address}, nil
}

// finishProvider signs in who comes back. What was kept serves once.
func (c *call) finishProvider() (answer, error) {
	var p Pending
	if err := json.Unmarshal([]byte(c.s.sessions.PopString(c.ctx(), keyPending)), &p); err != nil {
		return answer{}, c.refuse(http.StatusUnauthorized, "cette connexion n'a pas commencé ici : recommencer", "this sign-in did not begin here: start again")
	}
	id, err := c.s.Provider.Finish(c.ctx(), p, c.r.URL.Query())
	if errors.Is(err, ErrCredentials) {
		c.s.Log.Warn("sign-in by the provider refused", "error", err)
		if err := c.record("web.signin-failed", "-", map[string]string{"by": "provider"}); err != nil {
			return answer{}, err
		}
		return answer{}, c.refuse(http.StatusUnauthorized, "la connexion par le fournisseur d'identité a été refusée", "signing in by the identity provider was refused")
	}
	if err != nil {
		return answer{}, err
	}
	a, err := c.accountOf(id)
	if errors.Is(err, ErrNotFound) {
		if err := c.record("web.signin-failed", "-", map[string]string{"by": "provider", "account": "none"}); err != nil {
			return answer{}, err
		}
		return answer{}, c.refuse(http.StatusForbidden, "aucun compte n'est ouvert ici à cette personne : demander à l'administrateur", "no account is open here to this person: ask the administrator")
	}
	if err != nil {
		return answer{}, err
	}
	if err := c.enter(a); err != nil {
		return answer{}, err
	}
	c.s.sessions.Put(c.ctx(), keyIDToken, id.IDToken)
	return answer{see: local(p.Next)}, nil
}

// accountOf finds the account of an identity: by its subject, or, the first time, by
// its e-mail address, and then the subject is kept: whoever gets that address later
// is somebody else.
func (c *call) accountOf(id Identity) (Account, error) {
	all, err := c.s.Accounts.Accounts(c.ctx())
	if err != nil {
		return Account{}, err
	}
	for _, a := range all {
		if a.Subject == id.Subject {
			if a.Disabled {
				return Account{}, ErrNotFound
			}
			return a, nil
		}
	}
	login := Login(id.Email)
	for _, a := range all {
		if a.Login != login || a.Subject != "" || a.Disabled || a.Local || !strings.Contains(login, "@") {
			continue
		}
		err := c.s.Accounts.Update(c.ctx(), a.Login, func(a *Account) error {
			if a.Subject != "" {
				return ErrNotFound // another sign-in was first
			}
			a.Subject = id.Subject
			return nil
		})
		return a, err
	}
	return Account{}, ErrNotFound
}

// identifyProxy makes c.user the account that the proxy names. The proxy speaks
// through a socket that only it may open; from anywhere else the header is a lie.
func (c *call) identifyProxy() error {
	if clientOf(c.r) != socketClient {
		return c.refuse(http.StatusForbidden, "cette adresse n'est pas celle du mandataire", "this address is not the proxy's")
	}
	named := c.r.Header.Values(c.s.ProxyHeader)
	if len(named) != 1 {
		return nil // nobody, or somebody who brought a header along
	}
	a, err := c.s.Accounts.Account(c.ctx(), Login(named[0]))
	if errors.Is(err, ErrNotFound) || err == nil && a.Disabled {
		return nil
	}
	if err == nil {
		c.user = &a
	}
	return err
}
