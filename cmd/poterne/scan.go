package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/extract/sandbox"
	"poterne/ledger"
	"poterne/report"
	"poterne/scanner"
	"poterne/sources"
)

type scanOptions struct {
	roomOptions
	include, exclude []string
	failOn           []string
	maxDuration      time.Duration
	progress         time.Duration
	full, strict     bool
	massDelete       bool
	dryRun           bool
	workers          int
	memory           string
	walkers          int
	credentials      string
	netTimeout       time.Duration
	netPatience      time.Duration
	title            string      // of the screen; the roots where empty
	next             [][2]string // commands to try next
}

func newScan(a *app) *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:     "scan PATH|URL…",
		Aliases: []string{"analyser"},
		Short:   a.say("Parcourir, lire, classer et indexer des partages", "Walk, read, classify and index shares"),
		Long: a.say(`Parcourt des dossiers et des partages (smb://serveur/partage/dossier,
webdavs://serveur/dossier, sftp://serveur/dossier), lit ce qui a changé depuis la
dernière fois, classe chaque document et met l'index à jour. Un second passage
n'ouvre que ce qui a changé.

Un premier Ctrl-C finit les documents en cours et s'arrête (code 130, reprise au
prochain passage) ; un second abandonne.

Codes de sortie : 0 fini, 3 fini avec des documents non lus (1 avec --strict),
10 seuil de --fail-on atteint, 11 un autre passage tient le verrou, 12 --max-duration
atteint, 13 index, registre ou clé en défaut, 130 interrompu, 1 échec, 2 usage.`,
			`Walks folders and shares (smb://server/share/folder, webdavs://server/folder,
sftp://server/folder), reads what changed since last time, classifies each document
and updates the index. A second scan opens only what changed.

A first Ctrl-C finishes the documents in hand and stops (code 130, the next scan
resumes); a second one gives up.

Exit codes: 0 done, 3 done with unreadable documents (1 with --strict), 10 --fail-on
met, 11 another scan holds the lock, 12 --max-duration reached, 13 index, ledger or
key damaged, 130 cancelled, 1 failure, 2 usage.`),
		Example: `  poterne scan /srv/partages/rh /srv/partages/juridique
  poterne scan --format jsonl --actor etat-regalien /srv/enquetes
  poterne scan --max-duration 6h --fail-on H4 --progress 1m /srv/partages
  poterne scan --credentials /etc/poterne/comptes smb://nas.example/rh`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.scan(cmd.Context(), o, args) },
	}
	o.roomFlags(a, cmd)
	f := cmd.Flags()
	f.StringSliceVar(&o.include, "include", nil, a.say("ne lire que les chemins de ces motifs (« ** » traverse les dossiers)", "read only paths of these globs (“**” spans folders)"))
	f.StringSliceVar(&o.exclude, "exclude", nil, a.say("laisser les chemins de ces motifs", "leave out paths of these globs"))
	f.StringSliceVar(&o.failOn, "fail-on", nil, a.say("code 10 si un document atteint : H3, level:3, new", "code 10 where a document reaches: H3, level:3, new"))
	f.DurationVar(&o.maxDuration, "max-duration", 0, a.say("s'arrêter proprement après cette durée (code 12)", "stop cleanly after this time (code 12)"))
	f.DurationVar(&o.progress, "progress", 0, a.say("hors terminal, une ligne d'avancement à cet intervalle", "off a terminal, a line of progress at this interval"))
	f.BoolVar(&o.full, "full", false, a.say("tout relire, changé ou non", "read all again, changed or not"))
	f.BoolVar(&o.massDelete, "allow-mass-delete", false, a.say("oublier les documents disparus même quand presque tout un partage a disparu", "forget documents that left even where nearly a whole share did"))
	f.BoolVar(&o.strict, "strict", false, a.say("code 1 si un document n'a pu être lu", "code 1 where a document could not be read"))
	f.BoolVar(&o.dryRun, "dry-run", false, a.say("lister ce qui serait lu, sans rien lire", "list what would be read, reading nothing"))
	f.IntVar(&o.workers, "workers", 0, a.say("documents lus à la fois (défaut : nombre de cœurs)", "documents read at once (default: number of cores)"))
	f.StringVar(&o.memory, "memory", "256Mo", a.say("octets de documents en cours de lecture", "bytes of documents being read at once"))
	f.IntVar(&o.walkers, "walkers", 0, a.say("dossiers listés à la fois (défaut : 4, ou 8 sur un serveur ; 8 à 32 sur un partage monté)", "folders listed at once (default: 4, or 8 on a server; 8 to 32 on a mounted share)"))
	f.StringVar(&o.credentials, "credentials", "", a.say("fichier (0600) des comptes des serveurs : user = …, password = … (voir docs/sources.md)", "file (0600) of the accounts of servers: user = …, password = … (see docs/sources.md)"))
	f.DurationVar(&o.netTimeout, "net-timeout", 30*time.Second, a.say("temps laissé à un serveur pour une requête", "time that a server has for one request"))
	f.DurationVar(&o.netPatience, "net-patience", 2*time.Minute, a.say("temps pendant lequel attendre un serveur qui ne répond plus", "time to wait for a server that no longer answers"))
	return cmd
}

