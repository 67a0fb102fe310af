package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"poterne"
)

// This file keeps the contents whose stored records do not yet follow what was
// decided. A decision never waits for a scan that runs: it is stored at once, and
// whoever holds the lock of the state folder next decides the records again.

func wait(ctx context.Context, tx *sql.Tx, content rowKey) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO waiting (content, turn)
		VALUES (?, (SELECT coalesce(max(turn), 0) + 1 FROM waiting))
		ON CONFLICT (content) DO UPDATE SET turn = excluded.turn`, content[:])
	return err
}

// waitAt has what a document holds today wait, whatever it held before.
func (l *Ledger) waitAt(ctx context.Context, tx *sql.Tx, id poterne.ID) error {
	k := l.keyer.record(id)
	content, err := first(rows(ctx, tx, func(rs *sql.Rows) (key rowKey, err error) {
		var b sql.RawBytes
		err = rs.Scan(&b)
		copy(key[:], b)
		return key, err
	}, `SELECT content FROM records WHERE key = ?`, k[:]))
	if errors.Is(err, ErrNotFound) || err == nil && content == (rowKey{}) {
		return nil // gone, or never read: no two of those are alike
	}
	if err != nil {
		return err
	}
	return wait(ctx, tx, content)
}

// Waiting returns the files whose records wait to be decided again, and the turn up
// to which these are all: what is decided later gets a later one.
func (l *Ledger) Waiting(ctx context.Context) (files []poterne.Document, turn int64, err error) {
	err = l.read.QueryRowContext(ctx, `SELECT coalesce(max(turn), 0) FROM waiting`).Scan(&turn)
	if err != nil || turn == 0 {
		return nil, 0, damage(err)
	}
	files, err = collect(rows(ctx, l.read, func(rs *sql.Rows) (poterne.Document, error) {
		r, err := l.scanRecord(rs)
		return r.Document, err
	}, selectRecords+` WHERE r.member = 0 AND r.content IN (SELECT content FROM waiting WHERE turn <= ?) ORDER BY r.n`, turn))
	return files, turn, err
}

// Revise stores records that were decided again without being read, as Commit does;
// when their files were last seen stays as it was.
func (l *Ledger) Revise(ctx context.Context, records ...poterne.Record) error {
	return l.commit(ctx, false, records)
}

// Settled says that the records and the index follow all that was decided up to turn.
func (l *Ledger) Settled(ctx context.Context, turn int64) error {
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM waiting WHERE turn <= ?`, turn)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	return nil
}
