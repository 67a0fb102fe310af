package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/report"
)

// holdForWriting opens the ledger for writing while no scan runs. The caller closes
// it, then unlocks the state.
func (a *app) holdForWriting(ctx context.Context) (*state, *ledger.Ledger, seal.Key, error) {
	state, led, keys, err := a.holdLedger(ctx) // says what is wrong where there is none
	if err != nil {
		return nil, nil, seal.Key{}, err
	}
	if err := led.Close(); err != nil {
		state.unlock()
		return nil, nil, seal.Key{}, err
	}
	if led, err = openLedgerIn(ctx, state.dir, keys, ledger.Options{}); err != nil {
		state.unlock()
		return nil, nil, seal.Key{}, err
	}
	return state, led, keys, nil
}

// remakeIndex makes the index again from the ledger, says in the ledger that it
// follows, and returns how many documents it holds.
func remakeIndex(ctx context.Context, dir string, led *ledger.Ledger, keys seal.Key) (int, error) {
	idx, err := index.Rebuild(ctx, indexDir(dir), keys.For(seal.Index), led.Records(ctx, ledger.Filter{}))
	if err != nil {
		return 0, err
	}
	n, err := idx.Count()
	if cerr := idx.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return 0, err
	}
	return n, led.IndexMade(ctx)
}

func newPurge(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "purge --older-than 24mo", Aliases: []string{"purger"},
		Short: a.say("Oublier ce qu'aucun passage n'a revu depuis un temps, et le prouver", "Forget what no run has met for a time, and prove it"),
		Long: a.say(`Oublie les documents qu'aucun passage n'a revus depuis, l'historique, les passages et les
décisions closes de cette époque, puis réécrit le registre et refait l'index : il n'en
reste rien dans les fichiers. Restent le journal, les dérogations et les décisions qui
tiennent encore. Les partages ne sont pas touchés.

Quand presque tout un partage serait oublié, rien ne l'est sans --allow-mass-delete.`,
			`Forgets the documents that no run has met since, and the history, the runs and the
ended decisions of that time; then writes the ledger and the index anew: nothing of it
is left in the files. The audit trail, derogations and decisions that still stand
stay. Shares are not touched.

Where nearly a whole share would be forgotten, nothing is without --allow-mass-delete.`),
		Example: "  poterne purge --older-than 24mo --dry-run\n  poterne purge --older-than 2y",
		Args:    cobra.NoArgs,
	}
	older := cmd.Flags().String("older-than", "", a.say("âge : 24mo, 2y, 90d", "age: 24mo, 2y, 90d"))
	dry := cmd.Flags().Bool("dry-run", false, a.say("compter sans rien oublier", "count, and forget nothing"))
	mass := cmd.Flags().Bool("allow-mass-delete", false, a.say("oublier même presque tout un partage", "forget even nearly a whole share"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		before, err := ago(*older, time.Now())
		if err != nil {
			return fail(exitUsage, "--older-than 24mo", "--older-than: %w", err)
		}
		state, led, keys, err := a.holdForWriting(ctx)
		if err != nil {
			return err
		}
		defer state.unlock()
		defer led.Close()
		was, err := led.Tables(ctx)
		if err != nil {
			return err
		}
		p, err := led.Purge(ctx, a.actor(), before, ledger.PurgeOptions{Dry: *dry, Mass: *mass})
		if errors.Is(err, ledger.ErrMassPurge) {
			return fail(exitUsage, a.say("si c'est voulu : --allow-mass-delete", "if this is meant: --allow-mass-delete"),
				a.say("presque rien n'a été revu depuis de %s : rien n'est oublié, le dernier passage est peut-être ancien", "hardly anything of %s was met since: nothing is forgotten, the last scan may be long ago"), namesOf(p.Emptied))
		}
		if err != nil {
			return err
		}
		if *dry {
			return a.write(func(w io.Writer) error { return a.purgedTo(w, p, before, true, nil, nil) })
		}
		if err := led.Vacuum(ctx); err != nil {
			return err
		}
		indexed, err := remakeIndex(ctx, state.dir, led, keys)
		if err != nil {
			return err
		}
		is, err := led.Tables(ctx)
		if err != nil {
			return err
		}
		if indexed != is["records"] {
			return fmt.Errorf("%w: %d documents in the index, %d in the ledger", index.ErrDamaged, indexed, is["records"])
		}
		return a.write(func(w io.Writer) error { return a.purgedTo(w, p, before, false, was, is) })
	}
	return cmd
}

// purgedTo writes what went, or would in a rehearsal, and the rows of each table
// before and after where they are given.
func (a *app) purgedTo(w io.Writer, p ledger.Purged, before time.Time, dry bool, was, is map[string]int) error {
	if a.format == "json" || a.format == "jsonl" {
		return report.NewJSONLines(w).Write(map[string]any{
			"schema": report.Schema, "type": "purge", "dry_run": dry, "files": p.Files, "records": p.Records, "history": p.History,
			"runs": p.Runs, "reviews": p.Reviews, "shares": p.Shares, "emptied": append([]string{}, p.Emptied...), "rows_before": was, "rows_after": is,
		})
	}
	v := report.Voice{Lang: a.lang}
	title := a.say("oublié", "forgotten")
	if dry {
		title = a.say("à oublier", "to forget")
	}
	if !before.IsZero() {
		title += a.say(", d'avant le ", ", from before ") + before.Format(time.DateOnly)
	}
	_, err := fmt.Fprintf(w, a.say("%s : fichiers %s, documents %s, verdicts passés %s, passages %s, décisions %s, partages %s\n", "%s: files %s, documents %s, past verdicts %s, runs %s, decisions %s, shares %s\n"),
		title, v.Number(p.Files), v.Number(p.Records), v.Number(p.History), v.Number(p.Runs), v.Number(p.Reviews), v.Number(p.Shares))
	if err == nil && dry && len(p.Emptied) > 0 {
		_, err = fmt.Fprintf(w, a.say("presque tout disparaîtrait de %s : --allow-mass-delete le permet\n", "nearly everything would go of %s: --allow-mass-delete allows it\n"), namesOf(p.Emptied))
	}
	if err != nil || is == nil {
		return err
	}
	fmt.Fprintln(w, a.say("lignes du registre, avant et après :", "rows of the ledger, before and after:"))
	for _, table := range slices.Sorted(maps.Keys(is)) {
		if _, err := fmt.Fprintf(w, "  %-12s %9s → %s\n", table, v.Number(was[table]), v.Number(is[table])); err != nil {
			return err
		}
	}
	return nil
}

// namesOf lists shares for people.
func namesOf(shares []string) string {
	names := make([]string, len(shares))
	for i, s := range shares {
		names[i] = report.Inert(s)
	}
	return strings.Join(names, ", ")
}

// ago returns the time before now by an age: days, months or years.
func ago(age string, now time.Time) (time.Time, error) {
	unit := strings.TrimLeft(age, "0123456789")
	n, err := strconv.Atoi(strings.TrimSuffix(age, unit))
	if err != nil || n <= 0 {
		return time.Time{}, fmt.Errorf("%q is not an age like 24mo, 2y or 90d", age)
	}
	switch unit {
	case "d", "j":
		return now.AddDate(0, 0, -n), nil
	case "mo":
		return now.AddDate(0, -n, 0), nil
	case "y", "a":
		return now.AddDate(-n, 0, 0), nil
	}
	return time.Time{}, fmt.Errorf("%q is not an age like 24mo, 2y or 90d", age)
}
