package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/ledger"
	"poterne/policy"
	"poterne/report"
)

// asPolicy gives a stored derogation to the policy.
func asPolicy(d ledger.Derogation) policy.Derogation {
	return policy.Derogation{
		Project: d.Project, Authority: d.Authority, Doctrine: d.Doctrine, Engaged: d.Engaged, Offer: d.Offer, End: d.End, Scope: d.Scope, Public: d.Public, Approved: d.Approved,
	}
}

// standing is a derogation with what the policy says of it today.
type standing struct {
	ledger.Derogation
	Holds    bool
	Deadline time.Time // last day that its text allows; zero where the clock does not run
	Left     int       // days to its end, or to the deadline where that is earlier
	Alert    int       // 90 or 30: it ends within so many days; 0 where it does not
	Reasons  []poterne.Reason
}

// derogations returns the derogations with what pol says of them at the time now.
func derogations(ctx context.Context, led *ledger.Ledger, pol *decider, now time.Time) ([]standing, error) {
	list, err := led.Derogations(ctx)
	if err != nil {
		return nil, err
	}
	var out []standing
	for _, d := range list {
		s := standing{Derogation: d, Deadline: pol.Deadline(asPolicy(d))}
		if d.Revoked.IsZero() {
			s.Holds, s.Reasons = pol.Review(asPolicy(d), now)
		}
		end := d.End
		if end.IsZero() || !s.Deadline.IsZero() && s.Deadline.Before(end) {
			end = s.Deadline
		}
		if !end.IsZero() {
			s.Left = int(end.Truncate(24*time.Hour).Sub(now.UTC().Truncate(24*time.Hour)).Hours() / 24)
			switch {
			case !d.Revoked.IsZero() || s.Left < 0:
			case s.Left <= 30:
				s.Alert = 30
			case s.Left <= 90:
				s.Alert = 90
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// tolerated is what a derogation makes of a verdict that does not admit a document:
// the first that lifts it, else what the last one lacks.
func (p *plan) tolerated(r poterne.Record, v policy.Verdict) policy.Verdict {
	out := v
	for _, d := range p.derogations {
		if v.Allowed == policy.Yes || !d.Covers(p.dest.Name, r.Document) {
			continue
		}
		w := p.policy.Tolerates(r.Assessment, v, asPolicy(d), d.InPlace, p.now)
		if w.Allowed == policy.Tolerated {
			return w
		}
		if out.Allowed != policy.Examine {
			out = w
		}
	}
	return out
}

func newDerogation(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "derogation", Short: a.say("Les dérogations, leurs délais et ce qu'elles tolèrent", "Derogations, their clocks and what they tolerate"),
		Long: a.say(`Une dérogation tolère pour un temps, à une destination nommée, des documents que les
règles n'y admettent pas : jusqu'à 12 mois (circulaires) ou 18 mois (loi) après qu'une
offre acceptable existe. Elle ne lève que l'exigence d'une offre qualifiée : ni un
marquage, ni la classe H4, ni la certification HDS. « poterne plan » en tient compte.`,
			`A derogation tolerates for a time, at a named destination, documents that the rules do
not admit there: up to 12 months (circulars) or 18 months (law) after an acceptable
offer exists. It lifts the demand of a qualified offer only: no marking, not class H4,
not the HDS certification. “poterne plan” takes it into account.`),
	}
	cmd.AddCommand(newDerogationAdd(a), newDerogationList(a), newDerogationRevoke(a))
	return cmd
}

func newDerogationAdd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add", Aliases: []string{"ajouter"}, Short: a.say("Enregistrer une dérogation accordée", "Record a derogation that was granted"), Args: cobra.NoArgs,
		Example: `  poterne derogation add --project Messagerie --destination microsoft-365 --share 'rh*' \
    --authority 'ministre' --doctrine sren --engaged 2023-01-10 --offer 2025-06-01 \
    --end 2026-11-30 --scope 'messagerie des agents' --public --approved`,
	}
	var d ledger.Derogation
	var engaged, offer, end, inPlace string
	f := cmd.Flags()
	f.StringVar(&d.Project, "project", "", a.say("projet", "project"))
	f.StringVar(&d.Destination, "destination", "", a.say("nom au catalogue", "name in the catalogue"))
	f.StringSliceVar(&d.Shares, "share", nil, a.say("partages couverts (motifs)", "shares that it covers (globs)"))
	f.StringVar(&d.Under, "under", "", a.say("dossier de ces partages (défaut : tout)", "folder of these shares (default: all)"))
	f.StringVar(&d.Authority, "authority", "", a.say("autorité signataire", "authority that signed"))
	f.StringVar(&d.Doctrine, "doctrine", "sren", a.say("texte : 2021, 2023 ou sren", "text: 2021, 2023 or sren"))
	f.StringVar(&engaged, "engaged", "", a.say("jour où le projet a été engagé", "day on which the project was engaged"))
	f.StringVar(&offer, "offer", "", a.say("jour depuis lequel une offre acceptable existe en France : le délai court de là", "day from which an acceptable offer exists in France: the clock runs from there"))
	f.StringVar(&end, "end", "", a.say("fin accordée (défaut : au terme du délai)", "end that was granted (default: the end of the clock)"))
	f.StringVar(&inPlace, "in-place", "", a.say("jour depuis lequel le dispositif est en place", "day since which the system is in place"))
	f.StringVar(&d.Scope, "scope", "", a.say("périmètre, en mots", "scope, in words"))
	f.BoolVar(&d.Public, "public", false, a.say("elle a été rendue publique", "it was made public"))
	f.BoolVar(&d.Approved, "approved", false, a.say("validée par l'autorité que nomme le texte", "approved by the authority that the text names"))
	f.StringVar(&d.Reason, "reason", "", a.say("motif", "reason"))
	f.StringVar(&d.Author, "author", "", a.say("qui l'enregistre (défaut : le compte du système)", "who records it (default: the account of the system)"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, day := range []struct {
			flag, text string
			to         *time.Time
		}{{"engaged", engaged, &d.Engaged}, {"offer", offer, &d.Offer}, {"end", end, &d.End}, {"in-place", inPlace, &d.InPlace}} {
			if day.text == "" {
				continue
			}
			t, err := parseDay(day.text)
			if err != nil {
				return fail(exitUsage, "--"+day.flag+" 2026-11-30", "--%s: %w", day.flag, err)
			}
			*day.to = t
		}
		if d.Author == "" {
			d.Author = accountName()
		}
		catalogue, err := policy.DefaultCatalogue()
		if err != nil {
			return err
		}
		if _, err := catalogue.Find(d.Destination); err != nil {
			a.note("%s n'est pas au catalogue livré : s'assurer que c'est son nom dans le vôtre", "%s is not in the catalogue that comes with the program: make sure that it is its name in yours", report.Inert(d.Destination))
		}
		led, err := a.openDecisions(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		added, err := led.AddDerogation(cmd.Context(), a.actor(), d)
		if errors.Is(err, ledger.ErrDerogation) {
			return fail(exitUsage, "poterne derogation add --help", "%w", err)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, added.ID)
		pol, err := a.openPolicy(roomOptions{})
		if err != nil {
			return err
		}
		// Kept as it was granted; what it lacks is said at once.
		holds, reasons := pol.Review(asPolicy(added), time.Now())
		for _, r := range reasons {
			a.note("%s", "%s", pol.Sentence(a.lang, r))
		}
		if !holds {
			a.note("en l'état, elle ne tolère rien", "as it stands, it tolerates nothing")
		}
		return nil
	}
	return cmd
}

// openDecisions opens an existing ledger so that a person's decision can be kept; a
// scan may run meanwhile. The caller closes it.
func (a *app) openDecisions(ctx context.Context) (*ledger.Ledger, error) {
	led, keys, err := a.openLedger(ctx) // says what is wrong where there is none
	if err != nil {
		return nil, err
	}
	if err := led.Close(); err != nil {
		return nil, err
	}
	dir, err := a.statePath()
	if err != nil {
		return nil, err
	}
	return openLedgerIn(ctx, dir, keys, ledger.Options{})
}

func newDerogationList(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Aliases: []string{"liste"}, Short: a.say("Chaque dérogation, si elle tient, et jusqu'à quand", "Each derogation, whether it holds, and until when"), Args: cobra.NoArgs}
	all := cmd.Flags().Bool("all", false, a.say("les révoquées aussi", "revoked ones too"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		led, _, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		pol, err := a.openPolicy(roomOptions{})
		if err != nil {
			return err
		}
		list, err := derogations(cmd.Context(), led, pol, time.Now())
		if err != nil {
			return err
		}
		return a.write(func(w io.Writer) error {
			for _, s := range list {
				if !s.Revoked.IsZero() && !*all {
					continue
				}
				if err := a.derogationTo(w, pol, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return cmd
}

// derogationTo writes one derogation, as text or as a line of JSON.
func (a *app) derogationTo(w io.Writer, pol *decider, s standing) error {
	reasons := []string{}
	for _, r := range s.Reasons {
		reasons = append(reasons, pol.Sentence(a.lang, r))
	}
	if a.format == "json" || a.format == "jsonl" {
		line := map[string]any{
			"schema": report.Schema, "type": "derogation", "derogation": s.ID, "project": s.Project, "authority": s.Authority, "doctrine": s.Doctrine, "destination": s.Destination,
			"shares": s.Shares, "under": s.Under, "scope": s.Scope, "public": s.Public, "approved": s.Approved, "holds": s.Holds, "alert": s.Alert, "reasons": reasons, "author": s.Author,
			"at": s.At.Format(time.RFC3339),
		}
		for key, t := range map[string]time.Time{"engaged": s.Engaged, "offer": s.Offer, "end": s.End, "in_place": s.InPlace, "deadline": s.Deadline, "revoked": s.Revoked} {
			if !t.IsZero() {
				line[key] = t.Format(time.DateOnly)
			}
		}
		return report.NewJSONLines(w).Write(line)
	}
	state := a.say("sans effet", "without effect")
	switch {
	case !s.Revoked.IsZero():
		state = a.say("révoquée le ", "revoked on ") + s.Revoked.Format(time.DateOnly)
	case s.Holds:
		state = a.say("en vigueur", "in force")
	}
	if s.Alert > 0 {
		state += fmt.Sprintf(a.say(" · ALERTE J-%d", " · ALERT D-%d"), s.Alert)
	}
	if _, err := fmt.Fprintf(w, "%s  %s  %s → %s\n", s.ID, state, report.Inert(s.Project), report.Inert(s.Destination)); err != nil {
		return err
	}
	for _, r := range reasons {
		if _, err := fmt.Fprintf(w, "    %s\n", report.Inert(r)); err != nil {
			return err
		}
	}
	return nil
}

func newDerogationRevoke(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "revoke ID", Aliases: []string{"revoquer"}, Short: a.say("Révoquer une dérogation ; elle reste au registre", "Revoke a derogation; it stays in the ledger"), Args: cobra.ExactArgs(1)}
	reason := cmd.Flags().String("reason", "", a.say("motif", "reason"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *reason == "" {
			return fail(exitUsage, "--reason", "%s", a.say("le motif manque", "the reason is missing"))
		}
		led, err := a.openDecisions(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		err = led.RevokeDerogation(cmd.Context(), a.actor(), args[0], *reason)
		if errors.Is(err, ledger.ErrNotFound) {
			return fail(exitFailure, "poterne derogation list", a.say("aucune dérogation %s n'est en vigueur", "no derogation %s stands"), report.Inert(args[0]))
		}
		return err
	}
	return cmd
}

// alerts writes the derogations that end within 90 days or no longer hold; it bears
// on no exit code.
func (a *app) alerts(ctx context.Context, w io.Writer, led *ledger.Ledger) error {
	pol, err := a.openPolicy(roomOptions{})
	if err != nil {
		return err
	}
	list, err := derogations(ctx, led, pol, time.Now())
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Revoked.IsZero() && (s.Alert > 0 || !s.Holds) {
			if err := a.derogationTo(w, pol, s); err != nil {
				return err
			}
		}
	}
	return nil
}
