package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"poterne"
	"poterne/classifiers"
	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/policy"
	"poterne/report"
	"poterne/web/accounts"
)

// This file joins the rooms: nothing else names concrete ones.

// roomOptions are the flags of commands that make verdicts.
type roomOptions struct {
	actor, doctrine string
	published       []string
	readerOptions
}

func (o *roomOptions) roomFlags(a *app, cmd *cobra.Command) {
	o.verdictFlags(a, cmd)
	o.readerFlags(a, cmd)
}

func (o *roomOptions) verdictFlags(a *app, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.actor, "actor", "etat", a.say("acteur : etat, etat-regalien, operateur, collectivite, etablissement-sante, autre", "actor: etat, etat-regalien, operateur, collectivite, etablissement-sante, autre"))
	f.StringVar(&o.doctrine, "doctrine", "sren", a.say("doctrine : 2021, 2023 ou sren", "doctrine: 2021, 2023 or sren"))
	f.StringSliceVar(&o.published, "published", nil, a.say("partages dont les documents sont déjà publics", "shares whose documents are public already"))
}

// verdicts are the rooms that make verdicts, and the keys of the state folder.
type verdicts struct {
	keys       seal.Key
	classifier *classifiers.Classifier
	policy     *decider
}

// decider is a policy as the scanner wants it.
type decider struct{ *policy.Policy }

// Join gives a container the worst of its members.
func (d *decider) Join(container poterne.Document, own poterne.Assessment, members []poterne.Record) poterne.Assessment {
	named := make([]policy.Member, len(members))
	for i, m := range members {
		named[i] = policy.Member{Name: m.Member, Assessment: m.Assessment}
	}
	return d.Policy.Join(container, own, named)
}

// openVerdicts loads rules and policy, all their errors at once, and the key.
func (a *app) openVerdicts(o roomOptions) (*verdicts, error) {
	keys, err := a.openKey()
	if err != nil {
		return nil, err
	}
	rules, rulesErr := classifiers.Load(a.rules)
	pol, policyErr := policy.New(policy.Options{Actor: o.actor, Doctrine: o.doctrine, Dir: a.policyDir, Published: o.published})
	if err := errors.Join(rulesErr, policyErr); err != nil {
		return nil, fail(exitUsage, "poterne rules lint", "%w", err)
	}
	model, err := a.openModel()
	if err != nil {
		return nil, err
	}
	c, err := classifiers.New(classifiers.Options{Rules: rules, Key: keys.For(seal.Fingerprint), Subjects: model})
	if err != nil {
		return nil, fail(exitUsage, "poterne rules lint", "%w", err)
	}
	for _, e := range rules.Allowances() {
		if e.Expired {
			a.note("exception %s expirée le %s : ce qu'elle écartait compte de nouveau", "exception %s expired on %s: what it took out counts again", e.ID, e.Expires)
		}
	}
	return &verdicts{keys: keys, classifier: c, policy: &decider{pol}}, nil
}

// openPolicy loads the policy alone.
func (a *app) openPolicy(o roomOptions) (*decider, error) {
	pol, err := policy.New(policy.Options{Actor: o.actor, Doctrine: o.doctrine, Dir: a.policyDir, Published: o.published})
	if err != nil {
		return nil, fail(exitUsage, "poterne policy show", "%w", err)
	}
	return &decider{pol}, nil
}

// lastRun returns the newest run, and the policy for its actor and its doctrine,
// under which stored verdicts were made.
func (a *app) lastRun(ctx context.Context, led *ledger.Ledger) (ledger.Run, *decider, error) {
	runs, err := led.Runs(ctx, 1)
	if err != nil {
		return ledger.Run{}, nil, err
	}
	if len(runs) == 0 {
		return ledger.Run{}, nil, a.noState(a.state)
	}
	pol, err := a.openPolicy(roomOptions{actor: runs[0].Actor, doctrine: runs[0].Doctrine, published: runs[0].Published})
	return runs[0], pol, err
}

