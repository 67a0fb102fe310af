package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/report"
	"poterne/sources"
)

func newShare(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "share", Aliases: []string{"partage"},
		Short: a.say("Les partages connus : les nommer, dire où ils sont, les oublier", "Known shares: name them, say where they are, forget them"),
		Long:  a.say("Ce qui est gardé d'eux, jamais les partages eux-mêmes.", "What is kept of them, never the shares themselves."),
	}
	cmd.AddCommand(newShareList(a), newShareForget(a), newShareRename(a), newShareMove(a))
	return cmd
}

func newShareList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Aliases: []string{"liste"}, Short: a.say("Chaque partage et où il est", "Each share and where it is"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			led, _, err := a.openLedger(cmd.Context())
			if err != nil {
				return err
			}
			defer led.Close()
			names, err := led.Shares(cmd.Context())
			if err != nil {
				return err
			}
			known, err := knownShares(cmd.Context(), led)
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				for _, name := range names {
					if a.format == "json" || a.format == "jsonl" {
						err = report.NewJSONLines(w).Write(map[string]any{"schema": report.Schema, "type": "share", "share": name, "root": report.Valid(known[name])})
					} else {
						_, err = fmt.Fprintf(w, "%-20s %s\n", report.Inert(name), report.Inert(known[name]))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

// changeShare changes a share in the ledger, then makes the index follow; forgotten
// says that something went and has to be wiped.
func (a *app) changeShare(ctx context.Context, forgotten bool, change func(*ledger.Ledger) error) error {
	return a.withShares(ctx, change, func(dir string, led *ledger.Ledger, keys seal.Key) error {
		if forgotten {
			if err := led.Vacuum(ctx); err != nil {
				return err
			}
		}
		_, err := remakeIndex(ctx, dir, led, keys)
		return err
	})
}

func (a *app) withShares(ctx context.Context, change func(*ledger.Ledger) error, after func(string, *ledger.Ledger, seal.Key) error) error {
	state, led, keys, err := a.holdForWriting(ctx)
	if err != nil {
		return err
	}
	defer state.unlock()
	defer led.Close()
	err = change(led)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return fail(exitFailure, "poterne share list", "%w", err)
	case errors.Is(err, ledger.ErrShare):
		return fail(exitUsage, "poterne share list", "%w", err)
	case err != nil:
		return err
	}
	return after(state.dir, led, keys)
}

func newShareForget(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "forget SHARE", Aliases: []string{"oublier"}, Short: a.say("Oublier tout ce qui est gardé d'un partage, son passé aussi", "Forget all that is kept of a share, its past too"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			var p ledger.Purged
			err := a.changeShare(ctx, true, func(led *ledger.Ledger) (err error) {
				p, err = led.ForgetShare(ctx, a.actor(), args[0])
				return err
			})
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error { return a.purgedTo(w, p, time.Time{}, false, nil, nil) })
		},
	}
}

func newShareRename(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "rename SHARE NAME", Aliases: []string{"renommer"}, Short: a.say("Donner un autre nom à un partage ; historique et décisions suivent", "Give a share another name; history and decisions follow"), Args: cobra.ExactArgs(2),
		Long: a.say("Les identifiants de ses documents changent avec le nom.", "The ids of its documents change with the name."),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			err := a.changeShare(ctx, false, func(led *ledger.Ledger) error { return led.RenameShare(ctx, a.actor(), args[0], args[1]) })
			if err == nil {
				a.note("dérogations, comptes et --published qui nomment %s sont à revoir", "derogations, accounts and --published that name %s are to be looked at", report.Inert(args[0]))
			}
			return err
		},
	}
}

func newShareMove(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "move SHARE PATH|URL", Aliases: []string{"deplacer"}, Short: a.say("Dire qu'un partage est ailleurs : le prochain passage là-bas est du même partage", "Say that a share is elsewhere: the next scan there is of the same share"), Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			root := args[1]
			if sources.Remote(root) {
				address, err := sources.ParseAddress(root)
				if err != nil {
					return fail(exitUsage, "poterne share move rh smb://serveur/partage", "%w", err)
				}
				root = address.String()
			} else {
				dir, err := folder(root)
				if err != nil {
					return err
				}
				root = dir
			}
			change := func(led *ledger.Ledger) error {
				known, err := knownShares(ctx, led)
				if err != nil {
					return err
				}
				for name, where := range known {
					if where == root && name != args[0] {
						return fmt.Errorf("%w %q is there", ledger.ErrShare, name)
					}
				}
				return led.MoveShare(ctx, a.actor(), args[0], root)
			}
			return a.withShares(ctx, change, func(string, *ledger.Ledger, seal.Key) error { return nil })
		},
	}
}
