package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/ledger"
	"poterne/report"
)

// reviewOptions are what a person says with a decision.
type reviewOptions struct {
	rule, mark             string
	level, class           string
	reason, expires        string
	author, second, assign string
}

func newReview(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "review", Aliases: []string{"revue"},
		Short: a.say("Ce que des personnes ont décidé des documents : confirmer, écarter, reclasser, noter, confier", "What persons decided of documents: confirm, reject, reclassify, note, assign"),
		Long: a.say(`Une décision vaut pour un contenu et une règle : elle suit les copies et les
déplacements, et survit aux passages. Elle est « à revoir » dès que le contenu ou la
règle change, ou que le programme trouve plus que ce qui avait été vu : le classement
redevient celui du programme, sans passer sous ce qu'une personne avait relevé. Faire descendre un document
d'une classe de l'État (H3 et au-dessus) demande l'accord d'une seconde personne.

Les motifs sont gardés scellés ; ne pas y écrire de donnée personnelle.`,
			`A decision holds for a content and a rule: it follows copies and moves, and outlives
runs. It is “to be reviewed” as soon as the content or the rule changes, or the program
finds more than was seen: the verdict is then the program's own again, and never under
what a person raised it to. To bring a document down from a class of the State (H3
and above) a second person has to agree.

Reasons are kept sealed; do not write personal data in them.`),
	}
	cmd.AddCommand(newReviewList(a),
		newReviewAct(a, ledger.Confirm, "confirmer", a.say("Confirmer ce qu'une règle a trouvé", "Confirm what a rule found")),
		newReviewAct(a, ledger.FalsePositive, "faux-positif", a.say("Dire que ce qu'une règle a trouvé n'en est pas : cela ne compte plus", "Say that what a rule found is not it: it no longer counts")),
		newReviewAct(a, ledger.Reclassify, "reclasser", a.say("Donner à un document un niveau et une classe", "Give a document a level and a class")),
		newReviewAct(a, ledger.Note, "noter", a.say("Écrire une remarque", "Write a remark")),
		newReviewAct(a, ledger.Assign, "confier", a.say("Confier un document à quelqu'un", "Assign a document to somebody")),
		newReviewWithdraw(a), newReviewExport(a))
	return cmd
}

func newReviewAct(a *app, act ledger.Act, alias, short string) *cobra.Command {
	var o reviewOptions
	cmd := &cobra.Command{
		Use: string(act) + " PATH|ID…|-", Aliases: []string{alias}, Short: short, Args: cobra.MinimumNArgs(1),
		Long: short + a.say(".\n« - » lit des chemins ou des identifiants sur l'entrée standard, un par ligne.", ".\n“-” reads paths or ids on standard input, one a line."),
	}
	f := cmd.Flags()
	if act != ledger.Reclassify { // that is of the whole document
		f.StringVar(&o.rule, "rule", "", a.say("règle du constat", "rule of the finding"))
		f.StringVar(&o.mark, "mark", "", a.say("marquage, avec --rule marquage", "marking, with --rule marquage"))
	}
	f.StringVar(&o.reason, "reason", "", a.say("motif, sans donnée personnelle", "reason, without personal data"))
	f.StringVar(&o.expires, "expires", "", a.say("jour à partir duquel la décision ne vaut plus, ou « never » (défaut : dans un an pour ce qui fait descendre un document)", "day from which the decision no longer holds, or “never” (default: in a year for what brings a document down)"))
	f.StringVar(&o.author, "author", "", a.say("qui décide (défaut : le compte du système)", "who decides (default: the account of the system)"))
	switch act {
	case ledger.Reclassify:
		f.StringVar(&o.level, "level", "", a.say("niveau, 0 à 5", "level, 0 to 5"))
		f.StringVar(&o.class, "class", "", a.say("classe, H0 à H5", "class, H0 to H5"))
		fallthrough
	case ledger.FalsePositive, ledger.Confirm:
		f.StringVar(&o.second, "second", "", a.say("seconde personne qui est d'accord", "second person who agrees"))
	case ledger.Assign:
		f.StringVar(&o.assign, "to", "", a.say("à qui", "to whom"))
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r, err := o.review(act)
		if err != nil {
			return err
		}
		return a.decide(cmd.Context(), r, args)
	}
	return cmd
}

