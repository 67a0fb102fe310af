package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poterne/testdata"
)

// service is "poterne serve" as a process of its own, and a browser signed in.
type service struct {
	t       *testing.T
	bench   *bench
	cmd     *exec.Cmd
	address string
	browser *http.Client

	mu     sync.Mutex
	stderr bytes.Buffer
}

const pagePassword = "une phrase assez longue"

// account makes an account of the pages.
func (b *bench) account(login string, args ...string) {
	b.t.Helper()
	cmd := b.command(b.t.Context(), append([]string{"serve", "account", "add", login}, args...)...)
	cmd.Stdin = strings.NewReader(pagePassword + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("account %s: %v\n%s", login, err, out)
	}
}

// serve starts the service and signs in.
func (b *bench) serve(t *testing.T, login string, args ...string) *service {
	t.Helper()
	s := &service{t: t, bench: b}
	s.cmd = b.command(t.Context(), append([]string{"serve", "--listen", "127.0.0.1:0", "-v"}, args...)...)
	pipe, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.kill() })
	lines := bufio.NewReader(pipe)
	for s.address == "" {
		line, err := lines.ReadString('\n')
		s.stderr.WriteString(line)
		if err != nil {
			t.Fatalf("serve: %v\n%s", err, s.stderr.String())
		}
		if m := regexp.MustCompile(`http://\S+`).FindString(line); m != "" {
			s.address = strings.TrimSuffix(m, "/")
		}
	}
	go func() {
		for line := range linesOf(lines) {
			s.mu.Lock()
			s.stderr.WriteString(line)
			s.mu.Unlock()
		}
	}()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.browser = &http.Client{Jar: jar}
	if got, _ := s.post("/signin", url.Values{"login": {login}, "password": {pagePassword}}); got != http.StatusOK {
		t.Fatalf("sign in as %s: %d", login, got)
	}
	return s
}

func linesOf(r *bufio.Reader) func(func(string) bool) {
	return func(yield func(string) bool) {
		for {
			line, err := r.ReadString('\n')
			if err != nil || !yield(line) {
				return
			}
		}
	}
}

func (s *service) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

func (s *service) get(path string) (int, string) {
	s.t.Helper()
	res, err := s.browser.Get(s.address + path)
	return s.read(res, err)
}

// data reads what a page tells, of the JSON API.
func (s *service) data(path string, into any) {
	s.t.Helper()
	status, body := s.get(path)
	if err := json.Unmarshal([]byte(body), into); err != nil || status != http.StatusOK {
		s.t.Fatalf("%s: %d, %v", path, status, err)
	}
}

func (s *service) post(path string, form url.Values) (int, string) {
	s.t.Helper()
	res, err := s.browser.PostForm(s.address+path, form)
	return s.read(res, err)
}