// keyring reads the accounts of servers.
func (o scanOptions) keyring() (sources.Keyring, error) {
	if o.credentials == "" {
		return nil, nil
	}
	keyring, err := sources.ReadKeyring(o.credentials)
	if err != nil {
		return nil, fail(exitUsage, "--credentials FICHIER", "%w", err)
	}
	return keyring, nil
}

// scan runs one scan and prints its result.
func (a *app) scan(ctx context.Context, o scanOptions, args []string) error {
	if !slices.Contains([]string{"", "table", "jsonl", "json"}, a.format) {
		return fail(exitUsage, "", a.say("format %q : table, json ou jsonl", "format %q: table, json or jsonl"), a.format)
	}
	memory, err := parseBytes(o.memory)
	if err != nil {
		return fail(exitUsage, "--memory 256Mo", "--memory: %w", err)
	}
	gates, err := parseGates(o.failOn)
	if err != nil {
		return fail(exitUsage, "--fail-on H3,level:3,new", "--fail-on: %w", err)
	}
	if _, err := o.ocrMode(); err != nil {
		return err
	}
	// Unusable rules or policy are found before the first file, and before any lock.
	verdicts, err := a.openVerdicts(o.roomOptions)
	if err != nil {
		return err
	}
	if err := a.checkRoots(args); err != nil {
		return err
	}
	state, err := a.lockState()
	if err != nil {
		return err
	}
	defer state.unlock()
	stores, err := a.openStores(ctx, state.dir, verdicts.keys)
	if err != nil {
		return err
	}
	defer stores.close()
	roots, err := a.roots(ctx, args, stores.ledger)
	if err != nil {
		return err
	}
	keyring, err := o.keyring()
	if err != nil {
		return err
	}
	listing := sources.LocalOptions{Include: o.include, Exclude: o.exclude, Workers: o.walkers}
	source, err := sources.Open(roots, sources.Options{
		LocalOptions: listing, Keyring: keyring, Timeout: o.netTimeout, Patience: o.netPatience,
	})
	if err != nil {
		return fail(exitUsage, "", "%w", err)
	}
	defer source.Close()
	// Recognition comes after all else: see readAgain.
	plain := o.readerOptions
	plain.ocr = ""
	readers, _, err := a.openReaders(plain, o.workers, state.dir)
	if err != nil {
		return err
	}
	defer readers.Close()

	shares, where := []string{}, map[string]string{}
	for _, r := range roots {
		shares, where[r.Share] = append(shares, r.Share), r.Dir
	}
	rooms := scanner.Rooms{Source: source, Extractor: readers, Classifier: verdicts.classifier, Policy: verdicts.policy, Ledger: plainLedger{stores.ledger}, Index: stores.index}
	opts := scanner.Options{
		Stamp:  poterne.Stamp{Extractor: readers.Version(), Rules: verdicts.classifier.Version(), Policy: verdicts.policy.Version()},
		Shares: shares, Covers: func(_, path string) bool { return listing.Covers(path) }, MassDelete: o.massDelete, Full: o.full, Workers: o.workers, Memory: memory,
	}
	if o.dryRun {
		return a.dryRun(ctx, rooms, opts)
	}
	out, err := a.openOutput()
	if err != nil {
		return err
	}
	run := ledger.Run{Shares: where, Actor: o.actor, Doctrine: o.doctrine, Stamp: opts.Stamp, Program: programVersion()}
	if opts.Run, err = stores.ledger.Begin(ctx, run); err != nil {
		return err
	}
	r := &running{app: a, opts: o, verdicts: verdicts, stores: stores, out: out, voice: a.voice(verdicts.policy), gates: gates, shares: shares, state: state.dir, readers: readers}
	code, err := r.run(ctx, rooms, opts)
	if closeErr := out.close(code != exitFailure || err == nil); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if code != exitOK {
		return silent(code)
	}
	return nil
}

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
}

