package sources

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// This file says which roots are the same place, or lie in one another. A document
// below two roots is listed once, by the innermost: the name that was given to less
// is the more precise one.

// Same reports whether two roots are one place under two names: one folder of this
// machine (links and mounts of a folder elsewhere included), or one address.
func Same(a, b Root) bool {
	if a.Dir == b.Dir {
		return true
	}
	if Remote(a.Dir) != Remote(b.Dir) {
		return false
	}
	if !Remote(a.Dir) {
		x, errX := os.Stat(a.Dir)
		y, errY := os.Stat(b.Dir)
		return errX == nil && errY == nil && os.SameFile(x, y)
	}
	x, y, ok := addresses(a, b)
	return ok && x.server() == y.server() && x.equal(x.Path, y.Path)
}

// Within reports whether inner lies below outer, by their names.
func Within(inner, outer Root) bool {
	if Remote(inner.Dir) != Remote(outer.Dir) {
		return false
	}
	if !Remote(inner.Dir) {
		rel, err := filepath.Rel(outer.Dir, inner.Dir)
		return err == nil && rel != "." && filepath.IsLocal(rel)
	}
	x, y, ok := addresses(inner, outer)
	if !ok {
		return false
	}
	_, below := x.below(y)
	return below
}

func addresses(a, b Root) (x, y Address, ok bool) {
	x, errX := ParseAddress(a.Dir)
	y, errY := ParseAddress(b.Dir)
	return x, y, errX == nil && errY == nil
}

func (a Address) server() Address { return Address{Scheme: a.Scheme, Host: a.Host, Port: a.Port} }

// equal compares paths as the server does: those of Windows have no case.
func (a Address) equal(x, y string) bool {
	if a.Scheme == "smb" {
		return strings.EqualFold(x, y)
	}
	return x == y
}

// below returns the path of a relative to outer, where it lies below it.
func (a Address) below(outer Address) (rel string, ok bool) {
	above := strings.TrimSuffix(outer.Path, "/") + "/"
	if a.server() != outer.server() || len(a.Path) <= len(above) || !a.equal(a.Path[:len(above)], above) {
		return "", false
	}
	return a.Path[len(above):], true
}

// folders returns what identifies the roots of l, those that can be reached.
func (l *Local) folders() []fs.FileInfo {
	var all []fs.FileInfo
	for _, r := range l.roots {
		if info, err := os.Stat(r.Dir); err == nil {
			all = append(all, info)
		}
	}
	return all
}

// isRoot reports whether a folder below the root of w is a root itself, this one
// included: a mount may show a folder inside itself.
func (w *walk) isRoot(info fs.FileInfo) bool {
	for _, r := range w.roots {
		if os.SameFile(r, info) {
			return true
		}
	}
	return false
}
