// Package sources lists and opens documents on file shares.
//
// A source never writes, locks or follows a link out of its root, and says what
// it could not see: a folder that cannot be listed is yielded with its failure,
// never taken for an empty one.
package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/charlievieth/fastwalk"

	"poterne"
)

// Root is one folder to walk and the name of the share that it is.
type Root struct {
	Share string
	Dir   string // or an address, for Open: see ParseAddress
	// User is the account that an address named, as Address.Account writes it; it
	// wins over that of the keyring.
	User string
}

// LocalOptions says what of the roots to list. The zero value lists everything.
type LocalOptions struct {
	// Include and Exclude are globs on the path relative to the root ("**" spans
	// folders). A document is listed where Include is empty or one of it matches,
	// and none of Exclude does.
	Include, Exclude []string
	// Workers list folders at once; 0 means 4, enough to keep a local disk busy.
	// A mounted network share gains from 8 to 32.
	Workers int
}

// Local is a source over folders of this machine, mounted shares included.
type Local struct {
	roots   []Root
	opts    LocalOptions
	owners  sync.Map // uid → name
	mu      sync.Mutex
	handles map[string]*os.Root // by share; opened at first use
	pace    *pace
	skipped atomic.Int64
}

// NewLocal returns a source over roots, whose share names differ. It fails on a
// glob that is not one, and opens nothing yet. The caller closes it.
func NewLocal(roots []Root, opts LocalOptions) (*Local, error) {
	seen := map[string]bool{}
	for _, r := range roots {
		if seen[r.Share] {
			return nil, fmt.Errorf("two roots are named %q", r.Share)
		}
		seen[r.Share] = true
	}
	for _, g := range append(append([]string(nil), opts.Include...), opts.Exclude...) {
		if !doublestar.ValidatePattern(g) {
			return nil, fmt.Errorf("glob %q: %w", g, doublestar.ErrBadPattern)
		}
	}
	if opts.Workers == 0 {
		opts.Workers = 4
	}
	return &Local{roots: roots, opts: opts, handles: map[string]*os.Root{}}, nil
}

// Close releases the roots.
func (l *Local) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	for _, h := range l.handles {
		err = errors.Join(err, h.Close())
	}
	l.handles = map[string]*os.Root{}
	return err
}

// Skipped counts the links, devices, pipes and sockets that were seen and are no
// documents. It is whole once Documents has ended.
func (l *Local) Skipped() int64 { return l.skipped.Load() }

type found struct {
	doc poterne.Document
	err error
}

// Documents lists the documents of all roots, in no order. What cannot be listed
// is yielded with a *poterne.Failure and a Document whose Path is the folder's,
// "" for a root; the walk goes on. It ends early when ctx does.
func (l *Local) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		out := make(chan found)
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer close(out)
			for _, r := range l.roots {
				w := &walk{local: l, root: r, out: out, dirs: map[string]poterne.Exposure{}}
				w.run(ctx)
			}
		}()
		defer func() { <-done }()
		defer cancel()
		for f := range out {
			if !yield(f.doc, f.err) {
				return
			}
		}
	}
}

