// Command poterne tells an administration which of its documents must stay on a
// sovereign cloud, and why.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"poterne/internal/spell"
	"poterne/report"

	"github.com/spf13/cobra"
)

func main() {
	// Libraries log what servers send, which may hold the text of a document.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs one command and returns the exit code. Nothing else turns an error
// into words or a code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, lang: language(args)}
	defer func() {
		// Go would exit with 2, which means bad usage here.
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "poterne: panic: %v\n%s", r, debug.Stack())
			code = exitFailure
		}
	}()
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return a.report(root.Execute())
}

// app is what all commands share: streams, language and global flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lang           string // "fr" or "en"

	state, key, config string
	keyCommand         string
	rules, policyDir   string
	model, modelKey    string // "" for the embedded one
	format, output     string
	color              string
	logFormat          string // of standard error: "text" or "json"
	quiet              bool
	verbose            int
	origins            map[string]string // where the value of each flag came from
}

// say picks the French or the English text.
func (a *app) say(fr, en string) string {
	if a.lang == "en" {
		return en
	}
	return fr
}

// note tells a person something on standard error, unless asked to be quiet.
func (a *app) note(fr, en string, args ...any) {
	switch {
	case a.quiet:
	case a.logFormat == "json":
		a.logLine(slog.LevelInfo, fmt.Sprintf(a.say(fr, en), args...))
	default:
		fmt.Fprintf(a.stderr, a.say(fr, en)+"\n", args...)
	}
}

// logLine writes one line of JSON on standard error.
func (a *app) logLine(level slog.Level, text string, attrs ...any) {
	slog.New(slog.NewJSONHandler(a.stderr, nil)).Log(context.Background(), level, text, attrs...)
}

// Exit codes (docs/codes-de-sortie.md). Where several apply, the order of
// precedence is 1, 13, 130, 12, 10, 3.
const (
	exitOK        = 0
	exitFailure   = 1
	exitUsage     = 2
	exitUnread    = 3  // done, some documents unreadable
	exitFound     = 10 // --fail-on met
	exitLocked    = 11
	exitTime      = 12 // --max-duration reached, resumable
	exitIntegrity = 13 // index, ledger, audit chain or key
	exitCancelled = 130
)

// exit is an error with its code, and what the user can do about it.
type exit struct {
	code int
	err  error
	hint string
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// fail returns an error for the user.
func fail(code int, hint string, format string, args ...any) error {
	return &exit{code, fmt.Errorf(format, args...), hint}
}

// silent ends with a code and says nothing more.
func silent(code int) error { return &exit{code: code} }

// report tells what went wrong and returns the exit code.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	var e *exit
	if !errors.As(err, &e) {
		e = &exit{code: exitFailure, err: err}
		if code, hint, known := a.storeProblem(err); known {
			e.code, e.hint = code, hint
		}
	}
	if e.err == nil {
		return e.code
	}
	if a.logFormat == "json" {
		a.logLine(slog.LevelError, inertLines(a.words(err)), "code", e.code, "hint", inertLines(e.hint))
		return e.code
	}
	// Errors of the system name files as they are: none may act on a terminal.
	fmt.Fprintf(a.stderr, "%s : %s\n", a.say("erreur", "error"), inertLines(a.words(err)))
	if e.hint != "" {
		fmt.Fprintf(a.stderr, "hint: %s\n", inertLines(e.hint))
	}
	return e.code
}

// inertLines makes a text of several lines harmless on a terminal.
func inertLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = report.Inert(l)
	}
	return strings.Join(lines, "\n")
}

