package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"poterne/internal/pack"
)

// Check reads the whole ledger: the pages of the database, each sealed value under
// the name of its row, what stands in clear against what is sealed, and the chain
// of the audit trail where its key is there. All
// that is wrong comes back, joined, as [ErrDamaged].
func (l *Ledger) Check(ctx context.Context) error {
	var errs []error
	for s, err := range rows(ctx, l.read, func(rs *sql.Rows) (s string, err error) { return s, rs.Scan(&s) }, `PRAGMA integrity_check(20)`) {
		if err != nil {
			return fmt.Errorf("check the database: %w", err)
		}
		if s != "ok" {
			errs = append(errs, fmt.Errorf("%w: %s", ErrDamaged, s))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...) // rows of a broken file say nothing more
	}
	for _, c := range []struct{ table, query string }{
		{"files", `SELECT 'files.state', key, state, n, 0, 0, '', 0 FROM files`},
		{"records", `SELECT 'records.body', key, body, file, level, class, failure, size FROM records`},
		{"history", `SELECT 'history.body', key, body, 0, 0, 0, '', 0 FROM history`},
	} {
		bad := 0
		for err := range l.checkRows(ctx, c.query) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			// One line a table says enough: a lost key would give millions.
			if bad++; bad == 1 {
				errs = append(errs, fmt.Errorf("table %s: %w", c.table, err))
			}
		}
		if bad > 1 {
			errs = append(errs, fmt.Errorf("%w: table %s: %d rows in all", ErrDamaged, c.table, bad))
		}
	}
	if _, err := l.Runs(ctx, 0); err != nil {
		errs = append(errs, fmt.Errorf("table runs: %w", err))
	}
	if _, err := l.Shares(ctx); err != nil {
		errs = append(errs, fmt.Errorf("table shares: %w", err))
	}
	for _, err := range l.Reviews(ctx) {
		if err != nil {
			errs = append(errs, fmt.Errorf("table reviews: %w", err))
			break
		}
	}
	if _, err := l.Derogations(ctx); err != nil {
		errs = append(errs, fmt.Errorf("table derogations: %w", err))
	}
	if _, err := l.Searches(ctx); err != nil {
		errs = append(errs, fmt.Errorf("table searches: %w", err))
	}
	errs = append(errs, l.checkLinks(ctx))
	if l.trail != nil {
		_, err := l.VerifyAudit(ctx)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// checkRows yields an error for each row that is not what was written.
func (l *Ledger) checkRows(ctx context.Context, query string) func(func(error) bool) {
	return func(yield func(error) bool) {
		for err, stop := range rows(ctx, l.read, func(rs *sql.Rows) (error, error) {
			var column, failure string
			var key, sealed sql.RawBytes
			var file, level, class, size int64
			if err := rs.Scan(&column, &key, &sealed, &file, &level, &class, &failure, &size); err != nil {
				return nil, err
			}
			plain, err := l.box.Open(nil, sealed, bound(column, key))
			if err != nil {
				return damage(err), nil
			}
			if column == "files.state" {
				_, err := readState(plain)
				return err, nil
			}
			r, err := pack.Record(plain)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrDamaged, err), nil
			}
			if column == "records.body" && (int64(r.Assessment.Level) != level || int64(r.Assessment.Hosting.Class) != class ||
				kindOf(r.Failure) != failure || r.Size != size) {
				return fmt.Errorf("%w: a verdict in clear is not the sealed one", ErrDamaged), nil
			}
			if k := l.keyer.record(r.ID); string(k[:]) != string(key) {
				return fmt.Errorf("%w: a row under another name", ErrDamaged), nil
			}
			return nil, nil
		}, query) {
			if err = errors.Join(err, stop); err != nil && !yield(err) {
				return
			}
		}
	}
}

// checkLinks verifies that no record lost its file, and no file its own record.
func (l *Ledger) checkLinks(ctx context.Context) error {
	var orphans, empty int
	err := l.read.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM records WHERE file NOT IN (SELECT n FROM files)),
		(SELECT count(*) FROM files WHERE n NOT IN (SELECT file FROM records))`).Scan(&orphans, &empty)
	if err != nil {
		return damage(err)
	}
	if orphans > 0 || empty > 0 {
		return fmt.Errorf("%w: %d records without their file, %d files without a record", ErrDamaged, orphans, empty)
	}
	return nil
}
