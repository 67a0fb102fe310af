package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"poterne/internal/seal"
)

// verifiedOnOpen is up to how many bytes a snapshot is read whole before it is
// searched: 64 MB take some 60 ms. Above, sizes are compared on opening, every chunk
// is authenticated as it is read, and Check reads the rest.
const verifiedOnOpen = 64 << 20

// Snapshot is a published index open for reading. Its methods may be called by
// several goroutines, and by any number of processes, while another writes.
type Snapshot struct {
	searcher
	dir     string
	about   snapshot
	behind  bool // something was written since
	release func()

	root    *scorch.IndexSnapshot  // all that it holds
	live    func() *roaring.Bitmap // the numbers of all its documents
	columns *columns

	closing sync.RWMutex // held to read by whoever searches by the columns
	closed  bool
}

// OpenSnapshot opens the newest snapshot of the index in dir; there is none before
// the first [Index.Publish] (fs.ErrNotExist). The caller closes it. A Snapshot does
// not follow later ones: see [Snapshot.Stale].
func OpenSnapshot(dir string, key []byte) (*Snapshot, error) {
	s, err := openSnapshot(dir, key)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", dir, damage(err))
	}
	return s, nil
}

func openSnapshot(dir string, key []byte) (*Snapshot, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	box, err := seal.NewBox(seal.Derive(key, "manifest"))
	if err != nil {
		return nil, err
	}
	var last error
	// A writer that publishes twice meanwhile takes the folder away: look again.
	for range 3 {
		m, err := readManifest(dir, box)
		if err != nil {
			return nil, err
		}
		if len(m.Snapshots) == 0 {
			return nil, fmt.Errorf("no snapshot yet: %w", fs.ErrNotExist)
		}
		s := &Snapshot{dir: dir, about: m.Snapshots[0], behind: !m.Settled}
		if last = s.open(newVault(key)); last == nil {
			return s, nil
		}
		if again, err := readManifest(dir, box); err != nil || len(again.Snapshots) == 0 || again.Snapshots[0].Name == s.about.Name {
			break
		}
	}
	return nil, last
}

func (s *Snapshot) open(v *vault) error {
	var total int64
	for _, f := range s.about.Files {
		total += f.Size
	}
	if err := s.verify(context.Background(), total <= verifiedOnOpen); err != nil {
		return err
	}
	path := s.path()
	s.release = guard(path, v)
	b, err := openBleve(path, map[string]any{"read_only": true, "bolt_timeout": lockWait})
	if err != nil {
		s.release()
		return err
	}
	s.bleve = b
	if err := s.openRoot(v); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// openRoot opens what is behind bleve, and the columns.
func (s *Snapshot) openRoot(v *vault) (err error) {
	if s.root, err = rootOf(s.bleve); err != nil {
		return err
	}
	s.live = sync.OnceValue(func() *roaring.Bitmap { return liveOf(s.root) })
	s.columns, err = openColumns(s.path(), v, documentsOf(s.root))
	return err
}

func (s *Snapshot) path() string { return filepath.Join(s.dir, s.about.Name) }

// verify compares the files of the snapshot with its manifest: sizes, and sums
// where whole is set.
func (s *Snapshot) verify(ctx context.Context, whole bool) error {
	var errs []error
	for name, want := range s.about.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(s.path(), filepath.FromSlash(name))
		info, err := os.Stat(path)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%w: %w", ErrDamaged, err))
			continue
		case info.Size() != want.Size:
			errs = append(errs, fmt.Errorf("%w: %s has %d bytes, want %d", ErrDamaged, path, info.Size(), want.Size))
			continue
		case !whole:
			continue
		}
		h, err := sumFile(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("%w: %w", ErrDamaged, err))
		} else if !bytes.Equal(h.Sum(nil), want.Sum) {
			errs = append(errs, fmt.Errorf("%w: %s is not what was written", ErrDamaged, path))
		}
	}
	return errors.Join(errs...)
}

// Check reads the whole snapshot and compares it with what was published; want is
// how many documents there must be, or negative where nobody knows. All that is
// wrong comes back, joined, as [ErrDamaged].
func (s *Snapshot) Check(ctx context.Context, want int) error {
	if err := s.verify(ctx, true); err != nil {
		return err
	}
	return checkCount(s.searcher, s.about.Count, want)
}

// Stale reports whether a newer snapshot was published.
func (s *Snapshot) Stale(key []byte) (bool, error) {
	box, err := seal.NewBox(seal.Derive(key, "manifest"))
	if err != nil {
		return false, err
	}
	m, err := readManifest(s.dir, box)
	return err == nil && (len(m.Snapshots) == 0 || m.Snapshots[0].Name != s.about.Name), err
}

// Behind reports whether something was written after the snapshot was published, when
// it was opened: a scan is running, or one was killed before it published.
func (s *Snapshot) Behind() bool { return s.behind }

// Close closes the snapshot after the searches that run. It may be called twice.
func (s *Snapshot) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	defer s.release()
	var errs []error
	if s.columns != nil {
		errs = append(errs, s.columns.close())
	}
	if s.root != nil {
		errs = append(errs, s.root.Close())
	}
	return errors.Join(append(errs, s.bleve.Close())...)
}
