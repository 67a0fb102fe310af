package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/alexedwards/scs/v2"
)

// SignedIn starts a session of a without its password, whose hash takes as long as it
// should, and returns its cookie.
func SignedIn(ctx context.Context, store scs.CtxStore, a Account) (*http.Cookie, error) {
	m := newSessions(Options{Sessions: store})
	ctx, err := m.Load(ctx, "")
	if err != nil {
		return nil, err
	}
	m.Put(ctx, keyLogin, a.Login)
	m.Put(ctx, keyEpoch, strconv.FormatInt(a.Epoch, 10))
	token, _, err := m.Commit(ctx)
	return &http.Cookie{Name: m.Cookie.Name, Value: token, Path: "/"}, err
}

// AccountChanges are what a program may ask to be done to an account.
var AccountChanges = accountChanges

// Routes lists the method and pattern of each route that options give, and of each
// of its twins in the API.
func Routes(o Options) []string {
	s := &server{Options: o}
	var out []string
	for _, r := range s.routes() {
		out = append(out, r.method+" "+r.path)
		if r.api {
			out = append(out, r.method+" "+apiPath(r.path))
		}
	}
	return out
}
