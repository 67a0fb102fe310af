package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"poterne/internal/seal"
	"poterne/report"
	"poterne/web"
)

// keySheet tells of the keys of the state by short names that are derived from them.
func (a *app) keySheet(keys seal.Key) func(context.Context, string) (web.KeySheet, error) {
	return func(_ context.Context, lang string) (web.KeySheet, error) {
		words := *a
		words.lang = lang
		path, load, err := a.keySource()
		if err != nil {
			return web.KeySheet{}, err
		}
		s := web.KeySheet{Source: report.Inert(path), Command: "poterne key rotate"}
		switch {
		case load != nil && a.keyCommand != "" && a.key == "":
			s.Source = words.say("commande (--key-command)", "command (--key-command)")
		case load != nil:
			s.Source = "systemd, $CREDENTIALS_DIRECTORY/" + credential
		}
		if load != nil {
			s.Command += words.say(" --to FICHIER", " --to FILE")
		}
		next := keys.Successor()
		for _, p := range []seal.Purpose{seal.Fingerprint, seal.Index, seal.Ledger, seal.Audit, seal.Web} {
			kept := bytes.Equal(keys.For(p), next.For(p))
			s.Keys = append(s.Keys, web.KeyID{Purpose: string(p), ID: keyID(keys.For(p)), Kept: kept})
		}
		return s, nil
	}
}

// keyID names a key; nothing of the key can be told from it.
func keyID(key []byte) string { return hex.EncodeToString(seal.Derive(key, "name of the key")[:4]) }

// purgePages forgets by a process of its own, as scans run: it takes the lock of the
// state, and writes ledger and index anew.
func (a *app) purgePages() func(context.Context, string, bool, bool) (web.Purged, error) {
	return func(ctx context.Context, age string, dry, mass bool) (web.Purged, error) {
		if _, err := ago(age, time.Now()); err != nil {
			return web.Purged{}, web.Refuse("%q n'est pas un âge comme 24mo, 2y ou 90d", "%q is not an age like 24mo, 2y or 90d", age)
		}
		self, err := os.Executable()
		if err != nil {
			return web.Purged{}, err
		}
		args := append([]string{"purge", "--older-than", age, "--format", "json"}, a.stateFlags()...)
		if dry {
			args = append(args, "--dry-run")
		} else {
			ctx = context.WithoutCancel(ctx) // who asked may leave
		}
		if mass {
			args = append(args, "--allow-mass-delete")
		}
		cmd := exec.CommandContext(ctx, self, args...)
		var problem bytes.Buffer
		cmd.Stderr = &problem
		out, err := cmd.Output()
		var exited *exec.ExitError
		if errors.As(err, &exited) {
			switch exited.ExitCode() {
			case exitLocked:
				return web.Purged{}, web.Refuse("un passage est en cours : attendre sa fin", "a run is under way: wait for its end")
			case exitUsage: // the age was checked: see [ledger.ErrMassPurge]
				return web.Purged{}, web.Refuse("presque tout un partage serait oublié : rien ne l'est", "nearly a whole share would be forgotten: nothing is")
			}
			return web.Purged{}, fmt.Errorf("purge: %w: %s", err, report.Inert(problem.String()))
		}
		if err != nil {
			return web.Purged{}, err
		}
		var p web.Purged
		if err := json.Unmarshal(out, &p); err != nil {
			return web.Purged{}, fmt.Errorf("purge: %w", err)
		}
		return p, nil
	}
}
