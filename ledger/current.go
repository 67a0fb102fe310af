package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"poterne"
)

// touchBatch is how many touched files wait in memory at most; a crash forgets
// them, and the next run touches them again.
const touchBatch = 100_000

// Current returns what is stored of the file d itself, and whether there is
// anything: the document as it was seen last, format, stamp, failure and time,
// without findings and assessment. A member is looked up as its container.
func (l *Ledger) Current(ctx context.Context, d poterne.Document) (poterne.Record, bool, error) {
	key := l.keyer.file(outer(d))
	c, ok, err := l.lookup(ctx, l.keyer.folder(d.Share, d.Path), key)
	if err != nil || !ok {
		return poterne.Record{}, false, err
	}
	plain, err := l.box.Open(nil, c.state, bound("files.state", key[:]))
	if err != nil {
		return poterne.Record{}, false, damage(err)
	}
	r, err := parseState(plain)
	r.ID = outer(d)
	return r, err == nil, err
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

func (l *Ledger) readFolder(ctx context.Context, dir int64) (map[rowKey]cached, error) {
	files := map[rowKey]cached{}
	rs, err := l.byFolder.QueryContext(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var row cached
		var k sql.RawBytes
		if err := rs.Scan(&row.row, &k, &row.state); err != nil {
			return nil, err
		}
		if len(k) != len(rowKey{}) {
			return nil, fmt.Errorf("%w: key of %d bytes", ErrDamaged, len(k))
		}
		files[rowKey(k)] = row
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
