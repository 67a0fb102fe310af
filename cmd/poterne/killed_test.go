package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne/internal/killtest"
	"poterne/report"
)

// TestKilledScansLoseNothing kills scans at random moments: whatever one said to be
// recorded is there, all that is stored is sound, and one that ends at last has the
// records of an undisturbed one.
func TestKilledScansLoseNothing(t *testing.T) {
	b := newBench(t)
	start := time.Now()
	undisturbed, _ := b.scan()
	usual := time.Since(start)
	if err := os.RemoveAll(b.path("etat")); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	note := func(lines string, in map[string]bool) {
		for line := range strings.Lines(lines) {
			var d report.Document
			if json.Unmarshal([]byte(line), &d) == nil && d.Type == "document" { // the last line may be cut
				in[d.Path] = true
			}
		}
	}
	for round := range killtest.Rounds(4) {
		cmd := b.command(t.Context(), "scan", "--full", "--format", "jsonl", "partage")
		if round%2 == 0 {
			note(killtest.Cut(t, cmd, "", usual), told)
		} else {
			note(killtest.Cut(t, cmd, `"type":"document"`, usual/10), told)
		}
		if len(told) == 0 {
			continue // it may not even have made its ledger
		}
		b.run([]int{exitOK}, "check")
		stored := map[string]bool{}
		out, _ := b.run([]int{exitOK}, "report", "-f", "jsonl")
		note(out, stored)
		for p := range told {
			if !stored[p] {
				t.Errorf("%q was recorded and is lost", p)
			}
		}
	}
	docs, _ := b.scan()
	if diff := cmp.Diff(undisturbed, docs); diff != "" {
		t.Errorf("(-undisturbed +killed)\n%s", diff)
	}
	b.run([]int{exitOK}, "check")
	if len(told) == 0 {
		t.Error("no scan told of a document before it was killed")
	}
}
