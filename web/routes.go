package web

// route is one line of the table of all that this server answers to.
type route struct {
	method, path string // as net/http patterns write them
	right        right
	handle       func(*call) (answer, error)
	api          bool // the data is JSON under /api/v1 too
}

// routes lists every route, and nothing else is served. The test of routes walks
// this same list.
func (s *server) routes() []route {
	rs := []route{
		{"GET", "/static/{version}/{file}", public, (*call).static, false},
		{"GET", "/theme/{file}", public, (*call).theme, false},
		{"GET", "/healthz", public, (*call).health, false},
		{"POST", "/language", public, (*call).setLanguage, false},
		{"GET", "/signin", public, (*call).signInPage, false},
		{"POST", "/signin", public, (*call).signIn, false},
		{"POST", "/signout", public, (*call).signOut, false},

		{"GET", "/api/v1/openapi.yaml", public, (*call).openAPI, false},

		{"GET", "/{$}", signedIn, (*call).dashboard, true},
		{"GET", "/search", read, (*call).search, true},
		{"GET", "/documents/{id}", read, (*call).document, true},
		{"GET", "/runs", counts, (*call).runs, true},
		{"GET", "/runs/{id}", counts, (*call).runPage, true},
		{"GET", "/account", signedIn, (*call).account, true},
		{"POST", "/account/password", signedIn, (*call).changePassword, false},
		{"POST", "/account/second", signedIn, (*call).changeSecond, false},
		{"POST", "/tokens", signedIn, (*call).addToken, true},
		{"POST", "/tokens/{id}/revoke", signedIn, (*call).revokeToken, true},
		{"GET", "/sessions", manage, (*call).allSessions, true},
		{"POST", "/sessions/{id}/end", signedIn, (*call).endSession, true},
		{"GET", "/accounts", manage, (*call).accounts, true},
		{"POST", "/accounts", manage, (*call).addAccount, true},
		{"POST", "/accounts/{login}", manage, (*call).changeAccount, true},
	}
	add := func(served bool, more ...route) {
		if served {
			rs = append(rs, more...)
		}
	}
	add(s.Shelf != nil,
		route{"POST", "/searches", read, (*call).saveSearch, true},
		route{"POST", "/searches/{id}/forget", read, (*call).forgetSearch, true})
	add(s.SecurityKeys != nil,
		route{"POST", "/signin/key", public, (*call).signInKey, false},
		route{"POST", "/account/keys", signedIn, (*call).addKey, false},
		route{"POST", "/account/keys/{id}/remove", signedIn, (*call).removeKey, false})
	add(s.Provider != nil,
		route{"GET", "/signin/provider", public, (*call).startProvider, false},
		route{"GET", "/signin/callback", public, (*call).finishProvider, false})
	add(s.Scans != nil,
		route{"GET", "/runs/events", counts, (*call).progress, false},
		route{"POST", "/runs/start", scan, (*call).startScan, true},
		route{"POST", "/runs/stop", scan, (*call).stopScan, true})
	add(s.Rules != nil,
		route{"GET", "/rules", signedIn, (*call).rules, true},
		route{"GET", "/rules/{rule}", signedIn, (*call).rule, true})
	add(s.RuleDiff != nil,
		route{"GET", "/compare", signedIn, (*call).compareForm, true},
		route{"POST", "/compare", trying, (*call).compareRules, true})
	add(s.Policy != nil,
		route{"GET", "/policy", signedIn, (*call).policy, true},
		route{"POST", "/policy", trying, (*call).comparePolicy, true})
	add(s.Policy != nil && s.Simulate != nil,
		route{"GET", "/simulations", read, (*call).simulations, true},
		route{"POST", "/simulations", read, (*call).simulate, true},
		route{"GET", "/simulations/{id}", read, (*call).simulationPage, true})
	add(s.Try != nil,
		route{"GET", "/try", trying, (*call).tryForm, false},
		route{"POST", "/try", trying, (*call).try, true})
	add(s.Fingerprints != nil,
		route{"GET", "/persons", read, (*call).persons, false},
		route{"POST", "/persons", read, (*call).findPerson, true})
	add(s.Destinations != nil && s.Admits != nil,
		route{"GET", "/destinations", signedIn, (*call).destinations, true},
		route{"GET", "/plan", counts, (*call).plans, true},
		route{"GET", "/destinations/{name}", counts, (*call).plan, true})
	add(s.Export != nil,
		route{"GET", "/exports", export, (*call).exports, false},
		route{"POST", "/exports", export, (*call).exportFile, true})
	add(s.Reviews != nil && s.Shelf != nil,
		route{"GET", "/reviews", read, (*call).reviews, true},
		route{"POST", "/reviews", decide, (*call).decide, true},
		route{"POST", "/reviews/{id}/withdraw", decide, (*call).withdraw, true},
		route{"POST", "/proposals/{id}", decide, (*call).answerProposal, true})
	add(s.Derogations != nil,
		route{"GET", "/derogations", read, (*call).derogations, true},
		route{"POST", "/derogations", decide, (*call).addDerogation, true},
		route{"POST", "/derogations/{id}/revoke", decide, (*call).revokeDerogation, true})
	add(s.Reveal != nil,
		route{"POST", "/documents/{id}/reveal", reveal, (*call).reveal, false})
	add(s.Reveal != nil && s.RevealSecond && s.Shelf != nil,
		route{"GET", "/reveals", reveal, (*call).reveals, false},
		route{"POST", "/reveals/{id}", reveal, (*call).answerReveal, false})
	add(s.PlanFile != nil,
		route{"POST", "/destinations/{name}/export", export, (*call).planFile, true})
	add(s.Keys != nil && s.Trail != nil,
		route{"GET", "/keys", manage, (*call).keys, true})
	add(s.Purge != nil && s.Trail != nil,
		route{"GET", "/retention", manage, (*call).retention, true},
		route{"POST", "/retention", manage, (*call).purge, true})
	add(s.Trail != nil && s.VerifyTrail != nil,
		route{"GET", "/audit", audit, (*call).trail, true},
		route{"POST", "/audit/verify", audit, (*call).verifyTrail, true})
	return rs
}
