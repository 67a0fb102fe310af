// Package ledger remembers: runs, one record per document, and what a document
// was before. It is the source of truth; the index can be rebuilt from it.
//
// It is one SQLite file. Whatever tells something (paths, owners, findings, names
// of shares) is sealed; a copied file tells sizes, counts, levels and times.
// One process writes, any number read at the same time.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite" // registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"poterne/internal/seal"
)

// Errors that callers branch on. A wrong key is [seal.ErrKey].
var (
	// ErrDamaged says that the ledger holds something it did not write.
	ErrDamaged = errors.New("ledger is damaged")
	// ErrNewer says that a newer version of this program made the ledger.
	ErrNewer = errors.New("ledger was written by a newer version")
	// ErrOlder says that an older version made it: opening it for writing brings it
	// to the schema of this one.
	ErrOlder = errors.New("ledger was written by an older version")
	// ErrNotFound says that no such record or run is known.
	ErrNotFound = errors.New("not in the ledger")
)

// file is the name of the database in the state folder; SQLite puts two more
// beside it while it is open.
const file = "ledger.db"

// Options opens a ledger; the zero value writes.
type Options struct {
	// ReadOnly opens an existing ledger without ever writing to it; another
	// process may write meanwhile.
	ReadOnly bool
	// Busy is how long to wait for another writer; 0 is 10 s, far above the
	// longest transaction (a batch of 1000 records takes some 100 ms).
	Busy time.Duration
	// Audit is the key derived for [seal.Audit]; without it nothing can be decided,
	// and the audit trail is neither written nor verified.
	Audit []byte
}

// Ledger is an open ledger. Its methods may be called by several goroutines.
type Ledger struct {
	box   *seal.Box
	keyer *keyer
	trail *trail  // nil without its key
	write *sql.DB // one connection; nil where ReadOnly
	read  *sql.DB

	byFolder, byKey *sql.Stmt
	folders         folders
	opened          opened

	mu        sync.Mutex
	runs      map[string]int64 // number of each run met
	touched   []int64          // files seen unchanged, not yet written
	touchedIn int64            // the run they were seen in
}

// Open opens the ledger in dir, and makes it where there is none. The key is the
// one derived for [seal.Ledger]; a wrong one is refused with [seal.ErrKey]. The
// caller closes the ledger.
func Open(ctx context.Context, dir string, key []byte, o Options) (_ *Ledger, err error) {
	if o.Busy == 0 {
		o.Busy = 10 * time.Second
	}
	box, err := seal.NewBox(seal.Derive(key, "seal"))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, file)
	l := &Ledger{box: box, keyer: newKeyer(seal.Derive(key, "names")), runs: map[string]int64{"": 0}}
	defer func() {
		if err != nil {
			l.Close()
			err = fmt.Errorf("open ledger %s: %w", path, damage(err))
		}
	}()
	if o.Audit != nil {
		if l.trail, err = newTrail(dir, o.Audit); err != nil {
			return nil, err
		}
	}
	if o.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
	} else {
		if err := l.openWriter(ctx, path, o.Busy); err != nil {
			return nil, err
		}
	}
	if l.read, err = connect(path, o.Busy, true); err != nil {
		return nil, err
	}
	// Four readers: the walk, a report, a diff and one to spare.
	l.read.SetMaxOpenConns(4)
	if err := l.verify(ctx); err != nil {
		return nil, err
	}
	if l.trail != nil && l.write != nil {
		if err := l.startTrail(ctx); err != nil {
			return nil, err
		}
	}
	if l.trail != nil {
		if err := l.verifyTrail(ctx); err != nil {
			return nil, err
		}
	}
	if l.byFolder, err = l.read.PrepareContext(ctx, `SELECT n, key, state FROM files WHERE folder = ?`); err != nil {
		return nil, err
	}
	l.byKey, err = l.read.PrepareContext(ctx, `SELECT n FROM files WHERE key = ?`)
	return l, err
}

