package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"
)

// defaultConfig is read where no other file is named and it exists. The tree that
// is scanned is never a place for configuration.
const defaultConfig = "/etc/poterne/poterne.yaml"

// configure gives each flag that was not set on the command line its value from
// the environment (POTERNE_ and the flag's name in capitals), then from the
// configuration file: flags by their names, those of one command under its name.
func (a *app) configure(cmd *cobra.Command) error {
	a.origins = map[string]string{}
	path := cmp.Or(a.config, os.Getenv("POTERNE_CONFIG"))
	file, err := loadConfig(cmp.Or(path, defaultConfig))
	if errors.Is(err, fs.ErrNotExist) && path == "" {
		file, err = &configFile{}, nil
	}
	if err != nil {
		return fail(exitUsage, "", "configuration : %w", err)
	}
	problems := file.check(a, cmd.Root())
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		a.origins[f.Name] = a.say("défaut", "default")
		if f.Changed {
			a.origins[f.Name] = a.say("ligne de commande", "command line")
			return
		}
		env := "POTERNE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, origin := os.Getenv(env), env
		if value == "" {
			value, origin = file.value(cmd.Name(), f.Name)
		}
		if value == "" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", origin, a.flagProblem(cmd.Flags(), err)))
		}
		a.origins[f.Name] = origin
	})
	if len(problems) > 0 {
		return fail(exitUsage, "poterne config show --origin", "%s", strings.Join(problems, "\n"))
	}
	return nil
}

// configFile is a YAML mapping of flag names to values, and of command names to
// such mappings.
type configFile struct {
	path string
	root *yaml.Node // a mapping, or nil
}

func loadConfig(path string) (*configFile, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &configFile{path: path}
	if len(doc.Content) > 0 {
		c.root = doc.Content[0]
		if c.root.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("%s:%d:%d: a mapping of options is wanted", path, c.root.Line, c.root.Column)
		}
	}
	return c, nil
}

// check lists every key that is neither a flag nor a command, with its place.
func (c *configFile) check(a *app, root *cobra.Command) []string {
	var problems []string
	known := flagNames(root.PersistentFlags())
	commands := map[string]*cobra.Command{}
	names := slices.Clone(known)
	for _, cmd := range root.Commands() {
		commands[cmd.Name()] = cmd
		names = append(names, cmd.Name())
	}
	for key, value := range pairs(c.root) {
		if cmd := commands[key.Value]; cmd != nil && value.Kind == yaml.MappingNode {
			own := append(flagNames(cmd.Flags()), known...)
			for k := range pairs(value) {
				if !slices.Contains(own, k.Value) {
					problems = append(problems, c.unknown(a, k, own))
				}
			}
			continue
		}
		if !slices.Contains(known, key.Value) {
			problems = append(problems, c.unknown(a, key, names))
		}
	}
	return problems
}

func (c *configFile) unknown(a *app, key *yaml.Node, known []string) string {
	return fmt.Sprintf(a.say("%s: %s : option inconnue%s", "%s: %s: unknown option%s"), c.place(key), key.Value, a.meant("", key.Value, known))
}

// value returns what the file says of a flag of a command, and where.
func (c *configFile) value(command, flag string) (value, origin string) {
	for key, v := range pairs(c.root) {
		if key.Value == command && v.Kind == yaml.MappingNode {
			for k, own := range pairs(v) {
				if k.Value == flag {
					return flatten(own), c.place(k)
				}
			}
		}
	}
	for key, v := range pairs(c.root) {
		if key.Value == flag {
			return flatten(v), c.place(key)
		}
	}
	return "", ""
}

// place says where a node is: file:line:column.
func (c *configFile) place(n *yaml.Node) string {
	return fmt.Sprintf("%s:%d:%d", c.path, n.Line, n.Column)
}

// flatten writes a scalar, or a list of scalars as flags take them.
func flatten(n *yaml.Node) string {
	if n.Kind != yaml.SequenceNode {
		return n.Value
	}
	var all []string
	for _, item := range n.Content {
		all = append(all, item.Value)
	}
	return strings.Join(all, ",")
}

// pairs yields the keys and values of a mapping; none of nil.
func pairs(n *yaml.Node) func(func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		if n == nil {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func flagNames(fs *pflag.FlagSet) []string {
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: a.say("Montrer la configuration en vigueur", "Show the configuration in force")}
	show := &cobra.Command{
		Use: "show", Short: a.say("Chaque option, sa valeur et d'où elle vient", "Each option, its value and where it comes from"),
		Args: cobra.NoArgs,
	}
	origin := show.Flags().Bool("origin", false, a.say("dire d'où vient chaque valeur", "say where each value comes from"))
	show.RunE = func(cmd *cobra.Command, _ []string) error {
		// The options of a scan are what most files hold: show them as a scan would see them.
		scan, _, err := cmd.Root().Find([]string{"scan"})
		if err != nil {
			return err
		}
		own := a.origins
		if err := a.configure(scan); err != nil {
			return err
		}
		return a.write(func(w io.Writer) error {
			line := func(prefix string, origins map[string]string) func(*pflag.Flag) {
				return func(f *pflag.Flag) {
					fmt.Fprintf(w, "%s%s: %q", prefix, f.Name, f.Value.String())
					if *origin {
						fmt.Fprintf(w, "  # %s", origins[f.Name])
					}
					fmt.Fprintln(w)
				}
			}
			cmd.Root().PersistentFlags().VisitAll(line("", own))
			scan.LocalNonPersistentFlags().VisitAll(line("scan.", a.origins))
			return nil
		})
	}
	cmd.AddCommand(show)
	return cmd
}
