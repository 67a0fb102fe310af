package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/report"
	"poterne/scanner"
)

// sampled is how many files of one kind an estimate reads: enough for a mean, few
// enough to end within a minute or two.
const sampled = 12

func newEstimate(a *app) *cobra.Command {
	var o struct {
		roomOptions
		sourceOptions
		workers int
	}
	cmd := &cobra.Command{
		Use:     "estimate PATH|URL…",
		Aliases: []string{"estimer"},
		Short:   a.say("Compter ce qu'un premier passage lirait, et estimer sa durée sur un échantillon", "Count what a first scan would read, and estimate its time from a sample"),
		Long: a.say("Parcourt les partages, lit quelques fichiers de chaque sorte et n'enregistre rien.",
			"Walks the shares, reads a few files of each kind and stores nothing."),
		Args: cobra.MinimumNArgs(1),
	}
	o.roomFlags(a, cmd)
	o.sourceFlags(a, cmd)
	cmd.Flags().Var((*countFlag)(&o.workers), "workers", a.say("documents qui seraient lus à la fois (défaut : nombre de cœurs)", "documents that would be read at once (default: number of cores)"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		verdicts, err := a.openVerdicts(o.roomOptions)
		if err != nil {
			return err
		}
		roots, _, err := a.rootsBeside(args, map[string]string{})
		if err != nil {
			return err
		}
		source, err := o.open(roots)
		if err != nil {
			return err
		}
		defer source.Close()
		kinds, err := a.count(source.Documents(ctx))
		if err != nil {
			return err
		}
		readers, err := a.openReadersAside(o.readerOptions, 1)
		if err != nil {
			return err
		}
		defer readers.Close()
		rooms := scanner.Rooms{Source: source, Extractor: readers, Classifier: verdicts.classifier, Policy: verdicts.policy}
		for _, k := range kinds {
			for _, d := range k.sample {
				start := time.Now()
				content, err := source.Open(ctx, d)
				if err == nil {
					_, err = scanner.Judge(ctx, rooms, d, content)
					err = errors.Join(err, content.Close())
				}
				if err != nil && ctx.Err() != nil {
					return ctx.Err()
				}
				k.spent += time.Since(start) // of a file that cannot be read, too
			}
		}
		workers := cmp.Or(o.workers, runtime.GOMAXPROCS(0))
		return a.write(func(w io.Writer) error { return a.printEstimate(w, kinds, workers) })
	}
	return cmd
}

// kind is the files of one extension.
type kind struct {
	files  int
	bytes  int64
	sample []poterne.Document
	spent  time.Duration // reading the sample
}

// expected returns how long reading all files takes one worker.
func (k *kind) expected() time.Duration {
	return k.spent / time.Duration(max(len(k.sample), 1)) * time.Duration(k.files)
}

// count walks and keeps a fair sample of each kind (reservoir sampling).
func (a *app) count(documents func(func(poterne.Document, error) bool)) (map[string]*kind, error) {
	kinds := map[string]*kind{}
	for d, err := range documents {
		var failure *poterne.Failure
		switch {
		case errors.As(err, &failure):
			a.note("%s : %s", "%s: %s", report.Inert(d.Path), failure.Kind)
			continue
		case err != nil:
			return nil, err
		}
		ext := strings.ToLower(path.Ext(d.Path))
		if len(ext) > 8 {
			ext = ""
		}
		k := kinds[ext]
		if k == nil {
			k = &kind{}
			kinds[ext] = k
		}
		k.files++
		k.bytes += d.Size
		if len(k.sample) < sampled {
			k.sample = append(k.sample, d)
		} else if i := rand.IntN(k.files); i < sampled {
			k.sample[i] = d
		}
	}
	return kinds, nil
}

func (a *app) printEstimate(w io.Writer, kinds map[string]*kind, workers int) error {
	v := report.Voice{Lang: a.lang}
	names := slices.SortedFunc(maps.Keys(kinds), func(x, y string) int {
		return cmp.Or(cmp.Compare(kinds[y].expected(), kinds[x].expected()), cmp.Compare(x, y))
	})
	files, bytes, time1 := 0, int64(0), time.Duration(0)
	for _, name := range names {
		k := kinds[name]
		files, bytes, time1 = files+k.files, bytes+k.bytes, time1+k.expected()
		if a.format == "json" || a.format == "jsonl" {
			if err := report.NewJSONLines(w).Write(map[string]any{"schema": report.Schema, "type": "estimate", "extension": name, "files": k.files, "bytes": k.bytes,
				"sampled": len(k.sample), "seconds": k.expected().Seconds()}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(w, "%-10s %9s  %9s  %10s\n", cmp.Or(name, "–"), v.Number(k.files), v.Bytes(k.bytes), k.expected().Round(time.Second))
	}
	total := time1 / time.Duration(workers)
	if a.format == "json" || a.format == "jsonl" {
		return report.NewJSONLines(w).Write(map[string]any{"schema": report.Schema, "type": "summary", "files": files, "bytes": bytes, "workers": workers, "seconds": total.Seconds()})
	}
	_, err := fmt.Fprintf(w, a.say("\n%s fichiers, %s : environ %s avec %d lecteurs, d'après %d fichiers au plus de chaque sorte\n", "\n%s files, %s: about %s with %d readers, from at most %d files of each kind\n"),
		v.Number(files), v.Bytes(bytes), total.Round(time.Second), workers, sampled)
	return err
}
