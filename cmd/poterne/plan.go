package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/ledger"
	"poterne/policy"
	"poterne/report"
)

// catalogueOptions say which catalogue of destinations holds.
type catalogueOptions struct{ file, key string }

func (o *catalogueOptions) flags(a *app, cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.file, "catalogue", "", a.say("catalogue de destinations qui remplace le nôtre, avec sa signature FICHIER.sig", "catalogue of destinations that replaces ours, with its signature FILE.sig"))
	cmd.Flags().StringVar(&o.key, "catalogue-key", "", a.say("clé publique Ed25519 de ce catalogue", "Ed25519 public key of that catalogue"))
}

func (o catalogueOptions) load() (*policy.Catalogue, error) {
	load := policy.DefaultCatalogue
	if o.file != "" {
		load = func() (*policy.Catalogue, error) { return policy.LoadCatalogue(o.file, o.key) }
	}
	c, err := load()
	if err != nil {
		return nil, fail(exitUsage, "poterne destinations list", "%w", err)
	}
	return c, nil
}

func newPlan(a *app) *cobra.Command {
	var c catalogueOptions
	var destination string
	var shares []string
	cmd := &cobra.Command{
		Use:   "plan --destination NAME",
		Short: a.say("Ce qui peut aller vers une destination, ce qui ne le peut pas, et pourquoi", "What may go to a destination, what may not, and why"),
		Long: a.say(`Confronte les verdicts enregistrés au catalogue daté des destinations. Ce que le
catalogue ne sait pas reste « inconnu » et n'est pas autorisé. Rien n'est relu.`,
			`Compares stored verdicts with the dated catalogue of destinations. What the
catalogue does not know stays “unknown” and is not allowed. Nothing is read again.`),
		Example: `  poterne plan --destination microsoft-365
  poterne plan --destination nubo --share rh -f rsync -o liste
  rsync --archive --from0 --files-from=liste /srv/partages/rh/ cible:rh/
  poterne plan --destination nubo --share rh -f rclone -o liste
  rclone copy --files-from-raw liste /srv/partages/rh cible:rh`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&destination, "destination", "", a.say("nom au catalogue", "name in the catalogue"))
	cmd.Flags().StringSliceVar(&shares, "share", nil, a.say("ces partages seulement", "only these shares"))
	c.flags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		catalogue, err := c.load()
		if err != nil {
			return err
		}
		if destination == "" {
			return fail(exitUsage, "poterne destinations list", "%s", a.say("--destination manque", "--destination is missing"))
		}
		dest, err := catalogue.Find(destination)
		if err != nil {
			return fail(exitUsage, "poterne destinations list", "%w", err)
		}
		if !slices.Contains([]string{"", "table", "json", "jsonl", "csv", "rclone", "rsync"}, a.format) {
			return a.badFormat("table|jsonl|csv|rclone|rsync")
		}
		led, _, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		known, err := led.Shares(cmd.Context())
		if err != nil {
			return err
		}
		if err := a.checkShares(shares, known); err != nil {
			return err
		}
		if (a.format == "rclone" || a.format == "rsync") && len(shares) != 1 && len(known) != 1 {
			// Paths of the list are below the root of one share.
			return fail(exitUsage, "--share "+strings.Join(known, " | --share "), "%s", a.say("une liste est celle d'un seul partage", "a list is of one share"))
		}
		_, pol, err := a.lastRun(cmd.Context(), led)
		if err != nil {
			return err
		}
		p := plan{app: a, voice: a.voice(pol), policy: pol, dest: dest, now: time.Now(), groups: map[policy.Answer]*group{}}
		if p.derogations, err = led.Derogations(cmd.Context()); err != nil {
			return err
		}
		for _, answer := range answers {
			p.groups[answer] = &group{why: map[string]int{}}
		}
		return a.write(func(w io.Writer) error {
			for r, err := range recordsOf(cmd.Context(), led, shares) {
				if err != nil {
					return err
				}
				if r.Member != "" {
					continue // moves with its container
				}
				if err := p.add(w, r); err != nil {
					return err
				}
			}
			return p.end(w)
		})
	}
	return cmd
}

// plan sorts documents by what a destination says of them.
type plan struct {
	*app
	voice  report.Voice
	policy *decider
	dest   policy.Destination
	now    time.Time
	groups map[policy.Answer]*group
	begun  bool // the header of the CSV is written

	derogations []ledger.Derogation
}

var answers = []policy.Answer{policy.Yes, policy.Tolerated, policy.Examine, policy.Unknown, policy.No}

type group struct {
	files int
	bytes int64
	why   map[string]int // sentences of the first reason
}

func (p *plan) add(w io.Writer, r poterne.Record) error {
	v := p.tolerated(r, p.policy.Admits(p.dest, r.Assessment, p.now))
	g := p.groups[v.Allowed]
	g.files++
	g.bytes += r.Size
	reasons := []string{}
	for _, reason := range v.Reasons {
		reasons = append(reasons, p.voice.Sentence(reason))
	}
	if len(reasons) > 0 {
		g.why[reasons[0]]++
	}
	switch p.format {
	case "rclone", "rsync":
		return p.list(w, r, v.Allowed)
	case "csv":
		return p.row(w, r, v.Allowed, reasons)
	case "", "table":
		return nil
	}
	return report.NewJSONLines(w).Write(map[string]any{
		"schema": report.Schema, "type": "plan", "destination": p.dest.Name, "allowed": v.Allowed.String(), "share": r.Share, "path": report.Valid(r.Path),
		"size": r.Size, "class": r.Assessment.Hosting.Class.String(), "flags": append([]poterne.Flag{}, r.Assessment.Hosting.Flags...), "reasons": reasons,
	})
}

