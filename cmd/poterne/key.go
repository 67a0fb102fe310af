package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"poterne/internal/seal"
	"poterne/report"
)

// credential is the name under which systemd hands the key over (LoadCredential=,
// LoadCredentialEncrypted=).
const credential = "poterne-key"

// keySource says where the key comes from: --key-file, --key-command, a credential
// of systemd, or the default file.
func (a *app) keySource() (path string, load func() (seal.Key, error), err error) {
	if a.key == "" && a.keyCommand != "" {
		return "", a.commandKey, nil
	}
	if a.key == "" {
		if dir := os.Getenv("CREDENTIALS_DIRECTORY"); filepath.IsAbs(dir) {
			path := filepath.Join(dir, credential)
			if _, err := os.Stat(path); err == nil {
				return "", func() (seal.Key, error) { return seal.LoadCredential(path) }, nil
			}
		}
	}
	path, err = a.keyPath()
	return path, nil, err
}

// commandKey reads what a command prints as a key file. Neither its output nor what
// it says goes anywhere else.
func (a *app) commandKey() (seal.Key, error) {
	words := strings.Fields(a.keyCommand)
	if len(words) == 0 {
		return seal.Key{}, fail(exitUsage, "--key-command 'pass show poterne'", "--key-command: %s", a.say("vide", "empty"))
	}
	cmd := exec.Command(words[0], words[1:]...)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return seal.Key{}, fail(exitIntegrity, "--key-command", a.say("la commande de la clé a échoué : %w", "the command of the key failed: %w"), err)
	}
	k, err := seal.ParseKey(out.Bytes())
	if err != nil {
		return seal.Key{}, fail(exitIntegrity, "--key-command", a.say("ce que la commande imprime n'est pas une clé : %w", "what the command prints is no key: %w"), err)
	}
	return k, nil
}

// finishedRotation carries out an exchange of keys that a crash cut short, where
// nobody else does.
func (a *app) finishedRotation(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, planFile)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	state, err := a.lockState() // finishes it
	if err != nil {
		return err
	}
	state.unlock()
	return nil
}

func newKey(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Aliases: []string{"cle"}, Short: a.say("La clé de l'état : d'où elle vient, la changer", "The key of the state: where it comes from, changing it")}
	cmd.AddCommand(newKeyRotate(a), newKeySource(a))
	return cmd
}

func newKeySource(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "source", Aliases: []string{"origine"}, Short: a.say("D'où vient la clé : fichier, commande ou systemd", "Where the key comes from: file, command or systemd"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			path, load, err := a.keySource()
			if err != nil {
				return err
			}
			switch {
			case load != nil && a.keyCommand != "" && a.key == "":
				_, err = fmt.Fprintln(a.stdout, a.say("commande (--key-command)", "command (--key-command)"))
			case load != nil:
				_, err = fmt.Fprintf(a.stdout, "systemd, $CREDENTIALS_DIRECTORY/%s\n", credential)
			default:
				_, err = fmt.Fprintln(a.stdout, report.Inert(path))
			}
			return err
		},
	}
}

func newKeyRotate(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "rotate", Aliases: []string{"changer"}, Short: a.say("Mettre l'état sous une clé neuve, sans toucher aux partages", "Put the state under a new key, without touching a share"),
		Long: a.say(`Récrit registre, journal et index sous une clé neuve ; une coupure à tout moment laisse un
état entier, sous l'ancienne clé ou la nouvelle. L'ancienne clé n'ouvre plus rien, sauf
les sauvegardes d'avant : en garder copie aussi longtemps qu'elles. Les empreintes
gardent leur clé, sans quoi rien de ce qui a été trouvé ne pourrait plus être cherché ;
les comptes du serveur de pages aussi.

Arrêter « poterne serve » avant, et le relancer après.`,
			`Writes ledger, audit trail and index anew under a new key; a cut at any moment leaves a
whole state, under the old key or the new one. The old key opens nothing any more but
the backups of before: keep a copy for as long as them. Fingerprints keep their key, or
nothing that was found could be searched for; so do the accounts of the web server.

Stop “poterne serve” before, and start it again after.`),
		Args: cobra.NoArgs,
	}
	to := cmd.Flags().String("to", "", a.say("écrire la clé neuve dans ce fichier, quand la clé vient d'une commande ou de systemd", "write the new key to this file, where the key comes from a command or systemd"))
	old := cmd.Flags().String("keep-old", "", a.say("garder l'ancienne clé dans ce fichier (0600)", "keep the old key in this file (0600)"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.rotate(cmd.Context(), *to, *old)
	}
	return cmd
}

func (a *app) rotate(ctx context.Context, away, keepOld string) error {
	path, load, err := a.keySource()
	if err != nil {
		return err
	}
	if (load != nil) != (away != "") {
		return fail(exitUsage, "poterne key rotate --to FICHIER", "%s", a.say("--to va avec une clé qui vient d'une commande ou de systemd, et seulement avec elle", "--to goes with a key that comes from a command or systemd, and only with it"))
	}
	for _, file := range []string{away, keepOld} {
		if _, err := os.Stat(file); file != "" && err == nil {
			return fail(exitUsage, "", a.say("%s existe déjà", "%s exists already"), report.Inert(file))
		}
	}
	state, led, keys, err := a.holdForWriting(ctx)
	if err != nil {
		return err
	}
	defer state.unlock()
	defer led.Close()
	if keepOld != "" {
		if err := keys.Save(keepOld); err != nil {
			return err
		}
	}
	if path != "" {
		// The plan is carried out from anywhere.
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
	}
	r := rotation{dir: state.dir, old: led, keys: keys.Successor(), plan: exchange{KeyFile: path}, away: away, step: noStep}
	err = r.run(ctx, a.actor())
	if errors.Is(err, errPlanned) {
		return fail(exitFailure, a.say("la commande suivante finit l'échange, sous la clé neuve : ne pas l'effacer", "the next command finishes the exchange, under the new key: do not delete it"),
			a.say("la clé neuve (%s) est à garder : %w", "the new key (%s) is the one to keep: %w"), report.Inert(cmp.Or(away, path+nextEnding)), err)
	}
	if err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		_, err := fmt.Fprintf(w, a.say("l'état est sous une clé neuve (%s) ; l'ancienne n'ouvre plus que les sauvegardes d'avant\n", "the state is under a new key (%s); the old one opens only the backups of before\n"), report.Inert(cmp.Or(away, path)))
		return err
	})
}
