package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/web"
	"poterne/web/accounts"
)

func newServeAccount(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "account", Aliases: []string{"compte"}, Short: a.say("Les comptes de ceux qui ouvrent les pages", "The accounts of those who open the pages")}
	cmd.AddCommand(newAccountAdd(a), newAccountList(a), newAccountDisable(a))
	return cmd
}

type openAccounts func(ctx context.Context, dir string, key []byte) (*accounts.Store, error)

// withAccounts runs f on the accounts of the state folder. Where there is a ledger, it
// says first whether the key is that of the state: accounts made under another one
// would open under neither. open is [accounts.Open] or [accounts.OpenExisting].
func (a *app) withAccounts(ctx context.Context, open openAccounts, f func(*accounts.Store) error) error {
	dir, err := a.statePath()
	if err != nil {
		return err
	}
	keys, err := a.stateKey(ctx, dir)
	if err != nil {
		return err
	}
	s, err := open(ctx, accountsDir(dir), keys.For(seal.Web))
	if err != nil {
		return err
	}
	err = f(s)
	var refused *web.Refusal
	switch {
	case errors.As(err, &refused):
		err = fail(exitUsage, "poterne serve account --help", "%s", a.say(refused.French, refused.English))
	case errors.Is(err, web.ErrNotFound):
		err = a.noAccount()
	}
	return errors.Join(err, s.Close())
}

func (a *app) noAccount() error {
	return fail(exitUsage, "poterne serve account list", "%s", a.say("aucun compte de ce nom", "no account of that name"))
}

// stateKey returns the key, which opens the ledger where there is one.
func (a *app) stateKey(ctx context.Context, dir string) (seal.Key, error) {
	if _, err := os.Stat(ledgerDir(dir)); errors.Is(err, fs.ErrNotExist) {
		return a.openKey()
	}
	led, keys, err := a.openLedger(ctx)
	if err != nil {
		return seal.Key{}, err
	}
	return keys, led.Close()
}

// recordAccount writes what was done to an account on the command line into the
// audit, where there is a state already.
func (a *app) recordAccount(ctx context.Context, verb, login, roles string) error {
	dir, err := a.statePath()
	if err != nil {
		return err
	}
	if _, err := os.Stat(ledgerDir(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	led, err := a.openDecisions(ctx)
	if err != nil {
		return err
	}
	err = led.Append(ctx, ledger.Entry{Actor: a.actor(), Verb: verb, Subject: web.Login(login), Detail: ledger.Detail{"roles": roles}})
	return errors.Join(err, led.Close())
}

func newAccountAdd(a *app) *cobra.Command {
	var account web.Account
	var roles []string
	cmd := &cobra.Command{
		Use:   "add LOGIN",
		Short: a.say("Ajouter un compte ; son mot de passe est lu sur l'entrée standard", "Add an account; its password is read from standard input"),
		Long: a.say(`Rôles : operator (passages, sans constats), dpo (constats et décisions de ses
partages), auditor (constats et journal, sans décider), admin (comptes, sans
constats), revealer (en plus de dpo : valeurs relues à la source).`,
			`Roles: operator (runs, no findings), dpo (findings and decisions of its shares),
auditor (findings and audit, deciding nothing), admin (accounts, no findings),
revealer (beside dpo: values read again at the source).`),
		Example: "  poterne serve account add c.morel --role dpo --share 'RH*' < mot-de-passe",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&account.Name, "name", "", a.say("nom montré", "name shown"))
	cmd.Flags().StringSliceVar(&roles, "role", nil, a.say("rôles", "roles"))
	cmd.Flags().StringSliceVar(&account.Shares, "share", []string{"*"}, a.say("partages visibles (motifs)", "shares in sight (globs)"))
	elsewhere := cmd.Flags().Bool("no-password", false, a.say("se connecte par le fournisseur d'identité ou le mandataire", "signs in by the identity provider or the proxy"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		account.Login = args[0]
		for _, r := range roles {
			account.Roles = append(account.Roles, web.Role(r))
		}
		password := ""
		if !*elsewhere {
			line, err := bufio.NewReader(io.LimitReader(a.stdin, 4096)).ReadString('\n')
			if err != nil && err != io.EOF {
				return fmt.Errorf("standard input: %w", err)
			}
			if password = strings.TrimRight(line, "\r\n"); password == "" {
				return fail(exitUsage, "poterne serve account add LOGIN < FICHIER", "%s", a.say("mot de passe attendu sur l'entrée standard", "password wanted on standard input"))
			}
		}
		return a.withAccounts(cmd.Context(), accounts.Open, func(s *accounts.Store) error {
			if err := s.Add(cmd.Context(), account, password); err != nil {
				return err
			}
			return a.recordAccount(cmd.Context(), "account-add", account.Login, joined(account.Roles))
		})
	}
	return cmd
}

func newAccountList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: a.say("Chaque compte, ses rôles et ses partages", "Each account, its roles and its shares"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.withAccounts(cmd.Context(), accounts.OpenExisting, func(s *accounts.Store) error {
				list, err := s.Accounts(cmd.Context())
				if err != nil {
					return err
				}
				return a.write(func(w io.Writer) error {
					for _, x := range list {
						state := a.say("actif", "active")
						if x.Disabled {
							state = a.say("fermé", "disabled")
						}
						if _, err := fmt.Fprintf(w, "%-24s %-8s %-28s %s\n", x.Login, state, joined(x.Roles), inertLines(strings.Join(x.Shares, ", "))); err != nil {
							return err
						}
					}
					return nil
				})
			})
			if errors.Is(err, accounts.ErrNone) {
				return nil
			}
			return err
		},
	}
}

func newAccountDisable(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "disable LOGIN", Short: a.say("Fermer un compte : ses sessions et ses jetons finissent", "Disable an account: its sessions and tokens end"), Args: cobra.ExactArgs(1),
	}
	again := cmd.Flags().Bool("undo", false, a.say("rouvrir le compte", "enable the account again"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := a.withAccounts(cmd.Context(), accounts.OpenExisting, func(s *accounts.Store) error {
			if err := s.Update(cmd.Context(), args[0], func(x *web.Account) error { x.Disabled = !*again; return nil }); err != nil {
				return err
			}
			verb := "account-disable"
			if *again {
				verb = "account-enable"
			}
			return a.recordAccount(cmd.Context(), verb, args[0], "")
		})
		if errors.Is(err, accounts.ErrNone) {
			return a.noAccount()
		}
		return err
	}
	return cmd
}

func joined(roles []web.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, string(r))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// demoAccount makes the account of a demonstration and tells its password: it ends
// with the demonstration.
func (a *app) demoAccount(ctx context.Context, s *accounts.Store) error {
	password := rand.Text()[:16]
	account := web.Account{Login: "demo", Name: a.say("Démonstration", "Demonstration"), Roles: []web.Role{web.DPO, web.Operator, web.Admin, web.Revealer}, Shares: []string{"*"}}
	if err := s.Add(ctx, account, password); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, a.say("identifiant : %s\nmot de passe : %s\n", "login: %s\npassword: %s\n"), account.Login, password)
	return err
}
