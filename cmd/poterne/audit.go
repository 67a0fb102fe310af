package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"poterne/ledger"
	"poterne/report"
)

// actor names who runs the program, for the audit trail: by the account of the
// system, since anyone could give another name.
func (a *app) actor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return "os:" + u.Username
	}
	return "os:uid-" + strconv.Itoa(os.Getuid())
}

func newAudit(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: a.say("Le journal de ce qui a été décidé, cherché et effacé, et par qui", "The trail of what was decided, searched and erased, and by whom"),
	}
	cmd.AddCommand(newAuditList(a), newAuditVerify(a), newAuditExport(a))
	return cmd
}

func newAuditList(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: a.say("Les dernières entrées, la plus récente en dernier", "The last entries, the newest last"), Args: cobra.NoArgs}
	limit := cmd.Flags().Int("limit", 50, a.say("nombre d'entrées, 0 pour toutes", "number of entries, 0 for all"))
	verb := cmd.Flags().String("verb", "", a.say("seulement ce verbe", "only this verb"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		led, _, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		var entries []ledger.Entry
		for e, err := range led.Audit(cmd.Context(), 0) {
			if err != nil {
				return err
			}
			if *verb != "" && e.Verb != *verb {
				continue
			}
			entries = append(entries, e)
			if *limit > 0 && len(entries) > 2**limit {
				entries = append(entries[:0], entries[len(entries)-*limit:]...)
			}
		}
		if *limit > 0 && len(entries) > *limit {
			entries = entries[len(entries)-*limit:]
		}
		return a.write(func(w io.Writer) error { return a.entries(w, entries) })
	}
	return cmd
}

// entries writes lines of the trail, as text or JSON Lines.
func (a *app) entries(w io.Writer, entries []ledger.Entry) error {
	lines := report.NewJSONLines(w)
	for _, e := range entries {
		var err error
		if a.format == "json" || a.format == "jsonl" {
			err = lines.Write(entryLine(e))
		} else {
			_, err = fmt.Fprintf(w, "%6d  %s  %-16s %-20s %s  %s\n", e.N, e.At.Format(time.RFC3339), report.Inert(e.Actor), e.Verb, report.Inert(e.Subject), report.Inert(detailText(e.Detail)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func entryLine(e ledger.Entry) map[string]any {
	return map[string]any{
		"schema": report.Schema, "type": "audit", "n": e.N, "at": e.At.Format(time.RFC3339Nano), "actor": e.Actor, "verb": e.Verb, "subject": e.Subject, "detail": e.Detail,
	}
}

func detailText(d ledger.Detail) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(d)) {
		if d[k] != "" {
			parts = append(parts, k+"="+strconv.Quote(d[k]))
		}
	}
	return strings.Join(parts, " ")
}

func newAuditVerify(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify", Short: a.say("Vérifier la chaîne du journal, et donner sa tête à garder ailleurs", "Verify the chain of the trail, and print its head to keep elsewhere"),
		Long: a.say(`Une entrée changée, déplacée ou ôtée, ou une fin coupée, donne le code 13. Qui peut
remettre une copie plus ancienne de tout l'état ne laisse pas de trace ici : garder la
tête imprimée hors de la machine, et la redonner par --head.`,
			`An entry that was changed, moved or taken out, or a tail that was cut, gives code 13.
Who can put back an older copy of the whole state leaves no trace here: keep the
printed head off this machine, and give it back by --head.`),
		Args: cobra.NoArgs,
	}
	seen := cmd.Flags().StringSlice("head", nil, a.say("tête gardée d'une vérification passée", "head kept from an earlier verification"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var heads []ledger.Head
		for _, s := range *seen {
			h, err := ledger.ParseHead(s)
			if err != nil {
				return fail(exitUsage, "--head 12:9f…", "--head: %w", err)
			}
			heads = append(heads, h)
		}
		led, _, err := a.openLedger(cmd.Context())
		if err != nil {
			return err
		}
		defer led.Close()
		head, err := led.VerifyAudit(cmd.Context(), heads...)
		if err != nil {
			return err
		}
		return a.write(func(w io.Writer) error {
			if a.format == "json" || a.format == "jsonl" {
				return report.NewJSONLines(w).Write(map[string]any{"schema": report.Schema, "type": "audit_head", "entries": head.N, "head": head.String()})
			}
			_, err := fmt.Fprintf(w, a.say("journal intact, %d entrées\ntête : %s\n", "trail intact, %d entries\nhead: %s\n"), head.N, head)
			return err
		})
	}
	return cmd
}

func newAuditExport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: a.say("Le journal entier en JSON Lines, vérifié, sa tête en dernière ligne", "The whole trail as JSON Lines, verified, its head as last line"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			led, _, err := a.openLedger(cmd.Context())
			if err != nil {
				return err
			}
			defer led.Close()
			head, err := led.VerifyAudit(cmd.Context())
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				lines := report.NewJSONLines(w)
				for e, err := range led.Audit(cmd.Context(), 0) {
					if err != nil {
						return err
					}
					if e.N > head.N {
						break // appended since
					}
					if err := lines.Write(entryLine(e)); err != nil {
						return err
					}
				}
				return lines.Write(map[string]any{"schema": report.Schema, "type": "audit_head", "entries": head.N, "head": head.String()})
			})
		},
	}
	return cmd
}
