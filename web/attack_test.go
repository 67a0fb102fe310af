package web_test

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"poterne"
	"poterne/web"
)

// hostile are names that try to become something else on a page.
var hostile = []string{
	`<img src=x onerror=alert(1)>.docx`, `"><script>alert(1)</script>.pdf`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `{{.Nonce}}.txt`, "a\u202egpj.exe", "</title><h1>x", "<a hx-get=/x>b", "--><svg onload=alert(1)>",
}

// TestHostileNamesStayNames puts hostile names into every place that a share names,
// and wants no element, attribute or link of them.
func TestHostileNamesStayNames(t *testing.T) {
	s := newSite(t)
	s.store.records = nil
	for i, name := range hostile {
		r := document("rh", fmt.Sprintf("%d/%s", i, name))
		r.Owner = name
		r.Findings[0].Masked = []string{name}
		r.Findings[0].Spots[0].Place = poterne.Place{Sheet: name, Header: name}
		r.Assessment.Reasons = []poterne.Reason{{Key: name}}
		s.store.records = append(s.store.records, r)
	}
	s.add("x", "", []web.Role{web.DPO, web.Auditor}, "rh")
	b := s.signedIn("x")
	pages := map[string]string{"search": b.get("/search").body, "reviews": b.get("/reviews").body, "query": b.get("/search?q=" + url.QueryEscape(hostile[1]) + "&inside=" + url.QueryEscape(hostile[1])).body}
	for _, r := range s.store.records {
		pages[r.Path] = b.get("/documents/" + string(r.ID)).body
	}
	pages["simulation"] = b.get(b.post("/simulations", url.Values{}).header.Get("Location")).body
	inert(t, pages)
	for page, body := range pages {
		if page != "query" && page != "reviews" && page != "simulation" && !strings.Contains(body, "&lt;") && strings.ContainsAny(page, "<") {
			t.Errorf("page of %q does not show the name", page)
		}
	}
	if !strings.Contains(pages["simulation"], "&lt;img") {
		t.Error("the simulation does not show the names")
	}
}

// TestHostileSharesStayNames does the same with the names of shares, of prepared scans
// and of what persons name.
func TestHostileSharesStayNames(t *testing.T) {
	s := newSite(t, func(o *web.Options) { // before the server counts volumes
		store, scans := o.Store.(*fakeStore), &fakeScans{}
		store.records, store.runs = nil, []web.Run{{ID: "run-1", State: "done", Started: day, Shares: hostile}}
		for _, name := range hostile {
			store.records = append(store.records, document(name, "paie.xlsx"))
			scans.profiles = append(scans.profiles, web.Profile{Name: name, Shares: []string{name}, Options: []web.Fact{{Name: "exclude", Value: name}}})
		}
		o.Scans = scans
	})
	s.add("x", "", []web.Role{web.DPO, web.Admin}, "*")
	b := s.signedIn("x")
	pages := map[string]string{}
	for _, path := range []string{"/", "/search", "/runs", "/runs/run-1", "/plan", "/destinations/nubo", "/account", "/retention"} {
		got := b.get(path)
		if pages[path] = got.body; got.status != http.StatusOK {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	for _, name := range hostile {
		pages["share "+name] = b.get("/destinations/nubo?share=" + url.QueryEscape(name)).body
		pages["actor "+name] = b.get("/policy?actor=" + url.QueryEscape(name)).body
	}
	inert(t, pages)
	for _, path := range []string{"/runs", "/destinations/nubo"} {
		if !strings.Contains(pages[path], "&lt;img") {
			t.Errorf("%s does not show the names", path)
		}
	}
}

// values are what forms send, that nobody sees.
var values = regexp.MustCompile(`value="[^"]*"`)

// inert wants nothing of hostile names to have become something else on a page.
func inert(t *testing.T, pages map[string]string) {
	t.Helper()
	for page, body := range pages {
		body = values.ReplaceAllString(body, "") // what a form sends back is the name itself
		for _, bad := range []string{"<img", "<script>", "<svg onload", "<h1>x", "<a hx", "onerror=alert(1)>", "\u202e", `href="javascript`, "href='javascript", `" onmouseover`} {
			if strings.Contains(body, bad) {
				i := strings.Index(body, bad)
				t.Errorf("page of %q holds %q: %q", page, bad, body[max(0, i-60):i+10])
			}
		}
	}
}

// TestHeadersOfEveryAnswer wants the defence on pages, errors, files and JSON.
func TestHeadersOfEveryAnswer(t *testing.T) {
	s := newSite(t)
	s.add("x", "", []web.Role{web.DPO}, "rh")
	b := s.signedIn("x")
	nonces := map[string]bool{}
	for _, path := range []string{"/", "/search", "/nothing", "/documents/" + string(outScope.ID), "/api/v1/search", "/api/nothing", "/healthz", "/static/0/style.css", "/accounts", "/signin"} {
		h := b.get(path).header
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: loose policy %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if _, nonce, ok := strings.Cut(policy, "'nonce-"); ok {
			nonce, _, _ = strings.Cut(nonce, "'")
			if len(nonce) < 20 || nonces[nonce] {
				t.Errorf("%s: nonce %q is short or comes twice", path, nonce)
			}
			nonces[nonce] = true
		}
	}
}

// TestCrossSiteWrites sends forms as another site would.
func TestCrossSiteWrites(t *testing.T) {
	s := newSite(t)
	s.add("x", "", []web.Role{web.DPO, web.Admin}, "rh")
	b := s.signedIn("x")
	own, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		header http.Header
		cross  bool
	}{
		{"same-origin", http.Header{"Sec-Fetch-Site": {"same-origin"}}, false},
		{"own-origin", http.Header{"Origin": {"http://" + own.Host}}, false},
		{"cross-site", http.Header{"Sec-Fetch-Site": {"cross-site"}}, true},
		{"same-site", http.Header{"Sec-Fetch-Site": {"same-site"}}, true},
		{"origin", http.Header{"Origin": {"https://evil.example"}}, true},
		{"null-origin", http.Header{"Origin": {"null"}}, true},
	} {
		paths := []string{"/reviews", "/accounts", "/api/v1/reviews", "/language", "/signin"}
		if c.name == "cross-site" { // every route that changes something
			paths = nil
			for name, row := range rows {
				if method, pattern, _ := strings.Cut(name, " "); method == "POST" {
					paths = append(paths, cmp.Or(row.path, pattern))
				}
			}
		}
		for _, path := range paths {
			got := b.do("POST", path, url.Values{"id": {string(inScope.ID)}, "act": {"confirm"}}, c.header)
			if cross := got.status == http.StatusForbidden; cross != c.cross {
				t.Errorf("%s to %s: %d, want refused = %v", c.name, path, got.status, c.cross)
			}
		}
	}
	// A form that another site posts as text is no form.
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/v1/reviews", strings.NewReader(`{"id":"x","act":"confirm"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	res, err := b.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("JSON as text: %d", res.StatusCode)
	}
}

