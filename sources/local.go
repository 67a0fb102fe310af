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
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/bmatcuk/doublestar/v4"

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
	kindOf  func(dir string) fileSystem
	rights  string // the attribute that holds the descriptor of a file of Windows
	skipped atomic.Int64
}

// fileSystem is a kind of file system, as far as rights go.
type fileSystem uint8

const (
	ordinary fileSystem = iota
	virtual             // made up by the kernel: its files have no size and no end
	windows             // a mounted Windows share: modes and owners are those of the mount
)

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
	return &Local{roots: roots, opts: opts, handles: map[string]*os.Root{}, kindOf: kindOf, rights: "system.cifs_acl"}, nil
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

// ahead is how many documents a walk may be ahead of who reads them: to hand over
// each one by itself costs more than to find it.
const ahead = 256

type found struct {
	doc poterne.Document
	err error
}

// Documents lists the documents of all roots, in no order. What cannot be listed
// is yielded with a *poterne.Failure and a Document whose Path is the folder's,
// "" for a root; the walk goes on. It ends early when ctx does.
func (l *Local) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return stream(ctx, func(ctx context.Context, out chan<- found) {
		roots := l.folders()
		for _, r := range l.roots {
			w := &walk{local: l, root: r, roots: roots, out: out, dirs: map[string]place{}}
			w.run(ctx)
		}
	})
}

// stream yields what walk finds as it comes. It returns once walk has.
func stream(ctx context.Context, walk func(context.Context, chan<- found)) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		out := make(chan found, ahead)
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer close(out)
			walk(ctx, out)
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
