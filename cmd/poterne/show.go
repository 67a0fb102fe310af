package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/ledger"
	"poterne/report"
)

func newShow(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show PATH|ID",
		Aliases: []string{"expliquer"},
		Short:   a.say("Pourquoi ce document a ce classement, et comment en changer", "Why a document has its verdict, and how to change it"),
		Example: `  poterne show "RH/2024/paie mars.xlsx"
  poterne show rh/2024/paie.zip!mars.xlsx --format json`,
		Args: cobra.ExactArgs(1),
	}
	trace := cmd.Flags().Bool("trace", false, a.say("dire comment chaque confiance s'est formée", "say how each confidence came about"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		led, _, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		records, err := a.find(cmd.Context(), led, args[0])
		if err != nil {
			return err
		}
		pol, err := a.openPolicy(roomOptions{actor: records[0].Assessment.Actor, doctrine: records[0].Assessment.Doctrine})
		if err != nil {
			return err
		}
		v := a.voice(pol)
		return a.write(func(w io.Writer) error {
			if err := a.explain(w, v, records, *trace); err != nil {
				return err
			}
			if err := a.decisions(cmd.Context(), w, led, records[0]); err != nil || a.format != "" {
				return err
			}
			return a.history(cmd.Context(), w, led, records[0])
		})
	}
	return cmd
}

// explain writes why records got their verdicts, as text or JSON Lines.
func (a *app) explain(w io.Writer, v report.Voice, records []poterne.Record, trace bool) error {
	if a.format == "json" || a.format == "jsonl" {
		lines := report.NewJSONLines(w)
		for _, r := range records {
			if err := lines.Write(v.Explained(r)); err != nil {
				return err
			}
		}
		return nil
	}
	for i, r := range records {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := v.Explain(w, r, trace); err != nil {
			return err
		}
	}
	return nil
}

// find returns the records that a person means by an ID, or by a path as they see
// it: with or without the share in front, on the disk, or made harmless as our own
// outputs print it.
func (a *app) find(ctx context.Context, led *ledger.Ledger, what string) ([]poterne.Record, error) {
	names := []string{what}
	if raw, err := strconv.Unquote(`"` + strings.ReplaceAll(what, `"`, `\"`) + `"`); err == nil && raw != what {
		names = append(names, raw)
	}
	known, err := knownShares(ctx, led)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		places := [][2]string{{"", name}}
		if share, path, ok := strings.Cut(name, "/"); ok {
			places = append(places, [2]string{share, path})
		}
		for share, dir := range known {
			if path, ok := strings.CutPrefix(name, strings.TrimSuffix(dir, "/")+"/"); ok {
				places = append(places, [2]string{share, path})
			}
		}
		for _, p := range places {
			if records, err := led.Find(ctx, p[0], p[1]); err != nil || len(records) > 0 {
				return records, err
			}
		}
	}
	if r, err := led.Get(ctx, poterne.ID(what)); err == nil {
		return []poterne.Record{r}, nil
	}
	return nil, fail(exitFailure, "poterne search 'path:*…*'", a.say("%s n'est pas dans le registre", "%s is not in the ledger"), report.Inert(what))
}

// decisions writes what persons decided of a document and what it is worth today.
func (a *app) decisions(ctx context.Context, w io.Writer, led *ledger.Ledger, r poterne.Record) error {
	reviews, err := reviewsFor(ctx, led, r)
	if err != nil || len(reviews) == 0 {
		return err
	}
	v, err := a.openVerdicts(roomOptions{})
	if err != nil {
		return err
	}
	rv := a.newReviewer(led, v)
	if a.format == "" {
		fmt.Fprintf(w, "\n%s\n", a.say("Ce que des personnes ont décidé", "What persons decided"))
	}
	for _, review := range reviews {
		s, err := rv.state(ctx, review)
		if err != nil {
			return err
		}
		if a.format != "" {
			err = a.reviewTo(w, review, s)
		} else {
			_, err = fmt.Fprintf(w, "  - %s %s : %s\n", review.ID, a.reviewStateName(s), report.Inert(a.reviewText(review)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// history writes what the verdict of a document was before.
func (a *app) history(ctx context.Context, w io.Writer, led *ledger.Ledger, r poterne.Record) error {
	past, err := led.History(ctx, r.ID)
	if err != nil || len(past) == 0 {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", a.say("Avant", "Before"))
	for _, p := range past {
		fmt.Fprintf(w, "  %s\n", a.pastLine(p))
	}
	return nil
}
