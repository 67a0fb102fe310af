package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/report"
	"poterne/web/accounts"
)

func newCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "check",
		Aliases: []string{"verifier"},
		Short:   a.say("Vérifier le registre, l'index et les comptes, octet par octet", "Verify the ledger, the index and the accounts, byte by byte"),
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			state, led, keys, err := a.holdLedger(ctx)
			if err != nil {
				return err
			}
			defer state.unlock()
			defer led.Close()
			if err := led.Check(ctx); err != nil {
				return fmt.Errorf("%s: %w", a.say("registre", "ledger"), err)
			}
			count, err := led.Count(ctx)
			if err != nil {
				return err
			}
			idx, err := index.Open(indexDir(state.dir), keys.For(seal.Index))
			if err != nil {
				return fmt.Errorf("index: %w", err)
			}
			err = errors.Join(idx.Check(ctx, count), idx.Close(), checkSnapshot(ctx, state.dir, keys))
			if err != nil {
				return fmt.Errorf("index: %w", err)
			}
			known, err := checkAccounts(ctx, state.dir, keys)
			if err != nil {
				return fmt.Errorf("%s: %w", a.say("comptes", "accounts"), err)
			}
			v := report.Voice{Lang: a.lang}
			return a.write(func(w io.Writer) error {
				if known > 0 {
					_, err := fmt.Fprintf(w, a.say("registre, index et comptes sains, %s, comptes : %s\n", "ledger, index and accounts sound, %s, accounts: %s\n"), v.Documents(count), v.Number(known))
					return err
				}
				_, err := fmt.Fprintf(w, a.say("registre et index sains, %s\n", "ledger and index sound, %s\n"), v.Documents(count))
				return err
			})
		},
	}
}

// checkSnapshot reads what searches answer from; before the first publication
// there is nothing to read.
func checkSnapshot(ctx context.Context, dir string, keys seal.Key) error {
	snap, err := index.OpenSnapshot(indexDir(dir), keys.For(seal.Index))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(snap.Check(ctx, -1), snap.Close())
}

// checkAccounts reads those of the pages, where any were made, and counts them.
func checkAccounts(ctx context.Context, dir string, keys seal.Key) (int, error) {
	s, err := accounts.OpenExisting(ctx, accountsDir(dir), keys.For(seal.Web))
	if errors.Is(err, accounts.ErrNone) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return 0, err
	}
	list, err := s.Accounts(ctx)
	return len(list), err
}

func newReindex(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: a.say("Refaire l'index depuis le registre, sans toucher aux partages", "Make the index again from the ledger, without touching a share"),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			state, led, keys, err := a.holdLedger(ctx)
			if err != nil {
				return err
			}
			defer state.unlock()
			defer led.Close()
			idx, err := index.Rebuild(ctx, indexDir(state.dir), keys.For(seal.Index), led.Records(ctx, ledger.Filter{}))
			if err != nil {
				return err
			}
			if err := idx.Close(); err != nil {
				return err
			}
			count, err := led.Count(ctx)
			if err != nil {
				return err
			}
			v := report.Voice{Lang: a.lang}
			return a.write(func(w io.Writer) error {
				_, err := fmt.Fprintf(w, a.say("index refait, %s\n", "index made again, %s\n"), v.Documents(count))
				return err
			})
		},
	}
}

// holdLedger opens the ledger while no scan may write. The caller closes it, then
// unlocks the state.
func (a *app) holdLedger(ctx context.Context) (*state, *ledger.Ledger, seal.Key, error) {
	state, err := a.lockState()
	if err != nil {
		return nil, nil, seal.Key{}, err
	}
	led, keys, err := a.openLedger(ctx)
	if err != nil {
		state.unlock()
	}
	return state, led, keys, err
}
