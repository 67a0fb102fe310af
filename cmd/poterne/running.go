package main

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"poterne"
	"poterne/extract/sandbox"
	"poterne/ledger"
	"poterne/report"
	"poterne/scanner"
)

// running is one scan under way.
type running struct {
	*app
	opts     scanOptions
	verdicts *verdicts
	stores   *stores
	out      *output
	voice    report.Voice
	gates    []gate
	shares   []string
	lines    *report.JSONLines
	state    string        // its folder
	readers  *sandbox.Pool // of the scan itself
	reviews  *reviewer
	absent   bool // a folder that was named does not exist
	begun    time.Time

	walked    bool // what is emitted now was, or is of a share that was not walked
	unsettled bool // stored verdicts do not follow the legends: see withLegends
}

// run carries the scan out, tells whoever supervises it, and returns its exit code.
func (r *running) run(ctx context.Context, rooms scanner.Rooms, opts scanner.Options) (int, error) {
	r.begun = time.Now()
	if err := r.tellSystemd(daemon.SdNotifyReady); err != nil {
		return exitFailure, err
	}
	sum, code, err := r.carry(ctx, rooms, opts)
	if r.opts.metricsFile != "" {
		if merr := r.writeMetrics(context.WithoutCancel(ctx), sum, code); merr != nil && err == nil {
			code, err = exitFailure, merr
		}
	}
	return code, errors.Join(err, r.tellSystemd(daemon.SdNotifyStopping))
}

func (r *running) carry(ctx context.Context, rooms scanner.Rooms, opts scanner.Options) (scanner.Summary, int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	drain := make(chan struct{})
	var drainOnce sync.Once
	stopWalk := func() { drainOnce.Do(func() { close(drain) }) }
	opts.Drain = drain

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ask := notifyStatus()
	cancelled, late := false, false
	var timer <-chan time.Time
	if r.opts.maxDuration > 0 {
		timer = time.After(r.opts.maxDuration)
	}
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-signals:
				if cancelled {
					r.note("abandon", "giving up")
					cancel()
					continue
				}
				cancelled = true
				r.note("arrêt demandé : les documents en cours sont finis ; un second signal abandonne", "stopping: documents in hand are finished; a second signal gives up")
				stopWalk()
			case <-timer:
				late = true
				stopWalk()
			case <-done:
				return
			}
		}
	})

	bar := &progress{app: r.app, voice: r.voice, out: r.stderr, start: r.begun, live: r.terminal(r.stderr) && !r.quiet}
	opts.Progress = bar.observe
	watch.Go(func() { bar.total.Store(int64(r.known(ctx))) })
	if r.quiet {
		r.opts.progress = 0
	}
	watch.Go(func() { bar.run(r.opts.progress, ask, done) })

	if r.format == "jsonl" || r.format == "json" {
		r.lines = report.NewJSONLines(r.out)
		r.begin(opts)
	}
	opts.Unchanged = r.lines != nil
	opts.Emit = func(rec poterne.Record, unchanged bool) {
		if rec.Assessment.Level == poterne.Classified && !unchanged {
			r.alert(rec)
		}
		if r.lines != nil {
			line := r.voice.Line(rec)
			line.Unchanged, line.Again = unchanged, r.walked
			r.lines.Write(line)
		}
	}
	var sum scanner.Summary
	var err error
	if rooms.Classifier, err = r.withLegends(ctx, rooms.Classifier); err == nil {
		sum, err = scanner.Run(ctx, rooms, opts)
	}
	r.walked = true
	if err == nil && !sum.Drained {
		err = r.readAgain(ctx, rooms, opts, &sum)
	}
	if err == nil {
		// What was decided meanwhile.
		_, err = r.reviews.settle(ctx, r.stores)
	}
	if err == nil {
		err = r.stores.index.Publish(ctx)
	}
	if err == nil && (r.unsettled || sum.Recorded+sum.Swept > 0) {
		err = r.settleLegends(ctx, rooms, opts, &sum)
	}
	close(done)
	watch.Wait()

	state, code := ledger.Done, exitOK
	switch {
	case err != nil && ctx.Err() == nil:
		state, code = ledger.Failed, exitFailure
		if c, _, known := r.storeProblem(err); known {
			code = c
		}
	case cancelled:
		state, code = ledger.Cancelled, exitCancelled
	case late && sum.Drained:
		state, code = ledger.Partial, exitTime
	}
	// The end is written even where the scan was cancelled.
	background := context.WithoutCancel(ctx)
	if code == exitOK {
		if code, err = r.gate(background, sum, opts.Run); err != nil {
			code = exitFailure
		}
	}
	raw, _ := json.Marshal(summaryOf(sum, opts.Run, code))
	if ferr := r.stores.ledger.Finish(background, opts.Run, state, raw); ferr != nil && err == nil {
		err, code = ferr, exitFailure
	}
	if r.lines != nil {
		if code == exitFailure && err != nil {
			r.lines.Write(map[string]any{"schema": report.Schema, "type": "error", "message": err.Error()})
		}
		if werr := r.lines.Write(summaryOf(sum, opts.Run, code)); werr != nil && err == nil {
			return sum, exitFailure, werr
		}
	}
	if code == exitFailure || code == exitIntegrity {
		return sum, code, err
	}
	if r.lines == nil {
		return sum, code, r.screen(background, sum)
	}
	return sum, code, nil
}

