package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Sessions end 30 minutes after the last request, and 10 hours after signing in: a
// working day.
const (
	idleTime = 30 * time.Minute
	lifeTime = 10 * time.Hour
)

// Keys of a session.
const (
	keyLogin = "login"
	keyEpoch = "epoch"

	keySession = "session" // names a session to its owner: it lets nobody in
	keySince   = "since"
	keyFrom    = "from" // address
)

func newSessions(o Options) *scs.SessionManager {
	m := scs.New()
	m.Store = o.Sessions
	m.HashTokenInStore, m.Codec = true, sessionCodec{}
	m.IdleTimeout, m.Lifetime = idleTime, lifeTime
	m.Cookie.Name = "poterne"
	if o.Secure {
		m.Cookie.Name, m.Cookie.Secure = "__Host-poterne", true
	}
	// Lax: the way back from an identity provider is a navigation from another site.
	m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = true, http.SameSiteLaxMode, "/"
	m.Cookie.Persist = false
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		o.Log.Error("session", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
	return m
}

// identify finds who asks: by the token of a program, by the session of a browser.
func (c *call) identify() error {
	c.user = nil
	if c.s.ProxyHeader != "" {
		return c.identifyProxy()
	}
	if c.api && c.r.Header.Get("Authorization") != "" {
		return c.identifyToken()
	}
	login := c.s.sessions.GetString(c.ctx(), keyLogin)
	if login == "" {
		return nil
	}
	a, err := c.s.Accounts.Account(c.ctx(), login)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err != nil || a.Disabled || strconv.FormatInt(a.Epoch, 10) != c.s.sessions.GetString(c.ctx(), keyEpoch) {
		return c.s.sessions.Destroy(c.ctx())
	}
	c.user = &a
	return nil
}

// identifyToken makes c.user the account that a token acts for, with no more than
// the roles and shares that both have.
func (c *call) identifyToken() error {
	secret, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil
	}
	by := []attempt{{"token " + clientOf(c.r), freeOfClient}}
	if c.s.limits.waits(by) > 0 {
		return c.refuse(http.StatusTooManyRequests, "trop d'essais, attendre", "too many attempts, wait")
	}
	t, err := c.s.Accounts.Token(c.ctx(), secret)
	var a Account
	if err == nil {
		a, err = c.s.Accounts.Account(c.ctx(), t.Login)
	}
	if errors.Is(err, ErrNotFound) || err == nil && a.Disabled {
		c.s.limits.failedOnce(by)
		return nil
	}
	if err != nil {
		return err
	}
	a.Roles = slices.DeleteFunc(slices.Clone(a.Roles), func(r Role) bool { return !slices.Contains(t.Roles, r) })
	c.user, c.token, c.narrow = &a, true, t.Shares
	return nil
}

// enter starts the session of a: under a new token, so that one which was planted
// before is worth nothing.
func (c *call) enter(a Account) error {
	if err := c.s.sessions.Clear(c.ctx()); err != nil {
		return err
	}
	if err := c.s.sessions.RenewToken(c.ctx()); err != nil {
		return err
	}
	c.s.sessions.Put(c.ctx(), keyLogin, a.Login)
	c.s.sessions.Put(c.ctx(), keyEpoch, strconv.FormatInt(a.Epoch, 10))
	c.s.sessions.Put(c.ctx(), keySession, rand.Text())
	c.s.sessions.Put(c.ctx(), keySince, c.s.Now().UTC().Format(time.RFC3339))
	c.s.sessions.Put(c.ctx(), keyFrom, clientOf(c.r))
	c.user = &a
	return c.record("web.signin", a.Login, nil)
}

type signInData struct {
	Next, Login string
	Provider    string // name of the identity provider, "" where there is none
	Failed      bool
	Wait        int // seconds
}

func (c *call) signInPage() (answer, error) {
	next := local(c.value("next"))
	if c.user != nil {
		return answer{see: next}, nil
	}
	return c.signInForm(signInData{Next: next}, http.StatusOK)
}

func (c *call) signInForm(d signInData, status int) (answer, error) {
	if c.s.Provider != nil {
		d.Provider = cmp.Or(c.s.ProviderName, c.T("le fournisseur d'identité", "the identity provider"))
	}
	return answer{page: "signin", title: c.T("Se connecter", "Sign in"), data: d, status: status}, nil
}

func (c *call) signIn() (answer, error) {
	login, next := Login(c.value("login")), local(c.value("next"))
	if login == "" || c.value("password") == "" {
		return c.signInForm(signInData{Next: next, Login: login, Failed: true}, http.StatusUnauthorized)
	}
	by := c.attempts(login)
	if wait := c.s.limits.waits(by); wait > 0 {
		c.w.Header().Set("Retry-After", fmt.Sprint(seconds(wait)))
		return c.signInForm(signInData{Next: next, Login: login, Wait: seconds(wait)}, http.StatusTooManyRequests)
	}
	a, err := c.s.Accounts.Authenticate(c.ctx(), login, c.value("password"), c.value("code"))
	if errors.Is(err, ErrSecurityKey) {
		return c.askForKey(a, next, false)
	}
	if errors.Is(err, ErrCredentials) {
		c.s.limits.failedOnce(by)
		// What was typed as a login may be a password: it is told only where it is one.
		object := "-"
		if _, err := c.s.Accounts.Account(c.ctx(), login); err == nil {
			object = login
		}
		if err := c.record("web.signin-failed", object, nil); err != nil {
			return answer{}, err
		}
		return c.signInForm(signInData{Next: next, Login: login, Failed: true}, http.StatusUnauthorized)
	}
	if err != nil {
		return answer{}, err
	}
	c.s.limits.succeeded(by[0])
	if err := c.enter(a); err != nil {
		return answer{}, err
	}
	return answer{see: next}, nil
}

func (c *call) signOut() (answer, error) {
	if c.user != nil {
		if err := c.record("web.signout", c.user.Login, nil); err != nil {
			return answer{}, err
		}
	}
	idToken := c.s.sessions.GetString(c.ctx(), keyIDToken)
	if err := c.s.sessions.Destroy(c.ctx()); err != nil {
		return answer{}, err
	}
	if c.s.Provider != nil {
		if leave := c.s.Provider.Leave(idToken); leave != "" {
			// A link, not a redirect: the policy of contents lets no form lead elsewhere.
			c.user = nil
			return answer{page: "signedout", title: c.T("Déconnecté", "Signed out"), data: leave}, nil
		}
	}
	return answer{see: "/signin"}, nil
}

// langCookie remembers a choice of language, before and after signing in.
const langCookie = "poterne-lang"

func (c *call) language() string {
	if k, err := c.r.Cookie(langCookie); err == nil && (k.Value == "fr" || k.Value == "en") {
		return k.Value
	}
	return c.s.Lang
}

func (c *call) setLanguage() (answer, error) {
	lang := "fr"
	if c.value("lang") == "en" {
		lang = "en"
	}
	http.SetCookie(c.w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: c.s.Secure, SameSite: http.SameSiteLaxMode})
	return answer{see: local(c.value("next"))}, nil
}

func seconds(d time.Duration) int { return int(d/time.Second) + 1 }
