package index

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"

	"poterne/internal/seal"
)

// generations is how many snapshots are kept: a reader that has just read the
// manifest may still be about to open the one before the newest.
const generations = 2

// Publish makes a snapshot of what was put and deleted so far, and makes it the
// one that [OpenSnapshot] opens, unless that one holds all of it. A crash at any moment leaves the old snapshot or
// the new one.
func (x *Index) Publish(ctx context.Context) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if x.closed {
		return errClosed
	}
	err := x.trouble.err()
	if err == nil {
		err = x.publish()
	}
	if err != nil {
		return fmt.Errorf("publish index: %w", damage(err))
	}
	return nil
}

func (x *Index) publish() error {
	if x.manifest.Settled {
		return nil
	}
	count, err := x.bleve.DocCount()
	if err != nil {
		return err
	}
	s := snapshot{Name: freshName("snap"), Count: int(count)}
	dir := filepath.Join(x.dir, s.Name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	copying := &copier{from: filepath.Join(x.dir, x.manifest.Live), to: dir, sums: map[string]hash.Hash{}}
	release := guard(dir, x.vault)
	err = x.bleve.(bleve.IndexCopyable).CopyTo(copying)
	if err == nil {
		err = makeColumns(dir, x.vault)
	}
	release()
	if err == nil {
		s.Files, err = copying.settle()
	}
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	old := x.manifest
	x.manifest.Snapshots = append([]snapshot{s}, old.Snapshots[:min(len(old.Snapshots), generations-1)]...)
	x.manifest.Settled = true
	if err := x.writeManifest(); err != nil {
		x.manifest = old
		return err
	}
	x.removeOld()
	return nil
}

// copier receives the files of a snapshot. Segments never change once written, so
// it links them where the file system can; their bytes are summed as they pass.
type copier struct {
	from, to string
	mu       sync.Mutex
	sums     map[string]hash.Hash
}

// GetWriter is called by bleve for each file; bleve closes the writer.
func (c *copier) GetWriter(name string) (io.WriteCloser, error) {
	path := filepath.Join(c.to, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if filepath.Base(name) == rootFile {
		// bleve writes this one through its own handle, and needs a file.
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	}
	w := &summed{hash: sha256.New()}
	c.mu.Lock()
	c.sums[filepath.ToSlash(name)] = w.hash
	c.mu.Unlock()
	if strings.HasSuffix(name, ".zap") && os.Link(filepath.Join(c.from, name), path) == nil {
		return w, nil
	}
	var err error
	w.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return w, err
}

// summed sums what is written, to a file or to none.
type summed struct {
	hash hash.Hash
	file *os.File
}

func (w *summed) Write(b []byte) (int, error) {
	w.hash.Write(b)
	if w.file == nil {
		return len(b), nil
	}
	return w.file.Write(b)
}

func (w *summed) Close() error {
	if w.file == nil {
		return nil
	}
	err := w.file.Sync()
	if cerr := w.file.Close(); err == nil {
		err = cerr
	}
	return err
}

// settle makes the copy durable and says what its files are.
func (c *copier) settle() (map[string]file, error) {
	files := map[string]file{}
	var dirs []string
	err := filepath.WalkDir(c.to, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			dirs = append(dirs, path)
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(c.to, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		h, known := c.sums[name]
		if !known {
			if h, err = sumFile(path); err != nil {
				return err
			}
		}
		files[name] = file{info.Size(), h.Sum(nil)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, d := range append(dirs, filepath.Dir(c.to)) {
		if err := seal.SyncDir(d); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// sumFile reads a whole file.
func sumFile(path string) (hash.Hash, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h, err
}
