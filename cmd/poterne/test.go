package main

import (
	"context"
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
		v, err := a.openVerdicts(o)
		if err != nil {
			return err
		}
		readers, err := a.openReadersAside(o.readerOptions, 1)
		if err != nil {
			return err
		}
		defer readers.Close()
		f, err := a.openOne(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		records, err := a.judge(cmd.Context(), scanner.Rooms{Extractor: readers, Classifier: v.classifier, Policy: v.policy}, f)
		if err != nil {
			return err
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

// openOne opens one file, or what standard input gives where the name is "-".
func (a *app) openOne(ctx context.Context, name string) (opened, error) {
	if name == "-" {
		content, err := spool(a.stdin)
		if err != nil {
			return opened{}, fmt.Errorf("%s: %w", a.say("entrée standard", "standard input"), err)
		}
		return opened{name: name, doc: poterne.Document{Path: name, Size: content.size}, content: content}, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return opened{}, fail(exitUsage, "poterne scan "+quoted(name), a.say("%s est un dossier", "%s is a folder"), report.Inert(name))
	}
	for f, err := range a.openAll(ctx, []string{name}) {
		return f, err
	}
	return opened{}, ctx.Err()
}

// spooled is a copy of a stream in a file without a name, since readers need to seek.
type spooled struct {
	f    *os.File
	size int64
}

// spool copies a stream. The caller closes the copy.
func spool(stream io.Reader) (*spooled, error) {
	f, err := os.CreateTemp("", "poterne-*")
	if err != nil {
		return nil, err
	}
	s := &spooled{f: f}
	// A killed process leaves nothing; where open files keep their names, Close does.
	os.Remove(f.Name())
	if s.size, err = io.Copy(f, stream); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *spooled) ReadAt(p []byte, off int64) (int, error) { return s.f.ReadAt(p, off) }
func (s *spooled) Size() int64                             { return s.size }

// File is what readers in other processes receive.
func (s *spooled) File() *os.File { return s.f }

func (s *spooled) Close() error {
	err := s.f.Close()
	os.Remove(s.f.Name())
	return err
}
