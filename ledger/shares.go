package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"poterne"
	"poterne/internal/pack"
)

// ErrShare says that a share is not known, or that its new name is taken.
var ErrShare = errors.New("share")

// Roots returns where each share is, by name, as its last run or a person said it.
func (l *Ledger) Roots(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for s, err := range l.sharesIn(ctx, l.read) {
		if err != nil {
			return nil, err
		}
		if s.root != "" {
			out[s.name] = s.root
		}
	}
	return out, nil
}

// place is a row of shares.
type place struct {
	key        int64
	name, root string
}

func (l *Ledger) sharesIn(ctx context.Context, q querier) iter.Seq2[place, error] {
	return rows(ctx, q, func(rs *sql.Rows) (place, error) {
		var p place
		var name, root sql.RawBytes
		if err := rs.Scan(&p.key, &name, &root); err != nil {
			return place{}, err
		}
		plain, err := l.box.Open(nil, name, bound("shares.name", shareKey(p.key)))
		if err != nil {
			return place{}, err
		}
		p.name = string(plain)
		if root != nil {
			if plain, err = l.box.Open(nil, root, bound("shares.root", shareKey(p.key))); err != nil {
				return place{}, err
			}
			p.root = string(plain)
		}
		return p, nil
	}, `SELECT share, name, root FROM shares ORDER BY rowid`)
}

func (l *Ledger) putRoot(ctx context.Context, tx *sql.Tx, name, root string) error {
	key := l.keyer.share(name)
	_, err := tx.ExecContext(ctx, `INSERT INTO shares (share, name, root) VALUES (?, ?, ?) ON CONFLICT (share) DO UPDATE SET root = excluded.root`,
		key, l.box.Seal(nil, []byte(name), bound("shares.name", shareKey(key))), l.box.Seal(nil, []byte(root), bound("shares.root", shareKey(key))))
	return err
}

