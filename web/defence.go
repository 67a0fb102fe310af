package web

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// setHeaders writes what every answer carries. The policy was tried in Chromium with
// htmx under Trusted Types: no inline script, no inline style, nothing from elsewhere.
func setHeaders(h http.Header, nonce string, secure bool) {
	script := "'none'"
	if nonce != "" {
		script = "'nonce-" + nonce + "'"
	}
	h.Set("Content-Security-Policy", "default-src 'none'; script-src "+script+"; style-src 'self'; img-src 'self' data:; "+
		"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "+
		"require-trusted-types-for 'script'; trusted-types htmx")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// hostOf returns the name of a Host header, without port and brackets.
func hostOf(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// socketClient is the client of all that comes through a socket: the proxy.
const socketClient = "unix"

// clientOf names who is asking, for rates: an address, the network of an IPv6 one, or
// [socketClient].
func clientOf(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return socketClient
	}
	addr := at.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// Rates of one address. A page with its style and scripts is five requests, and an
// office may stand behind one address: 200 a second, and five seconds of them at once,
// stop a flood and no reader.
const (
	requestsPerSecond = 200
	burstSeconds      = 5
	costOfPost        = 5
	clientsKept       = 10_000
)

// limiter counts requests by address, and failures to sign in by account.
type limiter struct {
	now     func() time.Time
	rate    float64
	mu      sync.Mutex
	clients map[string]*rate.Limiter
	failed  map[string]failures
	streams map[string]int
	shown   map[string][]time.Time // reveals of the last hour, by login
}

// failures of one login or address to sign in.
type failures struct {
	count int
	until time.Time // no attempt before
}

func newLimiter(now func() time.Time, perSecond float64) *limiter {
	return &limiter{now: now, rate: cmp.Or(perSecond, requestsPerSecond), clients: map[string]*rate.Limiter{}, failed: map[string]failures{}, streams: map[string]int{}, shown: map[string][]time.Time{}}
}

func (l *limiter) allow(client, method string) bool {
	if client == socketClient {
		return true // the proxy has rates of its own, and all people behind it
	}
	cost := 1
	if method != http.MethodGet {
		cost = costOfPost
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lim := l.clients[client]
	if lim == nil {
		if len(l.clients) >= clientsKept {
			clear(l.clients)
		}
		lim = rate.NewLimiter(rate.Limit(l.rate), int(l.rate*burstSeconds))
		l.clients[client] = lim
	}
	return lim.AllowN(l.now(), cost)
}

// freeOfLogin attempts may fail before an account waits, freeOfClient before an
// address does, behind which an office may stand. Each further failure doubles the
// wait from one second up to maxWait: a thousand guesses at an account take ten days.
const (
	freeOfLogin  = 5
	freeOfClient = 50
	maxWait      = 15 * time.Minute
)

// attempt names what failures to sign in are counted by.
type attempt struct {
	key  string
	free int
}

func (c *call) attempts(login string) []attempt {
	return []attempt{{"login " + login, freeOfLogin}, {"client " + clientOf(c.r), freeOfClient}}
}

// waits returns how long there may be no attempt yet.
func (l *limiter) waits(by []attempt) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var wait time.Duration
	for _, a := range by {
		wait = max(wait, l.failed[a.key].until.Sub(l.now()))
	}
	return wait
}

// failedOnce counts a failure to sign in.
func (l *limiter) failedOnce(by []attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failed) >= clientsKept {
		clear(l.failed)
	}
	for _, a := range by {
		f := l.failed[a.key]
		f.count++
		if n := f.count - a.free; n >= 0 {
			f.until = l.now().Add(min(time.Second<<min(n, 20), maxWait))
		}
		l.failed[a.key] = f
	}
}

func (l *limiter) succeeded(a attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failed, a.key)
}

// openStream counts the streams of an account, up to streamsEach.
func (l *limiter) openStream(login string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[login] >= streamsEach {
		return false
	}
	l.streams[login]++
	return true
}

func (l *limiter) closeStream(login string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[login]--; l.streams[login] <= 0 {
		delete(l.streams, login)
	}
}

// reveals counts the reveals of an account, up to revealsAnHour.
func (l *limiter) reveals(login string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := slices.DeleteFunc(l.shown[login], func(t time.Time) bool { return l.now().Sub(t) >= time.Hour })
	if len(recent) >= revealsAnHour {
		l.shown[login] = recent
		return false
	}
	l.shown[login] = append(recent, l.now())
	return true
}

// local returns next where it is a path of this server, and "/" otherwise: a link
// must not lead elsewhere after signing in.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func queryEscape(s string) string { return url.QueryEscape(s) }
