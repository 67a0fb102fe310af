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

		{"GET", "/{$}", signedIn, (*call).dashboard, true},
		{"GET", "/search", read, (*call).search, true},
		{"GET", "/documents/{id}", read, (*call).document, true},
	}
	return rs
}