func (r *running) begin(opts scanner.Options) {
	r.lines.Write(map[string]any{
		"schema": report.Schema, "type": "run_start", "run": opts.Run, "started": time.Now().UTC().Format(time.RFC3339),
		"shares": opts.Shares, "actor": r.opts.actor, "doctrine": r.opts.doctrine, "version": programVersion(),
		"stamp": map[string]any{"extractor": opts.Stamp.Extractor, "rules": opts.Stamp.Rules, "policy": opts.Stamp.Policy},
	})
}

// summaryOf is the last line of a scan.
func summaryOf(s scanner.Summary, run string, code int) map[string]any {
	failures, classes := map[string]int{}, map[string]int{}
	for k, n := range s.Failures {
		failures[string(k)] = n
	}
	for c, n := range s.Classes {
		classes[c.String()] = n
	}
	return map[string]any{
		"schema": report.Schema, "type": "summary", "run": run, "exit": code,
		"walked": s.Walked, "unchanged": s.Unchanged, "recorded": s.Recorded, "opened": s.Opened, "redecided": s.Redecided,
		"moved": s.Moved, "members": s.Members, "swept": s.Swept, "bytes": s.Bytes, "failures": failures, "classes": classes,
		"complete": append([]string{}, s.Complete...), "held": append([]string{}, s.Held...), "drained": s.Drained, "seconds": s.Elapsed.Seconds(),
	}
}

// gate says with which code a scan that went well ends.
func (r *running) gate(ctx context.Context, sum scanner.Summary, run string) (int, error) {
	held := r.held(sum)
	met, err := r.met(ctx, run)
	if err != nil {
		return exitFailure, err
	}
	unread, err := r.unread(ctx)
	if err != nil {
		return exitFailure, err
	}
	unread = unread || r.absent || held
	switch {
	case unread && r.opts.strict:
		return exitFailure, errors.New(r.say("des documents n'ont pu être lus (--strict)", "some documents could not be read (--strict)"))
	case met:
		return exitFound, nil
	case unread:
		return exitUnread, nil
	}
	return exitOK, nil
}

// held says which shares lost so much that nothing of them was forgotten.
func (r *running) held(sum scanner.Summary) bool {
	for _, share := range sum.Held {
		r.note("partage %s : presque tout a disparu ; rien n'est oublié, il n'est peut-être pas monté", "share %s: nearly everything is gone; nothing is forgotten, it may not be mounted", report.Inert(share))
		r.hint("si c'est voulu : --allow-mass-delete", "if this is meant: --allow-mass-delete")
	}
	return len(sum.Held) > 0
}

