package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"poterne/classifiers"
	"poterne/extract"
	"poterne/report"
)

// release is set by the linker for a release.
var release = "dev"

// programVersion returns the release and the commit it was built from.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return release + "+" + s.Value[:12]
			}
		}
	}
	return release
}

func newVersion(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "version", Short: a.say("Versions du programme, des règles, de la politique", "Versions of the program, the rules, the policy"),
		Args: cobra.NoArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "JSON")
	cmd.RunE = func(*cobra.Command, []string) error {
		rules, err := classifiers.Load(a.rules)
		if err != nil {
			return fail(exitUsage, "poterne rules lint", "%w", err)
		}
		pol, err := a.openPolicy(roomOptions{})
		if err != nil {
			return err
		}
		x := extract.New(extract.Options{})
		defer x.Close()
		return a.write(func(w io.Writer) error {
			if *asJSON || a.format == "json" || a.format == "jsonl" {
				return report.NewJSONLines(w).Write(map[string]any{
					"version": programVersion(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "schema": report.Schema,
					"extractor": x.Version(), "rules": rules.Version(), "policy": pol.Version(), "formats": extract.Formats(), "licence": "AGPL-3.0-or-later",
				})
			}
			_, err := fmt.Fprintf(w, a.say("poterne %s (%s, %s/%s)\nextracteur %s · règles %s · politique %s\nAGPL-3.0-or-later\n", "poterne %s (%s, %s/%s)\nextractor %s · rules %s · policy %s\nAGPL-3.0-or-later\n"),
				programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, x.Version(), rules.Version(), pol.Version())
			return err
		})
	}
	return cmd
}

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: a.say("Script de complétion pour un interpréteur", "Completion script for a shell"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			return a.write(func(w io.Writer) error {
				switch args[0] {
				case "bash":
					return root.GenBashCompletionV2(w, true)
				case "zsh":
					return root.GenZshCompletion(w)
				case "fish":
					return root.GenFishCompletion(w, true)
				}
				return root.GenPowerShellCompletionWithDesc(w)
			})
		},
	}
}
