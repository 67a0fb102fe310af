package main

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/index"
	"poterne/ledger"
	"poterne/report"
)

// reportOptions say which stored records a report is made of.
type reportOptions struct {
	shares []string
	query  string
}

func (o *reportOptions) flags(a *app, cmd *cobra.Command) {
	cmd.PersistentFlags().StringSliceVar(&o.shares, "share", nil, a.say("ces partages seulement", "only these shares"))
	cmd.PersistentFlags().StringVar(&o.query, "query", "", a.say("ces documents seulement : une requête de « poterne search »", "only these documents: a query of “poterne search”"))
}

func newReport(a *app) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:     "report",
		Aliases: []string{"rapport"},
		Short:   a.say("Faire un rapport de ce qui est enregistré, sans rien relire", "Make a report of what is stored, reading nothing again"),
		Example: `  poterne report -f html -o rapport.html
  poterne report -f xlsx --share rh -o rh.xlsx
  poterne report breach --query 'path:"RH/Paie/*"' -o violation.md`,
		Args: cobra.NoArgs,
	}
	o.flags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.reported(cmd.Context(), o, func(s source, w io.Writer) error {
			return a.writeReport(s, w)
		})
	}
	cmd.AddCommand(newBreach(a, &o), newRegister(a, &o), newCertificate(a, &o))
	return cmd
}

// source is what a report is made from.
type source struct {
	run     ledger.Run // the newest
	policy  *decider
	voice   report.Voice
	title   string
	places  map[string]string // of the shares
	records iter.Seq2[poterne.Record, error]
}

// reported opens what a report is made from, and runs write on the output.
func (a *app) reported(ctx context.Context, o reportOptions, write func(source, io.Writer) error) error {
	led, _, err := a.openLedger(ctx)
	if err != nil {
		return err
	}
	defer led.Close()
	known, err := led.Shares(ctx)
	if err != nil {
		return err
	}
	if err := a.checkShares(o.shares, known); err != nil {
		return err
	}
	shares := o.shares
	if len(shares) == 0 {
		shares = known
	}
	run, pol, err := a.lastRun(ctx, led)
	if err != nil {
		return err
	}
	places, err := knownShares(ctx, led)
	if err != nil {
		return err
	}
	s := source{run: run, policy: pol, voice: a.voice(pol), title: strings.Join(shares, ", "), places: places, records: recordsOf(ctx, led, o.shares)}
	if o.query != "" {
		query, err := index.Parse(o.query)
		if err != nil {
			return fail(exitUsage, "poterne search --help", "%w", err)
		}
		if len(o.shares) > 0 {
			query.Clauses = append(query.Clauses, poterne.Clause{Field: "share", Op: poterne.Is, Values: o.shares})
		}
		idx, err := a.openSnapshot()
		if err != nil {
			return err
		}
		defer idx.Close()
		s.title += " · " + o.query
		s.records = found(ctx, idx, led, query)
	}
	return a.write(func(w io.Writer) error { return write(s, w) })
}

// checkShares refuses a share that is not known: an empty answer would be false comfort.
func (a *app) checkShares(shares, known []string) error {
	for _, s := range shares {
		if !slices.Contains(known, s) {
			return fail(exitUsage, strings.Join(known, ", "), a.say("partage inconnu : %s", "unknown share: %s"), report.Inert(s))
		}
	}
	return nil
}

// within yields the records of some shares.
func within(records iter.Seq2[poterne.Record, error], shares map[string]string) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		for r, err := range records {
			if _, ok := shares[r.Share]; (ok || err != nil) && !yield(r, err) {
				return
			}
		}
	}
}

// found yields the whole records that a query finds: the index holds no fingerprints.
func found(ctx context.Context, idx *index.Snapshot, led *ledger.Ledger, query poterne.Query) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		query.Size = 1000
		for hit, err := range everyAnswer(ctx, idx, query) {
			if err == nil {
				hit, err = led.Get(ctx, hit.ID)
			}
			if !yield(hit, err) || err != nil {
				return
			}
		}
	}
}

