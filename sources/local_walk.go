package sources

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/charlievieth/fastwalk"

	"poterne"
)

// walk lists one root.
type walk struct {
	local *Local
	root  Root
	roots []fs.FileInfo // all those of the scan
	out   chan<- found

	mu   sync.Mutex
	dirs map[string]place // of folders, by their path relative to the root
}

// place is what is known of a folder when its documents are met.
type place struct {
	pass    poterne.Exposure // who can come as far as here
	windows bool             // the rights of what is inside are those of a descriptor
}

func (w *walk) run(ctx context.Context) {
	conf := fastwalk.Config{NumWorkers: w.local.opts.Workers}
	dir := filepath.Clean(w.root.Dir)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		if err == nil {
			err = syscall.ENOTDIR
		}
		w.fail(ctx, "", err)
		return
	}
	err := fastwalk.Walk(&conf, dir, func(p string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rel := w.relative(dir, p)
		switch {
		case err != nil && errors.Is(err, syscall.ENAMETOOLONG):
			return w.slow(ctx, rel)
		case err != nil:
			return w.fail(ctx, rel, err)
		}
		info, err := e.Info() // lstat: a link is seen as a link
		if errors.Is(err, syscall.ENAMETOOLONG) {
			if err := w.slowEntry(ctx, rel); err != nil {
				return err
			}
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil {
			return w.fail(ctx, rel, err)
		}
		return w.entry(ctx, rel, info, p)
	})
	if err != nil && ctx.Err() == nil {
		w.fail(ctx, "", err)
	}
}

// relative returns the path of p below dir, with "/" between elements; "" is dir.
func (w *walk) relative(dir, p string) string {
	return filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(p, dir), string(filepath.Separator)))
}

// entry sends a document, or notes who can pass a folder. abs is "" where the
// path is too long to be used as a whole.
func (w *walk) entry(ctx context.Context, rel string, info fs.FileInfo, abs string) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		if rel != "" && w.isRoot(info) {
			return fs.SkipDir // listed as such
		}
		kind := ordinary
		if abs != "" {
			kind = w.local.kindOf(abs)
		}
		if kind == virtual {
			if err := w.fail(ctx, rel, errVirtual); err != nil {
				return err
			}
			return fs.SkipDir
		}
		w.enter(rel, info, abs, kind)
		return w.local.pace.wait(ctx, 0)
	case !mode.IsRegular():
		w.local.skipped.Add(1)
		return nil
	}
	if !w.local.opts.wanted(rel) {
		return nil
	}
	d := poterne.Document{
		ID:      poterne.NewID(w.root.Share, rel, ""),
		Share:   w.root.Share,
		Path:    rel,
		Size:    info.Size(),
		ModTime: info.ModTime().UTC(),
	}
	w.describe(&d, info)
	if at := w.place(parent(rel)); at.windows {
		d.Owner, d.Exposure = w.local.described(abs)
	} else {
		d.Exposure = min(exposure(abs, info), at.pass)
	}
	return w.send(ctx, found{doc: d})
}

var errVirtual = errors.New("a file system of the kernel, not of documents")

func parent(rel string) string {
	if i := strings.LastIndexByte(rel, '/'); i >= 0 {
		return rel[:i]
	}
	return ""
}

// described returns the owner and the exposure of a file of a mounted Windows
// share, by the security descriptor that the client of the kernel passes on; unknown
// where it does not.
func (l *Local) described(abs string) (owner string, _ poterne.Exposure) {
	r, err := parseRights(attribute(abs, l.rights))
	if err != nil {
		return "", poterne.ExposureUnknown
	}
	return r.owner, r.exposure
}

func (w *walk) enter(rel string, info fs.FileInfo, abs string, kind fileSystem) {
	here := place{pass: poterne.ExposureEveryone, windows: kind == windows}
	if rel != "" {
		here = w.place(parent(rel))
		here.windows = here.windows && abs == "" || kind == windows
	}
	if !here.windows { // Windows lets pass whoever knows the path
		here.pass = min(here.pass, passable(abs, info))
	}
	w.mu.Lock()
	w.dirs[rel] = here
	w.mu.Unlock()
}

func (w *walk) place(dir string) place {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p, ok := w.dirs[dir]; ok {
		return p
	}
	return place{pass: poterne.ExposureEveryone}
}

func (w *walk) send(ctx context.Context, f found) error {
	select { // one channel is looked at for a third of the price of two
	case w.out <- f:
		return nil
	default:
	}
	select {
	case w.out <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *walk) fail(ctx context.Context, rel string, err error) error {
	f := failure(poterne.StageWalk, err)
	if errors.Is(err, errVirtual) {
		f = poterne.Fail(poterne.StageWalk, poterne.Unsupported, err)
	}
	d := poterne.Document{ID: poterne.NewID(w.root.Share, rel, ""), Share: w.root.Share, Path: rel}
	return w.send(ctx, found{doc: d, err: f})
}

// slow lists a folder whose whole path is longer than the system takes (4,096
// bytes on Linux), one element at a time.
func (w *walk) slow(ctx context.Context, rel string) error {
	h, err := w.local.handle(w.root.Share)
	if err != nil {
		return w.fail(ctx, rel, err)
	}
	d, err := h.Open(filepath.FromSlash(rel))
	if err != nil {
		return w.fail(ctx, rel, err)
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1024)
		for _, e := range entries {
			if err := w.slowEntry(ctx, rel+"/"+e.Name()); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			if err != nil && !errors.Is(err, io.EOF) {
				return w.fail(ctx, rel, err)
			}
			return nil
		}
	}
}

// slowEntry sends what is at rel, and all below it.
func (w *walk) slowEntry(ctx context.Context, rel string) error {
	h, err := w.local.handle(w.root.Share)
	if err != nil {
		return w.fail(ctx, rel, err)
	}
	info, err := h.Lstat(filepath.FromSlash(rel))
	if err != nil {
		return w.fail(ctx, rel, err)
	}
	err = w.entry(ctx, rel, info, "")
	if errors.Is(err, fs.SkipDir) {
		return nil
	}
	if err != nil || !info.IsDir() {
		return err
	}
	return w.slow(ctx, rel)
}
