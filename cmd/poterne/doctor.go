package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"poterne/extract"
	"poterne/extract/sandbox"
	"poterne/report"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "doctor",
		Aliases: []string{"diagnostic"},
		Short:   a.say("Ce que cette machine permet : cage des lecteurs, clé, état, OCR", "What this machine allows: the readers' cage, key, state, OCR"),
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.cacheDir()
			if err != nil {
				return err
			}
			cage, err := sandbox.Report(sandbox.Options{Extract: extract.Options{CacheDir: dir + "/cache", SpoolDir: dir + "/spool"}})
			if err != nil {
				return err
			}
			cage = append(cage, a.ownLines(dir)...)
			return a.write(func(w io.Writer) error {
				if a.format == "json" || a.format == "jsonl" {
					lines := report.NewJSONLines(w)
					for _, l := range cage {
						if err := lines.Write(map[string]any{"schema": report.Schema, "type": "check", "key": l.Key, "held": l.Held, "detail": l.Detail}); err != nil {
							return err
						}
					}
					return nil
				}
				for _, l := range cage {
					held := a.say("oui", "yes")
					if !l.Held {
						held = a.say("NON", "NO")
					}
					fmt.Fprintf(w, "%-4s %s", held, a.protection(l.Key))
					if l.Detail != "" {
						fmt.Fprintf(w, " (%s)", l.Detail)
					}
					fmt.Fprintln(w)
				}
				return nil
			})
		},
	}
}

// ownLines says what holds besides the cage.
func (a *app) ownLines(dir string) []sandbox.Line {
	var lines []sandbox.Line
	info, err := os.Stat(dir)
	private := err == nil && info.Mode().Perm()&0o077 == 0
	lines = append(lines, sandbox.Line{Key: "state", Held: private, Detail: dir})
	key, err := a.keyPath()
	if err == nil {
		info, err = os.Stat(key)
	}
	lines = append(lines, sandbox.Line{Key: "key", Held: err == nil && info.Mode().Perm()&0o077 == 0, Detail: key})
	ocr, err := sandbox.FindTesseract()
	detail := ocr.Path
	if err != nil {
		detail = fmt.Sprintf("%v ; %s", err, installTesseract)
	}
	return append(lines, sandbox.Line{Key: "ocr", Held: err == nil, Detail: detail})
}

// protection says a key of a line in words.
func (a *app) protection(key string) string {
	words := map[string][2]string{
		"process":     {"lecteurs dans des processus qu'on peut tuer", "readers in processes that can be killed"},
		"memory":      {"mémoire des lecteurs bornée", "memory of readers bounded"},
		"files":       {"fichiers ouverts des lecteurs bornés", "open files of readers bounded"},
		"core":        {"pas de vidage mémoire", "no core dump"},
		"environment": {"environnement des lecteurs vide", "empty environment of readers"},
		"stack":       {"pile des lecteurs bornée", "stack of readers bounded"},
		"orphans":     {"les lecteurs meurent avec le programme", "readers die with the program"},
		"privileges":  {"aucun droit à gagner", "no privilege to gain"},
		"paths":       {"aucun chemin ouvert aux lecteurs (Landlock)", "no path open to readers (Landlock)"},
		"network":     {"aucun réseau pour les lecteurs", "no network for readers"},
		"syscalls":    {"appels système réduits (seccomp)", "system calls reduced (seccomp)"},
		"cache":       {"code du lecteur PDF en cache", "code of the PDF reader cached"},
		"state":       {"dossier d'état privé", "private state folder"},
		"key":         {"fichier de clé privé", "private key file"},
		"ocr":         {"reconnaissance de caractères (tesseract)", "character recognition (tesseract)"},
	}
	w, ok := words[key]
	if !ok {
		return key
	}
	return a.say(w[0], w[1])
}
