package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePagesSimulateAsTheCommandDoes compares who would move, for another actor and
// doctrine, on the page and on the command line.
func TestThePagesSimulateAsTheCommandDoes(t *testing.T) {
	b := newBench(t)
	b.scan()
	b.account("dpo", "--role", "dpo")
	b.account("blind", "--role", "dpo", "--share", "autre*")
	s := b.serve(t, "dpo")
	status, body := s.post("/api/v1/simulations", url.Values{"actor": {"collectivite"}, "doctrine": {"2021"}})
	var got struct {
		Simulation string
		Running    bool
		Documents  int
		Moved      int
		Moves      []struct {
			Path          string
			Before, After struct{ Level, Class string }
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
		t.Fatalf("simulate: %d, %v: %s", status, err, body)
	}
	for from := 50; got.Running || len(got.Moves) < got.Moved; from = len(got.Moves) {
		all := got.Moves
		if _, body = s.get(fmt.Sprintf("/api/v1/simulations/%s?from=%d", got.Simulation, len(all))); json.Unmarshal([]byte(body), &got) != nil || from > 1000 {
			t.Fatalf("simulation: %s", body)
		}
		got.Moves = append(all, got.Moves...)
	}
	var pages, command []string
	for _, m := range got.Moves {
		pages = append(pages, fmt.Sprintf("%s %s→%s %s→%s", m.Path, m.Before.Class, m.After.Class, m.Before.Level, m.After.Level))
	}
	out, _ := b.run([]int{exitOK}, "policy", "simulate", "--actor", "collectivite", "--doctrine", "2021", "--format", "jsonl")
	for line := range strings.Lines(out) {
		var m struct {
			Path     string
			OldClass string `json:"old_class"`
			Class    string
			OldLevel int `json:"old_level"`
			Level    int
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		command = append(command, fmt.Sprintf("%s %s→%s %d→%d", m.Path, m.OldClass, m.Class, m.OldLevel, m.Level))
	}
	slices.Sort(pages)
	slices.Sort(command)
	if d := cmp.Diff(command, pages); d != "" || len(pages) < 10 {
		t.Errorf("%d documents move (-command +pages):\n%s", len(pages), d)
	}
	if _, body := b.serve(t, "blind").post("/api/v1/simulations", url.Values{"actor": {"collectivite"}}); !strings.Contains(body, `"documents":0,"moved":0`) {
		t.Errorf("who sees no share counts some: %s", body)
	}
}

// TestThePagesCompareAsTheCommandDoes brings a rule that is not in force, a policy with
// another number, and files that are neither.
func TestThePagesCompareAsTheCommandDoes(t *testing.T) {
	b := newBench(t)
	b.scan()
	b.account("dpo", "--role", "dpo")
	s := b.serve(t, "dpo")
	const rule = "rules:\n  - id: own-ref\n    names: {fr: Référence}\n    category: interne\n    level: 1\n    find: regexp\n    regexp: 'REF-(\\d{6})\\b'\n    match: ['REF-123456']\n    reject: ['REF-12']\n"
	deep := strings.Repeat("[", 100_000)
	for _, x := range []struct {
		path    string
		form    url.Values
		status  int
		holds   string
		holdsNo string
	}{
		{"/api/v1/compare", url.Values{"content": {rule}}, http.StatusOK, `{"section":"rules","id":"own-ref","change":"added","fields":[]}`, ""},
		{"/api/v1/compare", url.Values{"content": {"rulez: []"}}, http.StatusUnprocessableEntity, "rules.yaml:1:1", ""},
		{"/api/v1/policy", url.Values{"content": {"volume: {mass: 77}"}}, http.StatusOK, `"path":"volume.mass"`, `"path":"volume.large"`},
		{"/api/v1/policy", url.Values{"content": {"volume: {mas: 77}"}}, http.StatusUnprocessableEntity, "policy.yaml:1:10", ""},
		{"/api/v1/policy", url.Values{"actor": {"personne"}}, http.StatusUnprocessableEntity, "personne", ""},
		{"/api/v1/policy", url.Values{"content": {deep}}, http.StatusUnprocessableEntity, "policy.yaml", ""},
		{"/api/v1/compare", url.Values{"content": {"version: 1\n---\n" + deep}}, http.StatusUnprocessableEntity, "rules.yaml", ""},
		{"/api/v1/compare", url.Values{"content": {strings.Repeat("- ", 60) + "x"}}, http.StatusUnprocessableEntity, "nested", ""},
		{"/api/v1/compare", url.Values{"content": {"a: &a [x, x]\nb: *a\n"}}, http.StatusUnprocessableEntity, "alias", ""},
		{"/api/v1/compare", url.Values{"content": {strings.Repeat("rulez: []\n", 3000)}}, http.StatusUnprocessableEntity, "rules.yaml", strings.Repeat("rulez ", 30)},
	} {
		status, body := s.post(x.path, x.form)
		if status != x.status || !strings.Contains(body, x.holds) || x.holdsNo != "" && strings.Contains(body, x.holdsNo) {
			t.Errorf("%s %.40v: %d, want %d and %s\n%.600s", x.path, x.form, status, x.status, x.holds, body)
		}
	}
	if _, body := s.get("/api/v1/compare"); !strings.Contains(body, `"changes":[]`) {
		t.Errorf("the rules in force differ from the embedded ones: %s", body)
	}
	if _, body := s.get("/policy?actor=collectivite&doctrine=2021"); !strings.Contains(body, "<strong>autre\u00a0:</strong>") || !strings.Contains(body, "dossier de ressources humaines") {
		t.Errorf("the policy of another actor: %.2000s", body)
	}
}
