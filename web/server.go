package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// server answers to all requests.
type server struct {
	Options
	sessions *scs.SessionManager
	pages    map[string]*template.Template
	answers  answers
	assets   assets
	served   map[string]bool // paths of GET routes
	themed   bool
	totals   totals
	settle   settling

	simulated simulations
	volumes   volumes
	limits    *limiter
}

// New returns the handler of all pages.
func New(o Options) (http.Handler, error) {
	if o.Store == nil || o.Accounts == nil || o.Sessions == nil || o.Query == nil || o.Mistake == nil || o.Match == nil || o.Words == nil || o.Line == nil || o.Audit == nil {
		return nil, errors.New("web: options miss a store, accounts, sessions, a query language, words or the audit")
	}
	o.Lang = cmp.Or(o.Lang, "fr")
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{Options: o, served: map[string]bool{}, limits: newLimiter(o.Now, o.Rate)}
	var err error
	if s.pages, err = parsePages(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if o.Theme != nil {
		_, err := fs.Stat(o.Theme, "theme.css")
		s.themed = err == nil
	}
	s.sessions = newSessions(o)
	if s.Reviews != nil {
		s.settle.soon(s) // what was decided before a crash
	}
	if s.Destinations != nil {
		s.countVolumes(context.Background())
	}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		s.served[strings.TrimSuffix(r.path, "{$}")] = s.served[strings.TrimSuffix(r.path, "{$}")] || r.method == http.MethodGet
		mux.Handle(r.method+" "+r.path, s.serve(r, false))
		if r.api {
			mux.Handle(r.method+" "+apiPath(r.path), s.serve(r, true))
		}
	}
	unknown := route{method: http.MethodGet, path: "/", right: public, handle: func(*call) (answer, error) { return answer{}, ErrNotFound }}
	mux.Handle("/", s.serve(unknown, false))
	mux.Handle("/api/", s.serve(unknown, true))
	return s.guard(mux), nil
}

// apiPath returns where the data of a page is JSON.
func apiPath(path string) string {
	if path == "/{$}" {
		return "/api/v1/overview"
	}
	return "/api/v1" + path
}

// answerTime bounds the work on one page; longRoutes bound it themselves.
const answerTime = 30 * time.Second

var longRoutes = []string{"/runs/events", "/exports", "/destinations/{name}/export", "/documents/{id}/reveal", "/reveals/{id}", "/audit/verify", "/retention"}

// serve runs one route: who asks, whether they may, the handler, and the answer.
func (s *server) serve(r route, api bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start, sw := time.Now(), &statusWriter{ResponseWriter: w}
		if !slices.Contains(longRoutes, r.path) {
			ctx, cancel := context.WithTimeout(req.Context(), answerTime)
			defer cancel()
			req = req.WithContext(ctx)
		}
		c := &call{s: s, w: sw, r: req, route: &r, api: api, lang: s.Lang, nonce: rand.Text()}
		// The pattern, not the path: an address may tell what a person looked for.
		defer func() {
			s.Log.Debug("request", "method", req.Method, "route", r.path, "status", sw.status, "duration", time.Since(start))
		}()
		setHeaders(w.Header(), c.nonce, s.Secure)
		a, err := c.run()
		if err == nil {
			err = c.show(a)
		}
		if err != nil {
			c.fail(err)
		}
	})
}

func (c *call) run() (answer, error) {
	if err := c.identify(); err != nil {
		return answer{}, err
	}
	c.lang = c.language()
	if !c.user.may(c.route.right) {
		switch {
		case c.user != nil:
			return answer{}, c.refuse(http.StatusForbidden, "ce compte n'a pas ce droit", "this account does not have this right")
		case c.api:
			c.w.Header().Set("WWW-Authenticate", "Bearer")
			return answer{}, c.refuse(http.StatusUnauthorized, "il faut un jeton", "a token is needed")
		case c.r.Method == http.MethodGet:
			return answer{see: "/signin?next=" + queryEscape(c.r.URL.RequestURI())}, nil
		}
		return answer{}, c.refuse(http.StatusUnauthorized, "la session est finie", "the session is over")
	}
	if c.r.Method == http.MethodPost {
		if err := c.readBody(); err != nil {
			return answer{}, err
		}
	}
	var err error
	if c.scope, err = c.s.scope(c.user, c.narrow); err != nil {
		return answer{}, err
	}
	return c.route.handle(c)
}

// fail answers with an error: its words where a person can do something, a number
// to look for in the log otherwise.
func (c *call) fail(err error) {
	var p *problem
	var r *Refusal
	switch {
	case errors.As(err, &p):
	case errors.As(err, &r):
		p = &problem{http.StatusUnprocessableEntity, c.T(r.French, r.English)}
	case errors.Is(err, ErrNotFound):
		p = &problem{http.StatusNotFound, c.T("cette page n'existe pas", "there is no such page")}
	case errors.Is(err, ErrEmpty):
		p = &problem{http.StatusServiceUnavailable, c.T("rien n'a encore été analysé : lancer « poterne scan »", "nothing was scanned yet: run “poterne scan”")}
	case errors.Is(err, context.Canceled):
		return // nobody reads the answer
	case errors.Is(err, context.DeadlineExceeded):
		p = &problem{http.StatusGatewayTimeout, c.T("la réponse a pris trop de temps", "the answer took too long")}
	default:
		number := rand.Text()[:8]
		c.s.Log.Error("request failed", "route", c.route.path, "number", number, "error", err)
		p = &problem{http.StatusInternalServerError, c.T("une erreur s'est produite, voir le journal du service : ", "an error occurred, see the log of the service: ") + number}
	}
	if c.api {
		err = c.json(p.status, map[string]any{"error": p.text})
	} else {
		err = c.show(answer{page: "problem", title: http.StatusText(p.status), status: p.status, data: p})
	}
	if err != nil {
		c.s.Log.Error("error page failed", "error", err)
		http.Error(c.w, http.StatusText(p.status), p.status)
	}
}

// guard stands in front of all routes: panics, hosts, rates, cross-origin writes.
func (s *server) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.serve(route{path: "cross-origin", right: public, handle: func(c *call) (answer, error) {
		return answer{}, c.refuse(http.StatusForbidden, "demande venue d'un autre site", "request from another site")
	}}, false))
	next = s.sessions.LoadAndSave(cross.Handler(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Log.Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
				if sw.status == 0 {
					http.Error(sw, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				}
			}
		}()
		setHeaders(sw.Header(), "", s.Secure)
		switch {
		case len(s.Hosts) > 0 && !slices.Contains(s.Hosts, hostOf(r.Host)):
			// Another name that leads here: DNS rebinding, or a proxy that nobody named.
			http.Error(sw, "misdirected request", http.StatusMisdirectedRequest)
		case !s.limits.allow(clientOf(r), r.Method):
			sw.Header().Set("Retry-After", "1")
			http.Error(sw, http.StatusText(http.StatusTooManyRequests), http.StatusTooManyRequests)
		default:
			next.ServeHTTP(sw, r)
		}
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
