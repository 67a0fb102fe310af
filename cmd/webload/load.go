package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"poterne/internal/made"

	"golang.org/x/sync/errgroup"
)

// page is one that users ask for. What differs from view to view is filled in: an
// answer that the server still has from the view before tells nothing.
type page struct {
	name string
	path func(u *user) string
}

func fixed(path string) func(*user) string { return func(*user) string { return path } }

// asked is a search whose values differ.
func asked(format string, values ...func() any) func(*user) string {
	return func(*user) string {
		args := make([]any, len(values))
		for i, v := range values {
			args[i] = v()
		}
		return "/search?q=" + url.QueryEscape(fmt.Sprintf(format, args...))
	}
}

func pick[T any](list []T) T { return list[rand.IntN(len(list))] }

// Values of searches.
func aShare() any  { return pick(made.Shares) }
func aRule() any   { return pick(made.Rules)[0] }
func aWord() any   { return pick(made.Words) }
func anOwner() any { return made.Owner(rand.IntN(made.Owners)) }
func aNumber() any { return rand.IntN(100) }

var pages = []page{
	{"dashboard", fixed("/")},
	{"dashboard by volume", fixed("/?area=bytes")},
	{"search, empty", fixed("/search")},
	{"search, class and owner", asked("level:>=3 class:H3 owner:%s", anOwner)},
	{"search, rule and share", asked(`rule:%s exposure:everyone share:"%s" size:>%dko`, aRule, aShare, aNumber)},
	{"search, words of a path", asked("%s %d", aWord, aNumber)},
	{"search, folder", asked(`path:"service %d/*" rule:%s`, aNumber, aRule)},
	{"search, not read", asked(`failure:* share:"%s" owner:%s`, aShare, anOwner)},
	{"document", func(u *user) string { return "/documents/" + pick(u.ids) }},
	{"reviews", fixed("/reviews")},
	{"derogations", fixed("/derogations")},
	{"destinations", fixed("/destinations")},
	{"plan", fixed("/destinations/microsoft-365")},
	{"plans", fixed("/plan")},
	{"exports", fixed("/exports")},
	{"persons", fixed("/persons")},
	{"audit", fixed("/audit")},
	{"policy", fixed("/policy?actor=collectivite")},
	{"comparison of rules", fixed("/compare")},
	{"simulations", fixed("/simulations")},
	{"accounts", fixed("/accounts")},
	{"sessions", fixed("/sessions")},
	{"keys", fixed("/keys")},
	{"retention", fixed("/retention")},
	{"runs", fixed("/runs")},
	{"run", func(u *user) string { return "/runs/" + pick(u.runs) }},
	{"rules", fixed("/rules")},
	{"rule", fixed("/rules/fr-nir")},
	{"account", fixed("/account")},
}

// result is what a load gave.
type result struct {
	mu      sync.Mutex
	first   map[string]time.Duration // of the first view of each page
	times   map[string][]time.Duration
	errors  []string
	own     int64 // bytes, at most
	peak    int64
	cpu     time.Duration // of the server, under load
	elapsed time.Duration
}

func (r *result) add(name string, d time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.errors = append(r.errors, fmt.Sprintf("%s: %v", name, err))
		return
	}
	r.times[name] = append(r.times[name], d)
}

// user is one person with one session, from an address of their own.
type user struct {
	base   string
	client *http.Client
	ids    []string // documents
	runs   []string
}

// newUser signs in. Users come from their own addresses, as rates are counted by them.
func newUser(ctx context.Context, base string, n int) (*user, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+n))}}
	u := &user{base: base, client: &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 2}}}
	body := url.Values{"login": {login}, "password": {password}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/signin", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := u.client.Do(req)
	if err != nil {
		return nil, err
	}
	if _, err := closeBody(res); err != nil || res.StatusCode != http.StatusOK || res.Request.URL.Path == "/signin" {
		return nil, fmt.Errorf("sign in: %s, %w", res.Status, err)
	}
	for pattern, path := range map[string]string{"documents": "/search?q=" + url.QueryEscape(fmt.Sprintf("level:>=2 share:%q", made.Shares[n%len(made.Shares)])), "runs": "/runs"} {
		html, err := u.get(ctx, path)
		if err != nil {
			return nil, err
		}
		for _, m := range regexp.MustCompile(`href="/`+pattern+`/([^"]+)"`).FindAllStringSubmatch(html, -1) {
			if pattern == "runs" {
				u.runs = append(u.runs, m[1])
			} else {
				u.ids = append(u.ids, m[1])
			}
		}
	}
	if len(u.ids) == 0 || len(u.runs) == 0 {
		return nil, errors.New("no document or no run to open")
	}
	return u, nil
}