// run carries the scan out and returns its exit code.
func (r *running) run(ctx context.Context, rooms scanner.Rooms, opts scanner.Options) (int, error) {
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

	bar := &progress{app: r.app, voice: r.voice, out: r.stderr, start: time.Now(), live: r.terminal(r.stderr) && !r.quiet}
	opts.Progress = bar.observe
	if r.quiet {
		r.opts.progress = 0
	}
	watch.Go(func() { bar.run(r.opts.progress, ask, done) })

	if r.format == "jsonl" || r.format == "json" {
		r.lines = report.NewJSONLines(r.out)
		r.begin(opts)
	}
	opts.Emit = func(rec poterne.Record, unchanged bool) {
		if rec.Assessment.Level == poterne.Classified && !unchanged {
			r.alert(rec)
		}
		if r.lines != nil {
			line := r.voice.Line(rec)
			line.Unchanged = unchanged
			r.lines.Write(line)
		}
	}
	sum, err := scanner.Run(ctx, rooms, opts)
	if err == nil && !sum.Drained {
		err = r.readAgain(ctx, rooms, opts, &sum)
	}
	if err == nil {
		err = r.stores.index.Publish(ctx)
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
	raw, _ := json.Marshal(summaryOf(sum, opts.Run, code))
	if ferr := r.stores.ledger.Finish(background, opts.Run, state, raw); ferr != nil && err == nil {
		err, code = ferr, exitFailure
	}
	if code == exitOK {
		if code, err = r.gate(background, sum, opts.Run); err != nil {
			code = exitFailure
		}
	}
	if r.lines != nil {
		if code == exitFailure && err != nil {
			r.lines.Write(map[string]any{"schema": report.Schema, "type": "error", "message": err.Error()})
		}
		if werr := r.lines.Write(summaryOf(sum, opts.Run, code)); werr != nil && err == nil {
			return exitFailure, werr
		}
	}
	if code == exitFailure || code == exitIntegrity {
		return code, err
	}
	if r.lines == nil {
		return code, r.screen(background, sum)
	}
	return code, nil
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
	if r.held(sum) {
		return exitUnread, nil
	}
	met, err := r.met(ctx, run)
	if err != nil {
		return exitFailure, err
	}
	unread, err := r.unread(ctx)
	if err != nil {
		return exitFailure, err
	}
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
	overview, err := report.Summarize(r.records(ctx))
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

// dryRun lists what a scan would read.
func (a *app) dryRun(ctx context.Context, rooms scanner.Rooms, opts scanner.Options) error {
	n, bytes := 0, int64(0)
	for d, err := range scanner.Pending(ctx, rooms, opts) {
		if err != nil {
			return err
		}
		n, bytes = n+1, bytes+d.Size
		if _, err := fmt.Fprintf(a.stdout, "%s\n", report.Inert(d.Share+"/"+d.Path)); err != nil {
			return err
		}
	}
	v := report.Voice{Lang: a.lang}
	a.note("%s fichiers seraient ouverts, %s", "%s files would be opened, %s", v.Number(n), v.Bytes(bytes))
	return nil
}