// met reports whether a record reaches a --fail-on.
func (r *running) met(ctx context.Context, run string) (bool, error) {
	if len(r.gates) == 0 {
		return false, nil
	}
	previous, err := r.previousRun(ctx, run)
	if err != nil {
		return false, err
	}
	for rec, err := range r.records(ctx) {
		if err != nil {
			return false, err
		}
		for _, g := range r.gates {
			if g(rec, run, previous) {
				return true, nil
			}
		}
	}
	return false, nil
}

// unread reports whether a document of the shares was not read whole.
func (r *running) unread(ctx context.Context) (bool, error) {
	for _, share := range r.shares {
		for _, err := range r.stores.ledger.Records(ctx, ledger.Filter{Share: share, Unread: true}) {
			return err == nil, err
		}
	}
	return false, nil
}

// previousRun says whether a run ended before this one: without one, everything
// would be new.
func (r *running) previousRun(ctx context.Context, run string) (bool, error) {
	runs, err := r.stores.ledger.Runs(ctx, 0)
	if err != nil {
		return false, err
	}
	for _, other := range runs {
		if other.ID != run && other.State == ledger.Done {
			return true, nil
		}
	}
	return false, nil
}

// records yields the stored records of the shares that were scanned.
func (r *running) records(ctx context.Context) iter.Seq2[poterne.Record, error] {
	return recordsOf(ctx, r.stores.ledger, r.shares)
}

func (r *running) screen(ctx context.Context, sum scanner.Summary) error {
	overview, err := r.overview(ctx)
	if err != nil {
		return err
	}
	title := r.opts.title
	if title == "" {
		title = strings.Join(r.shares, ", ")
	}
	next := r.opts.next
	if next == nil {
		next = r.nextCommands(overview)
	}
	screen := report.Screen{
		Voice: r.voice, Color: r.colored(r.stdout), Width: terminalWidth(r.stdout), Title: title,
		Actor: r.verdicts.policy.ActorName(r.lang, r.opts.actor), Doctrine: r.verdicts.policy.DoctrineName(r.lang, r.opts.doctrine), Next: next,
	}
	if err := screen.Write(r.out, overview); err != nil {
		return err
	}
	if r.verbose > 0 || sum.Opened < sum.Recorded+sum.Unchanged {
		r.note("%s lus, %s inchangés, %s redécidés, %s déplacés, %s disparus, en %s", "%s read, %s unchanged, %s decided again, %s moved, %s gone, in %s",
			r.voice.Number(sum.Opened), r.voice.Number(sum.Unchanged), r.voice.Number(sum.Redecided), r.voice.Number(sum.Moved), r.voice.Number(sum.Swept), sum.Elapsed.Round(time.Millisecond))
	}
	return nil
}

// overview sums up the shares that were scanned. Most documents have nothing to show
// but their number: those are counted, and not opened.
func (r *running) overview(ctx context.Context) (*report.Overview, error) {
	overview, err := report.Summarize(func(yield func(poterne.Record, error) bool) {
		for _, share := range r.shares {
			for rec, err := range r.stores.ledger.Records(ctx, ledger.Filter{Share: share, Notable: true}) {
				if !yield(rec, err) {
					return
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	quiet, err := r.stores.ledger.Quiet(ctx)
	for _, t := range quiet {
		if slices.Contains(r.shares, t.Share) {
			overview.Count(t.Class, t.Files, t.Bytes)
		}
	}
	return overview, err
}

// nextCommands suggests what to do with what was found.
func (r *running) nextCommands(o *report.Overview) [][2]string {
	var next [][2]string
	if len(o.Worst) > 0 {
		next = append(next, [2]string{"poterne show " + quoted(o.Worst[0].Path), r.say("pourquoi ce classement", "why this verdict")})
	}
	return append(next,
		[2]string{"poterne search 'rule:fr-nir level:>=3'", r.say("interroger l'index", "ask the index")},
		[2]string{"poterne plan --destination microsoft-365", r.say("ce qui peut y aller, et ce qui ne peut pas", "what may go there, and what may not")})
}

// quoted writes a name as a shell takes it; a hostile one is left to the reader.
func quoted(name string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, "$", `\$`, "`", "\\`").Replace(report.Inert(name)) + `"`
}