// language reads the language before the flags are parsed, since their help is
// written in it: --lang, POTERNE_LANG, the configuration file, then LC_ALL. French
// comes first.
func language(args []string) string {
	given := func(flag string) string {
		for i, arg := range args {
			if v, ok := strings.CutPrefix(arg, flag+"="); ok {
				return v
			} else if arg == flag && i+1 < len(args) {
				return args[i+1]
			}
		}
		return ""
	}
	want := cmp.Or(given("--lang"), os.Getenv("POTERNE_LANG"))
	if want == "" {
		if file, err := loadConfig(cmp.Or(given("--config"), os.Getenv("POTERNE_CONFIG"), defaultConfig)); err == nil {
			want, _ = file.value("", "lang")
		} // configure tells what is wrong with the file
	}
	if strings.HasPrefix(cmp.Or(want, os.Getenv("LC_ALL")), "en") {
		return "en"
	}
	return "fr"
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use: "poterne",
		Short: a.say("Dit quels documents doivent rester sur un cloud souverain, et pourquoi",
			"Tells which documents must stay on a sovereign cloud, and why"),
		Long: a.say(`Poterne parcourt des partages de fichiers, lit les documents bureautiques et PDF, y
cherche identifiants, marquages et sujets sensibles, et présume pour chacun
l'hébergement que demande la doctrine « Cloud au centre » et la loi SREN (art. 31).

Les partages ne sont jamais modifiés ; aucune donnée relevée n'est conservée en clair.`,
			`Poterne walks file shares, reads Office and PDF documents, looks for identifiers,
markings and sensitive subjects, and presumes for each the hosting that the French
“Cloud au centre” doctrine and the SREN law (art. 31) demand.

Shares are never written to; no value that was found is kept in clear.`),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.configure(cmd)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.state, "state", "", a.say("dossier d'état (défaut : $XDG_STATE_HOME/poterne)", "state folder (default: $XDG_STATE_HOME/poterne)"))
	f.StringVar(&a.key, "key-file", "", a.say("fichier de clé, 0600 (défaut : $XDG_CONFIG_HOME/poterne/key)", "key file, 0600 (default: $XDG_CONFIG_HOME/poterne/key)"))
	f.StringVar(&a.keyCommand, "key-command", "", a.say("commande qui imprime la clé (défaut : $CREDENTIALS_DIRECTORY/poterne-key, puis --key-file)", "command that prints the key (default: $CREDENTIALS_DIRECTORY/poterne-key, then --key-file)"))
	f.StringVar(&a.config, "config", "", a.say("fichier de configuration (défaut : /etc/poterne/poterne.yaml)", "configuration file (default: /etc/poterne/poterne.yaml)"))
	f.StringVar(&a.rules, "rules", "", a.say("dossier de règles qui s'ajoutent ou remplacent", "folder of rules that add or override"))
	f.StringVar(&a.model, "model", "", a.say("autre modèle des sujets, signé (FICHIER.sig)", "another model of subjects, signed (FILE.sig)"))
	f.StringVar(&a.modelKey, "model-key", "", a.say("clé publique qui a signé --model (PEM)", "public key that signed --model (PEM)"))
	f.StringVar(&a.policyDir, "policy", "", a.say("dossier de politique qui remplace la nôtre", "folder of a policy that replaces ours"))
	f.Var(wordFlag{&a.lang, []string{"fr", "en"}}, "lang", a.say("langue", "language"))
	f.StringVarP(&a.format, "format", "f", "", a.say("format de sortie", "output format"))
	f.StringVarP(&a.output, "output", "o", "", a.say("écrire dans ce fichier (0600) plutôt que sur la sortie standard", "write to this file (0600) instead of standard output"))
	f.Var(oneOf(&a.color, "auto", "always", "never"), "color", a.say("couleurs", "colours"))
	f.Var(oneOf(&a.logFormat, "text", "json"), "log-format", a.say("forme de ce qui est dit sur la sortie d'erreur", "form of what is said on standard error"))
	f.BoolVarP(&a.quiet, "quiet", "q", false, a.say("ne rien dire que les erreurs", "say nothing but errors"))
	f.CountVarP(&a.verbose, "verbose", "v", a.say("en dire plus", "say more"))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fail(exitUsage, cmd.CommandPath()+" --help", "%w", a.flagProblem(cmd.Flags(), err))
	})
	root.SetUsageTemplate(usageTemplate(a))
	root.SetHelpCommand(&cobra.Command{
		Use: "help [command]", Aliases: []string{"aide"}, Short: a.say("Aide sur une commande", "Help about a command"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, _, err := cmd.Root().Find(args)
			if err != nil {
				return fail(exitUsage, "poterne help", "%w", err)
			}
			return target.Help()
		},
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		newScan(a), newDemo(a), newSearch(a), newShow(a), newReport(a), newStatus(a), newDiff(a),
		newPlan(a), newDestinations(a), newTest(a), newExtract(a), newRules(a), newModel(a), newPolicy(a),
		newServe(a), newCheck(a), newReindex(a), newDoctor(a), newConfig(a), newVersion(a), newCompletion(a), newMan(a), newEstimate(a),
		newReview(a), newDerogation(a), newAudit(a), newShare(a), newPurge(a), newKey(a),
		newExtractChild(a), newRecognizeChild(a),
	)
	a.usageErrors(root)
	root.InitDefaultHelpFlag()
	return root
}

// usageErrors gives the arguments' errors of c the code of bad usage.
func (a *app) usageErrors(c *cobra.Command) {
	if c.HasSubCommands() && c.RunE == nil {
		c.Args, c.RunE = cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				if len(args) > 0 && cmd.HasSubCommands() {
					return fail(exitUsage, cmd.CommandPath()+" --help", a.say("commande inconnue : %s%s", "unknown command: %s%s"), report.Inert(args[0]), a.meant("", args[0], verbs(cmd)))
				}
				return fail(exitUsage, cmd.UseLine(), a.say("arguments manquants ou de trop : %q", "missing or extra arguments: %q"), args)
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		a.usageErrors(sub)
	}
}

// verbs lists the names of the commands below c.
func verbs(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(append(names, sub.Name()), sub.Aliases...)
		}
	}
	return names
}

// meant asks whether the nearest of the known names, after a prefix, was meant.
func (a *app) meant(prefix, name string, known []string) string {
	best := spell.Nearest(name, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(a.say(" (« %s » ?)", " (“%s”?)"), prefix+best)
}

func usageTemplate(a *app) string {
	return a.say("Utilisation", "Usage") + ` :
  {{if .Runnable}}{{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [` + a.say("commande", "command") + `]{{end}}{{if gt (len .Aliases) 0}}

` + a.say("Autres noms", "Other names") + ` : {{.NameAndAliases}}{{end}}{{if .HasExample}}

` + a.say("Exemples", "Examples") + ` :
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

` + a.say("Commandes", "Commands") + ` :{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + a.say("Options", "Options") + ` :
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + a.say("Options de toutes les commandes", "Options of all commands") + ` :
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`
}
