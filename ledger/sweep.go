package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"poterne"
)

// Unseen lists the documents of shares, members too, that a run neither committed
// nor touched, where gone, called with their share and path, agrees; nil agrees
// with all. Files that the run could not see must be refused by gone.
func (l *Ledger) Unseen(ctx context.Context, run string, shares []string, gone func(share, path string) bool) ([]poterne.ID, error) {
	n, err := l.runNumber(ctx, run)
	if err != nil {
		return nil, err
	}
	if err := l.flush(ctx); err != nil {
		return nil, err
	}
	var ids []poterne.ID
	for _, share := range shares {
		// CROSS JOIN: the records last, of the few files that were not seen.
		unseen := rows(ctx, l.read, l.scanRecord, `SELECT r.key, r.body
			FROM files f LEFT JOIN seen s ON s.file = f.n CROSS JOIN records r ON r.file = f.n
			WHERE f.share = ? AND (s.run IS NULL OR s.run <> ?) ORDER BY r.file, r.member, r.n`, l.keyer.share(share), n)
		for r, err := range unseen {
			if err != nil {
				return nil, fmt.Errorf("list unseen documents: %w", err)
			}
			if gone == nil || gone(r.Share, r.Path) {
				ids = append(ids, r.ID)
			}
		}
	}
	return ids, nil
}

// Drop forgets documents that left, in one transaction; what they were stays in
// the history. A file goes with its last record. Unknown ids are passed over.
func (l *Ledger) Drop(ctx context.Context, run string, ids ...poterne.ID) error {
	if len(ids) == 0 {
		return nil
	}
	n, err := l.runNumber(ctx, run)
	if err != nil {
		return err
	}
	err = l.inTx(ctx, func(tx *sql.Tx) error {
		c, err := l.newCommitter(ctx, tx)
		if err != nil {
			return err
		}
		defer c.close()
		for _, id := range ids {
			k := l.keyer.record(id)
			var file int64
			var p past
			err := tx.QueryRowContext(ctx, `SELECT file, first, level, class, content FROM records WHERE key = ?`, k[:]).
				Scan(&file, &p.first, &p.level, &p.class, &p.content)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			if err := c.remove(ctx, k, p, n); err != nil {
				return err
			}
			for _, q := range []string{
				`DELETE FROM seen WHERE file = ?1 AND NOT EXISTS (SELECT 1 FROM records WHERE file = ?1)`,
				`DELETE FROM files WHERE n = ?1 AND NOT EXISTS (SELECT 1 FROM records WHERE file = ?1)`,
			} {
				if _, err := tx.ExecContext(ctx, q, file); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop documents: %w", err)
	}
	l.folders.forget()
	return nil
}