// TestPathsThatClimb asks for what lies outside of routes, documents and themes.
func TestPathsThatClimb(t *testing.T) {
	secret := fstest.MapFS{
		"theme.css": {Data: []byte("a{}")}, "logo.svg": {Data: []byte("<svg/>")}, "x.js": {Data: []byte("alert(1)")}, "x.html": {Data: []byte("x")}, "sub/theme.css": {Data: []byte("sub")}, "huge.css": {Data: make([]byte, 5<<20)},
	}
	s := newSite(t, func(o *web.Options) { o.Theme = secret })
	s.add("x", "", []web.Role{web.DPO}, "rh")
	b := s.signedIn("x")
	for path, want := range map[string]int{
		"/theme/theme.css": 200, "/theme/logo.svg": 200, "/theme/x.js": 404, "/theme/x.html": 404, "/theme/huge.css": 404, "/theme/..%2fetc%2fpasswd": 404, "/theme/sub%2ftheme.css": 404, "/theme/%2e%2e": 404, "/theme/": 404,
		"/theme/theme.css%00.css": 404, "/static/0/..%2fdoc.go": 404, "/documents/..%2f..%2fetc%2fpasswd": 404, "/documents/%00": 404, "/documents/" + strings.Repeat("a", 33): 404, "/documents/" + strings.ToUpper(string(inScope.ID)): 404,
		"/documents/" + string(inScope.ID) + "'--": 404, "/rules/..%2f..": 404, "/runs/%27": 404, "/destinations/..%2fx": 404, "/documents/" + string(inScope.ID): 200,
	} {
		if got := b.get(path); got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
	}
}

// TestAThemeStaysInItsFolder gives a real folder with a link out of it.
func TestAThemeStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "outside.css"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	theme := filepath.Join(dir, "theme")
	if err := os.Mkdir(theme, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../outside.css", filepath.Join(theme, "link.css")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(theme)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	s := newSite(t, func(o *web.Options) { o.Theme = root.FS() })
	if got := s.browser().get("/theme/link.css"); got.status != http.StatusNotFound {
		t.Errorf("a link out of the theme: %d %q", got.status, got.body)
	}
}

