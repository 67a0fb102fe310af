package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"poterne/classifiers/subject"
	"poterne/internal/spell"
)

func newModel(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "model", Aliases: []string{"modele"}, Short: a.say("Le modèle appris des sujets", "The learned model of subjects")}
	var against bool
	var number int
	show := &cobra.Command{
		Use:   "show [CATEGORY]",
		Short: a.say("Les mots qui pèsent le plus pour une catégorie", "The words that weigh most for a category"),
		Long: a.say(
			"Montre les mots, couples de mots et traits de forme qui pèsent le plus pour une catégorie,\nou pour « sensitive », « carries », « person », « blank ». Sans catégorie : ce que le modèle connaît.",
			"Shows the words, pairs of words and traits of form that weigh most for a category,\nor for \"sensitive\", \"carries\", \"person\", \"blank\". Without a category: what the model knows."),
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := a.openModel()
			if err != nil {
				return err
			}
			heads := append(m.Categories(), subject.Heads...)
			if len(args) == 0 {
				return a.write(func(w io.Writer) error {
					fmt.Fprintf(w, a.say("modèle %s, appris sur %s\n", "model %s, trained on %s\n"), m.Version(), m.Trained())
					for _, h := range heads {
						fmt.Fprintln(w, h)
					}
					return nil
				})
			}
			if !slices.Contains(heads, args[0]) {
				return fail(exitUsage, spell.Nearest(args[0], heads), a.say("catégorie inconnue : %s", "unknown category: %s"), args[0])
			}
			return a.write(func(w io.Writer) error {
				for _, x := range m.Weights(args[0], number, against) {
					fmt.Fprintf(w, "%+7.2f  %s\n", x.Value, x.Word)
				}
				return nil
			})
		},
	}
	show.Flags().BoolVar(&against, "against", false, a.say("les mots qui pèsent le plus contre", "the words that weigh most against"))
	show.Flags().IntVarP(&number, "number", "n", 40, a.say("nombre de mots", "number of words"))
	cmd.AddCommand(show, newModelSign(a), newModelVerify(a), newModelLabels(a))
	return cmd
}
