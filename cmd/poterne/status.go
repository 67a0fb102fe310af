package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/report"
)

func newStatus(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "status",
		Aliases: []string{"etat"},
		Short:   a.say("Derniers passages, couverture, erreurs", "Last runs, coverage, errors"),
		Args:    cobra.NoArgs,
	}
	limit := 10
	cmd.Flags().Var((*countFlag)(&limit), "limit", a.say("nombre de passages montrés", "number of runs shown"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		led, keys, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		runs, err := led.Runs(cmd.Context(), limit)
		if err != nil {
			return err
		}
		count, err := led.Count(cmd.Context())
		if err != nil {
			return err
		}
		open, err := a.openToAll(cmd.Context(), keys)
		if err != nil {
			return err
		}
		v := report.Voice{Lang: a.lang}
		return a.write(func(w io.Writer) error {
			if a.format == "json" || a.format == "jsonl" {
				lines := report.NewJSONLines(w)
				for _, r := range runs {
					if err := lines.Write(runLine(r)); err != nil {
						return err
					}
				}
				return a.alerts(cmd.Context(), w, led)
			}
			fmt.Fprintf(w, a.say("%s au registre\n", "%s in the ledger\n"), v.Documents(count))
			if open > 0 {
				fmt.Fprintf(w, a.say("%s de niveau 3 ou plus, lisibles par tous : poterne search 'exposure:everyone level:>=3'\n", "%s of level 3 or above, open to everyone: poterne search 'exposure:everyone level:>=3'\n"), v.Documents(open))
			}
			for _, r := range runs {
				var s struct {
					Walked, Unchanged, Opened int
					Failures                  map[string]int
				}
				json.Unmarshal(r.Summary, &s) // a run that was killed has none
				unread := 0
				for _, n := range s.Failures {
					unread += n
				}
				lasted := "–"
				if !r.Ended.IsZero() {
					lasted = r.Ended.Sub(r.Started).Round(time.Second).String()
				}
				fmt.Fprintf(w, a.say("%s  %-9s %s  %s vus, %s inchangés, %s lus, %s non lus  (%s, %s)\n", "%s  %-9s %s  %s seen, %s unchanged, %s read, %s not read  (%s, %s)\n"),
					r.ID, r.State, lasted, v.Number(s.Walked), v.Number(s.Unchanged), v.Number(s.Opened), v.Number(unread), r.Actor, r.Doctrine)
			}
			return a.alerts(cmd.Context(), w, led)
		})
	}
	return cmd
}

// openToAll counts the documents of level 3 or above that anyone can read, as the
// index was published last; none before that.
func (a *app) openToAll(ctx context.Context, keys seal.Key) (int, error) {
	dir, err := a.statePath()
	if err != nil {
		return 0, err
	}
	idx, err := index.OpenSnapshot(indexDir(dir), keys.For(seal.Index))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer idx.Close()
	query, err := index.Parse("exposure:everyone level:>=3")
	if err != nil {
		return 0, err
	}
	page, err := idx.Search(ctx, query)
	return int(page.Total), err
}

func runLine(r ledger.Run) map[string]any {
	line := map[string]any{
		"schema": report.Schema, "type": "run", "run": r.ID, "state": r.State, "started": r.Started.UTC().Format(time.RFC3339),
		"actor": r.Actor, "doctrine": r.Doctrine, "version": r.Program, "summary": r.Summary,
	}
	if !r.Ended.IsZero() {
		line["ended"] = r.Ended.UTC().Format(time.RFC3339)
	}
	return line
}

func newDiff(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "diff RUN RUN",
		Short: a.say("Ce qui a changé entre deux passages : nouveaux, disparus, déplacés, reclassés", "What changed between two runs: new, gone, moved, another class"),
		Long: a.say("Les passages sont nommés par « poterne status » ; « last » est le dernier, « previous » celui d'avant.",
			"Runs are named by “poterne status”; “last” is the newest, “previous” the one before."),
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			led, _, err := a.openLedger(ctx)
			if err != nil {
				return err
			}
			defer led.Close()
			runs, err := led.Runs(ctx, 2)
			if err != nil {
				return err
			}
			ids := [2]string{args[0], args[1]}
			for i, id := range ids {
				switch {
				case id == "last" && len(runs) > 0:
					ids[i] = runs[0].ID
				case id == "previous" && len(runs) > 1:
					ids[i] = runs[1].ID
				}
				if _, err := led.Run(ctx, ids[i]); err != nil {
					return fail(exitUsage, "poterne status", a.say("passage inconnu : %s", "unknown run: %s"), report.Inert(id))
				}
			}
			return a.write(func(w io.Writer) error {
				lines := report.NewJSONLines(w)
				for c, err := range led.Diff(ctx, ids[0], ids[1]) {
					if err != nil {
						return err
					}
					if a.format == "json" || a.format == "jsonl" {
						err = lines.Write(map[string]any{
							"schema": report.Schema, "type": "change", "change": c.Kind, "share": c.Document.Share, "path": c.Document.Full(), "from": c.From.Full(),
							"old_level": c.Old.Level.Number(), "old_class": c.Old.Class.String(), "level": c.New.Level.Number(), "class": c.New.Class.String(),
						})
					} else {
						_, err = fmt.Fprintln(w, a.changeLine(c))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

// changeLine says one change in one line.
func (a *app) changeLine(c ledger.Change) string {
	name := report.Inert(c.Document.Share + "/" + c.Document.Full())
	switch c.Kind {
	case ledger.New:
		return fmt.Sprintf(a.say("nouveau    %s  %s", "new        %s  %s"), c.New.Class, name)
	case ledger.Gone:
		return fmt.Sprintf(a.say("disparu    %s  %s", "gone       %s  %s"), c.Old.Class, name)
	case ledger.Moved:
		return fmt.Sprintf(a.say("déplacé    %s  %s ← %s", "moved      %s  %s ← %s"), c.New.Class, name, report.Inert(c.From.Full()))
	}
	return fmt.Sprintf(a.say("reclassé   %s → %s  %s", "reclassed  %s → %s  %s"), c.Old.Class, c.New.Class, name)
}

// pastLine says one past verdict of a document.
func (a *app) pastLine(p ledger.Past) string {
	return fmt.Sprintf("%s  %s  N%s", p.Run, p.Class, p.Level)
}
