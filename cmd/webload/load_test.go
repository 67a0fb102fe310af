package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestSmallLoad serves a thousand made records to five users for two seconds: every
// page answers, whole, to all of them. Times are for machines that do nothing else.
func TestSmallLoad(t *testing.T) {
	dir := t.TempDir()
	o := options{program: filepath.Join(dir, "poterne"), state: filepath.Join(dir, "state"), records: 1500, users: 5, time: 2 * time.Second, think: 20 * time.Millisecond}
	if out, err := exec.Command("go", "build", "-o", o.program, "poterne/cmd/poterne").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	r, err := run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	r.print(t.Output())
	if err := r.verdict(o); err != nil {
		t.Error(err)
	}
	for _, p := range pages {
		if r.first[p.name] == 0 {
			t.Errorf("%s was never opened", p.name)
		}
	}
	if r.own == 0 || r.cpu == 0 {
		t.Errorf("%d bytes, %v of processor: the server was not measured", r.own, r.cpu)
	}
}

func TestQuantile(t *testing.T) {
	times := make([]time.Duration, 100)
	for i := range times {
		times[i] = time.Duration(i + 1)
	}
	for q, want := range map[float64]time.Duration{0: 1, .5: 51, .95: 96, 1: 100} {
		if got := quantile(times, q); got != want {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
	}
	if got := quantile(times[:1], .95); got != 1 {
		t.Errorf("quantile of one is %d", got)
	}
}
