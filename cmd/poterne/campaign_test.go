package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poterne"
	"poterne/ledger"
	"poterne/scanner"
)

// TestLegendOfATemplate scans notes of one template, whose legend lists levels: with
// the twentieth note it is told apart, for the notes before it too; a banner never is;
// when notes leave, what is left is in doubt again.
func TestLegendOfATemplate(t *testing.T) {
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, t.TempDir(), name}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(b.path("notes"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(b.path(filepath.Join("notes", name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	note := func(n int) {
		write(fmt.Sprintf("note%02d.txt", n), fmt.Sprintf("Note %d du service\n\nObjet : travaux de la salle %d\n\nLe service rappelle que la salle sera fermée.\n\nBonne réception.\n\nNiveaux possibles\nDIFFUSION RESTREINTE\nSECRET\n", n, n))
	}
	levels := func(args ...string) map[int]int {
		t.Helper()
		b.run([]int{0}, append([]string{"scan", "-q", b.path("notes")}, args...)...)
		out := map[int]int{}
		for _, level := range []int{1, 5} {
			answer, _ := b.run([]int{0}, "search", "--size", "100", fmt.Sprintf("level:%d", level))
			out[level] = strings.Count(answer, ".txt")
		}
		return out
	}
	want := func(step string, got map[int]int, high, internal int) {
		t.Helper()
		if got[5] != high || got[1] != internal {
			t.Fatalf("%s: levels %v, want %d at 5 and %d at 1", step, got, high, internal)
		}
	}
	for n := range 19 {
		note(n)
	}
	want("nineteen", levels(), 19, 0)
	note(19)
	lines := b.path("lines.jsonl")
	want("twenty", levels("--format", "jsonl", "-o", lines), 0, 20)
	countedOnce(t, lines)
	for path, level := range lastLevels(t, lines) {
		if level != 1 {
			t.Errorf("the last line of %s says level %d of a legend", path, level)
		}
	}
	note(20)
	write("tampon.txt", "SECRET\n\nNote sur un tout autre sujet, sans légende.\n")
	want("a banner", levels(), 1, 21)
	want("all read again", levels("--full", "--allow-mass-delete"), 1, 21)
	for n := range 3 {
		if err := os.Remove(b.path(fmt.Sprintf("notes/note%02d.txt", n))); err != nil {
			t.Fatal(err)
		}
	}
	want("notes gone", levels(), 19, 0)
}

// lastLevels are the levels of documents in the JSON lines of a scan; of several lines
// of one document the last holds.
func lastLevels(t *testing.T, name string) map[string]int {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		var l struct {
			Type, Path string
			Level      int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Type == "document" {
			levels[l.Path] = l.Level
		}
	}
	if len(levels) != 20 {
		t.Fatalf("%d documents in the lines, want 20", len(levels))
	}
	return levels
}

// countedOnce wants each of twenty documents counted once by the pages, whatever lines
// it has.
func countedOnce(t *testing.T, name string) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	counted, documents := 0, 0
	for line := range strings.Lines(string(raw)) {
		documents += strings.Count(line, `"type":"document"`)
		if _, ok := readLine([]byte(line)); ok {
			counted++
		}
	}
	if counted != 20 || documents <= 20 {
		t.Errorf("%d of %d lines are counted, want 20 of more", counted, documents)
	}
}

// legendNotes are notes of one share whose marking stands in one block, decided by a
// run for an actor.
func legendNotes(run, share string, n int, pol *decider) []poterne.Record {
	var out []poterne.Record
	for i := range n {
		path := fmt.Sprintf("note%02d.txt", i)
		r := poterne.Record{
			Document: poterne.Document{ID: poterne.NewID(share, path, ""), Share: share, Path: path}, Run: run,
			Stamp:    poterne.Stamp{Content: poterne.Version(share + path), Policy: pol.Version()},
			Findings: []poterne.Finding{{Rule: poterne.RuleMarking, Mark: "secret", Count: 1, Confidence: 0.98, Prints: []poterne.Fingerprint{"legend"}}},
		}
		r.Assessment = pol.Decide(r.Document, r.Findings, nil)
		out = append(out, r)
	}
	return out
}

// campaigning is a scan of "rh" under way for a local authority, in a new state.
func campaigning(t *testing.T) (*running, scanner.Rooms, scanner.Options) {
	t.Helper()
	dir := t.TempDir()
	a := &app{state: filepath.Join(dir, "state"), key: filepath.Join(dir, "key"), stderr: io.Discard, quiet: true}
	keys, err := a.openKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.openStores(t.Context(), a.state, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	pol := policyOf(t, a, "collectivite")
	r := &running{app: a, verdicts: &verdicts{keys: keys, policy: pol}, stores: s, state: a.state, shares: []string{"rh"}, reviews: &reviewer{ledger: s.ledger, policyFor: a.policiesOf(s.ledger).of}}
	opts := scanner.Options{Run: begunFor(t, r, "collectivite"), Stamp: poterne.Stamp{Policy: pol.Version()}, Shares: r.shares}
	return r, scanner.Rooms{Policy: pol, Index: s.index}, opts
}

func policyOf(t *testing.T, a *app, actor string) *decider {
	t.Helper()
	pol, err := a.openPolicy(roomOptions{actor: actor, doctrine: "sren"})
	if err != nil {
		t.Fatal(err)
	}
	return pol
}

func begunFor(t *testing.T, r *running, actor string) string {
	t.Helper()
	run, err := r.stores.ledger.Begin(t.Context(), ledger.Run{Actor: actor, Doctrine: "sren", Shares: map[string]string{"rh": "/srv/rh", "etat": "/srv/etat"}})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func publishedNotes(t *testing.T, r *running, records []poterne.Record) {
	t.Helper()
	if err := errors.Join(r.stores.index.Put(t.Context(), records...), r.stores.ledger.Commit(t.Context(), records...), r.stores.index.Publish(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// TestLegendsAfterACrash: documents went and the process died before it published;
// the next scan begins, and knows that the legend is none any more.
func TestLegendsAfterACrash(t *testing.T) {
	r, rooms, opts := campaigning(t)
	notes := legendNotes(opts.Run, "rh", 20, r.verdicts.policy)
	publishedNotes(t, r, notes)
	if err := r.settleLegends(t.Context(), rooms, opts, &scanner.Summary{Classes: map[poterne.Class]int{}}); err != nil {
		t.Fatal(err)
	}
	if c, err := r.withLegends(t.Context(), nil); err != nil || r.unsettled {
		t.Fatalf("withLegends = %v, %v, unsettled: %v", c, err, r.unsettled)
	}
	gone := notes[0].ID
	if err := errors.Join(r.stores.index.Delete(t.Context(), gone), r.stores.ledger.Drop(t.Context(), opts.Run, gone)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.withLegends(t.Context(), nil); err != nil {
		t.Fatalf("a scan after the crash does not begin: %v", err)
	}
	if !r.unsettled {
		t.Error("nineteen notes are taken for a legend still")
	}
}

// TestLegendsKeepTheirPolicy: documents of a share that this run does not see are
// decided again as they were, and were not met by it.
func TestLegendsKeepTheirPolicy(t *testing.T) {
	r, rooms, opts := campaigning(t)
	state := policyOf(t, r.app, "etat")
	first := begunFor(t, r, "etat")
	publishedNotes(t, r, append(legendNotes(first, "etat", 20, state), legendNotes(begunFor(t, r, "collectivite"), "rh", 20, r.verdicts.policy)...))
	if err := r.settleLegends(t.Context(), rooms, opts, &scanner.Summary{Classes: map[poterne.Class]int{}}); err != nil {
		t.Fatal(err)
	}
	for share, want := range map[string]struct {
		pol *decider
		run string
	}{"etat": {state, first}, "rh": {r.verdicts.policy, opts.Run}} {
		for rec, err := range r.stores.ledger.Records(t.Context(), ledger.Filter{Share: share}) {
			if err != nil {
				t.Fatal(err)
			}
			if !rec.Findings[0].Has(poterne.TagTalks) || rec.Assessment.Level == poterne.Classified {
				t.Errorf("%s/%s is no legend: level %v", rec.Share, rec.Path, rec.Assessment.Level)
			}
			if rec.Assessment.Actor != want.pol.Actor() || rec.Stamp.Policy != want.pol.Version() || rec.Run != want.run {
				t.Errorf("%s/%s: for %q, policy %s, run %s; want %q, %s, %s", rec.Share, rec.Path, rec.Assessment.Actor, rec.Stamp.Policy, rec.Run, want.pol.Actor(), want.pol.Version(), want.run)
			}
		}
	}
	unseen, err := r.stores.ledger.Unseen(t.Context(), opts.Run, []string{"etat"}, nil)
	if err != nil || len(unseen) != 20 {
		t.Errorf("%d documents were not met by this run, want 20: %v", len(unseen), err)
	}
}
