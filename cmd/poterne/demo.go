package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"poterne/testdata"
)

func newDemo(a *app) *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "demo [DIR]",
		Short: a.say("Analyser un partage d'exemple, fabriqué et embarqué", "Scan an example share, made up and embedded"),
		Long: a.say(`Écrit dans DIR (défaut : ./poterne-demo) un partage d'exemple dont rien n'est réel,
puis l'analyse. L'état et la clé restent dans DIR : les commandes proposées à la fin
s'y essaient telles quelles.`,
			`Writes an example share, of which nothing is real, into DIR (default: ./poterne-demo),
then scans it. State and key stay in DIR: try the commands suggested at the end there.`),
		Args: cobra.MaximumNArgs(1),
	}
	o.roomFlags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir := "poterne-demo"
		if len(args) > 0 {
			dir = args[0]
		}
		share := filepath.Join(dir, "partage")
		if err := os.RemoveAll(share); err != nil {
			return err
		}
		if err := testdata.Write(share); err != nil {
			return err
		}
		if a.state == "" {
			a.state = filepath.Join(dir, "etat")
		}
		if a.key == "" {
			a.key = filepath.Join(dir, "cle")
		}
		o.title = a.say("partage d'exemple", "example share")
		o.memory, o.next = 256e6, a.demoNext(cmd.CommandPath())
		// Some documents of the example cannot be read: here that is no news.
		err := a.scan(cmd.Context(), o, []string{share})
		if e, ok := err.(*exit); ok && e.code == exitUnread {
			return nil
		}
		return err
	}
	return cmd
}

// demoNext suggests commands that work on the example.
func (a *app) demoNext(name string) [][2]string {
	self := name
	if path, err := os.Executable(); err == nil {
		if here, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(here, path); err == nil && !filepath.IsAbs(rel) && len(rel) < len(path) {
				self = rel
			}
		}
	}
	with := fmt.Sprintf("%s --state %s --key-file %s ", self, a.state, a.key)
	return [][2]string{
		{with + `search 'class:H5'`, a.say("interroger l'index", "ask the index")},
		{with + `search 'rule:fr-nir level:>=3' --facets format`, a.say("où sont les NIR", "where the NIR are")},
		{with + `plan --destination microsoft-365`, a.say("ce qui peut y aller, et ce qui ne peut pas", "what may go there, and what may not")},
		{with + `report -f html -o rapport.html`, a.say("un rapport à lire au navigateur", "a report for the browser")},
	}
}