func (l *Ledger) known(ctx context.Context, tx *sql.Tx, name string) (bool, error) {
	var found bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM shares WHERE share = ?)`, l.keyer.share(name)).Scan(&found)
	return found, err
}

// MoveShare says, in the name of account, that a share is at another place: the next
// scan of that place is one of the same share.
func (l *Ledger) MoveShare(ctx context.Context, account, name, root string) error {
	e := Entry{Actor: account, Verb: "share-move", Subject: name, Detail: Detail{"root": root}}
	err := l.audited(ctx, &e, func(tx *sql.Tx) error {
		if ok, err := l.known(ctx, tx, name); err != nil || !ok {
			return errors.Join(err, unknownShare(name))
		}
		return l.putRoot(ctx, tx, name, root)
	})
	if err != nil {
		return fmt.Errorf("move a share: %w", err)
	}
	return nil
}

func unknownShare(name string) error { return fmt.Errorf("%w %q: %w", ErrShare, name, ErrNotFound) }

// ForgetShare forgets all that is kept of a share, its past too, in the name of
// account; the shares themselves are not touched. Reviews that were decided in it
// stay where a copy of their content lies on another share.
func (l *Ledger) ForgetShare(ctx context.Context, account, name string) (Purged, error) {
	var p Purged
	e := Entry{Actor: account, Verb: "share-forget", Subject: name}
	err := l.audited(ctx, &e, func(tx *sql.Tx) (err error) {
		if ok, err := l.known(ctx, tx, name); err != nil || !ok {
			return errors.Join(err, unknownShare(name))
		}
		key := l.keyer.share(name)
		files, err := collect(rows(ctx, tx, scanInt, `SELECT n FROM files WHERE share = ?`, key))
		if err != nil {
			return err
		}
		if p.Files, p.Records, err = dropFiles(ctx, tx, files); err != nil {
			return err
		}
		err = l.eachHistory(ctx, tx, func(n int64, _ rowKey, d poterne.Document) error {
			if d.Share != name {
				return nil
			}
			p.History++
			_, err := tx.ExecContext(ctx, `DELETE FROM history WHERE n = ?`, n)
			return err
		})
		if err != nil {
			return err
		}
		if p.Reviews, err = l.purgeReviews(ctx, tx, func(r Review, alive bool) bool { return r.Document.Share == name && !alive }); err != nil {
			return err
		}
		if p.Shares, err = deleted(ctx, tx, `DELETE FROM shares WHERE share = ?`, key); err != nil {
			return err
		}
		if err := l.eachRun(ctx, tx, func(r *Run) bool {
			_, has := r.Shares[name]
			delete(r.Shares, name)
			return has
		}); err != nil {
			return err
		}
		e.Detail = p.detail()
		return markStale(ctx, tx)
	})
	if err != nil {
		return Purged{}, fmt.Errorf("forget a share: %w", err)
	}
	l.folders.forget()
	return p, nil
}

// RenameShare gives a share another name in the name of account. The ids of all its
// documents change with it: the index has to be made again ([Ledger.IndexStale]).
func (l *Ledger) RenameShare(ctx context.Context, account, from, to string) error {
	e := Entry{Actor: account, Verb: "share-rename", Subject: to, Detail: Detail{"from": from}}
	err := l.audited(ctx, &e, func(tx *sql.Tx) error {
		if ok, err := l.known(ctx, tx, from); err != nil || !ok {
			return errors.Join(err, unknownShare(from))
		}
		if ok, err := l.known(ctx, tx, to); err != nil || ok || to == "" {
			return errors.Join(err, fmt.Errorf("%w %q: the name is taken", ErrShare, to))
		}
		for _, step := range []func(context.Context, *sql.Tx, string, string) error{
			l.renameFiles, l.renameRecords, l.renameHistory, l.renameReviews, l.renamePlace,
		} {
			if err := step(ctx, tx, from, to); err != nil {
				return err
			}
		}
		if err := l.eachRun(ctx, tx, func(r *Run) bool {
			root, has := r.Shares[from]
			if has {
				delete(r.Shares, from)
				r.Shares[to] = root
			}
			return has
		}); err != nil {
			return err
		}
		return markStale(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("rename a share: %w", err)
	}
	l.folders.forget()
	return nil
}

func (l *Ledger) renamePlace(ctx context.Context, tx *sql.Tx, from, to string) error {
	places, err := collect(l.sharesIn(ctx, tx))
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.name != from {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM shares WHERE share = ?`, p.key); err != nil {
			return err
		}
		if p.root != "" {
			return l.putRoot(ctx, tx, to, p.root)
		}
		key := l.keyer.share(to)
		_, err := tx.ExecContext(ctx, `INSERT INTO shares (share, name) VALUES (?, ?)`, key, l.box.Seal(nil, []byte(to), bound("shares.name", shareKey(key))))
		return err
	}
	return nil
}

func (l *Ledger) renameFiles(ctx context.Context, tx *sql.Tx, from, to string) error {
	return each(ctx, tx, `SELECT n, key, state FROM files WHERE n > ? ORDER BY n LIMIT ?`, func(n int64, key rowKey, sealed []byte) error {
		plain, err := l.box.Open(nil, sealed, bound("files.state", key[:]))
		if err != nil {
			return err
		}
		r, err := readState(plain)
		if err != nil || r.Share != from {
			return err
		}
		r.Share = to
		k := l.keyer.file(poterne.NewID(to, r.Path, ""))
		_, err = tx.ExecContext(ctx, `UPDATE files SET key = ?, share = ?, folder = ?, state = ? WHERE n = ?`,
			k[:], l.keyer.share(to), l.keyer.folder(to, r.Path), l.box.Seal(nil, appendState(nil, r), bound("files.state", k[:])), n)
		return err
	})
}