func (s *service) read(res *http.Response, err error) (int, string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// document asks for the data of a document.
func (s *service) document(id string) (class string, reviews []any) {
	s.t.Helper()
	var d struct {
		Document struct{ Hosting struct{ Class string } }
		Reviews  []any
	}
	s.data("/api/v1/documents/"+id, &d)
	return d.Document.Hosting.Class, d.Reviews
}

// planted returns the planted values that a text holds, by their sizes.
func plantedIn(text string) (sizes []int) {
	for _, v := range testdata.Planted() {
		if strings.Contains(text, v) {
			sizes = append(sizes, len(v))
		}
	}
	return sizes
}

var hrefs = regexp.MustCompile(`(?:href|action)="(/[^"]*)"`)

// crawl opens each page that pages link to, up to a number, and gives it to look.
func (s *service) crawl(most int, look func(path, body string)) (n int) {
	queue, seen := []string{"/"}, map[string]bool{"/": true}
	for len(queue) > 0 && n < most {
		path := queue[0]
		queue = queue[1:]
		status, body := s.get(path)
		if status >= 500 {
			s.t.Errorf("%s: %d", path, status)
		}
		look(path, body)
		n++
		for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
			next := strings.ReplaceAll(strings.ReplaceAll(m[1], "&amp;", "&"), "&#43;", "+")
			next, _, _ = strings.Cut(next, "#")
			if !seen[next] && !strings.HasPrefix(next, "/static/") {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return n
}

// TestNoPageTellsAValue opens all pages and their JSON, exports, searches for a person
// and tries a text, and looks for every planted value in what comes back, in the log,
// in the audit and in each file of the state folder. A reveal alone shows some.
func TestNoPageTellsAValue(t *testing.T) {
	b := newBench(t)
	docs, _ := b.scan()
	b.account("dpo", "--role", "dpo,auditor,operator,admin")
	b.account("revealer", "--role", "dpo,revealer")
	s := b.serve(t, "dpo", "--reveal")
	look := func(path, body string) {
		t.Helper()
		if sizes := plantedIn(body); len(sizes) > 0 {
			t.Errorf("%s tells planted values of %v bytes", path, sizes)
		}
	}
	pages := s.crawl(250, func(path, body string) {
		if !strings.HasPrefix(path, "/rules/") { // published examples, of which the share has some
			look(path, body)
		}
	})
	if pages < 200 {
		t.Errorf("only %d pages were opened", pages)
	}
	for _, d := range docs {
		_, body := s.get("/api/v1/documents/" + d.ID)
		look("/api/v1/documents/"+d.Path, body)
	}
	for _, path := range []string{"/api/v1/overview", "/api/v1/search?size=500", "/api/v1/runs", "/api/v1/reviews", "/api/v1/derogations", "/api/v1/accounts", "/api/v1/destinations/nubo", "/api/v1/audit"} {
		status, body := s.get(path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		look(path, body)
	}
	for _, format := range exportFormats {
		status, body := s.post("/exports", url.Values{"format": {format}, "q": {"level:>=2"}})
		if status != http.StatusOK || !strings.Contains(body, "dpo") && format != "xlsx" {
			t.Errorf("export %s: %d, watermark %v", format, status, strings.Contains(body, "dpo"))
		}
		look("export "+format, unzipped(t, body))
	}
	_, body := s.post("/destinations/microsoft-365/export", url.Values{})
	look("plan", body)

	nir := longNIR(t)
	status, body := s.post("/persons", url.Values{"value": {nir}, "reason": {"demande d'accès"}})
	if status != http.StatusOK || !strings.Contains(body, "/documents/") {
		t.Errorf("the person is not found: %d", status)
	}
	look("/persons", body)
	status, body = s.post("/try", url.Values{"text": {"Agent : NIR " + nir + "\nNé à Bar-le-Duc"}})
	if status != http.StatusOK || !strings.Contains(body, "<code>") {
		t.Errorf("the text is not judged: %d", status)
	}
	look("/try", body)
	s.kill()

	s2 := b.serve(t, "revealer", "--reveal")
	pay := docs["RH/2024/Paie mars.xlsx"]
	status, body = s2.post("/documents/"+pay.ID+"/reveal", url.Values{"rule": {"fr-nir"}, "reason": {"contrôle du signalement"}})
	if n := len(plantedIn(body)); status != http.StatusOK || n == 0 {
		t.Errorf("the reveal shows %d planted values: %d", n, status)
	}
	_, body = s2.get("/documents/" + pay.ID)
	look("after the reveal", body)
	s2.kill()

	for name, s := range map[string]*service{"log": s, "log of the reveal": s2} {
		s.mu.Lock()
		look(name, s.stderr.String())
		s.mu.Unlock()
	}
	out, _ := b.run([]int{exitOK}, "audit", "list", "--limit", "0")
	look("audit", out)
	if !strings.Contains(out, "web.reveal ") || !strings.Contains(out, "search-identifier") {
		t.Error("the audit lacks the reveal or the search for a person")
	}
	err := filepath.WalkDir(b.path("etat"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		look(p, string(data))
		for _, word := range []string{"revealer", pagePassword, "Paie mars"} {
			if bytes.Contains(data, []byte(word)) && filepath.Base(filepath.Dir(p)) == "web" {
				t.Errorf("%s holds %q", p, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unzipped returns the text of what is in a ZIP archive, or a text that is none.
func unzipped(t *testing.T, body string) string {
	t.Helper()
	if !strings.HasPrefix(body, "PK") {
		return body
	}
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return all.String()
}

// longNIR is a planted NIR of the pay sheet, in the clear.
func longNIR(t *testing.T) string {
	t.Helper()
	shape := regexp.MustCompile(`^[12] \d\d \d\d \d\d \d\d\d \d\d\d \d\d$`)
	i := slices.IndexFunc(testdata.Planted(), shape.MatchString)
	if i < 0 {
		t.Fatal("no NIR is planted")
	}
	return testdata.Planted()[i]
}

// TestADecisionSurvives takes a decision, kills the service at once, and wants the
// decision after a restart, the verdict to follow, and both after a rescan.
func TestADecisionSurvives(t *testing.T) {
	b := newBench(t)
	docs, _ := b.scan()
	b.account("dpo", "--role", "dpo")
	b.account("second", "--role", "dpo")
	s := b.serve(t, "dpo")
	id := docs["RH/2024/Paie mars.xlsx"].ID
	before, _ := s.document(id)
	form := url.Values{"id": {id}, "act": {"reclassify"}, "level": {"4"}, "class": {"H4"}, "reason": {"décision du chef de service"}}
	if status, body := s.post("/api/v1/reviews", form); status != http.StatusOK || !strings.Contains(body, `"review"`) {
		t.Fatalf("decide: %d %s", status, body)
	}
	s.kill()
	s = b.serve(t, "dpo")
	follow := func(want string) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
			class, reviews := s.document(id)
			if class == want && len(reviews) > 0 {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("class %s (before: %s, want %s), %d reviews", class, before, want, len(reviews))
			}
		}
	}
	follow("H4")
	b.scan("--full")
	follow("H4")

	// Down from the State's classes: a proposal, which another account agrees to.
	form.Set("level", "1")
	form.Set("class", "H1")
	status, body := s.post("/api/v1/reviews", form)
	m := regexp.MustCompile(`"proposal":"([a-z0-9]+)"`).FindStringSubmatch(body)
	if status != http.StatusOK || m == nil {
		t.Fatalf("propose: %d %s", status, body)
	}
	if status, _ := s.post("/proposals/"+m[1], url.Values{"do": {"agree"}}); status != http.StatusForbidden {
		t.Errorf("one's own proposal is agreed to: %d", status)
	}
	other := b.serve(t, "second")
	if status, body := other.post("/proposals/"+m[1], url.Values{"do": {"agree"}}); status != http.StatusOK {
		t.Fatalf("agree: %d %s", status, body)
	}
	follow("H1")
	// The page follows the index that was published meanwhile.
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if _, body := s.get("/api/v1/search?q=" + url.QueryEscape("id:"+id+" class:H1")); strings.Contains(body, `"total":1`) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the search does not follow")
		}
	}
}

// TestScopeInTheRealIndex gives an account a share that is not there, and one that is.
func TestScopeInTheRealIndex(t *testing.T) {
	b := newBench(t)
	docs, _ := b.scan()
	b.account("blind", "--role", "dpo,auditor", "--share", "autre*")
	s := b.serve(t, "blind")
	for _, path := range []string{"/", "/search", "/runs", "/reviews", "/derogations", "/api/v1/overview", "/api/v1/search?size=500", "/api/v1/runs"} {
		status, body := s.get(path)
		if status != http.StatusOK || strings.Contains(body, "Paie") || strings.Contains(body, "<bdi>partage") || strings.Contains(body, `"share":"partage"`) {
			t.Errorf("%s: %d, or it tells of the share", path, status)
		}
	}
	// Queries that try to climb out of the scope.
	for _, q := range []string{
		"share:partage", "share:*", "share:(partage OR autre)", `share:"partage" OR share:autre`, "-share:autre*", "share:partage) OR (share:*", "id:" + docs["RH/2024/Paie mars.xlsx"].ID,
		"level:>=0", "' OR 1=1 --", `"`, "share:\x00", strings.Repeat("(", 10_000), strings.Repeat("a ", 50_000),
	} {
		status, body := s.get("/api/v1/search?size=500&q=" + url.QueryEscape(q))
		if status == http.StatusOK && !strings.Contains(body, `"total":0,`) || status >= 500 || strings.Contains(body, "Paie") {
			t.Errorf("query %.40q: %d %.200s", q, status, body)
		}
	}
	for _, d := range docs {
		if status, _ := s.get("/documents/" + d.ID); status != http.StatusNotFound {
			t.Errorf("%s: %d", d.Path, status)
		}
	}
}

func TestServeRefusesToSpeakInClear(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{
		{"--listen", "0.0.0.0:0"}, {"--listen", ":0"}, {"--listen", "192.0.2.1:8642"}, {"--listen", "127.0.0.1:0", "--tls-cert", "x"}, {"--proxy-header", "X-Remote-User"},
	} {
		_, errs := b.run([]int{exitUsage}, append([]string{"serve"}, args...)...)
		if !strings.Contains(errs, "hint:") {
			t.Errorf("%v: %s", args, errs)
		}
	}
}
