package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/report"
	"poterne/scanner"
)

func newTest(a *app) *cobra.Command {
	var o roomOptions
	cmd := &cobra.Command{
		Use:     "test FILE|-",
		Aliases: []string{"tester"},
		Short:   a.say("Classer un fichier ou l'entrée standard, sans rien enregistrer", "Classify one file or standard input, storing nothing"),
		Example: `  poterne test lettre.docx --trace
  pbpaste | poterne test -`,
		Args: cobra.ExactArgs(1),
	}
	trace := cmd.Flags().Bool("trace", false, a.say("dire comment chaque confiance s'est formée", "say how each confidence came about"))
	o.roomFlags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name, err := args[0], error(nil)
		if name == "-" {
			if name, err = a.spoolInput(); err != nil {
				return err
			}
			defer os.Remove(name)
		}
		info, err := os.Stat(name)
		if err != nil {
			return fail(exitFailure, a.say("vérifier le chemin", "check the path"), "%w", err)
		}
		if info.IsDir() {
			return fail(exitUsage, "poterne scan "+quoted(args[0]), a.say("%s est un dossier", "%s is a folder"), report.Inert(args[0]))
		}
		v, err := a.openVerdicts(o)
		if err != nil {
			return err
		}
		cache, err := a.cacheDir()
		if err != nil {
			return err
		}
		readers, _, err := a.openReaders(o.readerOptions, 1, cache)
		if err != nil {
			return err
		}
		defer readers.Close()
		var records []poterne.Record
		for f, err := range a.openAll(cmd.Context(), []string{name}) {
			if err != nil {
				return err
			}
			if args[0] == "-" {
				f.doc.Path = "-"
			}
			if records, err = a.judge(cmd.Context(), scanner.Rooms{Extractor: readers, Classifier: v.classifier, Policy: v.policy}, f); err != nil {
				return err
			}
		}
		voice := a.voice(v.policy)
		err = a.write(func(w io.Writer) error { return a.explain(w, voice, records, *trace) })
		if err == nil && records[0].Failure != nil {
			return silent(exitUnread)
		}
		return err
	}
	return cmd
}

// judge makes the records of one open document, and closes it.
func (a *app) judge(ctx context.Context, rooms scanner.Rooms, f opened) ([]poterne.Record, error) {
	if f.failure != nil {
		return nil, f.failure
	}
	defer f.content.Close()
	return scanner.Judge(ctx, rooms, f.doc, f.content)
}

// spoolInput copies standard input to a file of ours, since readers need to seek,
// and returns its name. The caller removes it.
func (a *app) spoolInput() (string, error) {
	f, err := os.CreateTemp("", "poterne-*")
	if err != nil {
		return "", fmt.Errorf("standard input: %w", err)
	}
	_, err = io.Copy(f, a.stdin)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", fmt.Errorf("standard input: %w", err)
	}
	return f.Name(), nil
}
