package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"poterne"
	"poterne/extract/sandbox"
	"poterne/report"
	"poterne/sources"
)

func newExtract(a *app) *cobra.Command {
	var o roomOptions
	cmd := &cobra.Command{
		Use:     "extract PATH…",
		Aliases: []string{"extraire"},
		Short:   a.say("Le texte tel que les classeurs le verraient", "The text as the classifiers would see it"),
		Long: a.say("Écrit le texte de fichiers ou de tous ceux de dossiers : le seul verbe, avec « test », qui montre du contenu.",
			"Writes the text of files, or of all files of folders: the only verb, with “test”, that shows content."),
		Args: cobra.MinimumNArgs(1),
	}
	o.roomFlags(a, cmd)
	workers := runtime.GOMAXPROCS(0)
	cmd.Flags().Var((*countFlag)(&workers), "workers", a.say("documents lus à la fois (défaut : nombre de cœurs)", "documents read at once (default: number of cores)"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.format != "" && a.format != "text" && a.format != "jsonl" {
			return fail(exitUsage, "-f text|jsonl", a.say("format inconnu : %s", "unknown format: %s"), a.format)
		}
		readers, err := a.openReadersAside(o.readerOptions, workers)
		if err != nil {
			return err
		}
		defer readers.Close()
		unread := false
		err = a.write(func(w io.Writer) error {
			unread, err = a.extractAll(cmd.Context(), w, readers, args, workers)
			return err
		})
		if err == nil && unread {
			return silent(exitUnread)
		}
		return err
	}
	return cmd
}

// cacheDir is where compiled code of the PDF engine is kept for verbs that keep
// no state of their own.
func (a *app) cacheDir() (string, error) {
	dir, err := a.statePath()
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

// extracted is the text of one document.
type extracted struct {
	name     string
	segments []poterne.Segment
	failures []*poterne.Failure
	failed   map[string]poterne.Kind // by member: the first failure of each part
}

// textLine is one part of a document in JSON Lines.
type textLine struct {
	Path    string       `json:"path"`
	Text    string       `json:"text"`
	Failure poterne.Kind `json:"failure,omitempty"`
}

func (a *app) extractAll(ctx context.Context, w io.Writer, readers *sandbox.Pool, args []string, workers int) (unread bool, err error) {
	texts := make(chan extracted)
	g, gctx := errgroup.WithContext(ctx)
	files := make(chan opened)
	g.Go(func() error {
		defer close(files)
		for f, err := range a.openAll(gctx, args) {
			if err != nil {
				return err
			}
			select {
			case files <- f:
			case <-gctx.Done():
				return gctx.Err()
			}
		}
		return nil
	})
	pool, pctx := errgroup.WithContext(gctx)
	for range workers {
		pool.Go(func() error {
			for f := range files {
				select {
				case texts <- read(pctx, readers, f):
				case <-pctx.Done():
					return pctx.Err()
				}
			}
			return nil
		})
	}
	g.Go(func() error { defer close(texts); return pool.Wait() })
	lines := report.NewJSONLines(w)
	for t := range texts {
		unread = unread || len(t.failures) > 0
		for _, f := range t.failures {
			a.note("%s : %s", "%s: %s", report.Inert(t.name), f.Kind)
		}
		if err == nil {
			err = a.writeText(w, lines, t)
		}
	}
	return unread, errors.Join(g.Wait(), err)
}

// writeText writes one document: as JSON Lines one object a part, else its lines.
func (a *app) writeText(w io.Writer, lines *report.JSONLines, t extracted) error {
	if a.format != "jsonl" {
		for _, s := range t.segments {
			if s.Place.Zone == poterne.ZoneName {
				continue
			}
			if _, err := fmt.Fprintln(w, s.Body); err != nil {
				return err
			}
		}
		return nil
	}
	text, member := []byte(nil), ""
	flush := func() error {
		return lines.Write(textLine{Path: poterne.FullPath(t.name, member), Text: string(text), Failure: t.failed[member]})
	}
	for _, s := range t.segments {
		if s.Part != nil && s.Part.Member != member {
			if err := flush(); err != nil {
				return err
			}
			text, member = text[:0], s.Part.Member
		}
		if s.Place.Zone != poterne.ZoneName {
			text = append(append(text, s.Body...), '\n')
		}
	}
	return flush()
}

func read(ctx context.Context, readers *sandbox.Pool, f opened) extracted {
	t := extracted{name: f.name, failed: map[string]poterne.Kind{}}
	note := func(member string, failure *poterne.Failure) {
		t.failures = append(t.failures, failure)
		if _, known := t.failed[member]; !known {
			t.failed[member] = failure.Kind
		}
	}
	if f.failure != nil {
		note("", f.failure)
		return t
	}
	defer f.content.Close()
	for s, err := range readers.Extract(ctx, f.doc, f.content) {
		var failure *poterne.Failure
		if errors.As(err, &failure) {
			member := ""
			if s.Part != nil {
				member = s.Part.Member
			}
			note(member, failure)
			continue
		}
		t.segments = append(t.segments, s)
	}
	return t
}

// opened is a document named on the command line, open, or why it is not.
type opened struct {
	name    string
	doc     poterne.Document
	content poterne.Content
	failure *poterne.Failure
}

// openAll opens each file that is named, and each file of each folder.
func (a *app) openAll(ctx context.Context, args []string) iter.Seq2[opened, error] {
	return func(yield func(opened, error) bool) {
		for _, arg := range args {
			info, err := os.Stat(arg)
			if err != nil {
				yield(opened{}, fail(exitFailure, a.say("vérifier le chemin", "check the path"), "%w", err))
				return
			}
			root := sources.Root{Share: filepath.Base(arg), Dir: arg}
			if !info.IsDir() {
				root.Dir = filepath.Dir(arg)
			}
			source, err := sources.NewLocal([]sources.Root{root}, sources.LocalOptions{})
			if err != nil {
				yield(opened{}, err)
				return
			}
			if !a.openEach(ctx, source, root, arg, info, yield) {
				return
			}
		}
	}
}

func (a *app) openEach(ctx context.Context, source *sources.Local, root sources.Root, arg string, info os.FileInfo, yield func(opened, error) bool) bool {
	defer source.Close()
	open := func(d poterne.Document, name string, failure *poterne.Failure) bool {
		f := opened{name: name, doc: d, failure: failure}
		if failure == nil {
			content, err := source.Open(ctx, d)
			if err != nil && !errors.As(err, &f.failure) {
				return yield(f, err)
			}
			f.content = content
		}
		return yield(f, nil)
	}
	if !info.IsDir() {
		d := poterne.Document{Share: root.Share, Path: filepath.Base(arg), Size: info.Size(), ModTime: info.ModTime()}
		d.ID = poterne.NewID(d.Share, d.Path, "")
		return open(d, arg, nil)
	}
	for d, err := range source.Documents(ctx) {
		var failure *poterne.Failure
		if err != nil && !errors.As(err, &failure) {
			yield(opened{}, err)
			return false
		}
		if !open(d, d.Path, failure) {
			return false
		}
	}
	return ctx.Err() == nil
}