// Open opens a document for reading, without a lock, without touching its access
// time where the system allows it, and never through a link that leaves the root.
// The error is a *poterne.Failure.
func (l *Local) Open(ctx context.Context, d poterne.Document) (poterne.Content, error) {
	if err := l.pace.wait(ctx, 0); err != nil {
		return nil, failure(poterne.StageOpen, err)
	}
	h, err := l.handle(d.Share)
	if err != nil {
		return nil, failure(poterne.StageOpen, err)
	}
	f, err := openQuietly(h, filepath.FromSlash(d.Path))
	if err != nil {
		return nil, failure(poterne.StageOpen, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: no longer a regular file", fs.ErrNotExist)
	}
	if err != nil {
		f.Close()
		return nil, failure(poterne.StageOpen, err)
	}
	return &file{f, info.Size(), l.pace, ctx}, nil
}

func (l *Local) handle(share string) (*os.Root, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h, ok := l.handles[share]; ok {
		return h, nil
	}
	for _, r := range l.roots {
		if r.Share == share {
			h, err := os.OpenRoot(r.Dir)
			if err != nil {
				return nil, err
			}
			l.handles[share] = h
			return h, nil
		}
	}
	return nil, fmt.Errorf("share %q: %w", share, fs.ErrNotExist)
}

// Covers says whether a document at path would be listed.
func (o LocalOptions) Covers(path string) bool { return o.wanted(path) }

// wanted says whether a path is to be listed.
func (o LocalOptions) wanted(path string) bool {
	match := func(globs []string) bool {
		for _, g := range globs {
			if doublestar.MatchUnvalidated(g, path) {
				return true
			}
		}
		return false
	}
	return (len(o.Include) == 0 || match(o.Include)) && !match(o.Exclude)
}

// file is an open local file. File lets an extractor hand the descriptor itself
// to another process, which reads what the scan has just hashed, mostly from memory:
// the pace counts it once.
type file struct {
	f    *os.File
	size int64
	pace *pace
	ctx  context.Context // of Open: ReadAt has none of its own
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if want := min(int64(len(p)), f.size-off); want > 0 {
		if err := f.pace.wait(f.ctx, int(want)); err != nil {
			return 0, err
		}
	}
	return f.f.ReadAt(p, off)
}

func (f *file) Close() error   { return f.f.Close() }
func (f *file) Size() int64    { return f.size }
func (f *file) File() *os.File { return f.f }

// failure names what the system or the server said: no right is Denied, too late is
// Timeout, anything else means that the document cannot be reached any more.
func failure(stage poterne.Stage, err error) *poterne.Failure {
	kind := poterne.Vanished
	switch {
	case denied(err):
		kind = poterne.Denied
	case errors.Is(err, context.DeadlineExceeded):
		kind = poterne.Timeout
	}
	// The path is left out: it would travel into logs.
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return poterne.Fail(stage, kind, err)
}

// widest reads the mode bits of others and of the group.
func widest(info fs.FileInfo, others, group fs.FileMode) poterne.Exposure {
	switch perm := info.Mode().Perm(); {
	case perm&others != 0:
		return poterne.ExposureEveryone
	case perm&group != 0:
		return poterne.ExposureGroup
	}
	return poterne.ExposureOwner
}

// walk lists one root.
type walk struct {
	local *Local
	root  Root
	out   chan<- found

	mu   sync.Mutex
	dirs map[string]poterne.Exposure // who can pass a folder, by its path relative to the root
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
		if abs != "" && virtual(abs) {
			if err := w.fail(ctx, rel, errVirtual); err != nil {
				return err
			}
			return fs.SkipDir
		}
		w.enter(rel, info)
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
	d.Exposure = min(exposure(info), w.passage(parent(rel)))
	return w.send(ctx, found{doc: d})
}

var errVirtual = errors.New("a file system of the kernel, not of documents")

func parent(rel string) string {
	if i := strings.LastIndexByte(rel, '/'); i >= 0 {
		return rel[:i]
	}
	return ""
}

func (w *walk) enter(rel string, info fs.FileInfo) {
	e := passable(info)
	if rel != "" {
		e = min(e, w.passage(parent(rel)))
	}
	w.mu.Lock()
	w.dirs[rel] = e
	w.mu.Unlock()
}

func (w *walk) passage(dir string) poterne.Exposure {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e, ok := w.dirs[dir]; ok {
		return e
	}
	return poterne.ExposureEveryone
}

func (w *walk) send(ctx context.Context, f found) error {
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
	if err := w.entry(ctx, rel, info, ""); err != nil || !info.IsDir() {
		return err
	}
	return w.slow(ctx, rel)
}
