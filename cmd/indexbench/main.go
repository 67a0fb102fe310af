//go:build linux

// Command indexbench measures the index and the ledger with made records, beside SQLite
// with FTS5 on the same records: time and size of writing, times of questions, and the
// memory of a process that only searches: "make bench-index".
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

type options struct {
	dir     string        // of the stores; what is there already is used again
	records int           // to write
	rounds  int           // of each kind of question
	asked   string        // "index" or "sqlite": only ask, in this process
	p95     time.Duration // bound of each kind that looks terms up, 0 is none
	whole   time.Duration // bound of those that go through all documents or terms
	memory  int64         // bound of a process that searches the index, in bytes
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "build/indexbench", "the folder of the stores")
	flag.IntVar(&o.records, "records", 100_000, "made records")
	flag.IntVar(&o.rounds, "rounds", 200, "questions of each kind")
	flag.StringVar(&o.asked, "ask", "", "only ask one store: index or sqlite")
	flag.DurationVar(&o.p95, "p95", 0, "fail where the 95th percentile of a kind is above (0: never)")
	flag.DurationVar(&o.whole, "whole", 0, "the same for kinds that go through all documents or terms")
	flag.Int64Var(&o.memory, "memory", 0, "fail where a process that searches takes more bytes (0: never)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "indexbench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.asked != "" {
		return askHere(ctx, o)
	}
	for _, s := range stores {
		if err := s.fill(ctx, o); err != nil {
			return fmt.Errorf("fill %s: %w", s.name, err)
		}
	}
	var errs []error
	for _, s := range stores {
		if s.open == nil {
			continue
		}
		m, err := askApart(ctx, o, s.name)
		if err != nil {
			return fmt.Errorf("ask %s: %w", s.name, err)
		}
		m.print(os.Stdout)
		if s.name == "index" {
			errs = append(errs, m.verdict(o))
		}
	}
	average, _ := os.ReadFile("/proc/loadavg") // other systems have none
	fmt.Printf("load of the machine %s", average)
	return errors.Join(errs...)
}

// fill writes made records to a store, and says how long it took and how large it is.
func (s store) fill(ctx context.Context, o options) error {
	dir := filepath.Join(o.dir, s.name)
	done := filepath.Join(dir, fmt.Sprintf("filled-%d", o.records))
	if said, err := os.ReadFile(done); err == nil {
		fmt.Printf("%s (written before)\n", said)
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cpu, start := processor(), time.Now()
	if err := s.write(ctx, o, dir); err != nil {
		return err
	}
	took, cpu := time.Since(start), processor()-cpu
	size, err := sizeOf(dir)
	if err != nil {
		return err
	}
	said := fmt.Sprintf("%-7s %d records written in %s, %s of processor, %d µs a record; %d MB, %d bytes a record",
		s.name, o.records, took.Round(time.Second), cpu.Round(time.Second), took.Microseconds()/int64(o.records), size>>20, size/int64(o.records))
	fmt.Println(said)
	return os.WriteFile(done, []byte(said), 0o600)
}
