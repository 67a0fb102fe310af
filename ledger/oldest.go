package ledger

import (
	"context"
	"database/sql"
	"errors"

	"poterne"
)

// Cut reports whether the last run of a share was cut short, and the number of the
// last one that was not, 0 where there is none: files that were met after it can
// wait, others have waited longer.
func (l *Ledger) Cut(ctx context.Context, share string) (whole int64, cut bool, err error) {
	for n, err := range rows(ctx, l.read, func(rs *sql.Rows) (int64, error) {
		var n int64
		var id string
		var state State
		var body sql.RawBytes
		if err := rs.Scan(&n, &id, &state, &body); err != nil {
			return 0, err
		}
		r, err := l.runOf(id, state, body)
		if _, has := r.Shares[share]; err != nil || !has {
			return 0, err
		}
		if state != Done {
			return -1, nil
		}
		return n, nil
	}, `SELECT n, id, state, body FROM runs ORDER BY n DESC`) {
		switch {
		case err != nil:
			return 0, false, err
		case n > 0:
			return n, cut, nil
		case n < 0:
			cut = true
		}
	}
	return 0, cut, nil
}

// Met returns the number of the run that last met a file, 0 where none did.
func (l *Ledger) Met(ctx context.Context, d poterne.Document) (run int64, err error) {
	k := l.keyer.file(outer(d))
	err = l.read.QueryRowContext(ctx, `SELECT s.run FROM files f JOIN seen s ON s.file = f.n WHERE f.key = ?`, k[:]).Scan(&run)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return run, damage(err)
}