func (l *Ledger) renameRecords(ctx context.Context, tx *sql.Tx, from, to string) error {
	return each(ctx, tx, `SELECT n, key, body FROM records WHERE n > ? ORDER BY n LIMIT ?`, func(n int64, key rowKey, sealed []byte) error {
		r, err := l.openRecord(key, sealed)
		if err != nil || r.Share != from {
			return err
		}
		r.Share, r.ID = to, poterne.NewID(to, r.Path, r.Member)
		body, err := pack.Append(nil, r)
		if err != nil {
			return err
		}
		k := l.keyer.record(r.ID)
		_, err = tx.ExecContext(ctx, `UPDATE records SET key = ?, share = ?, body = ? WHERE n = ?`,
			k[:], l.keyer.share(to), l.box.Seal(nil, body, bound("records.body", k[:])), n)
		return err
	})
}

func (l *Ledger) renameHistory(ctx context.Context, tx *sql.Tx, from, to string) error {
	return l.eachHistory(ctx, tx, func(n int64, _ rowKey, d poterne.Document) error {
		if d.Share != from {
			return nil
		}
		d.Share, d.ID = to, poterne.NewID(to, d.Path, d.Member)
		names, err := pack.Append(nil, poterne.Record{Document: d})
		if err != nil {
			return err
		}
		k := l.keyer.record(d.ID)
		_, err = tx.ExecContext(ctx, `UPDATE history SET key = ?, body = ? WHERE n = ?`, k[:], l.box.Seal(nil, names, bound("history.body", k[:])), n)
		return err
	})
}

func (l *Ledger) renameReviews(ctx context.Context, tx *sql.Tx, from, to string) error {
	reviews, err := collect(l.reviewsIn(ctx, tx, `ORDER BY n`))
	if err != nil {
		return err
	}
	for _, r := range reviews {
		if r.Document.Share != from {
			continue
		}
		r.Document.Share, r.Document.ID = to, poterne.NewID(to, r.Document.Path, r.Document.Member)
		if err := l.putReview(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// eachHistory calls f with each past verdict and the names in it.
func (l *Ledger) eachHistory(ctx context.Context, tx *sql.Tx, f func(n int64, key rowKey, d poterne.Document) error) error {
	return each(ctx, tx, `SELECT n, key, body FROM history WHERE n > ? ORDER BY n LIMIT ?`, func(n int64, key rowKey, sealed []byte) error {
		plain, err := l.box.Open(nil, sealed, bound("history.body", key[:]))
		if err != nil {
			return err
		}
		r, err := pack.Record(plain)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return f(n, key, r.Document)
	})
}

// eachRun calls f with each run and stores those that it says it changed.
func (l *Ledger) eachRun(ctx context.Context, tx *sql.Tx, f func(*Run) (changed bool)) error {
	runs, err := collect(rows(ctx, tx, l.scanRun, selectRuns+` ORDER BY n`))
	if err != nil {
		return err
	}
	for _, r := range runs {
		if !f(&r) {
			continue
		}
		body, err := l.sealRun(r)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE runs SET body = ? WHERE id = ?`, body, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// each calls f with the rows of a table in the order of their numbers, a thousand at
// a time: no query is open while f writes. query takes a number and a limit.
func each(ctx context.Context, tx *sql.Tx, query string, f func(n int64, key rowKey, sealed []byte) error) error {
	type row struct {
		n      int64
		key    rowKey
		sealed []byte
	}
	for after := int64(-1); ; {
		batch, err := collect(rows(ctx, tx, func(rs *sql.Rows) (row, error) {
			var r row
			var k sql.RawBytes
			if err := rs.Scan(&r.n, &k, &r.sealed); err != nil {
				return row{}, err
			}
			if len(k) != len(r.key) {
				return row{}, fmt.Errorf("%w: key of %d bytes", ErrDamaged, len(k))
			}
			r.key = rowKey(k)
			return r, nil
		}, query, after, 1000))
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, r := range batch {
			if err := f(r.n, r.key, r.sealed); err != nil {
				return err
			}
		}
		after = batch[len(batch)-1].n
	}
}
