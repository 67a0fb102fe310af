//go:build !race

package classifiers

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"poterne"
)

// These tests are about size; the race detector makes them ten times as long and
// sees nothing that smaller texts do not show it.

// TestHundredMegabytesOfOneCharacter: nothing of a text is held but its piece.
func TestHundredMegabytesOfOneCharacter(t *testing.T) {
	c := newClassifier(t)
	for _, ch := range []string{"1", "A"} {
		body := strings.Repeat(ch, 100<<20)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		found, err := c.Classify(context.Background(), poterne.Document{}, oneSegment(body))
		if err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%q: %d MB allocated", ch, used>>20)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%q: %v", ch, took)
		}
		for _, f := range found {
			if f.Level > poterne.Public {
				t.Errorf("%q: %s", ch, f.Rule)
			}
		}
	}
}

// TestMillionCandidatesOnOneLine counts them all.
func TestMillionCandidatesOnOneLine(t *testing.T) {
	c := newClassifier(t)
	const n = 1_000_000
	found, err := c.Classify(context.Background(), poterne.Document{}, oneSegment(strings.Repeat("06 12 34 56 78;", n)))
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, f := range found {
		if f.Rule == "fr-tel" {
			got = f.Count
			if f.Distinct != 1 {
				t.Errorf("%d different values", f.Distinct)
			}
		}
	}
	// Pieces are cut between words: of a line without any, one value a piece may be lost.
	if lost := n - got; lost < 0 || lost > n*15/maxPiece+1 {
		t.Errorf("%d of %d numbers found", got, n)
	}
}

// TestTenThousandRules wants them compiled and run at once, those that find
// nothing for almost nothing, and those that overlap without harm to each other.
func TestTenThousandRules(t *testing.T) {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "  - {id: own-%d, names: {fr: R}, category: interne, find: regexp, level: 1, regexp: 'DOS%04d-\\d{4}', match: ['DOS%04d-1234'], reject: [b]}\n", i, i, i)
	}
	for i := range 50 { // the same text for fifty rules
		fmt.Fprintf(&b, "  - {id: same-%d, names: {fr: R}, category: interne, find: regexp, level: 1, regexp: 'DOS[0-9]{4}-\\d{%d}', match: ['DOS0001-1234'], reject: [b]}\n", i, 1+i%4)
	}
	r, err := Load(writeRules(t, b.String()))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Rules: r})
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{}
	for _, f := range classify(t, c, "dossiers DOS0000-1234, DOS9999-5678 et DOS4242-42") {
		if strings.HasPrefix(f.Rule, "own-") {
			own[f.Rule] = true
		}
	}
	if !own["own-0"] || !own["own-9999"] || own["own-4242"] || len(own) != 2 {
		t.Errorf("found %v, want own-0 and own-9999", own)
	}
	unit := "le dossier DOS4242-1234 est clos, le dossier DOS4243-12 ne l'est pas. "
	short, _ := spent(t, c, strings.Repeat(unit, 1000))
	long, _ := spent(t, c, strings.Repeat(unit, 4000))
	if long > 10*short+50*time.Millisecond {
		t.Errorf("%v for 70 KB, %v for four times as much", short, long)
	}
}
