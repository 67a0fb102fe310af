package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

type accountData struct {
	Account
	Tokens   []Token   `json:"tokens"`
	Sessions []session `json:"sessions"`
	Secret   string    `json:"token,omitempty"` // of a token that was just made
	Enrol    string    `json:"-"`               // secret of one-time codes, to be proved
	Address  string    `json:"-"`               // that an authenticator reads
	Picture  string    `json:"-"`               // the same as the path of a QR code
	Size     int       `json:"-"`               // its modules a side
	Adding   string    `json:"-"`               // what the script asks a new security key
	Using    string    `json:"-"`               // what it asks one that is there
	Roles    []Role    `json:"-"`               // that a token may have
}

func (c *call) account() (answer, error) { return c.accountPage(accountData{}) }

func (c *call) accountPage(d accountData) (answer, error) {
	d.Account, d.Tokens = *c.user, []Token{}
	all, err := c.s.Accounts.Tokens(c.ctx())
	if err != nil {
		return answer{}, err
	}
	for _, t := range all {
		if t.Login == c.user.Login {
			d.Tokens = append(d.Tokens, t)
		}
	}
	if d.Sessions, err = c.sessionsOf(c.user.Login); err != nil {
		return answer{}, err
	}
	for _, r := range tokenRoles {
		if slices.Contains(c.user.Roles, r) {
			d.Roles = append(d.Roles, r)
		}
	}
	// Where its keys cannot answer, an account cannot prove itself to take codes into use.
	if !c.user.Second && c.user.Local && d.Enrol == "" && !c.api && (len(c.user.Keys) == 0 || c.keysWork()) {
		if d.Enrol, d.Address, err = c.s.Accounts.NewSecond(c.user.Login); err != nil {
			return answer{}, err
		}
		if d.Picture, d.Size, err = picture(d.Address); err != nil {
			return answer{}, err
		}
	}
	if c.user.Local && !c.api && c.keysWork() {
		if err := c.askOnPage(&d); err != nil {
			return answer{}, err
		}
	}
	return answer{page: "account", title: c.T("Mon compte", "My account"), data: d}, nil
}

// askOnPage makes the questions that forms of the page may put to security keys.
func (c *call) askOnPage(d *accountData) error {
	adding, state, err := c.s.SecurityKeys.BeginAdd(c.origin(), *c.user)
	if err != nil {
		return err
	}
	d.Adding = adding
	c.s.sessions.Put(c.ctx(), keyAdding, state)
	if len(c.user.Keys) == 0 {
		return nil
	}
	d.Using, state, err = c.s.SecurityKeys.BeginUse(c.origin(), *c.user)
	c.s.sessions.Put(c.ctx(), keyUsing, state)
	return err
}

// prove checks the password of who is signed in, and the second factor, before what
// would let another keep the account. Without key, a session that a security key let
// in is proof enough of it.
func (c *call) prove(key bool) error {
	by := c.attempts(c.user.Login)
	if wait := c.s.limits.waits(by); wait > 0 {
		return c.refuse(http.StatusTooManyRequests, "trop d'essais, attendre", "too many attempts, wait")
	}
	state := c.once(keyUsing)
	a, err := c.s.Accounts.Authenticate(c.ctx(), c.user.Login, c.value("current"), c.value("code"))
	if errors.Is(err, ErrSecurityKey) {
		if err = nil; key {
			err = c.useKey(a, state)
		}
	}
	if errors.Is(err, ErrCredentials) {
		c.s.limits.failedOnce(by)
		return c.refuse(http.StatusUnauthorized, "mot de passe actuel, code ou clé incorrect", "wrong current password, code or key")
	}
	return err
}

func (c *call) changePassword() (answer, error) {
	if err := c.prove(true); err != nil {
		return answer{}, err
	}
	if c.value("password") != c.value("again") {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "les deux mots de passe diffèrent", "the two passwords differ")
	}
	if err := c.record("web.password", c.user.Login, nil); err != nil {
		return answer{}, err
	}
	if err := c.s.Accounts.SetPassword(c.ctx(), c.user.Login, c.value("password")); err != nil {
		return answer{}, err
	}
	return c.enterAgain()
}

