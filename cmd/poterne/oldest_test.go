package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/scanner"
	"poterne/sources"
)

// lines is an Extractor of plain text that needs no child process. It calls begin
// before each document.
type lines struct{ begin func() }

func (l lines) Extract(_ context.Context, d poterne.Document, c poterne.Content) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		l.begin()
		part := &poterne.Part{Format: "txt"}
		if !yield(poterne.Segment{Part: part, Body: d.Path, Place: poterne.Place{Zone: poterne.ZoneName}}, nil) {
			return
		}
		s := bufio.NewScanner(io.NewSectionReader(c, 0, c.Size()))
		for row := 1; s.Scan(); row++ {
			if !yield(poterne.Segment{Part: part, Body: s.Text(), Place: poterne.Place{Row: row}}, nil) {
				return
			}
		}
	}
}

// night scans share into the state of a, and ends the walk once so many are begun;
// 0 lets it end whole. It returns the paths in the order in which they were done.
func night(t *testing.T, a *app, v *verdicts, share string, stopAfter int) []string {
	t.Helper()
	ctx := t.Context()
	s, err := a.openStores(ctx, a.state, v.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	source, err := sources.Open([]sources.Root{{Share: "rh", Dir: share}}, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	ordered, err := withOldestFirst(ctx, source, s.ledger, []string{"rh"})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	var mu sync.Mutex
	drain, begun := make(chan struct{}), 0
	begin := func() { // called by the one worker
		if begun++; begun == stopAfter {
			close(drain)
		}
	}
	opts := scanner.Options{
		Stamp: poterne.Stamp{Extractor: "lines", Rules: v.classifier.Version(), Policy: v.policy.Version()}, Shares: []string{"rh"}, Workers: 1, Drain: drain,
		Unchanged: true,
		Emit: func(r poterne.Record, _ bool) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, r.Path)
		},
	}
	if opts.Run, err = s.ledger.Begin(ctx, ledger.Run{Shares: map[string]string{"rh": share}}); err != nil {
		t.Fatal(err)
	}
	rooms := scanner.Rooms{Source: ordered, Extractor: lines{begin}, Classifier: v.classifier, Policy: v.policy, Ledger: s.ledger, Index: s.index}
	sum, err := scanner.Run(ctx, rooms, opts)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Drained != (stopAfter > 0) {
		t.Errorf("drained: %v", sum.Drained)
	}
	end := ledger.Done
	if sum.Drained {
		end = ledger.Partial
	}
	if err := s.ledger.Finish(ctx, opts.Run, end, nil); err != nil {
		t.Fatal(err)
	}
	return order
}

// stored returns the records of a state by path.
func stored(t *testing.T, a *app, keys seal.Key) map[string]poterne.Record {
	t.Helper()
	led, err := openLedgerIn(t.Context(), a.state, keys, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	out := map[string]poterne.Record{}
	for r, err := range led.Records(t.Context(), ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		out[r.Path] = r
	}
	return out
}

// TestNightCutThreeTimesIsOneNight: three cut nights and the end of the fourth leave
// what one whole night leaves, record for record, and no night begins with what the
// last one has seen while something has waited longer.
func TestNightCutThreeTimesIsOneNight(t *testing.T) {
	dir := t.TempDir()
	share := filepath.Join(dir, "share")
	const files = 60
	for i := range files {
		path := filepath.Join(share, fmt.Sprint("d", i%7), fmt.Sprintf("%02d.txt", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("Note %d.\nAssurée : NIR 2 90 07 2A 004 123 84.\n", i)
		if i%3 > 0 {
			text = fmt.Sprintf("Note de service %d : la salle est réservée.\n", i)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	state := func(name string) *app {
		return &app{state: filepath.Join(dir, name), key: filepath.Join(dir, "key"), stdout: io.Discard, stderr: io.Discard, quiet: true}
	}
	whole, cut := state("whole"), state("cut")
	v, err := whole.openVerdicts(roomOptions{})
	if err != nil {
		t.Fatal(err)
	}
	night(t, whole, v, share, 0)

	seen := map[string]bool{}
	for n := range 3 {
		order := night(t, cut, v, share, 12)
		fresh := 0
		for _, p := range order {
			if !seen[p] {
				fresh++
			}
			seen[p] = true
		}
		if fresh != 12 || len(order) != 12 {
			t.Errorf("night %d: %d documents, %d that no night had seen, want 12", n+1, len(order), fresh)
		}
	}
	order := night(t, cut, v, share, 0)
	last := slices.IndexFunc(order, func(p string) bool { return seen[p] })
	if left := files - len(seen); last != left {
		t.Errorf("the last night came to something seen after %d documents, %d were not seen", last, left)
	}
	ignore := cmpopts.IgnoreFields(poterne.Record{}, "Run", "ScannedAt")
	if diff := cmp.Diff(stored(t, whole, v.keys), stored(t, cut, v.keys), ignore); diff != "" {
		t.Errorf("(-whole +cut)\n%s", diff)
	}
	// A night that was not cut goes back to the order of the share.
	if again := night(t, cut, v, share, 0); len(again) != files {
		t.Errorf("the night after: %d documents", len(again))
	}
}