// writeReport writes the report of the format that was asked for.
func (a *app) writeReport(s source, w io.Writer) error {
	v, pol := s.voice, s.policy
	actor, doctrine := pol.ActorName(a.lang, pol.Actor()), pol.DoctrineName(a.lang, pol.Doctrine())
	switch a.format {
	case "csv":
		return v.CSV(w, s.records)
	case "xlsx":
		return v.Workbook(w, s.records)
	case "sarif":
		return v.SARIF(w, programVersion(), s.records)
	case "json", "jsonl":
		lines := report.NewJSONLines(w)
		for r, err := range s.records {
			if err != nil {
				return err
			}
			if err := lines.Write(v.Line(r)); err != nil {
				return err
			}
		}
		return nil
	case "html", "md", "", "table":
		overview, err := report.Summarize(s.records)
		if err != nil {
			return err
		}
		switch a.format {
		case "html":
			return report.Page{Voice: v, Title: s.title, Actor: actor, Doctrine: doctrine, Version: programVersion(), At: time.Now(), Stamp: s.run.Stamp}.Write(w, overview)
		case "md":
			return v.Markdown(w, overview, s.title, actor, doctrine, time.Now())
		}
		return report.Screen{Voice: v, Color: a.colored(a.stdout), Width: terminalWidth(a.stdout), Title: s.title, Worst: 25, Actor: actor, Doctrine: doctrine}.Write(w, overview)
	}
	return a.badFormat("html|xlsx|csv|json|sarif|md|table")
}

func (a *app) badFormat(known string) error {
	return fail(exitUsage, "-f "+known, a.say("format inconnu : %s", "unknown format: %s"), report.Inert(a.format))
}

func newBreach(a *app, o *reportOptions) *cobra.Command {
	return &cobra.Command{
		Use: "breach", Aliases: []string{"violation"},
		Short: a.say("État pour notifier une violation de données en 72 h (RGPD art. 33), d'après ce qui est enregistré", "Statement to notify a data breach within 72 h (GDPR art. 33), from what is stored"),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reported(cmd.Context(), *o, func(s source, w io.Writer) error {
				if a.format != "" && a.format != "md" {
					return a.badFormat("md")
				}
				h, err := report.Hold(s.records)
				if err != nil {
					return err
				}
				return report.Breach{Voice: s.voice, Scope: s.title, Run: s.run.ID, Read: s.run.Ended, At: time.Now()}.Write(w, h)
			})
		},
	}
}

func newRegister(a *app, o *reportOptions) *cobra.Command {
	return &cobra.Command{
		Use: "register", Aliases: []string{"registre"},
		Short: a.say("Fiches du registre des traitements (RGPD art. 30) par partage, à compléter", "Sheets of the record of processing activities (GDPR art. 30) by share, to be filled in"),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reported(cmd.Context(), *o, func(s source, w io.Writer) error {
				g := report.Register{Voice: s.voice, Where: s.places, At: time.Now()}
				sheets, err := g.Sheets(s.records)
				if err != nil {
					return err
				}
				switch a.format {
				case "", "md":
					return g.Markdown(w, sheets)
				case "csv":
					return g.CSV(w, sheets)
				}
				return a.badFormat("md|csv")
			})
		},
	}
}

func newCertificate(a *app, o *reportOptions) *cobra.Command {
	return &cobra.Command{
		Use: "certificate", Aliases: []string{"certificat"},
		Short: a.say("Certificat daté de ce qui a été analysé : périmètre, versions, couverture, empreinte, limites", "Dated certificate of what was scanned: scope, versions, coverage, digest, limits"),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.query != "" {
				return fail(exitUsage, "poterne report certificate --share", "%s", a.say("un certificat est celui de partages entiers, pas d'une requête", "a certificate is of whole shares, not of a query"))
			}
			return a.reported(cmd.Context(), *o, func(s source, w io.Writer) error {
				if a.format != "" && a.format != "md" {
					return a.badFormat("md")
				}
				if s.run.State != ledger.Done {
					return fail(exitFailure, "poterne scan", a.say("le dernier passage n'a pas fini : %s", "the last run did not end: %s"), s.run.State)
				}
				// Of what that run walked, and nothing else that the ledger holds.
				shares := map[string]string{}
				for share, dir := range s.run.Shares {
					if len(o.shares) == 0 || slices.Contains(o.shares, share) {
						shares[share] = dir
					}
				}
				for _, share := range o.shares {
					if _, ok := shares[share]; !ok {
						return fail(exitFailure, "poterne scan "+quoted(s.places[share]), a.say("le dernier passage n'a pas vu le partage %s", "the last run did not see the share %s"), report.Inert(share))
					}
				}
				return report.Certificate{
					Voice: s.voice, Run: s.run.ID, State: string(s.run.State), Started: s.run.Started, Ended: s.run.Ended, Shares: shares,
					Actor: s.policy.ActorName(a.lang, s.run.Actor), Doctrine: s.policy.DoctrineName(a.lang, s.run.Doctrine),
					Program: s.run.Program, Stamp: s.run.Stamp, At: time.Now(),
				}.Write(w, within(s.records, shares))
			})
		},
	}
}