// openKey reads the key from where it comes from, and makes a key file at first use.
func (a *app) openKey() (seal.Key, error) {
	if dir, err := a.statePath(); err == nil {
		if err := a.finishedRotation(dir); err != nil {
			return seal.Key{}, err
		}
	}
	path, load, err := a.keySource()
	if err != nil {
		return seal.Key{}, err
	}
	if load != nil {
		return load()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return seal.Key{}, fmt.Errorf("key folder: %w", err)
	}
	if dir, err := a.statePath(); err == nil {
		if _, err := os.Stat(ledgerDir(dir)); err == nil {
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				// A new key would hide that the one of this state is missing.
				return seal.Key{}, fail(exitIntegrity, "--key-file", a.say("la clé de l'état %s manque : %s", "the key of the state %s is missing: %s"), dir, path)
			}
		}
	}
	key, made, err := seal.LoadOrCreateKey(path)
	if err != nil {
		return seal.Key{}, fail(exitIntegrity, a.say("le fichier de clé doit être lisible de son seul propriétaire (0600) et rester celui de l'état", "the key file must be readable by its owner only (0600) and stay that of the state"), "%w", err)
	}
	if made {
		a.note("clé créée : %s (en garder copie ailleurs : sans elle, registre et index sont perdus)", "key made: %s (keep a copy elsewhere: without it, ledger and index are lost)", path)
	}
	return key, nil
}

func (a *app) keyPath() (string, error) {
	if a.key != "" {
		return a.key, nil
	}
	dir, err := baseDir("XDG_CONFIG_HOME", ".config")
	if err != nil {
		return "", fail(exitUsage, "--key-file", "%w", err)
	}
	return filepath.Join(dir, "key"), nil
}

func (a *app) statePath() (string, error) {
	if a.state != "" {
		return filepath.Abs(a.state)
	}
	dir, err := baseDir("XDG_STATE_HOME", filepath.Join(".local", "state"))
	if err != nil {
		return "", fail(exitUsage, "--state", "%w", err)
	}
	return dir, nil
}

