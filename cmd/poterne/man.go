package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   a.say("Écrire les pages de manuel dans un dossier, une par commande", "Write the manual pages to a folder, one a command"),
		Example: "  poterne man /usr/local/share/man/fr/man1\n  poterne man --lang en /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("manual: %w", err)
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Title: "POTERNE", Section: "1", Source: "poterne " + programVersion(), Manual: a.say("Manuel de Poterne", "Poterne manual")}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return fmt.Errorf("manual: %w", err)
			}
			return nil
		},
	}
}
