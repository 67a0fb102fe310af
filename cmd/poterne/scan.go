package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/ledger"
	"poterne/report"
	"poterne/scanner"
)

type scanOptions struct {
	roomOptions
	sourceOptions
	failOn       []string
	maxDuration  time.Duration
	progress     time.Duration
	full, strict bool
	massDelete   bool
	dryRun       bool
	workers      int
	memory       int64
	metricsFile  string
	title        string      // of the screen; the roots where empty
	next         [][2]string // commands to try next
}

func newScan(a *app) *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:     "scan PATH|URL…",
		Aliases: []string{"analyser"},
		Short:   a.say("Parcourir, lire, classer et indexer des partages", "Walk, read, classify and index shares"),
		Long: a.say(`Parcourt des dossiers et des partages (smb://serveur/partage/dossier,
webdavs://serveur/dossier, sftp://serveur/dossier, s3://serveur/seau/préfixe), lit
ce qui a changé depuis la dernière fois, classe chaque document et met l'index à jour. Un second passage
n'ouvre que ce qui a changé.

Un premier Ctrl-C finit les documents en cours et s'arrête (code 130, reprise au
prochain passage) ; un second abandonne.

Codes de sortie : 0 fini, 3 fini avec des documents non lus (1 avec --strict),
10 seuil de --fail-on atteint, 11 un autre passage tient le verrou, 12 --max-duration
atteint, 13 index, registre ou clé en défaut, 130 interrompu, 1 échec, 2 usage.`,
			`Walks folders and shares (smb://server/share/folder, webdavs://server/folder,
sftp://server/folder, s3://server/bucket/prefix), reads what changed since last time,
classifies each document and updates the index. A second scan opens only what changed.

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
	o.sourceFlags(a, cmd)
	o.memory = 256e6
	f := cmd.Flags()
	f.StringSliceVar(&o.failOn, "fail-on", nil, a.say("code 10 si un document atteint : H3, level:3, new", "code 10 where a document reaches: H3, level:3, new"))
	f.Var((*timeFlag)(&o.maxDuration), "max-duration", a.say("s'arrêter proprement après cette durée (code 12)", "stop cleanly after this time (code 12)"))
	f.Var((*timeFlag)(&o.progress), "progress", a.say("hors terminal, une ligne d'avancement à cet intervalle", "off a terminal, a line of progress at this interval"))
	f.BoolVar(&o.full, "full", false, a.say("tout relire, changé ou non", "read all again, changed or not"))
	f.BoolVar(&o.massDelete, "allow-mass-delete", false, a.say("oublier les documents disparus même quand presque tout un partage a disparu", "forget documents that left even where nearly a whole share did"))
	f.BoolVar(&o.strict, "strict", false, a.say("code 1 si un document n'a pu être lu", "code 1 where a document could not be read"))
	f.BoolVar(&o.dryRun, "dry-run", false, a.say("lister ce qui serait lu, sans rien lire", "list what would be read, reading nothing"))
	f.Var((*countFlag)(&o.workers), "workers", a.say("documents lus à la fois (défaut : nombre de cœurs)", "documents read at once (default: number of cores)"))
	f.Var((*sizeFlag)(&o.memory), "memory", a.say("octets de documents en cours de lecture", "bytes of documents being read at once"))
	f.StringVar(&o.metricsFile, "metrics-file", "", a.say("écrire les mesures du passage dans ce fichier .prom, que lit le textfile collector de node_exporter", "write the run's metrics to this .prom file, which the textfile collector of node_exporter reads"))
	return cmd
}

// scan runs one scan and prints its result.
func (a *app) scan(ctx context.Context, o scanOptions, args []string) error {
	if !slices.Contains([]string{"", "table", "jsonl", "json"}, a.format) {
		return fail(exitUsage, "", a.say("format %q : table, json ou jsonl", "format %q: table, json or jsonl"), a.format)
	}
	gates, err := parseGates(o.failOn)
	if err != nil {
		return fail(exitUsage, "--fail-on H3,level:3,new", "--fail-on: %w", err)
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
	roots, absent, err := a.roots(ctx, args, stores.ledger)
	if err != nil {
		return err
	}
	source, err := o.open(roots)
	if err != nil {
		return err
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
		Shares: shares, Covers: func(_, path string) bool { return o.listing().Covers(path) }, MassDelete: o.massDelete, Full: o.full, Workers: o.workers, Memory: o.memory,
	}
	if rooms.Source, err = withOldestFirst(ctx, source, stores.ledger, shares); err != nil {
		return err
	}
	if o.dryRun {
		return a.dryRun(ctx, rooms, opts)
	}
	reviews := a.newReviewer(stores.ledger, verdicts)
	opts.Review = reviews.review
	if _, err := reviews.settle(ctx, stores); err != nil {
		return err
	}
	out, err := a.openOutput()
	if err != nil {
		return err
	}
	run := ledger.Run{Shares: where, Actor: o.actor, Doctrine: o.doctrine, Published: o.published, Stamp: opts.Stamp, Program: programVersion()}
	if opts.Run, err = stores.ledger.Begin(ctx, run); err != nil {
		return err
	}
	r := &running{app: a, opts: o, verdicts: verdicts, stores: stores, out: out, voice: a.voice(verdicts.policy), gates: gates, shares: shares, state: state.dir, readers: readers, reviews: reviews, absent: absent > 0}
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

// dryRun lists what a scan would read.
func (a *app) dryRun(ctx context.Context, rooms scanner.Rooms, opts scanner.Options) error {
	n, bytes := 0, int64(0)
	err := a.write(func(w io.Writer) error {
		for d, err := range scanner.Pending(ctx, rooms, opts) {
			if err != nil {
				return err
			}
			n, bytes = n+1, bytes+d.Size
			if _, err := fmt.Fprintf(w, "%s\n", report.Inert(d.Share+"/"+d.Path)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	v := report.Voice{Lang: a.lang}
	a.note("%s fichiers seraient ouverts, %s", "%s files would be opened, %s", v.Number(n), v.Bytes(bytes))
	return nil
}
