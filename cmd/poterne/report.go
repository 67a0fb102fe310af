package main

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne/report"
)

func newReport(a *app) *cobra.Command {
	var shares []string
	cmd := &cobra.Command{
		Use:     "report",
		Aliases: []string{"rapport"},
		Short:   a.say("Faire un rapport de ce qui est enregistré, sans rien relire", "Make a report of what is stored, reading nothing again"),
		Example: `  poterne report -f html -o rapport.html
  poterne report -f csv --share rh -o rh.csv`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringSliceVar(&shares, "share", nil, a.say("ces partages seulement", "only these shares"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		led, _, err := a.openLedger(ctx)
		if err != nil {
			return err
		}
		defer led.Close()
		known, err := led.Shares(ctx)
		if err != nil {
			return err
		}
		for _, s := range shares {
			if !slices.Contains(known, s) {
				return fail(exitUsage, strings.Join(known, ", "), a.say("partage inconnu : %s", "unknown share: %s"), report.Inert(s))
			}
		}
		run, pol, err := a.lastRun(ctx, led)
		if err != nil {
			return err
		}
		v := a.voice(pol)
		title := strings.Join(shares, ", ")
		if title == "" {
			title = strings.Join(known, ", ")
		}
		records := recordsOf(ctx, led, shares)
		return a.write(func(w io.Writer) error {
			switch a.format {
			case "csv":
				return v.CSV(w, records)
			case "json", "jsonl":
				lines := report.NewJSONLines(w)
				for r, err := range records {
					if err != nil {
						return err
					}
					if err := lines.Write(v.Line(r)); err != nil {
						return err
					}
				}
				return nil
			case "html", "", "table":
				overview, err := report.Summarize(records)
				if err != nil {
					return err
				}
				if a.format == "html" {
					return report.Page{Voice: v, Title: title, Actor: pol.ActorName(a.lang, pol.Actor()), Doctrine: pol.DoctrineName(a.lang, pol.Doctrine()),
						Version: programVersion(), At: time.Now(), Stamp: run.Stamp}.Write(w, overview)
				}
				return report.Screen{Voice: v, Color: a.colored(a.stdout), Width: terminalWidth(a.stdout), Title: title, Worst: 25,
					Actor: pol.ActorName(a.lang, pol.Actor()), Doctrine: pol.DoctrineName(a.lang, pol.Doctrine())}.Write(w, overview)
			}
			return fail(exitUsage, "-f html|csv|json|table", a.say("format inconnu : %s", "unknown format: %s"), a.format)
		})
	}
	return cmd
}
