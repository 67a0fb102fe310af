package index

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"poterne"
	"poterne/internal/seal"
)

// Rebuild makes a new index of records, publishes it and returns it open, in the
// place of whatever stands in dir: a damaged index, one of another format, or none.
// A crash, an error of records or a cancelled context leaves the old one. No other
// process may be writing; searches go on in the old snapshot.
func Rebuild(ctx context.Context, dir string, key []byte, records iter.Seq2[poterne.Record, error]) (*Index, error) {
	x, err := rebuild(ctx, dir, key, records)
	if err != nil {
		return nil, fmt.Errorf("rebuild index %s: %w", dir, damage(err))
	}
	return x, nil
}

func rebuild(ctx context.Context, dir string, key []byte, records iter.Seq2[poterne.Record, error]) (_ *Index, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	box, err := seal.NewBox(seal.Derive(key, "manifest"))
	if err != nil {
		return nil, err
	}
	x := &Index{dir: dir, vault: newVault(key), box: box}
	old, err := readManifest(dir, box)
	if errors.Is(err, seal.ErrKey) {
		return nil, err // the wrong key must not replace a sound index
	}
	if err := x.refuseWriter(old.Live); err != nil {
		return nil, err
	}
	name, err := x.newLive()
	if err != nil {
		return nil, err
	}
	x.manifest = manifest{Version: version, Live: name}
	if err := x.openLive(name); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.Close(), os.RemoveAll(filepath.Join(dir, name)))
		}
	}()
	batch := make([]poterne.Record, 0, batchRecords)
	flush := func() error {
		err := x.put(ctx, batch)
		batch = batch[:0]
		return err
	}
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		if batch = append(batch, r); len(batch) == cap(batch) {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	// The manifest that names the new snapshot names the new index too.
	return x, x.publish()
}

// refuseWriter returns ErrLocked where another process writes the old index.
func (x *Index) refuseWriter(live string) error {
	if live == "" {
		return nil
	}
	err := x.openLive(live)
	if errors.Is(err, ErrLocked) {
		return err
	}
	if err == nil {
		defer x.release()
		return x.bleve.Close()
	}
	return nil // damaged: that is why it is rebuilt
}