// review makes of options the decision that they describe.
func (o reviewOptions) review(act ledger.Act) (ledger.Review, error) {
	r := ledger.Review{Act: act, Rule: o.rule, Mark: o.mark, Reason: o.reason, Author: o.author, Second: o.second, Assignee: o.assign}
	if r.Author == "" {
		r.Author = accountName()
	}
	if act == ledger.Reclassify {
		if err := r.Level.UnmarshalText([]byte(o.level)); err != nil {
			return r, fail(exitUsage, "--level 2 --class H1", "--level: %w", err)
		}
		class, err := poterne.ClassOf(o.class)
		if err != nil {
			return r, fail(exitUsage, "--level 2 --class H1", "--class: %w", err)
		}
		r.Class = class
	}
	switch o.expires {
	case "":
	case "never":
		r.Expires = never
	default:
		day, err := parseDay(o.expires)
		if err != nil {
			return r, fail(exitUsage, "--expires 2027-06-30", "--expires: %w", err)
		}
		r.Expires = day
	}
	return r, nil
}

// accountName is the account of the system, without saying that it is one.
func accountName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a day like 2027-06-30", s)
	}
	return t, nil
}

// decide takes one decision on documents named by arguments, or on standard input.
// Those that cannot be decided are told one by one, and the others are.
func (a *app) decide(ctx context.Context, r ledger.Review, args []string) error {
	targets, err := a.targets(args)
	if err != nil {
		return err
	}
	d, err := a.openDesk(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	done, refused := 0, error(nil)
	for _, t := range targets {
		stored, err := a.decideOne(ctx, d, r, t)
		if err != nil {
			refused = a.reviewProblem(err)
			if len(targets) > 1 {
				fmt.Fprintf(a.stderr, "%s : %s\n", report.Inert(t), inertLines(refused.Error()))
			}
			continue
		}
		done++
		fmt.Fprintf(a.stdout, "%s  %s\n", stored.ID, report.Inert(stored.Document.Share+"/"+stored.Document.Full()))
	}
	if done > 0 {
		if err := a.settled(d.Settle(ctx)); err != nil {
			return err
		}
	}
	if refused != nil && len(targets) > 1 {
		return fail(exitFailure, "", a.say("%d décisions refusées sur %d", "%d decisions refused of %d"), len(targets)-done, len(targets))
	}
	return refused
}

func (a *app) decideOne(ctx context.Context, d *desk, r ledger.Review, target string) (ledger.Review, error) {
	records, err := a.find(ctx, d.ledger, target)
	if err != nil {
		return ledger.Review{}, err
	}
	return d.Review(ctx, a.actor(), records[0], r)
}

// targets are the documents that a command names; "-" reads them.
func (a *app) targets(args []string) ([]string, error) {
	if len(args) != 1 || args[0] != "-" {
		return args, nil
	}
	var out []string
	s := bufio.NewScanner(a.stdin)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if line := strings.TrimRight(s.Text(), "\r"); line != "" {
			out = append(out, line)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	if len(out) == 0 {
		return nil, fail(exitUsage, "", "%s", a.say("rien sur l'entrée standard", "nothing on standard input"))
	}
	return out, nil
}

// settled tells what became of records that a decision bears on.
func (a *app) settled(n int, waiting bool, err error) error {
	switch {
	case err != nil:
		return err
	case waiting:
		a.note("un passage est en cours : les classements suivront à sa fin", "a scan is running: verdicts will follow at its end")
	default:
		a.note("redécidé : %s", "decided again: %s", report.Voice{Lang: a.lang}.Documents(n))
	}
	return nil
}

// reviewProblem gives an error of a decision its words and its code.
func (a *app) reviewProblem(err error) error {
	var second *secondError
	switch {
	case errors.As(err, &second):
		return fail(exitUsage, "--second NOM", a.say("de %s à %s : descendre d'une classe de l'État demande l'accord d'une seconde personne", "from %s to %s: to come down from a class of the State a second person has to agree"), second.From, second.To)
	case errors.Is(err, ledger.ErrReview):
		return fail(exitUsage, "poterne review --help", "%w", err)
	case errors.Is(err, ledger.ErrNotFound):
		return fail(exitFailure, "poterne review list", "%s", a.say("aucune décision de ce nom n'est en vigueur", "no decision of that name stands"))
	}
	return err
}

func newReviewWithdraw(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "withdraw REVIEW", Aliases: []string{"retirer"}, Short: a.say("Retirer une décision ; elle reste dans l'historique", "Withdraw a decision; it stays in the history"), Args: cobra.ExactArgs(1),
	}
	reason := cmd.Flags().String("reason", "", a.say("motif", "reason"))
	second := cmd.Flags().String("second", "", a.say("seconde personne qui est d'accord", "second person who agrees"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if strings.TrimSpace(*reason) == "" {
			return fail(exitUsage, "--reason", "%s", a.say("le motif manque", "the reason is missing"))
		}
		d, err := a.openDesk(cmd.Context())
		if err != nil {
			return err
		}
		defer d.Close()
		if _, err := d.Withdraw(cmd.Context(), a.actor(), args[0], *reason, *second); err != nil {
			return a.reviewProblem(err)
		}
		return a.settled(d.Settle(cmd.Context()))
	}
	return cmd
}

func newReviewList(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "list [PATH|ID]", Aliases: []string{"liste"}, Short: a.say("Les décisions et ce qu'elles valent aujourd'hui", "Decisions, and what they are worth today"), Args: cobra.MaximumNArgs(1)}
	var state string
	cmd.Flags().Var(oneOf(&state, "open", "all", string(reviewHolds), string(reviewAgain), string(reviewGone), string(reviewExpired), string(reviewEnded)), "only", a.say("lesquelles", "which"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		d, err := a.openDesk(ctx)
		if err != nil {
			return err
		}
		defer d.Close()
		reviews := d.ledger.Reviews(ctx)
		if len(args) == 1 {
			records, err := a.find(ctx, d.ledger, args[0])
			if err != nil {
				return err
			}
			of, err := reviewsFor(ctx, d.ledger, records[0])
			if err != nil {
				return err
			}
			reviews = func(yield func(ledger.Review, error) bool) {
				for _, r := range of {
					if !yield(r, nil) {
						return
					}
				}
			}
		}
		return a.write(func(w io.Writer) error {
			for r, err := range reviews {
				if err != nil {
					return err
				}
				s, err := d.State(ctx, r)
				if err != nil {
					return err
				}
				if state != "all" && !(state == "open" && (s == reviewHolds || s == reviewAgain)) && state != string(s) {
					continue
				}
				if err := a.reviewTo(w, r, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return cmd
}

// reviewsFor returns the reviews of what a record holds and those that were decided
// on its path, the oldest first.
func reviewsFor(ctx context.Context, led *ledger.Ledger, r poterne.Record) ([]ledger.Review, error) {
	out, err := led.ReviewsOf(ctx, r)
	if err != nil {
		return nil, err
	}
	at, err := led.ReviewsAt(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, v := range out {
		known[v.ID] = true
	}
	var all []ledger.Review
	for _, v := range at {
		if !known[v.ID] {
			all = append(all, v)
		}
	}
	return append(all, out...), nil
}

// reviewTo writes one review, as text or as a line of JSON.
func (a *app) reviewTo(w io.Writer, r ledger.Review, s reviewState) error {
	if a.format == "json" || a.format == "jsonl" {
		return report.NewJSONLines(w).Write(reviewLine(r, s))
	}
	_, err := fmt.Fprintf(w, "%s  %s  %s\n    %s\n", r.ID, a.reviewStateName(s), report.Inert(r.Document.Share+"/"+r.Document.Full()), report.Inert(a.reviewText(r)))
	return err
}

func reviewLine(r ledger.Review, s reviewState) map[string]any {
	line := map[string]any{
		"schema": report.Schema, "type": "review", "review": r.ID, "state": s, "act": r.Act, "id": r.Document.ID, "share": r.Document.Share, "path": report.Valid(r.Document.Full()),
		"content": r.Content, "rule": r.Rule, "mark": r.Mark, "reason": r.Reason, "author": r.Author, "second": r.Second, "assignee": r.Assignee, "at": r.At.Format(time.RFC3339),
	}
	if !r.Expires.IsZero() {
		line["expires"] = r.Expires.Format(time.RFC3339)
	}
	if r.Act == ledger.Reclassify {
		line["level"], line["class"] = r.Level.Number(), r.Class.String()
	}
	if !r.Ended.IsZero() {
		line["ended"], line["ended_by"], line["ended_cause"] = r.Ended.Format(time.RFC3339), r.EndedBy, r.EndedCause
		line["ended_second"] = r.EndedSecond
	}
	return line
}

// reviewText says a review in one line.
func (a *app) reviewText(r ledger.Review) string {
	what := map[ledger.Act]string{
		ledger.Confirm: a.say("confirmé", "confirmed"), ledger.FalsePositive: a.say("faux positif", "false positive"), ledger.Reclassify: a.say("reclassé", "reclassified"),
		ledger.Note: a.say("note", "note"), ledger.Assign: a.say("confié à ", "assigned to ") + r.Assignee,
	}[r.Act]
	if r.Rule != "" {
		what += " " + ruleAndMark(r)
	}
	if r.Act == ledger.Reclassify {
		what += fmt.Sprintf(" N%s %s", r.Level, r.Class)
	}
	parts := []string{what, r.Reason, r.Author}
	if r.Second != "" {
		parts[2] += " + " + r.Second
	}
	parts = append(parts, r.At.Format(time.DateOnly))
	if !r.Expires.IsZero() {
		parts = append(parts, a.say("jusqu'au ", "until ")+r.Expires.Format(time.DateOnly))
	}
	if r.EndedCause != "" {
		parts = append(parts, r.EndedCause)
	}
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " · ")
}

func (a *app) reviewStateName(s reviewState) string {
	return map[reviewState]string{
		reviewHolds: a.say("en vigueur", "in force"), reviewAgain: a.say("à revoir", "to be reviewed"), reviewGone: a.say("document disparu", "document gone"),
		reviewExpired: a.say("échue", "expired"), reviewEnded: a.say("close", "ended"),
	}[s]
}

func newReviewExport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export --labels", Short: a.say("Ce que les personnes ont décidé, par signature de contenu, sans texte : pour qui mesure ou entraîne", "What persons decided, by content signature, without text: for who measures or trains"),
		Long: a.say("Une ligne de JSON par décision qui porte sur un constat ou un classement, la plus récente de chaque. Ni chemin, ni motif, ni nom.",
			"One line of JSON per decision on a finding or a verdict, the newest of each. No path, reason or name."),
		Args: cobra.NoArgs,
	}
	labels := cmd.Flags().Bool("labels", false, a.say("signature du contenu et décision par catégorie", "content signature and decision by category"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !*labels {
			return fail(exitUsage, "poterne review export --labels", "%s", a.say("--labels manque : c'est le seul export", "--labels is missing: it is the only export"))
		}
		led, _, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		return a.write(func(w io.Writer) error {
			lines := report.NewJSONLines(w)
			for r, err := range led.Reviews(cmd.Context()) {
				if err != nil {
					return err
				}
				// An expired one was right when it was taken; a withdrawn or replaced one was not.
				if r.Content == "" || !r.Ended.IsZero() && r.EndedCause != "expired" {
					continue
				}
				if line := labelLine(r); line != nil {
					if err := lines.Write(line); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return cmd
}

// labelLine is a decision as a label of a corpus; nil for notes.
func labelLine(r ledger.Review) map[string]any {
	line := map[string]any{"schema": report.Schema, "type": "label", "content": r.Content, "member": memberHash(r.Document.Member), "decision": r.Act, "at": r.At.Format(time.DateOnly), "rules": r.Rules}
	switch r.Act {
	case ledger.Confirm, ledger.FalsePositive:
		line["rule"], line["mark"], line["category"], line["holds"] = r.Rule, r.Mark, r.Category, r.Act == ledger.Confirm
	case ledger.Reclassify:
		line["level"], line["class"] = r.Level.Number(), r.Class.String()
	default:
		return nil
	}
	return line
}
