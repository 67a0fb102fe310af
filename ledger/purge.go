package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Purged counts what a purge or a share that is forgotten takes away.
type Purged struct {
	Files   int // files of shares, with their members
	Records int // one for each file and each member
	History int // past verdicts
	Runs    int
	Reviews int
	Shares  int // that hold no file any more
	// Emptied names the shares that lose all their files, or most of many: as if no
	// run had been there for long.
	Emptied []string
}

// PurgeOptions says how a purge is carried out.
type PurgeOptions struct {
	Dry  bool // only count
	Mass bool // let shares be emptied
}

// ErrMassPurge says that a purge would empty a share, and nothing was forgotten.
var ErrMassPurge = errors.New("nearly a whole share would be forgotten")

// detail says p in an audit entry.
func (p Purged) detail() Detail {
	return Detail{
		"files": strconv.Itoa(p.Files), "records": strconv.Itoa(p.Records), "history": strconv.Itoa(p.History),
		"runs": strconv.Itoa(p.Runs), "reviews": strconv.Itoa(p.Reviews), "shares": strconv.Itoa(p.Shares),
	}
}

// errDry rolls a rehearsal back.
var errDry = errors.New("rehearsal")

// Purge forgets, in the name of account, what is older than a time: files that no
// run has met since, with their records; past verdicts; runs that no record is of;
// reviews that ended before. It keeps the audit trail, which gets an entry,
// derogations, and the reviews that stand. Where a share would be emptied it returns
// [ErrMassPurge] and what would go, unless o says otherwise. The index does not
// follow until it is made again: see [Ledger.IndexStale]. Call [Ledger.Vacuum] after it.
func (l *Ledger) Purge(ctx context.Context, account string, before time.Time, o PurgeOptions) (Purged, error) {
	var p Purged
	e := Entry{Actor: account, Verb: "purge"}
	forget := func(tx *sql.Tx) (err error) {
		if p, err = l.purge(ctx, tx, before); err != nil {
			return err
		}
		if len(p.Emptied) > 0 && !o.Mass && !o.Dry {
			return ErrMassPurge
		}
		e.Detail = p.detail()
		e.Detail["before"] = before.UTC().Format(time.RFC3339)
		return nil
	}
	var err error
	if o.Dry {
		err = l.inTx(ctx, func(tx *sql.Tx) error { return errors.Join(forget(tx), errDry) })
		if errors.Is(err, errDry) {
			return p, nil
		}
	} else {
		err = l.audited(ctx, &e, forget)
	}
	if errors.Is(err, ErrMassPurge) {
		return p, err
	}
	if err != nil {
		return Purged{}, fmt.Errorf("purge: %w", err)
	}
	l.folders.forget()
	return p, nil
}

func (l *Ledger) purge(ctx context.Context, tx *sql.Tx, before time.Time) (p Purged, err error) {
	t := before.UnixMilli()
	// The last run that met a file says when; a record from before runs says it itself.
	files, err := collect(rows(ctx, tx, scanFile, `SELECT f.n, f.share FROM files f LEFT JOIN seen s ON s.file = f.n LEFT JOIN runs r ON r.n = s.run
		WHERE coalesce(max(r.started, r.ended), (SELECT max(scanned) FROM records WHERE file = f.n), 0) < ?`, t))
	if err != nil {
		return p, err
	}
	if p.Emptied, err = l.emptied(ctx, tx, files); err != nil {
		return p, err
	}
	numbers := make([]int64, len(files))
	for i, f := range files {
		numbers[i] = f.n
	}
	if p.Files, p.Records, err = dropFiles(ctx, tx, numbers); err != nil {
		return p, err
	}
	if p.History, err = deleted(ctx, tx, `DELETE FROM history WHERE at < ?`, t); err != nil {
		return p, err
	}
	if p.Reviews, err = l.purgeReviews(ctx, tx, func(r Review, alive bool) bool {
		over := r.Ended
		if over.IsZero() && !alive { // else its end has yet to reach verdicts: see Lapse
			over = r.Expires
		}
		return !over.IsZero() && over.Before(before)
	}); err != nil {
		return p, err
	}
	if p.Runs, err = deleted(ctx, tx, `DELETE FROM runs WHERE max(started, ended) < ?
		AND n NOT IN (SELECT run FROM seen) AND n NOT IN (SELECT run FROM records) AND n NOT IN (SELECT first FROM records)
		AND n NOT IN (SELECT run FROM history) AND n NOT IN (SELECT first FROM history)`, t); err != nil {
		return p, err
	}
	if p.Files > 0 {
		if p.Shares, err = deleted(ctx, tx, `DELETE FROM shares WHERE share NOT IN (SELECT share FROM files)`); err != nil {
			return p, err
		}
	}
	if p.Records > 0 {
		err = markStale(ctx, tx)
	}
	return p, err
}

