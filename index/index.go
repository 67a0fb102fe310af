// Package index answers questions about records: which documents hold what, where,
// and how many. It is a projection of the ledger and can be rebuilt from it.
//
// It is a bleve index, sealed at rest. bleve locks it against all other processes
// while it is written, so the writer publishes snapshots, which any number of
// processes search meanwhile: see [Index.Publish] and [OpenSnapshot].
package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"

	"poterne"
	"poterne/internal/seal"
)

// Errors that callers branch on. A wrong key is [seal.ErrKey]; no index at all is
// fs.ErrNotExist; a query that cannot be answered is a [*QueryError].
var (
	// ErrDamaged says that files of the index are not what was written. It can be
	// rebuilt from the ledger.
	ErrDamaged = errors.New("index is damaged")
	// ErrVersion says that another version of this program made the index. It can be
	// rebuilt from the ledger.
	ErrVersion = errors.New("index has another format")
	// ErrLocked says that another process writes the index.
	ErrLocked = errors.New("index is being written by another process")
)

// batchRecords bounds what one batch of bleve holds: past 1000 documents nothing is
// gained and memory doubles.
const batchRecords = 1000

// lockWait is how long to wait for a file lock; without a bound bleve waits for ever.
const lockWait = "1s"

// Index is an index open for writing. Its methods may be called by several
// goroutines; writes follow one another.
type Index struct {
	searcher
	dir   string
	vault *vault
	box   *seal.Box

	writing  sync.Mutex
	manifest manifest
	release  func()
	closed   bool
	trouble  *trouble // of the bleve index that is open
}

// Open opens the index in dir for writing, and makes it where there is none. The
// key is the one derived for [seal.Index]; a wrong one is refused with
// [seal.ErrKey]. The caller closes the index.
func Open(dir string, key []byte) (*Index, error) {
	x, err := open(dir, key)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", dir, damage(err))
	}
	return x, nil
}

func open(dir string, key []byte) (*Index, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	box, err := seal.NewBox(seal.Derive(key, "manifest"))
	if err != nil {
		return nil, err
	}
	x := &Index{dir: dir, vault: newVault(key), box: box}
	x.manifest, err = readManifest(dir, box)
	if errors.Is(err, fs.ErrNotExist) {
		err = x.create()
	}
	if err != nil {
		return nil, err
	}
	if err := x.openLive(x.manifest.Live); err != nil {
		return nil, err
	}
	x.removeOld()
	return x, nil
}

// create makes an empty index. The manifest comes last: a crash before leaves
// nothing that counts.
func (x *Index) create() error {
	name, err := x.newLive()
	if err != nil {
		return err
	}
	x.manifest = manifest{Version: version, Live: name}
	return x.writeManifest()
}

// newLive makes an empty bleve index in a new folder and returns its name.
func (x *Index) newLive() (string, error) {
	name := freshName("live")
	dir := filepath.Join(x.dir, name)
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return "", err
	}
	release := guard(dir, x.vault)
	defer release()
	m := bleve.NewIndexMapping()
	m.DefaultMapping.Dynamic = false
	m.IndexDynamic, m.StoreDynamic, m.DocValuesDynamic = false, false, false
	b, err := bleve.NewUsing(dir, m, bleve.Config.DefaultIndexType, bleve.Config.DefaultKVStore, map[string]any{"bolt_timeout": lockWait})
	if err != nil {
		return "", err
	}
	// bleve makes these two for all to read.
	return name, errors.Join(b.Close(), os.Chmod(dir, 0o700), os.Chmod(filepath.Join(dir, "index_meta.json"), 0o600), seal.SyncDir(x.dir))
}

// openLive opens the bleve index of that name for writing.
func (x *Index) openLive(name string) (err error) {
	dir := filepath.Join(x.dir, name)
	release := guard(dir, x.vault)
	x.trouble = watch(dir)
	x.bleve, err = openBleve(dir, map[string]any{"bolt_timeout": lockWait, "asyncErrorCallbackName": watcherName})
	if err != nil {
		x.trouble.unwatch()
		release()
		return err
	}
	x.release = func() {
		x.trouble.unwatch()
		release()
	}
	return nil
}

// openBleve opens a folder of bleve and names what is wrong with it.
func openBleve(dir string, config map[string]any) (b bleve.Index, err error) {
	defer func() {
		if p := recover(); p != nil { // of slicing a damaged file
			b, err = nil, fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	b, err = bleve.OpenUsing(dir, config)
	switch {
	case err == nil:
		return b, nil
	case errors.Is(err, seal.ErrKey):
		return nil, err
	case strings.HasSuffix(err.Error(), "timeout"): // bbolt's error does not wrap
		return nil, fmt.Errorf("%w: %w", ErrLocked, err)
	}
	// Whatever else bleve says of an index that was made whole is damage; its words
	// mislead ("error parsing mapping JSON" for a lost segment).
	return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Put writes records, replacing those of the same id; they are durable on return.
// Putting them again changes nothing.
func (x *Index) Put(ctx context.Context, records ...poterne.Record) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if x.closed {
		return errClosed
	}
	return x.put(ctx, records)
}

func (x *Index) put(ctx context.Context, records []poterne.Record) error {
	for part := range slices.Chunk(records, batchRecords) {
		batch := x.bleve.NewBatch()
		for _, r := range part {
			d, err := newDocument(r)
			if err != nil {
				return fmt.Errorf("index a record: %w", err)
			}
			if err := batch.IndexAdvanced(d); err != nil {
				return fmt.Errorf("index a record: %w", err)
			}
		}
		if err := x.write(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// unsettle notes, before the first write after a snapshot, that it is no longer all.
func (x *Index) unsettle() error {
	if !x.manifest.Settled {
		return nil
	}
	x.manifest.Settled = false
	if err := x.writeManifest(); err != nil {
		x.manifest.Settled = true
		return err
	}
	return nil
}

// write makes a batch durable. After a failure there is no other try: bleve 2.6.3
// waits for ever for a lock that it lost when a disk was full.
func (x *Index) write(ctx context.Context, batch *bleve.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.trouble.err(); err != nil {
		return fmt.Errorf("write batch: %w", err)
	}
	if err := x.unsettle(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- x.bleve.Batch(batch) }()
	var err error
	select {
	case err = <-done:
	case <-x.trouble.came:
		select {
		case err = <-done: // says more than what happened behind it
		case <-time.After(grace):
			err = x.trouble.err()
		}
	}
	if err != nil {
		x.trouble.note(err)
		return fmt.Errorf("write batch: %w", damage(err))
	}
	return nil
}

// Delete removes records by id; those that are not there are passed over.
func (x *Index) Delete(ctx context.Context, ids ...poterne.ID) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if x.closed {
		return errClosed
	}
	for part := range slices.Chunk(ids, batchRecords) {
		batch := x.bleve.NewBatch()
		for _, id := range part {
			batch.Delete(string(id))
		}
		if err := x.write(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the index; what was put since the last Publish is in no snapshot,
// but not lost. It may be called twice.
func (x *Index) Close() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	if x.trouble.err() == nil {
		defer x.release()
		return x.bleve.Close()
	}
	// It may never end: then its lock goes with the process.
	done := make(chan error, 1)
	go func() {
		done <- x.bleve.Close()
		x.release()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return fmt.Errorf("close index after a failure: %w", x.trouble.err())
	}
}

// damage marks sealed chunks that do not open as damage.
func damage(err error) error {
	if err == nil || errors.Is(err, ErrDamaged) || !errors.Is(err, seal.ErrSeal) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}
