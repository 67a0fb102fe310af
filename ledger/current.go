package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"poterne"
	"poterne/internal/seal"
)

// touchBatch is how many touched files wait in memory at most; a crash forgets
// them, and the next run touches them again.
const touchBatch = 100_000

// stateBlock is in how large pieces the states of a folder are held: some twenty files.
const stateBlock = 8 << 10

// Current returns what is stored of the file d itself, and whether there is
// anything: the document as it was seen last, format, stamp, failure and time,
// without findings and assessment. A member is looked up as its container.
func (l *Ledger) Current(ctx context.Context, d poterne.Document) (poterne.Record, bool, error) {
	key := l.keyer.file(outer(d))
	c, ok, err := l.lookup(ctx, l.keyer.folder(d.Share, d.Path), key)
	if err != nil || !ok {
		return poterne.Record{}, false, err
	}
	r, err := l.opened.state(l.box, key, c.state, d)
	r.ID = outer(d)
	return r, err == nil, err
}

// opened opens the states of files. What is asked of a whole night is the same words
// again and again: it keeps those of the last state, and its buffers.
type opened struct {
	buffers sync.Pool // of *[]byte
	last    atomic.Pointer[poterne.Record]
}

func (o *opened) state(box *seal.Box, key rowKey, sealed []byte, d poterne.Document) (poterne.Record, error) {
	buf, _ := o.buffers.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	defer o.buffers.Put(buf)
	name := append(append((*buf)[:0], boundState...), key[:]...)
	plain, err := box.Open(name, sealed, name)
	if err != nil {
		return poterne.Record{}, damage(err)
	}
	*buf = plain
	like := poterne.Record{}
	if last := o.last.Load(); last != nil {
		like = *last
	}
	like.Share, like.Path, like.Owner = d.Share, d.Path, d.Owner
	r, err := parseState(plain[len(name):], like)
	if err == nil && (r.Format != like.Format || r.Run != like.Run || r.Stamp != sameBut(like.Stamp, r.Stamp.Content)) {
		kept := r
		o.last.Store(&kept)
	}
	return r, err
}

func sameBut(s poterne.Stamp, content poterne.Version) poterne.Stamp {
	s.Content = content
	return s
}

// outer returns the id of the file that d is or lies in.
func outer(d poterne.Document) poterne.ID {
	if d.ID != "" && d.Member == "" {
		return d.ID
	}
	return poterne.NewID(d.Share, d.Path, "")
}

// Touch marks files, not members, as seen and unchanged in a run. It is durable
// with the next Commit, Unseen, Finish or Close: a crash before that only makes
// the next run look again. Ids that are not known are passed over.
func (l *Ledger) Touch(ctx context.Context, run string, ids ...poterne.ID) error {
	n, err := l.runNumber(ctx, run)
	if err != nil {
		return err
	}
	found := make([]int64, 0, len(ids))
	for _, id := range ids {
		row, ok, err := l.fileRow(ctx, l.keyer.file(id))
		if err != nil {
			return err
		}
		if ok {
			found = append(found, row)
		}
	}
	l.mu.Lock()
	other := len(l.touched) > 0 && l.touchedIn != n
	l.mu.Unlock()
	if other {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	l.mu.Lock()
	l.touchedIn = n
	l.touched = append(l.touched, found...)
	full := len(l.touched) >= touchBatch
	l.mu.Unlock()
	if full {
		return l.flush(ctx)
	}
	return nil
}

// flush writes what was touched.
func (l *Ledger) flush(ctx context.Context) error {
	return l.inTx(ctx, func(*sql.Tx) error { return nil })
}

// writeTouched writes the touched files as ranges: files committed in the order of
// a walk have neighbouring numbers, and come back in about the same order.
func (l *Ledger) writeTouched(ctx context.Context, tx *sql.Tx, rows []int64, run int64) error {
	if len(rows) == 0 {
		return nil
	}
	slices.Sort(rows)
	stmt, err := tx.PrepareContext(ctx, `UPDATE seen SET run = ? WHERE file BETWEEN ? AND ?`)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for i := 0; i < len(rows); {
		j := i
		for j+1 < len(rows) && rows[j+1] <= rows[j]+1 {
			j++
		}
		if _, err := stmt.ExecContext(ctx, run, rows[i], rows[j]); err != nil {
			return err
		}
		i = j + 1
	}
	return nil
}

// lookup returns the row of a file, reading all rows of its folder the first time.
func (l *Ledger) lookup(ctx context.Context, dir int64, key rowKey) (cached, bool, error) {
	c := &l.folders
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.use(dir) {
		files, err := l.readFolder(ctx, dir)
		if err != nil {
			return cached{}, false, damage(err)
		}
		c.add(dir, files)
	}
	row, ok := c.files[key]
	return row, ok, nil
}

func (l *Ledger) readFolder(ctx context.Context, dir int64) ([]keyed, error) {
	rs, err := l.byFolder.QueryContext(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var files []keyed
	var states []byte // of many files: each by itself would be an allocation
	for rs.Next() {
		var row keyed
		var k, state sql.RawBytes
		if err := rs.Scan(&row.row, &k, &state); err != nil {
			return nil, err
		}
		if len(k) != len(rowKey{}) {
			return nil, fmt.Errorf("%w: key of %d bytes", ErrDamaged, len(k))
		}
		if cap(states)-len(states) < len(state) {
			states = make([]byte, 0, max(stateBlock, len(state)))
		}
		at := len(states)
		states = append(states, state...)
		row.key, row.state = rowKey(k), states[at:len(states):len(states)]
		files = append(files, row)
	}
	return files, rs.Err()
}

// fileRow returns the number of a file's row.
func (l *Ledger) fileRow(ctx context.Context, key rowKey) (int64, bool, error) {
	l.folders.mu.Lock()
	c, ok := l.folders.files[key]
	l.folders.mu.Unlock()
	if ok {
		return c.row, true, nil
	}
	var row int64
	err := l.byKey.QueryRowContext(ctx, key[:]).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return row, err == nil, damage(err)
}
