package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
)

type keysPage struct {
	Source    string
	Command   string
	Keys      []struct{ Purpose, ID string }
	Rotations []any
}

func (s *service) keys() (k keysPage) {
	s.t.Helper()
	s.data("/api/v1/keys", &k)
	return k
}

// TestThePageOfKeysNamesThem wants names that follow a rotation where the keys do, and
// nothing of the key file.
func TestThePageOfKeysNamesThem(t *testing.T) {
	b := newBench(t)
	b.scan()
	b.account("admin", "--role", "admin")
	s := b.serve(t, "admin")
	before := s.keys()
	names := map[string]bool{}
	for _, k := range before.Keys {
		names[k.ID] = true
	}
	if len(names) != 5 || len(before.Rotations) != 0 || before.Source != b.path("cle") || before.Command != "poterne key rotate" {
		t.Fatalf("keys: %+v", before)
	}
	file, err := os.ReadFile(b.path("cle"))
	if err != nil {
		t.Fatal(err)
	}
	_, page := s.get("/keys")
	for line := range bytes.Lines(file) {
		if line = bytes.TrimSpace(line); len(line) > 20 && !bytes.HasPrefix(line, []byte("#")) && strings.Contains(page, string(line)) {
			t.Error("the page holds a line of the key file")
		}
		if raw, err := base64.StdEncoding.DecodeString(string(line)); err == nil && len(raw) > 4 && strings.Contains(page, hex.EncodeToString(raw[:4])) {
			t.Error("the page holds bytes of the key file")
		}
	}
	s.kill()
	b.run([]int{exitOK}, "key", "rotate")
	after := b.serve(t, "admin").keys()
	if len(after.Rotations) != 1 {
		t.Errorf("%d rotations, want 1", len(after.Rotations))
	}
	for i, k := range after.Keys {
		stays := k.Purpose == "fingerprint" || k.Purpose == "web"
		if (k.ID == before.Keys[i].ID) != stays {
			t.Errorf("the name of the key for %s: %s, then %s", k.Purpose, before.Keys[i].ID, k.ID)
		}
	}
}

// TestThePagePurges rehearses and carries out a purge with the real program, and is
// refused while the state is locked.
func TestThePagePurges(t *testing.T) {
	b := newBench(t)
	b.scan()
	b.account("admin", "--role", "admin,dpo")
	s := b.serve(t, "admin", "--retention", "24mo")
	if _, body := s.get("/retention"); !strings.Contains(body, `value="24mo"`) {
		t.Error("the page does not propose the age that was chosen")
	}
	for do, field := range map[string]string{"preview": `"preview":{"files":0`, "purge": `"purged":{"files":0`} {
		if status, body := s.post("/api/v1/retention", url.Values{"age": {"24mo"}, "do": {do}}); status != http.StatusOK || !strings.Contains(body, field) {
			t.Errorf("%s: %d %s", do, status, body)
		}
	}
	if status, body := s.post("/api/v1/retention", url.Values{"age": {"--help"}, "do": {"purge"}}); status != http.StatusUnprocessableEntity || strings.Contains(body, "Usage") {
		t.Errorf("an age that is a flag: %d %s", status, body)
	}
	lock := flock.New(filepath.Join(b.path("etat"), "lock"))
	if held, err := lock.TryLock(); !held || err != nil {
		t.Fatalf("lock: %v", err)
	}
	if status, body := s.post("/retention", url.Values{"age": {"24mo"}, "do": {"purge"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "un passage est en cours") {
		t.Errorf("while another process writes: %d", status)
	}
	lock.Unlock()
	if status, body := s.get("/api/v1/search"); status != http.StatusOK || strings.Contains(body, `"total":0,`) {
		t.Errorf("the pages do not answer after the purge: %d", status)
	}
	var page struct{ Purges []any }
	if _, body := s.get("/api/v1/retention"); json.Unmarshal([]byte(body), &page) != nil || len(page.Purges) != 1 {
		t.Errorf("%d purges are told, want 1", len(page.Purges))
	}
	out, _ := b.run([]int{exitOK}, "audit", "list", "--limit", "0")
	if !strings.Contains(out, "web.purge-preview") || !strings.Contains(out, "web.purge ") {
		t.Error("the audit lacks who purged")
	}
}
