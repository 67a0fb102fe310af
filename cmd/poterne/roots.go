package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"poterne/ledger"
	"poterne/report"
	"poterne/sources"
)

// roots turns the arguments of a scan, folders and addresses, into named shares. A
// share keeps its name and its place over runs: another place of the same name gets
// another name. absent counts the folders that do not exist and never were shares:
// most likely mistyped, nothing is recorded of them.
func (a *app) roots(ctx context.Context, args []string, led *ledger.Ledger) (roots []sources.Root, absent int, err error) {
	known, err := knownShares(ctx, led)
	if err != nil {
		return nil, 0, err
	}
	return a.rootsBeside(args, known)
}

// rootsBeside names the shares of the arguments, beside known ones.
func (a *app) rootsBeside(args []string, known map[string]string) (roots []sources.Root, absent int, err error) {
	add := func(root sources.Root, name string) {
		if i := slices.IndexFunc(roots, func(r sources.Root) bool { return sources.Same(r, root) }); i >= 0 {
			if roots[i].Dir != root.Dir {
				a.note("%s et %s sont le même dossier : lu une fois, comme « %s »", "%s and %s are the same folder: read once, as “%s”", report.Inert(roots[i].Dir), report.Inert(root.Dir), report.Inert(roots[i].Share))
			}
			return
		}
		root.Share = shareName(name, root.Dir, known)
		known[root.Share] = root.Dir
		roots = append(roots, root)
	}
	for _, arg := range args {
		if sources.Remote(arg) {
			address, err := sources.ParseAddress(arg)
			if err != nil {
				// The argument is left out: it may hold a password.
				return nil, 0, fail(exitUsage, "poterne scan smb://serveur/partage/dossier", "%w", err)
			}
			add(sources.Root{Dir: address.String(), User: address.Account()}, address.Name())
			continue
		}
		dir, err := folder(arg)
		if err != nil {
			return nil, 0, err
		}
		switch info, err := os.Stat(dir); {
		case err != nil:
			a.note("%s : ce dossier n'existe pas ou ne répond pas ; les autres partages continuent", "%s: this folder does not exist or does not answer; other shares go on", report.Inert(arg))
			a.hint("vérifier le chemin, ou que le partage est monté", "check the path, or that the share is mounted")
			if errors.Is(err, fs.ErrNotExist) && !slices.Contains(slices.Collect(maps.Values(known)), dir) {
				absent++
				continue
			}
		case !info.IsDir():
			return nil, 0, a.noFolder(arg)
		}
		add(sources.Root{Dir: dir}, filepath.Base(dir))
	}
	for _, inner := range roots {
		for _, outer := range roots {
			if sources.Within(inner, outer) {
				a.note("« %s » est dans « %s » : ses documents ne comptent que pour « %s »", "“%s” lies in “%s”: its documents count for “%s” only", report.Inert(inner.Share), report.Inert(outer.Share), report.Inert(inner.Share))
			}
		}
	}
	if len(roots) == 0 {
		return nil, 0, fail(exitFailure, a.say("vérifier les chemins", "check the paths"), "%s", a.say("aucun de ces dossiers n'existe", "none of these folders exists"))
	}
	return roots, absent, nil
}

func (a *app) noFolder(arg string) error {
	return fail(exitUsage, "poterne test "+quoted(arg), a.say("%s est un fichier, pas un dossier", "%s is a file, not a folder"), report.Inert(arg))
}

// folder returns the whole path of a root, behind links where it exists.
func folder(arg string) (string, error) {
	dir, err := filepath.Abs(arg)
	if err != nil {
		return "", fail(exitUsage, "", "%s: %w", report.Inert(arg), err)
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return dir, nil
}

// checkRoots refuses what no scan may be of, before anything is written anywhere.
func (a *app) checkRoots(args []string) error {
	state, err := a.statePath()
	if err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(state); err == nil {
		state = real
	}
	for _, arg := range args {
		if sources.Remote(arg) {
			continue
		}
		dir, err := folder(arg)
		if err != nil {
			return err
		}
		if inside(state, dir) {
			return fail(exitUsage, "--state", a.say("le dossier d'état %s est dans le partage %s", "the state folder %s lies in the share %s"), state, report.Inert(arg))
		}
	}
	return nil
}

// knownShares returns where each share is: as its last run or a person said it.
func knownShares(ctx context.Context, led *ledger.Ledger) (map[string]string, error) {
	known, err := led.Roots(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := led.Runs(ctx, 0)
	if err != nil {
		return nil, err
	}
	// Runs of before roots were kept; the newest comes first.
	for _, run := range runs {
		for share, dir := range run.Shares {
			if _, ok := known[share]; !ok {
				known[share] = dir
			}
		}
	}
	return known, nil
}

// shareName returns the name that the place dir has, else base, or base and a number
// where another place has that name.
func shareName(base, dir string, known map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if known[name] == dir {
			return name
		}
	}
	name := base
	for n := 2; ; n++ {
		if where, taken := known[name]; !taken || where == dir {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
}

// inside reports whether path is dir or lies below it.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