// enterAgain starts a new session where a change ended all those of the account.
func (c *call) enterAgain() (answer, error) {
	a, err := c.s.Accounts.Account(c.ctx(), c.user.Login)
	if err != nil {
		return answer{}, err
	}
	if err := c.enter(a); err != nil {
		return answer{}, err
	}
	return answer{see: "/account"}, nil
}

// changeSecond takes one-time codes into use, or away. Both take proof: codes let in
// without the key that they stand beside.
func (c *call) changeSecond() (answer, error) {
	secret, code := c.value("secret"), c.value("new-code")
	if err := c.prove(true); err != nil {
		return answer{}, err
	}
	if err := c.record("web.second-factor", c.user.Login, map[string]string{"on": strconv.FormatBool(secret != "")}); err != nil {
		return answer{}, err
	}
	if err := c.s.Accounts.SetSecond(c.ctx(), c.user.Login, secret, code); err != nil {
		return answer{}, err
	}
	return c.enterAgain()
}

// tokenRoles are the roles that a token may have: no program manages accounts or
// reads values.
var tokenRoles = []Role{Operator, DPO, Auditor}

// tokenLife bounds a token.
const tokenLife = 366 * 24 * time.Hour

func (c *call) addToken() (answer, error) {
	if c.token {
		return answer{}, c.refuse(http.StatusForbidden, "un jeton ne fait pas de jeton", "a token makes no token")
	}
	days, err := strconv.Atoi(c.value("days"))
	if err != nil || days < 1 || time.Duration(days)*24*time.Hour > tokenLife {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "durée de 1 à 366 jours", "a life of 1 to 366 days")
	}
	t := Token{Login: c.user.Login, Name: c.value("name"), Shares: c.values()["share"], Created: c.s.Now().UTC()}
	t.Expires = t.Created.AddDate(0, 0, days)
	for _, r := range c.values()["role"] {
		if !slices.Contains(tokenRoles, Role(r)) || !slices.Contains(c.user.Roles, Role(r)) {
			return answer{}, c.refuse(http.StatusUnprocessableEntity, "un jeton n'a que des rôles de son compte, ni admin ni revealer", "a token has roles of its account only, neither admin nor revealer")
		}
		t.Roles = append(t.Roles, Role(r))
	}
	if len(t.Roles) == 0 || t.Name == "" {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "un jeton a un nom et un rôle", "a token has a name and a role")
	}
	t.Shares = slices.DeleteFunc(t.Shares, func(s string) bool { return s == "" })
	if len(t.Shares) == 0 {
		t.Shares = []string{"*"} // of those that the account sees
	}
	if err := c.record("web.token", c.user.Login, map[string]string{"expires": t.Expires.Format(time.DateOnly)}); err != nil {
		return answer{}, err
	}
	secret, err := c.s.Accounts.AddToken(c.ctx(), t)
	if err != nil {
		return answer{}, err
	}
	return c.accountPage(accountData{Secret: secret}) // shown once: this is no page to come back to
}

func (c *call) revokeToken() (answer, error) {
	all, err := c.s.Accounts.Tokens(c.ctx())
	if err != nil {
		return answer{}, err
	}
	id := c.r.PathValue("id")
	i := slices.IndexFunc(all, func(t Token) bool { return t.ID == id })
	if i < 0 || all[i].Login != c.user.Login && !c.user.may(manage) {
		return answer{}, ErrNotFound
	}
	if err := c.record("web.token-revoke", all[i].Login, nil); err != nil {
		return answer{}, err
	}
	if err := c.s.Accounts.RevokeToken(c.ctx(), id); err != nil {
		return answer{}, err
	}
	see := "/account"
	if all[i].Login != c.user.Login {
		see = "/accounts"
	}
	return answer{see: see, data: map[string]any{"revoked": id}}, nil
}
