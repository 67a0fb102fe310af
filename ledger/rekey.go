package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"poterne/internal/pack"
)

// ErrRotated says that the ledger that is open was replaced by one under another key.
var ErrRotated = errors.New("the key was rotated: open the ledger again")

// Rekey writes a copy of l under other keys into dir, which holds no ledger, with an
// entry in its audit trail in the name of account, and verifies it. Nobody else can
// write to l meanwhile. Then it calls commit with the copy, still open: where that
// returns without an error, l is retired and refuses to be written to
// ([ErrRotated]). The copy is closed at the end. An error may come after commit too,
// when the disk is full: [Ledger.Retired] says which of the two is in force.
//
// Hashes of contents that no record has any more cannot be made under another key:
// a document that comes back after a rotation counts as new, not as moved.
func (l *Ledger) Rekey(ctx context.Context, account, dir string, key, audit []byte, commit func(*Ledger) error) error {
	if l.trail == nil {
		return errNoTrail
	}
	to, err := Open(ctx, dir, key, Options{Audit: audit})
	if err != nil {
		return err
	}
	defer to.Close()
	err = l.inTx(ctx, func(tx *sql.Tx) error {
		if err := to.inTx(ctx, func(dst *sql.Tx) error {
			return (&rekeying{ctx: ctx, from: l, to: to, src: tx, dst: dst, contents: map[rowKey]rowKey{}}).run(account)
		}); err != nil {
			return err
		}
		if err := to.writeHead(ctx); err != nil {
			return err
		}
		if err := to.Check(ctx); err != nil {
			return err
		}
		// Before the caller goes past the point of no return: after it, as little as
		// can be may still fail.
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('rotated', x'01')`); err != nil {
			return err
		}
		return commit(to)
	})
	if err != nil {
		return fmt.Errorf("write the ledger under another key: %w", err)
	}
	return nil
}

// rekeying copies a ledger row by row.
type rekeying struct {
	ctx      context.Context
	from, to *Ledger
	src, dst *sql.Tx
	contents map[rowKey]rowKey // keyed hashes of contents, before and after
}

func (r *rekeying) run(account string) error {
	for _, step := range []func() error{r.runs, r.shares, r.files, r.seen, r.records, r.history, r.reviews, r.derogations, r.searches, r.waiting, func() error { return r.audit(account) }} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) exec(query string, args ...any) error {
	_, err := r.dst.ExecContext(r.ctx, query, args...)
	return err
}

// again seals for another row and another key.
func (r *rekeying) again(sealed, before, after []byte) ([]byte, error) {
	plain, err := r.from.box.Open(nil, sealed, before)
	if err != nil {
		return nil, err
	}
	return r.to.box.Seal(nil, plain, after), nil
}

func (r *rekeying) runs() error {
	type row struct {
		n, started, ended int64
		id, state         string
		body              []byte
	}
	for v, err := range rows(r.ctx, r.src, func(rs *sql.Rows) (v row, err error) {
		return v, rs.Scan(&v.n, &v.id, &v.state, &v.started, &v.ended, &v.body)
	}, `SELECT n, id, state, started, ended, body FROM runs ORDER BY n`) {
		if err != nil {
			return err
		}
		name := bound("runs.body", []byte(v.id))
		if v.body, err = r.again(v.body, name, name); err != nil {
			return err
		}
		if err := r.exec(`INSERT INTO runs (n, id, state, started, ended, body) VALUES (?, ?, ?, ?, ?, ?)`, v.n, v.id, v.state, v.started, v.ended, v.body); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) shares() error {
	for p, err := range r.from.sharesIn(r.ctx, r.src) {
		if err != nil {
			return err
		}
		key := r.to.keyer.share(p.name)
		var root any
		if p.root != "" {
			root = r.to.box.Seal(nil, []byte(p.root), bound("shares.root", shareKey(key)))
		}
		if err := r.exec(`INSERT INTO shares (share, name, root) VALUES (?, ?, ?)`, key, r.to.box.Seal(nil, []byte(p.name), bound("shares.name", shareKey(key))), root); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) files() error {
	return each(r.ctx, r.src, `SELECT n, key, state FROM files WHERE n > ? ORDER BY n LIMIT ?`, func(n int64, key rowKey, sealed []byte) error {
		plain, err := r.from.box.Open(nil, sealed, bound("files.state", key[:]))
		if err != nil {
			return err
		}
		s, err := readState(plain)
		if err != nil {
			return err
		}
		k := r.to.keyer.file(s.ID)
		return r.exec(`INSERT INTO files (n, key, share, folder, state) VALUES (?, ?, ?, ?, ?)`, n, k[:], r.to.keyer.share(s.Share), r.to.keyer.folder(s.Share, s.Path),
			r.to.box.Seal(nil, plain, bound("files.state", k[:])))
	})
}

func (r *rekeying) seen() error {
	for v, err := range rows(r.ctx, r.src, func(rs *sql.Rows) (v [2]int64, err error) { return v, rs.Scan(&v[0], &v[1]) }, `SELECT file, run FROM seen ORDER BY file`) {
		if err != nil {
			return err
		}
		if err := r.exec(`INSERT INTO seen (file, run) VALUES (?, ?)`, v[0], v[1]); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) records() error {
	type row struct {
		n, file, member, first, run, scanned, level, class, size int64
		failure                                                  string
		key, content, body                                       []byte
	}
	for v, err := range rows(r.ctx, r.src, func(rs *sql.Rows) (v row, err error) {
		return v, rs.Scan(&v.n, &v.key, &v.file, &v.member, &v.first, &v.run, &v.scanned, &v.level, &v.class, &v.failure, &v.size, &v.content, &v.body)
	}, `SELECT n, key, file, member, first, run, scanned, level, class, failure, size, content, body FROM records ORDER BY n`) {
		if err != nil {
			return err
		}
		plain, err := r.from.box.Open(nil, v.body, bound("records.body", v.key))
		if err != nil {
			return err
		}
		rec, err := pack.Record(plain)
		if err != nil || len(v.content) != len(rowKey{}) {
			return fmt.Errorf("%w: record %d: %w", ErrDamaged, v.n, err)
		}
		k, content := r.to.keyer.record(rec.ID), rowKey{}
		if rec.Stamp.Content != "" {
			content = r.to.keyer.content(rec.Stamp.Content)
		}
		r.contents[rowKey(v.content)] = content
		if err := r.exec(`INSERT INTO records (n, key, file, share, member, first, run, scanned, level, class, failure, size, content, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, v.n, k[:], v.file, r.to.keyer.share(rec.Share), v.member, v.first, v.run, v.scanned, v.level, v.class, v.failure, v.size,
			content[:], r.to.box.Seal(nil, plain, bound("records.body", k[:]))); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) history() error {
	type row struct {
		n, run, at, first, gone, level, class int64
		key, content, body                    []byte
	}
	for v, err := range rows(r.ctx, r.src, func(rs *sql.Rows) (v row, err error) {
		return v, rs.Scan(&v.n, &v.key, &v.run, &v.at, &v.first, &v.gone, &v.level, &v.class, &v.content, &v.body)
	}, `SELECT n, key, run, at, first, gone, level, class, content, body FROM history ORDER BY n`) {
		if err != nil {
			return err
		}
		plain, err := r.from.box.Open(nil, v.body, bound("history.body", v.key))
		if err != nil {
			return err
		}
		rec, err := pack.Record(plain)
		if err != nil || len(v.content) != len(rowKey{}) {
			return fmt.Errorf("%w: history %d: %w", ErrDamaged, v.n, err)
		}
		k, content := r.to.keyer.record(rec.ID), r.content(rowKey(v.content))
		if err := r.exec(`INSERT INTO history (n, key, run, at, first, gone, level, class, content, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.n, k[:], v.run, v.at, v.first, v.gone, v.level, v.class, content[:], r.to.box.Seal(nil, plain, bound("history.body", k[:]))); err != nil {
			return err
		}
	}
	return nil
}

// content maps the hash of a content. One that no record has is hashed once more:
// rows that had the same content still have.
func (r *rekeying) content(before rowKey) rowKey {
	if before == (rowKey{}) {
		return before
	}
	after, ok := r.contents[before]
	if !ok {
		after = r.to.keyer.sum('h', string(before[:]))
		r.contents[before] = after
	}
	return after
}

func (r *rekeying) reviews() error {
	for v, err := range r.from.reviewsIn(r.ctx, r.src, `ORDER BY n`) {
		if err != nil {
			return err
		}
		r.contents[r.from.on(v)] = r.to.on(v)
		if err := r.to.putReview(r.ctx, r.dst, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) derogations() error {
	for v, err := range r.from.derogationsIn(r.ctx, r.src, `ORDER BY n`) {
		if err != nil {
			return err
		}
		if err := r.to.putDerogation(r.ctx, r.dst, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) searches() error {
	for v, err := range r.from.searchesIn(r.ctx, r.src, `ORDER BY n`) {
		if err != nil {
			return err
		}
		if err := r.to.putSearch(r.ctx, r.dst, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *rekeying) waiting() error {
	type row struct {
		content []byte
		turn    int64
	}
	for v, err := range rows(r.ctx, r.src, func(rs *sql.Rows) (v row, err error) { return v, rs.Scan(&v.content, &v.turn) }, `SELECT content, turn FROM waiting`) {
		if err != nil {
			return err
		}
		if len(v.content) != len(rowKey{}) {
			return fmt.Errorf("%w: a content that waits", ErrDamaged)
		}
		k := r.content(rowKey(v.content))
		if err := r.exec(`INSERT INTO waiting (content, turn) VALUES (?, ?)`, k[:], v.turn); err != nil {
			return err
		}
	}
	return nil
}

// audit copies the trail as a chain under the new key, after verifying the old one;
// its first entry after that says where the old one ended.
func (r *rekeying) audit(account string) error {
	head, err := r.from.VerifyAudit(r.ctx)
	if err != nil {
		return err
	}
	var before []byte
	for e, err := range r.from.linksIn(r.ctx, r.src, 0) {
		if err != nil {
			return err
		}
		plain, err := json.Marshal(e.Entry)
		if err != nil {
			return err
		}
		sealed := r.to.trail.box.Seal(nil, plain, bound("audit.body", entryKey(e.N)))
		before = r.to.trail.link(before, e.N, sealed)
		if err := r.exec(`INSERT INTO audit (n, mac, body) VALUES (?, ?, ?)`, e.N, before, sealed); err != nil {
			return err
		}
	}
	return r.to.trail.append(r.ctx, r.dst, &Entry{Actor: account, Verb: "key-rotate", Detail: Detail{"head": head.String()}})
}

// Retired reports whether l was replaced: it is only read any more.
func (l *Ledger) Retired(ctx context.Context) (bool, error) {
	gone, err := first(rows(ctx, l.read, scanInt, `SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'rotated')`))
	return gone == 1, err
}

// retired refuses a ledger that was replaced.
func retired(ctx context.Context, tx *sql.Tx) error {
	var gone bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'rotated')`).Scan(&gone); err != nil {
		return err
	}
	if gone {
		return ErrRotated
	}
	return nil
}
