package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"poterne/web"
)

// postFiles posts a form with files.
func (b *browser) postFiles(path string, form url.Values, files map[string]string) reply {
	b.s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			w.WriteField(name, v)
		}
	}
	for name, text := range files {
		f, err := w.CreateFormFile("files", name)
		if err != nil {
			b.s.t.Fatal(err)
		}
		f.Write([]byte(text))
	}
	w.Close()
	return b.send("POST", path, &body, http.Header{"Content-Type": {w.FormDataContentType()}})
}

// TestFilesOfAForm brings files to the pages that compare, with names that are not.
func TestFilesOfAForm(t *testing.T) {
	s := newSite(t)
	s.add("dpo", "", roles["dpo"], "rh")
	b := s.signedIn("dpo")
	if got := b.postFiles("/compare", nil, map[string]string{"../../etc/essai.yaml": "rules: []"}); got.status != http.StatusOK || !strings.Contains(got.body, "<code>essai.yaml</code>") {
		t.Errorf("a file of rules: %d\n%s", got.status, got.body)
	}
	if got := b.postFiles("/policy", nil, map[string]string{"<img src=x onerror=alert(1)>.yaml": "x", "policy.yaml": "y"}); got.status != http.StatusOK || strings.Contains(got.body, "<img") || !strings.Contains(got.body, "<code>policy.yaml</code>") {
		t.Errorf("files of a policy: %d\n%s", got.status, got.body)
	}
	if got := b.postFiles("/compare", nil, map[string]string{"bad.yaml": "x"}); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "fichier inutilisable") {
		t.Errorf("a file that is none: %d", got.status)
	}
	if got := b.postFiles("/compare", nil, nil); got.status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", got.status)
	}
	many := map[string]string{}
	for _, r := range strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 2) {
		many[strings.Repeat(string(r), len(many)+1)] = "x"
	}
	if got := b.postFiles("/compare", nil, many); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d files: %d", len(many), got.status)
	}
	if got := b.send("POST", "/compare", strings.NewReader("--x\r\nbroken"), http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}); got.status != http.StatusBadRequest {
		t.Errorf("a broken form: %d", got.status)
	}
}

// TestSimulationsStayWithTheirOwner wants a simulation to count the shares of who
// began it, and to be found by nobody else, nor by who sees other shares since.
func TestSimulationsStayWithTheirOwner(t *testing.T) {
	s := newSite(t)
	s.add("dpo", "", roles["dpo"], "rh")
	s.add("other", "", roles["dpo"], "rh")
	b := s.signedIn("dpo")
	made := b.post("/simulations", url.Values{"actor": {"autre"}})
	path := made.header.Get("Location")
	if made.status != http.StatusSeeOther || !strings.HasPrefix(path, "/simulations/") {
		t.Fatalf("simulate: %d to %q", made.status, path)
	}
	got := b.get("/api/v1" + path).object(t)
	if got["running"] != false || got["documents"] != 1.0 || got["moved"] != 1.0 || len(got["moves"].([]any)) != 1 {
		t.Errorf("simulation: %v", got)
	}
	page := b.get(path).body
	for _, word := range outside {
		if strings.Contains(page, word) {
			t.Errorf("the page tells %q", word)
		}
	}
	if !strings.Contains(page, inScope.Path) || !strings.Contains(page, "1 document bougerait") {
		t.Errorf("page:\n%s", page)
	}
	if got := b.get(path + "?from=50"); got.status != http.StatusOK || strings.Contains(got.body, inScope.Path) {
		t.Errorf("past the end: %d", got.status)
	}
	if got := b.get(path + "?from=x"); got.status != http.StatusBadRequest {
		t.Errorf("from no number: %d", got.status)
	}
	if got := s.signedIn("other").get(path); got.status != http.StatusNotFound {
		t.Errorf("another account: %d", got.status)
	}
	if err := s.accounts.Update(t.Context(), "dpo", func(a *web.Account) error { a.Shares = []string{"autre"}; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := s.signedIn("dpo").get(path); got.status != http.StatusNotFound {
		t.Errorf("with other shares: %d", got.status)
	}
	if got := b.post("/simulations", url.Values{"actor": {"personne"}}); got.status == http.StatusSeeOther {
		t.Error("an unknown actor is taken")
	}
}

// TestOneSimulationAtOnce wants a second one of the same account to be refused, and
// one that fails to say so.
func TestOneSimulationAtOnce(t *testing.T) {
	stop := make(chan struct{})
	s := newSite(t, func(o *web.Options) {
		o.Simulate = func(context.Context, web.OtherPolicy, func(string) bool, func(web.Move)) error {
			<-stop
			return errors.New("disk is gone")
		}
	})
	s.add("dpo", "", roles["dpo"], "rh")
	b := s.signedIn("dpo")
	path := b.post("/simulations", url.Values{}).header.Get("Location")
	if got := b.get(path).body; !strings.Contains(got, "En cours.") || !strings.Contains(got, `hx-trigger="load delay:2s"`) {
		t.Errorf("page of one that runs:\n%s", got)
	}
	if got := b.post("/simulations", url.Values{}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a second one: %d", got.status)
	}
	close(stop)
	for range 1000 {
		if got := b.get(path).body; strings.Contains(got, "pas allée au bout") {
			if strings.Contains(got, "disk is gone") {
				t.Error("the page tells the error")
			}
			return
		}
	}
	t.Error("the page does not tell that it failed")
}

// TestSimulationsMakeRoomAtHome wants those of a busy account to push out its own
// alone.
func TestSimulationsMakeRoomAtHome(t *testing.T) {
	s := newSite(t)
	s.add("dpo", "", roles["dpo"], "rh")
	s.add("busy", "", roles["dpo"], "rh")
	simulate := func(b *browser) string {
		return b.post("/simulations", url.Values{"actor": {"autre"}}).header.Get("Location")
	}
	dpo, busy := s.signedIn("dpo"), s.signedIn("busy")
	kept := simulate(dpo)
	var made []string
	for range 25 {
		made = append(made, simulate(busy))
	}
	if got := dpo.get(kept); got.status != http.StatusOK {
		t.Errorf("that of another account: %d", got.status)
	}
	for i, path := range made {
		want := http.StatusNotFound
		if i >= len(made)-5 {
			want = http.StatusOK
		}
		if got := busy.get(path); got.status != want {
			t.Errorf("number %d of %d: %d, want %d", i+1, len(made), got.status, want)
		}
	}
	// Many accounts: the oldest of all goes.
	for i := range 20 {
		login := fmt.Sprint("dpo-", i)
		s.add(login, "", roles["dpo"], "rh")
		simulate(s.signedIn(login))
	}
	if got := dpo.get(kept); got.status != http.StatusNotFound {
		t.Errorf("the oldest of all: %d", got.status)
	}
}
