package accounts

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"poterne/internal/seal"
)

// ErrDamaged says that the file of accounts holds something that was not written.
var ErrDamaged = errors.New("accounts are damaged")

// damage marks what SQLite says of a broken file, and sealed values that do not open,
// as ErrDamaged. A question of ours that SQLite does not understand (SQLITE_ERROR) was
// asked of other tables.
func damage(err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	if errors.Is(err, seal.ErrSeal) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// Check reads the whole file: its pages, and each sealed value under the name of its
// row. What is wrong comes back as [ErrDamaged].
func (s *Store) Check(ctx context.Context) error {
	return damage(errors.Join(s.checkPages(ctx), s.checkRows(ctx)))
}

func (s *Store) checkPages(ctx context.Context) error {
	rs, err := s.db.QueryContext(ctx, `PRAGMA integrity_check(20)`)
	if err != nil {
		return err
	}
	defer rs.Close()
	var errs []error
	for rs.Next() {
		var what string
		if err := rs.Scan(&what); err != nil {
			return err
		}
		if what != "ok" {
			errs = append(errs, fmt.Errorf("%w: %s", ErrDamaged, what))
		}
	}
	return errors.Join(append(errs, rs.Err())...)
}

func (s *Store) checkRows(ctx context.Context) error {
	rs, err := s.db.QueryContext(ctx, `SELECT 'account', key, body FROM accounts
		UNION ALL SELECT 'session', key, body FROM sessions
		UNION ALL SELECT 'token', key, body FROM tokens
		UNION ALL SELECT 'shelf/' || kind, key, body FROM shelf`)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var kind string
		var key, body []byte
		if err := rs.Scan(&kind, &key, &body); err != nil {
			return err
		}
		if _, err := s.box.Open(nil, body, bound(kind, key)); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return rs.Err()
}