// baseDir returns our folder in one of the XDG base directories.
func baseDir(env, fallback string) (string, error) {
	if dir := os.Getenv(env); filepath.IsAbs(dir) {
		return filepath.Join(dir, "poterne"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%s and the home folder are unknown: %w", env, err)
	}
	return filepath.Join(home, fallback, "poterne"), nil
}

// state is a locked state folder.
type state struct {
	dir  string
	lock *flock.Flock
}

// lockState takes the one lock of the state folder and makes the folder. The
// kernel frees the lock when the process dies.
func (a *app) lockState() (*state, error) {
	dir, err := a.statePath()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	if !held {
		holder, _ := os.ReadFile(filepath.Join(dir, "holder"))
		return nil, fail(exitLocked, a.say("attendre sa fin, ou donner un autre --state", "wait for its end, or give another --state"),
			a.say("un autre passage tient le verrou de %s (%s)", "another scan holds the lock of %s (%s)"), dir, strings.TrimSpace(cmp.Or(string(holder), "?")))
	}
	host, _ := os.Hostname()
	// Only for the message above: the lock is the kernel's.
	if err := seal.WriteFile(filepath.Join(dir, "holder"), fmt.Appendf(nil, "pid %d, %s\n", os.Getpid(), host)); err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	if err := finishRotation(dir, noStep); err != nil {
		lock.Unlock()
		return nil, err
	}
	return &state{dir, lock}, nil
}

func (s *state) unlock() { s.lock.Unlock() }

// stores are the ledger and the index, open for writing.
type stores struct {
	ledger *ledger.Ledger
	index  *index.Index
}

func (a *app) openStores(ctx context.Context, dir string, keys seal.Key) (*stores, error) {
	led, err := openLedgerIn(ctx, dir, keys, ledger.Options{})
	if err != nil {
		return nil, err
	}
	idx, err := index.Open(indexDir(dir), keys.For(seal.Index))
	if errors.Is(err, index.ErrVersion) {
		a.note("l'index est d'une autre version de poterne : il est refait", "the index is of another version of poterne: it is made again")
		return a.remake(ctx, led, dir, keys)
	}
	if err != nil {
		led.Close()
		return nil, err
	}
	s, err := a.level(ctx, &stores{led, idx}, dir, keys)
	if err != nil {
		return nil, err
	}
	// A scan that was killed has left what nobody finds yet.
	if err := s.index.Publish(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// level makes the index again where it does not hold what the ledger does: files of
// one of them were lost, or a crash fell between the two. An index that answers
// nothing would be false comfort.
func (a *app) level(ctx context.Context, s *stores, dir string, keys seal.Key) (*stores, error) {
	known, err := s.ledger.Count(ctx)
	if err != nil {
		s.close()
		return nil, err
	}
	indexed, err := s.index.Count()
	if err != nil {
		s.close()
		return nil, err
	}
	stale, err := s.ledger.IndexStale(ctx)
	if err != nil {
		s.close()
		return nil, err
	}
	if int(indexed) == known && !stale {
		return s, nil
	}
	// A first scan that was killed has begun a run; a ledger that was lost has none.
	if runs, err := s.ledger.Runs(ctx, 1); err != nil || len(runs) == 0 && !stale {
		s.close()
		if err != nil {
			return nil, err
		}
		return nil, fail(exitIntegrity, a.say("rendre la sauvegarde du registre, ou analyser dans un état neuf", "restore the backup of the ledger, or scan into a new state"),
			a.say("l'index a %d documents et le registre aucun", "the index has %d documents and the ledger none"), indexed)
	}
	a.note("l'index ne suit pas le registre (%d, %d) : il est refait", "the index does not follow the ledger (%d, %d): it is made again", indexed, known)
	if err := s.index.Close(); err != nil {
		s.ledger.Close()
		return nil, err
	}
	return a.remake(ctx, s.ledger, dir, keys)
}

// remake makes the index again of a ledger, which is closed after a failure.
func (a *app) remake(ctx context.Context, led *ledger.Ledger, dir string, keys seal.Key) (*stores, error) {
	idx, err := index.Rebuild(ctx, indexDir(dir), keys.For(seal.Index), led.Records(ctx, ledger.Filter{}))
	if err != nil {
		led.Close()
		return nil, err
	}
	s := &stores{led, idx}
	if err := s.ledger.IndexMade(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stores) close() error { return errors.Join(s.index.Close(), s.ledger.Close()) }

func ledgerDir(state string) string { return filepath.Join(state, "ledger") }
func indexDir(state string) string  { return filepath.Join(state, "index") }

func accountsDir(state string) string { return filepath.Join(state, "web") }

// openLedger opens the ledger for reading; a scan may write meanwhile. The caller
// closes it.
func (a *app) openLedger(ctx context.Context) (*ledger.Ledger, seal.Key, error) {
	dir, err := a.statePath()
	if err != nil {
		return nil, seal.Key{}, err
	}
	if err := a.finishedRotation(dir); err != nil {
		return nil, seal.Key{}, err
	}
	if _, err := os.Stat(ledgerDir(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil, seal.Key{}, a.noState(dir)
	}
	keys, err := a.openKey()
	if err != nil {
		return nil, seal.Key{}, err
	}
	led, err := openLedgerIn(ctx, dir, keys, ledger.Options{ReadOnly: true})
	if errors.Is(err, ledger.ErrOlder) {
		// Brought to the schema of this program; a scan may run meanwhile.
		if led, err = openLedgerIn(ctx, dir, keys, ledger.Options{}); err == nil {
			led.Close()
			led, err = openLedgerIn(ctx, dir, keys, ledger.Options{ReadOnly: true})
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, seal.Key{}, a.noState(dir)
	}
	return led, keys, err
}

// openLedgerIn opens the ledger of a state folder, with its audit trail.
func openLedgerIn(ctx context.Context, dir string, keys seal.Key, o ledger.Options) (*ledger.Ledger, error) {
	o.Audit = keys.For(seal.Audit)
	return ledger.Open(ctx, ledgerDir(dir), keys.For(seal.Ledger), o)
}

func (a *app) noState(dir string) error {
	return fail(exitFailure, "poterne scan PATH", a.say("rien n'a encore été analysé dans %s", "nothing was scanned yet in %s"), dir)
}

// openSnapshot opens the last published index for reading. The caller closes it.
func (a *app) openSnapshot() (*index.Snapshot, error) {
	dir, err := a.statePath()
	if err != nil {
		return nil, err
	}
	if err := a.finishedRotation(dir); err != nil {
		return nil, err
	}
	if _, err := os.Stat(indexDir(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil, a.noState(dir)
	}
	keys, err := a.openKey()
	if err != nil {
		return nil, err
	}
	idx, err := index.OpenSnapshot(indexDir(dir), keys.For(seal.Index))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, a.noState(dir)
	}
	return idx, err
}

// voice gives the policy's words to a report.
func (a *app) voice(p *decider) report.Voice {
	return report.Voice{
		Lang:     a.lang,
		Sentence: func(r poterne.Reason) string { return p.Sentence(a.lang, r) },
		Class:    func(c poterne.Class) string { return p.ClassName(a.lang, c) },
		Kind:     func(k poterne.Kind) string { return p.KindName(a.lang, k) },
		Category: func(c string) string { return p.CategoryName(a.lang, c) },
		Rule: func(r string) string {
			if n := p.RuleName(a.lang, r); n != r {
				return n
			}
			return p.CategoryName(a.lang, r)
		},
		Exposure: func(e poterne.Exposure) string { return p.ExposureName(a.lang, e) },
		Where:    func(format string, at poterne.Place) string { return p.Where(a.lang, format, at) },
	}
}

// storeProblem gives the code and the hint of an error of the stores.
func (a *app) storeProblem(err error) (code int, hint string, known bool) {
	switch {
	case errors.Is(err, seal.ErrKey):
		return exitIntegrity, a.say("donner par --key-file la clé avec laquelle l'état a été écrit", "give by --key-file the key that the state was written with"), true
	case errors.Is(err, index.ErrDamaged), errors.Is(err, index.ErrVersion):
		return exitIntegrity, a.say("« poterne reindex » refait l'index depuis le registre, sans toucher aux partages", "“poterne reindex” makes the index again from the ledger, without touching a share"), true
	case errors.Is(err, ledger.ErrDamaged), errors.Is(err, accounts.ErrDamaged), errors.Is(err, seal.ErrSeal):
		return exitIntegrity, a.say("rendre la sauvegarde du dossier d'état, ou analyser de nouveau dans un état neuf", "restore the backup of the state folder, or scan again into a new one"), true
	case errors.Is(err, ledger.ErrRotated):
		return exitIntegrity, a.say("relancer la commande : la clé vient d'être changée", "run the command again: the key was just rotated"), true
	case errors.Is(err, ledger.ErrNewer):
		return exitIntegrity, a.say("mettre poterne à jour", "update poterne"), true
	}
	return 0, "", false
}

// recordsOf yields the stored records of shares; of all where none is named.
func recordsOf(ctx context.Context, led *ledger.Ledger, shares []string) iter.Seq2[poterne.Record, error] {
	if len(shares) == 0 {
		return led.Records(ctx, ledger.Filter{})
	}
	return func(yield func(poterne.Record, error) bool) {
		for _, s := range shares {
			for r, err := range led.Records(ctx, ledger.Filter{Share: s}) {
				if !yield(r, err) {
					return
				}
			}
		}
	}
}
