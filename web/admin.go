package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

type accountsData struct {
	Accounts []Account `json:"accounts"`
	Tokens   []Token   `json:"tokens"`
	Roles    []Role    `json:"-"`
}

func (c *call) accounts() (answer, error) {
	d := accountsData{Roles: Roles()}
	var err error
	if d.Accounts, err = c.s.Accounts.Accounts(c.ctx()); err != nil {
		return answer{}, err
	}
	if d.Tokens, err = c.s.Accounts.Tokens(c.ctx()); err != nil {
		return answer{}, err
	}
	return answer{page: "accounts", title: c.T("Comptes", "Accounts"), data: d}, nil
}

// asked reads the roles and shares of a form.
func (c *call) asked(a *Account) {
	a.Roles = nil
	for _, r := range c.values()["role"] {
		a.Roles = append(a.Roles, Role(r))
	}
	a.Shares = nil
	for _, text := range c.values()["shares"] {
		for s := range strings.SplitSeq(text, "\n") {
			if s = strings.TrimSpace(s); s != "" {
				a.Shares = append(a.Shares, s)
			}
		}
	}
	a.Name = c.value("name")
}

func (c *call) addAccount() (answer, error) {
	a := Account{Login: Login(c.value("login"))}
	c.asked(&a)
	if err := a.Check(); err != nil {
		return answer{}, err
	}
	if err := c.record("web.account-add", a.Login, map[string]string{"roles": fmt.Sprint(a.Roles)}); err != nil {
		return answer{}, err
	}
	if err := c.s.Accounts.Add(c.ctx(), a, c.value("password")); err != nil {
		return answer{}, err
	}
	return answer{see: "/accounts", data: a}, nil
}

// accountChanges are what may be done to an account.
var accountChanges = []string{"rights", "disable", "enable", "sessions", "password", "second", "keys"}

// changeAccount does one thing to an account: its rights, its state, its sessions,
// its password, what stands beside that.
func (c *call) changeAccount() (answer, error) {
	login, do := Login(c.r.PathValue("login")), c.value("do")
	if _, err := c.s.Accounts.Account(c.ctx(), login); err != nil {
		return answer{}, err
	}
	if !slices.Contains(accountChanges, do) {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "action inconnue", "unknown action")
	}
	if login == c.user.Login && do != "sessions" {
		// The last administrator would lock everybody out, and a session that was left
		// open would take password and keys away: on one's own page they take proof.
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "un autre administrateur doit le faire, ou soi-même sur « Mon compte »", "another administrator has to do this, or oneself on “My account”")
	}
	if err := c.record("web.account-"+do, login, nil); err != nil {
		return answer{}, err
	}
	var err error
	switch do {
	case "rights":
		err = c.s.Accounts.Update(c.ctx(), login, func(a *Account) error { c.asked(a); return nil })
	case "disable", "enable":
		err = c.s.Accounts.Update(c.ctx(), login, func(a *Account) error { a.Disabled = do == "disable"; return nil })
	case "sessions":
		err = c.s.Accounts.EndSessions(c.ctx(), login)
	case "password":
		err = c.s.Accounts.SetPassword(c.ctx(), login, c.value("password"))
	case "second":
		err = c.s.Accounts.SetSecond(c.ctx(), login, "", "")
	case "keys":
		err = c.s.Accounts.RemoveKey(c.ctx(), login, "")
	}
	if err != nil {
		return answer{}, err
	}
	return answer{see: "/accounts", data: map[string]any{"login": login, "done": do}}, nil
}