// TestHugeBodies sends 100 MB, and a body that says it is short.
func TestHugeBodies(t *testing.T) {
	s := newSite(t)
	s.add("x", "", []web.Role{web.DPO}, "rh")
	b := s.signedIn("x")
	for name, size := range map[string]int64{"known": 100 << 20, "chunked": -1} {
		body := &counter{r: io.LimitReader(endless{}, 100<<20)}
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/try", body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = size
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := b.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s: %d", name, res.StatusCode)
			}
		} // else the connection was closed on what was still being sent
		if body.n > 16<<20 {
			t.Errorf("%s: %d bytes were taken", name, body.n)
		}
	}
	// The sign-in page has no account to stop at.
	got := s.browser().post("/signin", url.Values{"login": {strings.Repeat("a", 2<<20)}})
	if got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("sign-in of 2 MB: %d", got.status)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	copy(b, bytes.Repeat([]byte("a"), len(b)))
	return len(b), nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// TestSlowClients opens connections that say nothing, or one header at a time, and
// wants them closed, and others served meanwhile.
func TestSlowClients(t *testing.T) {
	s := newSite(t)
	server := web.Server(s.Config.Handler, nil)
	if server.ReadHeaderTimeout > 10*time.Second || server.ReadTimeout > time.Minute || server.WriteTimeout > 2*time.Minute || server.MaxHeaderBytes > 64<<10 {
		t.Errorf("bounds: %v %v %v %d", server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout, server.MaxHeaderBytes)
	}
	server.ReadHeaderTimeout, server.ReadTimeout = 300*time.Millisecond, 600*time.Millisecond // the same, sooner
	front := &httptest.Server{Listener: listen(t), Config: server}
	front.Start()
	t.Cleanup(front.Close)
	for name, begin := range map[string]string{
		"silent": "", "header": "GET / HTTP/1.1\r\nHost: x\r\nX-A: ", "body": "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nlogin=",
	} {
		conn, err := net.Dial("tcp", front.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, begin); err != nil {
			t.Fatal(err)
		}
		res, err := http.Get(front.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, bufio.NewReader(conn)); err != nil {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
	}
	// Headers that do not end.
	conn, err := net.Dial("tcp", front.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-A: "+strings.Repeat("a", 1<<20)+"\r\n\r\n") // may break half way
	line, _ := bufio.NewReader(conn).ReadString('\n')
	if line != "" && !strings.Contains(line, "431") {
		t.Errorf("a header of 1 MB: %q", line)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// TestOtherNamesForThisServer asks under a name that leads here and is not ours.
func TestOtherNamesForThisServer(t *testing.T) {
	s := newSite(t, func(o *web.Options) { o.Hosts = []string{"127.0.0.1", "localhost"} })
	for host, want := range map[string]int{"127.0.0.1": 200, "localhost:8642": 200, "evil.example": 421, "127.0.0.1.evil.example": 421} {
		if got := s.browser().do("GET", "/healthz", nil, http.Header{"Host": {host}}); got.status != want {
			t.Errorf("host %s: %d, want %d", host, got.status, want)
		}
	}
}

// TestFloods asks faster than an address may.
func TestFloods(t *testing.T) {
	now := day
	s := newSite(t, func(o *web.Options) { o.Rate, o.Now = 2, func() time.Time { return now } })
	b := s.browser()
	for range 10 {
		if got := b.get("/healthz"); got.status != http.StatusOK {
			t.Fatalf("the first ones: %d", got.status)
		}
	}
	if got := b.get("/healthz"); got.status != http.StatusTooManyRequests {
		t.Errorf("too fast: %d", got.status)
	}
	now = now.Add(time.Second)
	if got := b.get("/healthz"); got.status != http.StatusOK {
		t.Errorf("a second later: %d", got.status)
	}
}

// TestValuesStayOutOfTheLog signs in, searches and asks for persons with values, and
// wants none of them in the log.
func TestValuesStayOutOfTheLog(t *testing.T) {
	var log syncBuffer
	s := newSite(t, func(o *web.Options) { o.Log = debugLog(&log) })
	s.add("x", "", []web.Role{web.DPO}, "rh")
	b := s.signedIn("x")
	b.post("/persons", url.Values{"value": {"valeur-tapée"}, "reason": {"demande"}})
	b.get("/search?q=valeur-tapée")
	b.get("/search?q=bogus:valeur-tapée")
	b.post("/try", url.Values{"text": {"valeur-tapée"}})
	s.browser().signIn("valeur-tapée", "valeur-tapée", "valeur-tapée")
	if text := log.String(); strings.Contains(text, "valeur-tap") || !strings.Contains(text, "/persons") {
		t.Errorf("log:\n%s", text)
	}
	for _, e := range s.events {
		if strings.Contains(fmt.Sprint(e), "valeur-tap") {
			t.Errorf("audit: %+v", e)
		}
	}
}
