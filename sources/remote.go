package sources

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"poterne"
)

// server is what differs between servers. Its methods may be called by several
// goroutines at once. They return a *lostError where the server did not answer:
// the call is then made again, on a new connection.
type server interface {
	// list calls emit with what is in a folder; dir is relative to the root, "" is
	// the root. It stops at the first error of emit.
	list(ctx context.Context, dir string, emit func(entry) error) error
	// open opens a file. Its content is read by one goroutine at a time.
	open(ctx context.Context, path string) (handle, error)
	Close() error
}

// handle is an open file on a server.
type handle interface {
	ReadAt(ctx context.Context, p []byte, off int64) (int, error)
	// state returns what tells one version of the file from another.
	state() state
	Close() error
}

type state struct {
	size    int64
	modTime time.Time
	id      uint64
}

// entry is one name in a folder.
type entry struct {
	name   string
	folder bool
	link   bool             // a link or a device: no document
	pass   poterne.Exposure // who can pass a folder; unknown where all can
	err    error            // why a folder is not entered, though it may hold documents
	state
	changeTime time.Time
	owner      string
	exposure   poterne.Exposure
}

// lostError says that the server did not answer, or forgot who we are.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// tree is a source over one share on a server.
type tree struct {
	share    string
	opts     Options
	server   server
	pace     *pace
	patience patience
	// Roots of their own below this one, and how their paths compare.
	elsewhere []string
	equal     func(x, y string) bool
	skipped   atomic.Int64
}

func newTree(share string, s server, opts Options, p *pace) *tree {
	return &tree{share: share, opts: opts, server: s, pace: p, patience: patience{limit: opts.Patience}}
}

// Close ends the connections.
func (t *tree) Close() error { return t.server.Close() }

// Skipped counts links, as [Local.Skipped] does.
func (t *tree) Skipped() int64 { return t.skipped.Load() }

// Documents lists the documents of the share as [Local.Documents] does.
func (t *tree) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return stream(ctx, t.walk)
}

// walk lists all folders and returns once the last one is, or ctx ended.
func (t *tree) walk(ctx context.Context, out chan<- found) {
	folders := newQueue(folder{pass: poterne.ExposureEveryone})
	defer context.AfterFunc(ctx, folders.close)()
	var g errgroup.Group
	for range t.opts.Workers {
		g.Go(func() error {
			for {
				dir, ok := folders.next()
				if !ok {
					return nil
				}
				t.folder(ctx, dir, folders, out)
				folders.done()
			}
		})
	}
	g.Wait()
}

// folder lists one folder. After a lost connection it is listed again from its
// beginning, and what was sent is not sent twice.
func (t *tree) folder(ctx context.Context, dir folder, folders *queue, out chan<- found) {
	sent := map[string]bool{}
	err := t.patience.try(ctx, func() error {
		if err := t.pace.wait(ctx, 0); err != nil {
			return err
		}
		names := 0
		return t.server.list(ctx, dir.path, func(e entry) error {
			if names++; names%listBatch == 0 {
				if err := t.pace.wait(ctx, 0); err != nil {
					return err
				}
			}
			name := e.name
			if e.folder {
				name += "/" // an object store may have both
			}
			if sent[name] {
				return nil
			}
			sent[name] = true
			return t.entry(ctx, dir, e, folders, out)
		})
	})
	if err != nil && ctx.Err() == nil {
		t.send(ctx, out, found{doc: t.document(dir.path), err: failure(poterne.StageWalk, err)})
	}
}

func (t *tree) entry(ctx context.Context, dir folder, e entry, folders *queue, out chan<- found) error {
	path := e.name
	if dir.path != "" {
		path = dir.path + "/" + e.name
	}
	switch {
	case e.err != nil:
		return t.send(ctx, out, found{doc: t.document(path), err: poterne.Fail(poterne.StageWalk, poterne.Unsupported, e.err)})
	case e.link:
		t.skipped.Add(1)
		return nil
	case e.folder && slices.ContainsFunc(t.elsewhere, func(root string) bool { return t.equal(root, path) }):
		return nil
	case e.folder:
		pass := dir.pass
		if e.pass != poterne.ExposureUnknown {
			pass = min(pass, e.pass)
		}
		folders.push(folder{path, pass})
		return nil
	case !t.opts.wanted(path):
		return nil
	}
	d := t.document(path)
	d.Size, d.ModTime, d.ChangeTime, d.Inode = e.size, e.modTime.UTC(), e.changeTime.UTC(), e.id
	d.Owner, d.Exposure = e.owner, min(e.exposure, dir.pass)
	return t.send(ctx, out, found{doc: d})
}

func (t *tree) document(path string) poterne.Document {
	return poterne.Document{ID: poterne.NewID(t.share, path, ""), Share: t.share, Path: path}
}

func (t *tree) send(ctx context.Context, out chan<- found, f found) error {
	select {
	case out <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Open opens a document for reading in ranges. The content ends with ctx. The
// error is a *poterne.Failure.
func (t *tree) Open(ctx context.Context, d poterne.Document) (poterne.Content, error) {
	if d.Share != t.share || !fs.ValidPath(d.Path) {
		return nil, poterne.Fail(poterne.StageOpen, poterne.Vanished, fmt.Errorf("open: %w", fs.ErrNotExist))
	}
	c := &content{tree: t, ctx: ctx, path: d.Path}
	if err := t.patience.try(ctx, c.reopen); err != nil {
		return nil, failure(poterne.StageOpen, err)
	}
	return c, nil
}

// listBatch is how many names of a folder count as one request: those that SMB
// gives at once with their rights.
const listBatch = 256

var errChanged = errors.New("changed while it was read")
