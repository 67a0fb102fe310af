package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/report"
)

func newPolicy(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Aliases: []string{"politique"}, Short: a.say("La politique en vigueur, et ce qu'une autre changerait", "The policy in force, and what another one would change")}
	var o roomOptions
	show := &cobra.Command{
		Use: "show", Short: a.say("Classes, acteurs, doctrines et leurs dates", "Classes, actors, doctrines and their dates"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			pol, err := a.openPolicy(o)
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				fmt.Fprintf(w, a.say("politique %s · acteur %s · doctrine %s\n\n", "policy %s · actor %s · doctrine %s\n\n"), pol.Version(), pol.ActorName(a.lang, pol.Actor()), pol.DoctrineName(a.lang, pol.Doctrine()))
				for _, c := range poterne.Classes() {
					fmt.Fprintf(w, "%s  %s\n", c, pol.ClassName(a.lang, c))
				}
				fmt.Fprintf(w, "\n%s\n", a.say("Niveaux", "Levels"))
				for l := poterne.Unassessed; l <= poterne.Classified; l++ {
					fmt.Fprintf(w, "%2s  %s\n", l, pol.LevelName(a.lang, l))
				}
				fmt.Fprintf(w, "\n%s\n", a.say("Acteurs", "Actors"))
				for _, actor := range pol.Actors() {
					fmt.Fprintf(w, "%-22s %s\n", actor, pol.ActorName(a.lang, actor))
				}
				fmt.Fprintf(w, "\n%s\n", a.say("Doctrines", "Doctrines"))
				for _, d := range pol.Doctrines() {
					fmt.Fprintf(w, "%-6s %s  %s\n", d, pol.DoctrineDate(d).Format("2006-01-02"), pol.DoctrineName(a.lang, d))
				}
				return nil
			})
		},
	}
	o.verdictFlags(a, show)
	cmd.AddCommand(show, newSimulate(a))
	return cmd
}

func newSimulate(a *app) *cobra.Command {
	var o roomOptions
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: a.say("Redécider ce qui est enregistré sous un autre acteur, une autre doctrine ou politique, et dire qui bouge", "Decide what is stored again under another actor, doctrine or policy, and say who moves"),
		Long:  a.say("Rien n'est relu ni enregistré.", "Nothing is read again, nothing is stored."),
		Args:  cobra.NoArgs,
	}
	o.verdictFlags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		led, _, err := a.openLedger(ctx)
		if err != nil {
			return err
		}
		defer led.Close()
		v, err := a.openVerdicts(o)
		if err != nil {
			return err
		}
		everywhere := func(string) bool { return true }
		return a.write(func(w io.Writer) error {
			moved, lines := 0, report.NewJSONLines(w)
			for m, err := range a.simulate(ctx, led, v, v.policy, everywhere) {
				if err != nil {
					return err
				}
				if !m.moved() {
					continue
				}
				r, now, before := m.Record, m.After, m.Assessment
				moved++
				if a.format == "json" || a.format == "jsonl" {
					err = lines.Write(map[string]any{"schema": report.Schema, "type": "change", "change": "simulated", "share": r.Share, "path": report.Valid(r.Path),
						"old_level": before.Level.Number(), "old_class": before.Hosting.Class.String(), "level": now.Level.Number(), "class": now.Hosting.Class.String()})
				} else {
					_, err = fmt.Fprintf(w, "%s → %s  N%s → N%s  %s\n", before.Hosting.Class, now.Hosting.Class, before.Level, now.Level, report.Inert(r.Share+"/"+r.Path))
				}
				if err != nil {
					return err
				}
			}
			a.note("%d documents changeraient", "%d documents would change", moved)
			return nil
		})
	}
	return cmd
}