// list writes the path of a file that may go there, below the root of its share, as
// rclone --files-from-raw and rsync --from0 --files-from read it.
func (p *plan) list(w io.Writer, r poterne.Record, allowed policy.Answer) error {
	if allowed != policy.Yes {
		return nil
	}
	end := "\x00"
	if p.format == "rclone" {
		end = "\n"
		if strings.ContainsAny(r.Path, "\n\r") {
			p.note("%s : ce nom ne tient pas sur une ligne, laissé de côté", "%s: this name does not fit on a line, left out", report.Inert(r.Path))
			return nil
		}
	}
	_, err := io.WriteString(w, r.Path+end)
	return err
}

// row writes one document of the plan as comma-separated values.
func (p *plan) row(w io.Writer, r poterne.Record, allowed policy.Answer, reasons []string) error {
	if !p.begun {
		p.begun = true
		if err := report.CSVRow(w, "\ufeffshare", "path", "size", "class", "flags", "allowed", "reason"); err != nil {
			return err
		}
	}
	var flags []string
	for _, f := range r.Assessment.Hosting.Flags {
		flags = append(flags, string(f))
	}
	return report.CSVRow(w, r.Share, report.Inert(r.Path), strconv.FormatInt(r.Size, 10), r.Assessment.Hosting.Class.String(), strings.Join(flags, " "), allowed.String(), strings.Join(reasons, " ; "))
}

func (p *plan) end(w io.Writer) error {
	switch p.format {
	case "", "table":
	case "rclone", "rsync":
		for _, answer := range answers {
			p.note("%s : %s, %s", "%s: %s, %s", p.title(answer), p.voice.Documents(p.groups[answer].files), p.voice.Bytes(p.groups[answer].bytes))
		}
		return nil
	default:
		return nil
	}
	fmt.Fprintf(w, "%s\n", p.dest.Service)
	for _, answer := range answers {
		g := p.groups[answer]
		if g.files == 0 && (answer == policy.Tolerated || answer == policy.Examine) {
			continue
		}
		fmt.Fprintf(w, "\n%9s  %9s  %s\n", p.voice.Number(g.files), p.voice.Bytes(g.bytes), p.title(answer))
		var why []string
		for s := range g.why {
			why = append(why, s)
		}
		slices.SortFunc(why, func(a, b string) int { return cmp.Or(g.why[b]-g.why[a], cmp.Compare(a, b)) })
		for _, s := range why {
			fmt.Fprintf(w, "%9s             %s\n", p.voice.Number(g.why[s]), s)
		}
	}
	return nil
}

func (p *plan) title(answer policy.Answer) string {
	switch answer {
	case policy.Yes:
		return p.say("peuvent y aller (présumé conforme au regard des règles)", "may go there (presumed compliant by the rules)")
	case policy.Tolerated:
		return p.say("y sont tolérés un temps, sous dérogation", "are tolerated there for a time, under a derogation")
	case policy.Examine:
		return p.say("à instruire par une personne : dispositif antérieur à la doctrine", "to be examined by a person: in place before the doctrine")
	case policy.No:
		return p.say("ne peuvent pas y aller", "may not go there")
	}
	return p.say("non autorisés : le catalogue ne sait pas", "not allowed: the catalogue does not know")
}

func newDestinations(a *app) *cobra.Command {
	var c catalogueOptions
	cmd := &cobra.Command{Use: "destinations", Short: a.say("Le catalogue daté des destinations", "The dated catalogue of destinations")}
	list := &cobra.Command{
		Use: "list", Short: a.say("Chaque destination et ce qu'on en sait", "Each destination and what is known of it"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalogue, err := c.load()
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				for _, d := range catalogue.List() {
					fmt.Fprintf(w, "%-22s %-34s SecNumCloud %-8s %s %-8s HDS %s\n", d.Name, d.Service, d.SecNumCloud.State, a.say("immunité", "immunity"), d.Immunity, d.HDS.State)
				}
				return nil
			})
		},
	}
	check := &cobra.Command{
		Use: "check", Short: a.say("Ce qui expire bientôt ou a expiré au catalogue", "What of the catalogue expires soon or has expired"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalogue, err := c.load()
			if err != nil {
				return err
			}
			pol, err := a.openPolicy(roomOptions{})
			if err != nil {
				return err
			}
			expiring := catalogue.Expiring(time.Now())
			return a.write(func(w io.Writer) error {
				for _, e := range expiring {
					fmt.Fprintln(w, pol.Sentence(a.lang, e.Reason()))
				}
				if len(expiring) == 0 {
					fmt.Fprintln(w, a.say("rien n'expire dans les 90 jours", "nothing expires within 90 days"))
				}
				return nil
			})
		},
	}
	for _, sub := range []*cobra.Command{list, check} {
		c.flags(a, sub)
		cmd.AddCommand(sub)
	}
	return cmd
}