// get returns a page; anything but a whole page of the program is an error.
func (u *user) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.base+path, nil)
	if err != nil {
		return "", err
	}
	res, err := u.client.Do(req)
	if err != nil {
		return "", err
	}
	html, err := closeBody(res)
	if err == nil && (res.StatusCode != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(html), "</html>")) {
		err = fmt.Errorf("status %s, %d bytes", res.Status, len(html))
	}
	return html, err
}

// open asks for a page and times it.
func (u *user) open(ctx context.Context, p page, r *result) time.Duration {
	path := p.path(u)
	start := time.Now()
	_, err := u.get(ctx, path)
	d := time.Since(start)
	if ctx.Err() == nil {
		r.add(p.name, d, err)
	}
	return d
}

// load has users ask for pages at random, each on their own, with time to read.
func (s *server) load(ctx context.Context, o options) (*result, error) {
	r := &result{first: map[string]time.Duration{}, times: map[string][]time.Duration{}}
	users := make([]*user, o.users)
	for i := range users {
		var err error
		if users[i], err = newUser(ctx, s.url, i); err != nil {
			return nil, err
		}
	}
	for _, p := range pages {
		r.first[p.name] = users[0].open(ctx, p, r)
	}
	clear(r.times)
	cpu, err := s.cpu()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	until, cancel := context.WithTimeout(ctx, o.time)
	defer cancel()
	var g errgroup.Group
	for _, u := range users {
		g.Go(func() error {
			for {
				// From half to one and a half of the mean, or all would come at once.
				select {
				case <-until.Done():
					return nil
				case <-time.After(o.think/2 + rand.N(o.think+1)):
				}
				u.open(until, pages[rand.IntN(len(pages))], r)
			}
		})
	}
	g.Go(func() error { return s.watch(until, r) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	r.elapsed = time.Since(start)
	after, err := s.cpu()
	r.cpu = after - cpu
	return r, errors.Join(err, ctx.Err())
}

// watch takes the memory of the server every second.
func (s *server) watch(ctx context.Context, r *result) error {
	for {
		own, peak, err := s.memory()
		if err != nil {
			return err
		}
		r.own, r.peak = max(r.own, own), peak
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// quantile of times, which are sorted.
func quantile(times []time.Duration, q float64) time.Duration {
	return times[min(int(q*float64(len(times))), len(times)-1)]
}

func (r *result) print(w io.Writer) {
	total := 0
	fmt.Fprintf(w, "%-26s %8s %10s %10s %10s %10s\n", "page", "views", "first", "median", "p95", "longest")
	for _, p := range pages {
		times := r.times[p.name]
		if total += len(times); len(times) == 0 {
			continue
		}
		slices.Sort(times)
		ms := func(d time.Duration) string { return d.Round(time.Millisecond).String() }
		fmt.Fprintf(w, "%-26s %8d %10s %10s %10s %10s\n", p.name, len(times), ms(r.first[p.name]), ms(quantile(times, .5)), ms(quantile(times, .95)), ms(times[len(times)-1]))
	}
	average, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(w, "%d views in %s, %d errors; server: %s of processor a view, %d MB own, %d MB resident at most; load of the machine %s\n",
		total, r.elapsed.Round(time.Second), len(r.errors), (r.cpu / time.Duration(max(total, 1))).Round(time.Millisecond/10), r.own>>20, r.peak>>20, strings.TrimSpace(string(average)))
}

// verdict is an error where there were errors, or a bound is broken.
func (r *result) verdict(o options) error {
	var errs []error
	for _, e := range r.errors[:min(len(r.errors), 10)] {
		errs = append(errs, errors.New(e))
	}
	for name, times := range r.times {
		slices.Sort(times)
		if p := quantile(times, .95); o.p95 > 0 && p > o.p95 {
			errs = append(errs, fmt.Errorf("%s: 95 of 100 views take up to %s, want %s", name, p, o.p95))
		}
	}
	if o.memory > 0 && r.own > o.memory {
		errs = append(errs, fmt.Errorf("the server held %d bytes, want at most %d", r.own, o.memory))
	}
	return errors.Join(errs...)
}
