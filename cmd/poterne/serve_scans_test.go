package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runsPage is what the page of runs tells.
type runsPage struct {
	Runs []struct {
		Run, State        string
		Walked, Unchanged int
	}
	Progress *struct {
		Shares  []string
		Ours    bool
		Walked  int
		Counted bool
	}
	Profiles []struct {
		Profile string
		Shares  []string
	}
}

func (s *service) runs() (r runsPage) {
	s.t.Helper()
	s.data("/api/v1/runs", &r)
	return r
}

// until asks for runs until they are as wanted.
func (s *service) until(what string, want func(runsPage) bool) runsPage {
	s.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		r := s.runs()
		if want(r) {
			return r
		}
		if time.Now().After(end) {
			s.t.Fatalf("never %s: %+v", what, r)
		}
	}
}

// TestScansFromThePages starts prepared scans with the real scanner, stops one half way
// and has the next one finish it.
func TestScansFromThePages(t *testing.T) {
	b := newBench(t)
	const many = 2000
	for i := range many {
		dir := filepath.Join(b.path("gros"), fmt.Sprint(i%20))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.txt", i)), fmt.Appendf(nil, "Compte rendu n° %d de la réunion.\n", i), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(b.path("gros"), "brisé.docx"), []byte("PK\x03\x04 this is cut"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.scan()
	profiles := "gros:\n  roots: [" + b.path("gros") + "]\n  workers: 1\n  exclude: [\"19/**\"]\nnuit:\n  roots:\n    - " + b.path("partage") + "\n  full: true\n"
	if err := os.WriteFile(b.path("profils.yaml"), []byte(profiles), 0o644); err != nil {
		t.Fatal(err)
	}
	b.account("dpo", "--role", "dpo")
	b.account("narrow", "--role", "dpo", "--share", "partage")
	s := b.serve(t, "dpo", "--profiles", b.path("profils.yaml"))
	if got := s.runs(); len(got.Profiles) != 2 || got.Profiles[0].Shares[0] != "gros" || got.Profiles[1].Shares[0] != "partage" {
		t.Fatalf("profiles: %+v", got.Profiles)
	}
	if status, _ := s.post("/api/v1/runs/start", url.Values{"profile": {"inconnu"}}); status != http.StatusNotFound {
		t.Errorf("unknown profile: %d", status)
	}
	narrow := b.serve(t, "narrow", "--profiles", b.path("profils.yaml"))
	if got := narrow.runs(); len(got.Profiles) != 1 || got.Profiles[0].Profile != "nuit" {
		t.Errorf("profiles of who sees one share: %+v", got.Profiles)
	}
	if status, _ := narrow.post("/api/v1/runs/start", url.Values{"profile": {"gros"}}); status != http.StatusNotFound {
		t.Errorf("a profile out of the scope: %d", status)
	}

	if status, body := s.post("/api/v1/runs/start", url.Values{"profile": {"gros"}}); status != http.StatusOK {
		t.Fatalf("start: %d %s", status, body)
	}
	s.until("under way", func(r runsPage) bool { return r.Progress != nil && r.Progress.Ours && r.Progress.Walked > 0 })
	if status, _ := s.post("/api/v1/runs/start", url.Values{"profile": {"nuit"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("a second scan: %d", status)
	}
	if status, body := s.get("/runs"); status != http.StatusOK || !strings.Contains(body, "hx-sse:connect") || strings.Contains(body, `name="profile"`) {
		t.Errorf("the page of runs while one is under way: %d", status)
	}
	if status, _ := narrow.post("/api/v1/runs/stop", url.Values{}); status != http.StatusForbidden {
		t.Errorf("a scan of another share is stopped: %d", status)
	}
	if status, body := s.post("/api/v1/runs/stop", url.Values{}); status != http.StatusOK {
		t.Fatalf("stop: %d %s", status, body)
	}
	got := s.until("stopped", func(r runsPage) bool { return r.Progress == nil })
	if r := got.Runs[0]; r.State != "cancelled" || r.Walked == 0 || r.Walked >= many {
		t.Fatalf("the run that was stopped: %+v", r)
	}

	if status, _ := s.post("/api/v1/runs/start", url.Values{"profile": {"gros"}}); status != http.StatusOK {
		t.Fatalf("start again: %d", status)
	}
	got = s.until("finished", func(r runsPage) bool { return r.Progress == nil && r.Runs[0].State == "done" })
	if r := got.Runs[0]; r.Walked != many-many/20+1 || r.Unchanged == 0 {
		t.Errorf("the run that resumes: %+v, want %d walked, some of them unchanged", r, many-many/20+1)
	}
	causes := ""
	for _, r := range got.Runs[:2] { // the one that was stopped may have read the broken file
		_, body := s.get("/runs/" + r.Run)
		causes += body
	}
	if !strings.Contains(causes, "l&#39;ouvrir et l&#39;enregistrer de nouveau") || !strings.Contains(causes, "<bdi>gros</bdi> (1)") {
		t.Errorf("errors by cause:\n%s", causes)
	}
	out, _ := b.run([]int{exitOK}, "audit", "list", "--limit", "0")
	for _, want := range []string{"web.scan-start", "web.scan-stop", "gros"} {
		if !strings.Contains(out, want) {
			t.Errorf("the audit lacks %s", want)
		}
	}
}

// TestScanThatCannotBegin starts a prepared scan that was sound when the service began:
// its log tells why there is no run.
func TestScanThatCannotBegin(t *testing.T) {
	b := newBench(t)
	b.scan()
	if err := os.WriteFile(b.path("comptes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	profile := "nuit:\n  roots: [" + b.path("partage") + "]\n  credentials: " + b.path("comptes") + "\n"
	if err := os.WriteFile(b.path("profils.yaml"), []byte(profile), 0o644); err != nil {
		t.Fatal(err)
	}
	b.account("dpo", "--role", "dpo")
	s := b.serve(t, "dpo", "--profiles", b.path("profils.yaml"))
	before := len(s.runs().Runs)
	if err := os.Remove(b.path("comptes")); err != nil {
		t.Fatal(err)
	}
	if status, body := s.post("/api/v1/runs/start", url.Values{"profile": {"nuit"}}); status != http.StatusOK {
		t.Fatalf("start: %d %s", status, body)
	}
	told := func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.stderr.String()
	}
	if got := s.until("told", func(r runsPage) bool { return r.Progress == nil && strings.Contains(told(), "a scan failed") }); len(got.Runs) != before {
		t.Fatalf("a scan that cannot begin has a run: %+v", got.Runs)
	}
	for _, want := range []string{"code=", b.path("comptes")} {
		if !strings.Contains(told(), want) {
			t.Errorf("the log lacks %q:\n%s", want, told())
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var kept tail
	for i := range 3000 {
		fmt.Fprintf(&kept, "%d\n", i)
	}
	if len(kept.text) != tailSize || !strings.HasSuffix(string(kept.text), "\n2998\n2999\n") {
		t.Errorf("%d bytes are kept, up to %q", len(kept.text), kept.text[max(0, len(kept.text)-12):])
	}
}

// TestProfilesThatNoScanTakes has each problem that a scan would end with at once.
func TestProfilesThatNoScanTakes(t *testing.T) {
	b := newBench(t)
	b.scan()
	profile := "nuit:\n  roots: [profils.yaml, ., partage]\n  fail-on: [zzz, H3, \"level:9\"]\n  actor: personne\n  doctrine: \"1999\"\n"
	if err := os.WriteFile(b.path("profils.yaml"), []byte(profile), 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs := b.run([]int{exitUsage}, "serve", "--listen", "127.0.0.1:0", "--profiles", b.path("profils.yaml"))
	for _, want := range []string{"profils.yaml:2:10: profils.yaml", "profils.yaml:2:10: le dossier d'état", "profils.yaml:3:12: --fail-on: ", `"zzz"`, "level 9", "profils.yaml:4:10: ", `"personne"`, "profils.yaml:5:13: ", `"1999"`} {
		if !strings.Contains(errs, want) {
			t.Errorf("the message lacks %q:\n%s", want, errs)
		}
	}
}

func TestProfilesThatAreWrong(t *testing.T) {
	b := newBench(t)
	b.scan()
	if err := os.WriteFile(b.path("profils.yaml"), []byte("nuit:\n  wokers: 2\nlent:\n  roots: [partage]\n  max-duration: demain\n  dry-run: true\nrien: 3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs := b.run([]int{exitUsage}, "serve", "--listen", "127.0.0.1:0", "--profiles", b.path("profils.yaml"))
	for _, want := range []string{"profils.yaml:2:3: wokers", "profils.yaml:1:1", "profils.yaml:5:17", "profils.yaml:6:3: dry-run", "profils.yaml:7:7"} {
		if !strings.Contains(errs, want) {
			t.Errorf("the message lacks %q:\n%s", want, errs)
		}
	}
}
