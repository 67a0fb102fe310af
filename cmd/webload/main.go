// Command webload fills a state folder with made records, serves it with the real
// program, and asks for every page as many people would: "make bench-web".
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

type options struct {
	program string        // poterne, built
	state   string        // folder; one that is filled is used again
	records int           // to fill it with
	users   int           // at once
	time    time.Duration // of the load
	think   time.Duration // of a user between two pages
	p95     time.Duration // bound of each page, 0 is none
	memory  int64         // bound of the server in bytes, 0 is none
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/poterne", "the program that serves")
	flag.StringVar(&o.state, "state", "build/webload", "the folder that is filled and served")
	flag.IntVar(&o.records, "records", 1_000_000, "made records")
	flag.IntVar(&o.users, "users", 50, "users at once")
	flag.DurationVar(&o.time, "for", time.Minute, "how long they ask")
	flag.DurationVar(&o.think, "think", 2*time.Second, "mean time between two pages of a user")
	flag.DurationVar(&o.p95, "p95", 0, "fail where the 95th percentile of a page is above (0: never)")
	flag.Int64Var(&o.memory, "memory", 0, "fail where the server takes more bytes (0: never)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := run(ctx, o)
	if err == nil {
		r.print(os.Stdout)
		err = r.verdict(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "webload:", err)
		stop()
		os.Exit(1)
	}
}

// run fills the state where it is empty, serves it and puts it under load.
func run(ctx context.Context, o options) (*result, error) {
	if _, err := os.Stat(filepath.Join(o.state, "filled")); err != nil {
		if err := fill(ctx, o.state, o.records); err != nil {
			return nil, fmt.Errorf("fill: %w", err)
		}
	}
	s, err := serve(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	r, err := s.load(ctx, o)
	if stopErr := s.stop(); err == nil {
		err = stopErr
	}
	return r, err
}