func (l *Ledger) openWriter(ctx context.Context, path string, busy time.Duration) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// SQLite gives the files beside it the mode of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if l.write, err = connect(path, busy, false); err != nil {
		return err
	}
	l.write.SetMaxOpenConns(1)
	steps, err := migrations()
	if err != nil {
		return err
	}
	return migrate(ctx, l.write, steps, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('check', ?)`, l.box.CheckValue())
		return err
	})
}

// verify refuses a wrong key and a schema from the future.
func (l *Ledger) verify(ctx context.Context) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	var version int
	if err := l.read.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	switch {
	case version > len(steps):
		return ErrNewer
	case version == 0:
		return fs.ErrNotExist // made, but nothing was ever written
	case version < len(steps):
		return fmt.Errorf("%w: schema %d of %d", ErrOlder, version, len(steps))
	}
	var check []byte
	err = l.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'check'`).Scan(&check)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: no check value", ErrDamaged)
	}
	if err != nil {
		return err
	}
	return l.box.Verify(check)
}

// connect opens a pool on path. Commits are durable (synchronous FULL); deleted
// rows are overwritten where that costs no extra write (secure_delete FAST).
func connect(path string, busy time.Duration, readOnly bool) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // file:///C:/…
	}
	q := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
		"synchronous(FULL)", "secure_delete(FAST)", "cache_size(-8000)", "temp_store(MEMORY)",
	}, "_txlock": {"immediate"}}
	if readOnly {
		q["_pragma"] = append(q["_pragma"], "query_only(1)")
		q.Set("mode", "ro")
	} else {
		q["_pragma"] = append(q["_pragma"], "journal_mode(WAL)")
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

// Close writes what was touched and closes the ledger. It may be called twice.
func (l *Ledger) Close() error {
	var errs []error
	if l.write != nil {
		errs = append(errs, l.flushLast())
	}
	for _, st := range []*sql.Stmt{l.byFolder, l.byKey} {
		if st != nil {
			errs = append(errs, st.Close())
		}
	}
	for _, db := range []*sql.DB{l.read, l.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	l.write, l.read, l.byFolder, l.byKey = nil, nil, nil, nil
	return errors.Join(errs...)
}

// flushLast writes what was touched, where anything was: a ledger that failed to
// open must not fail again on closing.
func (l *Ledger) flushLast() error {
	l.mu.Lock()
	n := len(l.touched)
	l.mu.Unlock()
	if n == 0 {
		return nil
	}
	return l.flush(context.Background())
}

// inTx runs f in one durable transaction of the writer, after the touches that
// wait.
func (l *Ledger) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	if l.write == nil {
		return errors.New("ledger is open for reading only")
	}
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return damage(err)
	}
	defer tx.Rollback()
	if err := retired(ctx, tx); err != nil {
		return damage(err)
	}
	l.mu.Lock()
	touched, run := l.touched, l.touchedIn
	l.touched = nil
	l.mu.Unlock()
	err = l.writeTouched(ctx, tx, touched, run)
	if err == nil {
		err = f(tx)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		// They were not written after all.
		l.mu.Lock()
		if l.touchedIn == run {
			l.touched = append(l.touched, touched...)
		}
		l.mu.Unlock()
	}
	return damage(err)
}

// damage marks what SQLite says of a broken file, and sealed values that do not
// open, as ErrDamaged.
func damage(err error) error {
	var se *sqlite.Error
	switch {
	case err == nil || errors.Is(err, ErrDamaged):
		return err
	case errors.Is(err, seal.ErrSeal):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case errors.As(err, &se):
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	return err
}

// rows runs a query and yields its rows; scan reads the current one.
func rows[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		rs, err := q.QueryContext(ctx, query, args...)
		if err != nil {
			yield(zero, damage(err))
			return
		}
		defer rs.Close()
		for rs.Next() {
			v, err := scan(rs)
			if !yield(v, damage(err)) || err != nil {
				return
			}
		}
		if err := rs.Err(); err != nil {
			yield(zero, damage(err))
		}
	}
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}
