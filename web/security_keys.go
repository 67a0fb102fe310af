package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// SecurityKeys asks the security keys of people (WebAuthn), by their browsers. options
// are what the script of a page gives to the browser; state is kept in the session
// until its answer. An answer that does not hold is [ErrCredentials].
type SecurityKeys interface {
	// Works reports whether browsers ask for keys on an origin ("https://name:port").
	Works(origin string) bool
	BeginAdd(origin string, a Account) (options, state string, err error)
	FinishAdd(origin string, a Account, state, answer string) (SecurityKey, error)
	BeginUse(origin string, a Account) (options, state string, err error)
	FinishUse(origin string, a Account, state, answer string) (SecurityKey, error)
}

// SecurityKey is one key of an account.
type SecurityKey struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
	Used  time.Time `json:"used,omitzero"`
	Data  []byte    `json:"-"` // what [SecurityKeys] knows of it
}

// Keys of a session that is about security keys.
const (
	keyAdding     = "key-adding" // state of a key that is being added
	keyUsing      = "key-using"  // state of a key that is being asked
	keyWaits      = "waits"      // login that gave its password, and has to give a key
	keyWaitsEpoch = "waits-epoch"
	keyWaitsNext  = "waits-next"
	keyWaitsUntil = "waits-until"
)

// keyPatience is how long a password that was given counts without its key.
const keyPatience = 5 * time.Minute

// origin is where the browser is, as it says it itself. Names of this server were
// checked where they are known: see [server.guard].
func (c *call) origin() string {
	scheme := "http"
	if c.s.Secure {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host
}

// keysWork reports whether security keys may be asked here. Where any name leads here,
// none can be trusted to be that of a key.
func (c *call) keysWork() bool {
	return c.s.SecurityKeys != nil && len(c.s.Hosts) > 0 && c.s.SecurityKeys.Works(c.origin())
}

// once takes a value out of the session: an answer counts for one question.
func (c *call) once(key string) string {
	v := c.s.sessions.GetString(c.ctx(), key)
	c.s.sessions.Remove(c.ctx(), key)
	return v
}

type keyForm struct {
	Options string // for the script
	Failed  bool
	Works   bool
}

// askForKey keeps who gave a password, and asks for a key.
func (c *call) askForKey(a Account, next string, failed bool) (answer, error) {
	status := http.StatusOK
	if failed {
		status = http.StatusUnauthorized
	}
	out := answer{page: "signinkey", title: c.T("Clé de sécurité", "Security key"), status: status}
	if !c.keysWork() {
		out.data = keyForm{}
		return out, nil
	}
	options, state, err := c.s.SecurityKeys.BeginUse(c.origin(), a)
	if err != nil {
		return answer{}, err
	}
	if err := c.s.sessions.RenewToken(c.ctx()); err != nil {
		return answer{}, err
	}
	for key, value := range map[string]string{
		keyWaits: a.Login, keyWaitsEpoch: strconv.FormatInt(a.Epoch, 10), keyWaitsNext: next, keyUsing: state, keyWaitsUntil: c.s.Now().Add(keyPatience).UTC().Format(time.RFC3339),
	} {
		c.s.sessions.Put(c.ctx(), key, value)
	}
	out.data = keyForm{Options: options, Failed: failed, Works: true}
	return out, nil
}

// signInKey lets in who gave a password before and a key now, as somebody else than
// before where another account was signed in.
func (c *call) signInKey() (answer, error) {
	login, epoch, next := c.once(keyWaits), c.once(keyWaitsEpoch), c.once(keyWaitsNext)
	until, err := time.Parse(time.RFC3339, c.once(keyWaitsUntil))
	state := c.once(keyUsing)
	if login == "" || err != nil || c.s.Now().After(until) {
		return answer{see: "/signin"}, nil
	}
	a, err := c.s.Accounts.Account(c.ctx(), login)
	if errors.Is(err, ErrNotFound) || err == nil && (a.Disabled || strconv.FormatInt(a.Epoch, 10) != epoch) {
		return answer{see: "/signin"}, nil
	}
	if err != nil {
		return answer{}, err
	}
	by := c.attempts(login)
	if wait := c.s.limits.waits(by); wait > 0 {
		c.w.Header().Set("Retry-After", fmt.Sprint(seconds(wait)))
		return c.signInForm(signInData{Next: next, Login: login, Wait: seconds(wait)}, http.StatusTooManyRequests)
	}
	err = c.useKey(a, state)
	if errors.Is(err, ErrCredentials) {
		c.s.limits.failedOnce(by)
		if err := c.record("web.signin-failed", login, map[string]string{"by": "key"}); err != nil {
			return answer{}, err
		}
		return c.askForKey(a, next, true)
	}
	if err != nil {
		return answer{}, err
	}
	c.s.limits.succeeded(by[0])
	if err := c.enter(a); err != nil {
		return answer{}, err
	}
	return answer{see: local(next)}, nil
}

// useKey checks the answer of a key of a to a question.
func (c *call) useKey(a Account, state string) error {
	if !c.keysWork() || state == "" || c.value("answer") == "" {
		return ErrCredentials
	}
	k, err := c.s.SecurityKeys.FinishUse(c.origin(), a, state, c.value("answer"))
	if err != nil {
		return err
	}
	return c.s.Accounts.UseKey(c.ctx(), a.Login, k)
}

// addKey gives who is signed in another security key.
func (c *call) addKey() (answer, error) {
	name := strings.TrimSpace(c.value("name"))
	state := c.once(keyAdding)
	if name == "" || utf8.RuneCountInString(name) > 100 {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "donner un nom à la clé", "give the key a name")
	}
	// Its answer is that of the new key: one that is there has let the session in.
	if err := c.prove(false); err != nil {
		return answer{}, err
	}
	if !c.keysWork() || state == "" || c.value("answer") == "" {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "la clé n'a pas répondu", "the key did not answer")
	}
	k, err := c.s.SecurityKeys.FinishAdd(c.origin(), *c.user, state, c.value("answer"))
	if errors.Is(err, ErrCredentials) {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "la réponse de la clé ne tient pas", "the answer of the key does not hold")
	}
	if err != nil {
		return answer{}, err
	}
	k.Name = name
	if err := c.record("web.key-add", c.user.Login, map[string]string{"key": k.ID}); err != nil {
		return answer{}, err
	}
	if err := c.s.Accounts.AddKey(c.ctx(), c.user.Login, k); err != nil {
		return answer{}, err
	}
	return c.enterAgain()
}

// removeKey takes a security key from who is signed in.
func (c *call) removeKey() (answer, error) {
	if err := c.prove(true); err != nil {
		return answer{}, err
	}
	id := c.r.PathValue("id")
	if err := c.record("web.key-remove", c.user.Login, map[string]string{"key": id}); err != nil {
		return answer{}, err
	}
	if err := c.s.Accounts.RemoveKey(c.ctx(), c.user.Login, id); err != nil {
		return answer{}, err
	}
	return c.enterAgain()
}
