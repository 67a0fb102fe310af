package web

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// StoredSession is a session as it is stored. Its ID is not its token.
type StoredSession struct {
	ID   string
	Data []byte // of [sessionCodec]
	Ends time.Time
}

// session is somebody who is signed in.
type session struct {
	ID      string    `json:"session"`
	Login   string    `json:"login"`
	Started time.Time `json:"started,omitzero"`
	From    string    `json:"from"` // an address
	Ends    time.Time `json:"ends"` // unless a request comes before
	Mine    bool      `json:"mine"` // the one that asks
}

// sessionsOf lists the sessions that still let somebody in, of all accounts or of one.
func (c *call) sessionsOf(login string) ([]session, error) {
	stored, err := c.s.Accounts.Sessions(c.ctx())
	if err != nil {
		return nil, err
	}
	accounts, err := c.s.Accounts.Accounts(c.ctx())
	if err != nil {
		return nil, err
	}
	out := []session{}
	for _, x := range stored {
		_, values, err := sessionCodec{}.Decode(x.Data)
		if err != nil {
			return nil, err
		}
		text := func(key string) string { s, _ := values[key].(string); return s }
		i := slices.IndexFunc(accounts, func(a Account) bool { return a.Login == text(keyLogin) })
		if i < 0 || accounts[i].Disabled || strconv.FormatInt(accounts[i].Epoch, 10) != text(keyEpoch) || login != "" && login != accounts[i].Login {
			continue // nobody is let in by it
		}
		started, _ := time.Parse(time.RFC3339, text(keySince)) // zero for those of before
		mine := text(keySession) != "" && text(keySession) == c.s.sessions.GetString(c.ctx(), keySession)
		out = append(out, session{x.ID, accounts[i].Login, started, text(keyFrom), x.Ends, mine && !c.token})
	}
	slices.SortFunc(out, func(a, b session) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// allSessions lists the sessions of all accounts.
func (c *call) allSessions() (answer, error) {
	list, err := c.sessionsOf("")
	return answer{page: "sessions", title: c.T("Sessions", "Sessions"), data: map[string]any{"sessions": list}}, err
}

// endSession ends a session: one's own, or any where accounts are managed.
func (c *call) endSession() (answer, error) {
	login, see := c.user.Login, "/account"
	if c.user.may(manage) && !c.token {
		login = ""
	}
	list, err := c.sessionsOf(login)
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(list, func(x session) bool { return x.ID == c.r.PathValue("id") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	if list[i].Login != c.user.Login {
		see = "/sessions"
	}
	if err := c.record("web.session-end", list[i].Login, nil); err != nil {
		return answer{}, err
	}
	if list[i].Mine {
		return answer{see: "/signin", data: map[string]any{"ended": list[i].ID}}, c.s.sessions.Destroy(c.ctx())
	}
	return answer{see: see, data: map[string]any{"ended": list[i].ID}}, c.s.Accounts.EndSession(c.ctx(), list[i].ID)
}
