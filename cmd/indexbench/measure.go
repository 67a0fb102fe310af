//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"poterne/internal/meter"
)

// measure is what asking one store gave.
type measure struct {
	Store  string
	Open   time.Duration // to open, and to answer the first question
	Kinds  []times
	Own    int64 // bytes of the process in its own pages, at most
	Peak   int64 // its largest resident set, with pages of files
	Memory int64 // own bytes after the first question of each kind, as a search of one question takes
}

// times are those of one kind of question.
type times struct {
	Kind            string
	First, P50, P95 time.Duration
	// Processor is the 95th percentile of what a question computes: on a machine that
	// others use, the time without theirs.
	Processor time.Duration
	Total     int // documents that answered, on average
}

// askApart asks a store in a process of its own, whose memory is only that.
func askApart(ctx context.Context, o options, name string) (measure, error) {
	self, err := os.Executable()
	if err != nil {
		return measure{}, err
	}
	cmd := exec.CommandContext(ctx, self, "-ask", name, "-dir", o.dir, "-rounds", strconv.Itoa(o.rounds))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return measure{}, err
	}
	var m measure
	return m, json.Unmarshal(out, &m)
}

// askHere asks in this process, and writes the measure as JSON.
func askHere(ctx context.Context, o options) error {
	i := slices.IndexFunc(stores, func(s store) bool { return s.name == o.asked && s.open != nil })
	if i < 0 {
		return fmt.Errorf("no store %q to ask", o.asked)
	}
	start := time.Now()
	a, err := stores[i].open(ctx, filepath.Join(o.dir, o.asked))
	if err != nil {
		return err
	}
	m := measure{Store: o.asked}
	rng := rand.New(rand.NewPCG(3, 4))
	for n, k := range kinds {
		t, err := k.time(ctx, a, rng, 1)
		if err != nil {
			return err
		}
		if n == 0 {
			m.Open = time.Since(start)
		}
		m.Kinds = append(m.Kinds, t)
	}
	if m.Memory, _, err = meter.Memory(os.Getpid()); err != nil {
		return err
	}
	for n, k := range kinds {
		t, err := k.time(ctx, a, rng, o.rounds)
		if err != nil {
			return err
		}
		t.First = m.Kinds[n].First
		m.Kinds[n] = t
		own, peak, err := meter.Memory(os.Getpid())
		if err != nil {
			return err
		}
		m.Own, m.Peak = max(m.Own, own), peak
	}
	return errors.Join(json.NewEncoder(os.Stdout).Encode(m), a.Close())
}

// askedFor bounds a kind that a store is slow at: enough questions for a median.
const askedFor = 15 * time.Second

func (k kind) time(ctx context.Context, a asker, rng *rand.Rand, rounds int) (times, error) {
	var all, computed []time.Duration
	sum, begun := 0, time.Now()
	for range rounds {
		q := k.make(rng)
		start, cpu := time.Now(), processor()
		total, counted, err := a.ask(ctx, q)
		if err != nil {
			return times{}, fmt.Errorf("%s: %w", k.name, err)
		}
		all, computed = append(all, time.Since(start)), append(computed, processor()-cpu)
		if sum += total; total > 0 && len(q.facets) > 0 && counted == 0 {
			return times{}, fmt.Errorf("%s: nothing was counted", k.name)
		}
		if time.Since(begun) > askedFor {
			break
		}
	}
	t := times{Kind: k.name, First: all[0], Total: sum / len(all)}
	t.P50, t.P95, t.Processor = quantile(all, 50), quantile(all, 95), quantile(computed, 95)
	return t, nil
}

// quantile sorts times, and returns the one below which that many of a hundred are.
func quantile(all []time.Duration, hundredths int) time.Duration {
	slices.Sort(all)
	return all[min(len(all)*hundredths/100, len(all)-1)]
}

func (m measure) print(w io.Writer) {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	fmt.Fprintf(w, "\n%s: open and first answer %s; %d MB own after one question of each kind, %d MB own and %d MB resident at most\n",
		m.Store, ms(m.Open), m.Memory>>20, m.Own>>20, m.Peak>>20)
	fmt.Fprintf(w, "%-22s %10s %12s %12s %12s %14s\n", "question", "found", "first", "median", "p95", "p95 computing")
	for _, t := range m.Kinds {
		fmt.Fprintf(w, "%-22s %10d %12s %12s %12s %14s\n", t.Kind, t.Total, ms(t.First), ms(t.P50), ms(t.P95), ms(t.Processor))
	}
}

// verdict is an error where a bound is broken.
func (m measure) verdict(o options) error {
	var errs []error
	for i, t := range m.Kinds {
		bound := o.p95
		if kinds[i].whole {
			bound = o.whole
		}
		if bound > 0 && t.P95 > bound {
			errs = append(errs, fmt.Errorf("%s: 95 of 100 questions take up to %s, want %s", t.Kind, t.P95, bound))
		}
	}
	if o.memory > 0 && m.Own > o.memory {
		errs = append(errs, fmt.Errorf("a process that searches held %d bytes, want at most %d", m.Own, o.memory))
	}
	return errors.Join(errs...)
}

// processor is the time that this process has computed.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sizeOf adds up the files below dir; links to one file count once.
func sizeOf(dir string) (int64, error) {
	var sum int64
	seen := map[uint64]bool{}
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			if seen[st.Ino] {
				return nil
			}
			seen[st.Ino] = true
		}
		sum += info.Size()
		return nil
	})
	return sum, err
}

func note(format string, args ...any) { fmt.Printf(format+"\n", args...) }
