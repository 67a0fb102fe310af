package index

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Check reads the whole index that is written, the sum of each segment and the count
// of documents, and all snapshots that are kept: a search may have opened the one
// before the newest; want is how many there must be, or negative where nobody
// knows. All that is wrong comes back, joined, as [ErrDamaged]. bleve itself
// searches damaged segments without a word.
func (x *Index) Check(ctx context.Context, want int) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if x.closed {
		return errClosed
	}
	segments, release, err := x.segments()
	if err != nil {
		return fmt.Errorf("check index %s: %w", x.dir, err)
	}
	defer release()
	var errs []error
	for _, path := range segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		errs = append(errs, checkSegment(path))
	}
	errs = append(errs, checkCount(x.searcher, -1, want))
	for _, about := range x.manifest.Snapshots {
		s := Snapshot{dir: x.dir, about: about}
		errs = append(errs, s.verify(ctx, true))
	}
	return errors.Join(errs...)
}

// segments lists the files that the index stands on, and holds them until release:
// bleve merges all the time, and half a merged file lies beside them.
func (x *Index) segments() (paths []string, release func(), err error) {
	advanced, err := x.bleve.Advanced()
	if err != nil {
		return nil, nil, err
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, nil, err
	}
	root, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, nil, errors.Join(fmt.Errorf("index of type %T", reader), reader.Close())
	}
	for _, s := range root.Segments() {
		if on, ok := s.Segment().(segment.PersistedSegment); ok {
			paths = append(paths, on.Path())
		}
	}
	return paths, func() { reader.Close() }, nil
}

// checkSegment compares the sum in the last four bytes of a segment (big-endian
// CRC-32, IEEE) with that of all bytes before.
func checkSegment(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < 4 {
		return fmt.Errorf("%w: %s is cut", ErrDamaged, path)
	}
	h := crc32.NewIEEE()
	if _, err := io.CopyN(h, f, info.Size()-4); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	var sum [4]byte
	if _, err := io.ReadFull(f, sum[:]); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	if binary.BigEndian.Uint32(sum[:]) != h.Sum32() {
		return fmt.Errorf("%w: %s is not what was written", ErrDamaged, path)
	}
	return nil
}

func checkCount(s searcher, published, want int) error {
	n, err := s.Count()
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case published >= 0 && n != published:
		return fmt.Errorf("%w: %d documents, %d were published", ErrDamaged, n, published)
	case want >= 0 && n != want:
		return fmt.Errorf("%w: %d documents, the ledger has %d", ErrDamaged, n, want)
	}
	return nil
}