// massPurge is how many files may go at once, from where on a share that loses more
// than it keeps is to be asked for: the measure of a scan that finds most of it gone.
const massPurge = 20

// emptied names the shares that lose files and keep none, or lose most of many.
func (l *Ledger) emptied(ctx context.Context, tx *sql.Tx, files []fileRow) ([]string, error) {
	gone := map[int64]int{}
	for _, f := range files {
		gone[f.share]++
	}
	places, err := collect(l.sharesIn(ctx, tx))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range places {
		n := gone[s.key]
		if n == 0 {
			continue
		}
		var all int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM files WHERE share = ?`, s.key).Scan(&all); err != nil {
			return nil, err
		}
		if left := all - n; left == 0 || n > max(left, massPurge) {
			names = append(names, s.name)
		}
	}
	return names, nil
}

// dropFiles deletes files with all that hangs on them, and leaves no tombstone.
func dropFiles(ctx context.Context, tx *sql.Tx, files []int64) (nFiles, nRecords int, err error) {
	for _, n := range files {
		k, err := deleted(ctx, tx, `DELETE FROM records WHERE file = ?`, n)
		if err != nil {
			return 0, 0, err
		}
		nRecords += k
		for _, q := range []string{`DELETE FROM seen WHERE file = ?`, `DELETE FROM files WHERE n = ?`} {
			if _, err := tx.ExecContext(ctx, q, n); err != nil {
				return 0, 0, err
			}
		}
	}
	return len(files), nRecords, nil
}

// purgeReviews deletes the reviews that gone agrees with; alive says that their
// document or a copy of their content is still in the ledger.
func (l *Ledger) purgeReviews(ctx context.Context, tx *sql.Tx, gone func(r Review, alive bool) bool) (int, error) {
	reviews, err := collect(l.reviewsIn(ctx, tx, `ORDER BY n`))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range reviews {
		content, document := l.on(r), l.keyer.record(r.Document.ID)
		var alive bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM records WHERE content = ? AND member = 0) OR EXISTS (SELECT 1 FROM records WHERE key = ?)`, content[:], document[:]).Scan(&alive)
		if err != nil {
			return 0, err
		}
		if !gone(r, alive) {
			continue
		}
		n++
		if _, err := tx.ExecContext(ctx, `DELETE FROM reviews WHERE id = ?`, r.ID); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func deleted(ctx context.Context, tx *sql.Tx, query string, args ...any) (int, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// fileRow is a row of files.
type fileRow struct{ n, share int64 }

func scanFile(rs *sql.Rows) (fileRow, error) {
	var f fileRow
	err := rs.Scan(&f.n, &f.share)
	return f, err
}

func scanInt(rs *sql.Rows) (n int64, err error) { return n, rs.Scan(&n) }

// Vacuum writes the database anew without what was deleted, and empties its log:
// nothing that was forgotten is left in the files, sealed or not.
func (l *Ledger) Vacuum(ctx context.Context) error {
	if l.write == nil {
		return errors.New("ledger is open for reading only")
	}
	for _, q := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := l.write.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("vacuum the ledger: %w", damage(err))
		}
	}
	return nil
}

// markStale says that the index no longer follows, whatever its count says.
func markStale(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('reindex', x'01') ON CONFLICT (name) DO NOTHING`)
	return err
}

// IndexStale reports whether the index has to be made again from the records: ids
// changed or went without it.
func (l *Ledger) IndexStale(ctx context.Context) (stale bool, err error) {
	err = l.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'reindex')`).Scan(&stale)
	return stale, damage(err)
}

// IndexMade says that the index was made again.
func (l *Ledger) IndexMade(ctx context.Context) error {
	return l.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE name = 'reindex'`)
		return err
	})
}

// Tables returns how many rows each table holds, by name: what a purge is proved by.
func (l *Ledger) Tables(ctx context.Context) (map[string]int, error) {
	names, err := collect(rows(ctx, l.read, func(rs *sql.Rows) (s string, err error) { return s, rs.Scan(&s) },
		`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	out := map[string]int{}
	for _, name := range names {
		var n int
		if err := l.read.QueryRowContext(ctx, `SELECT count(*) FROM `+name).Scan(&n); err != nil { // names of our own schema
			return nil, damage(err)
		}
		out[name] = n
	}
	return out, nil
}
