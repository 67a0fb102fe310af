package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"poterne"
	"poterne/internal/pack"
)

// Commit stores records in one transaction; they are durable on return. All
// records of one file, the file's own first, must come in one call: they replace
// what was stored of it, and members that are not among them go. Of two records
// with one id the worse is kept. A record whose run is not known is refused.
func (l *Ledger) Commit(ctx context.Context, records ...poterne.Record) error {
	return l.commit(ctx, true, records)
}

// commit stores records; seen says that their run has just met their files.
func (l *Ledger) commit(ctx context.Context, seen bool, records []poterne.Record) error {
	if len(records) == 0 {
		return nil
	}
	type held struct {
		dir int64
		key rowKey
		row cached
	}
	var changed []held
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		c, err := l.newCommitter(ctx, tx)
		if err != nil {
			return err
		}
		defer c.close()
		c.seen = seen
		for _, group := range byFile(records) {
			row, err := c.file(ctx, group)
			if err != nil {
				return err
			}
			d := group[0].Document
			changed = append(changed, held{l.keyer.folder(d.Share, d.Path), l.keyer.file(outer(d)), row})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, h := range changed {
		l.folders.put(h.dir, h.key, h.row)
	}
	return nil
}

// byFile gathers the records of each file, the file's own first and then its
// members by path; each id comes once.
func byFile(records []poterne.Record) [][]poterne.Record {
	type place struct{ share, path string }
	type spot struct{ group, at int }
	var groups [][]poterne.Record
	byPlace, byID := map[place]int{}, make(map[poterne.ID]spot, len(records))
	for n, r := range records {
		if r.ID == "" {
			r.ID = poterne.NewID(r.Share, r.Path, r.Member)
		}
		if s, dup := byID[r.ID]; dup {
			if worse(r.Assessment, groups[s.group][s.at].Assessment) {
				groups[s.group][s.at] = r
			}
			continue
		}
		i, ok := byPlace[place{r.Share, r.Path}]
		if !ok {
			i = len(groups)
			byPlace[place{r.Share, r.Path}] = i
			groups = append(groups, make([]poterne.Record, 0, sameFile(records[n:])))
		}
		byID[r.ID] = spot{i, len(groups[i])}
		groups[i] = append(groups[i], r)
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b poterne.Record) int { return cmp.Compare(a.Member, b.Member) })
	}
	return groups
}

// sameFile counts the records at the start that are of the same file: an archive
// may have 100,000 of them, which are large.
func sameFile(records []poterne.Record) int {
	n := 1
	for n < len(records) && records[n].Path == records[0].Path && records[n].Share == records[0].Share {
		n++
	}
	return n
}

func worse(a, b poterne.Assessment) bool {
	return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Hosting.Class, b.Hosting.Class)) > 0
}

// committer writes files in one transaction with prepared statements.
type committer struct {
	l    *Ledger
	now  int64
	seen bool // the run of the records has met their files
	// The statements, in the order of their use.
	putFile, putSeen, putShare, members, put, gone, drop *sql.Stmt
}

func (l *Ledger) newCommitter(ctx context.Context, tx *sql.Tx) (*committer, error) {
	c := &committer{l: l, now: time.Now().UnixMilli()}
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&c.putFile, `INSERT INTO files (key, share, folder, state) VALUES (?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET state = excluded.state RETURNING n`},
		{&c.putSeen, `INSERT INTO seen (file, run) VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET run = excluded.run`},
		{&c.putShare, `INSERT INTO shares (share, name) VALUES (?, ?) ON CONFLICT (share) DO NOTHING`},
		{&c.members, `SELECT key, first, level, class, content FROM records WHERE file = ?`},
		{&c.put, `INSERT INTO records (key, file, share, member, first, run, scanned, level, class, failure, size, content, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET run = excluded.run, scanned = excluded.scanned, level = excluded.level,
			class = excluded.class, failure = excluded.failure, size = excluded.size, content = excluded.content, body = excluded.body`},
		{&c.gone, `INSERT INTO history (key, run, at, first, gone, level, class, content, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&c.drop, `DELETE FROM records WHERE key = ? RETURNING body`},
	} {
		var err error
		if *s.stmt, err = tx.PrepareContext(ctx, s.text); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

func (c *committer) close() {
	for _, s := range []*sql.Stmt{c.putFile, c.putSeen, c.putShare, c.members, c.put, c.gone, c.drop} {
		if s != nil {
			s.Close()
		}
	}
}

// past is a stored record as far as history needs it.
type past struct {
	first        int64
	level, class int
	content      []byte
}

// file replaces what is stored of one file by group, and returns the file's row.
func (c *committer) file(ctx context.Context, group []poterne.Record) (cached, error) {
	own := group[0]
	key := c.l.keyer.file(outer(own.Document))
	share := c.l.keyer.share(own.Share)
	run, err := c.l.runNumber(ctx, own.Run)
	if err != nil {
		return cached{}, err
	}
	row := cached{state: c.l.box.Seal(nil, appendState(nil, own), bound("files.state", key[:]))}
	if _, err := c.putShare.ExecContext(ctx, share, c.l.box.Seal(nil, []byte(own.Share), bound("shares.name", shareKey(share)))); err != nil {
		return cached{}, err
	}
	folder := c.l.keyer.folder(own.Share, own.Path)
	if err := c.putFile.QueryRowContext(ctx, key[:], share, folder, row.state).Scan(&row.row); err != nil {
		return cached{}, err
	}
	if c.seen {
		if _, err := c.putSeen.ExecContext(ctx, row.row, run); err != nil {
			return cached{}, err
		}
	}
	before, err := c.stored(ctx, row.row)
	if err != nil {
		return cached{}, err
	}
	for _, r := range group {
		k := c.l.keyer.record(r.ID)
		old, known := before[k]
		delete(before, k)
		if err := c.record(ctx, k, row.row, share, r, old, known); err != nil {
			return cached{}, err
		}
	}
	for k, old := range before {
		if err := c.remove(ctx, k, old, run); err != nil {
			return cached{}, err
		}
	}
	return row, nil
}

// stored returns the records of a file by key.
func (c *committer) stored(ctx context.Context, file int64) (map[rowKey]past, error) {
	rs, err := c.members.QueryContext(ctx, file)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	out := map[rowKey]past{}
	for rs.Next() {
		var k sql.RawBytes
		var p past
		if err := rs.Scan(&k, &p.first, &p.level, &p.class, &p.content); err != nil {
			return nil, err
		}
		if len(k) != len(rowKey{}) {
			return nil, fmt.Errorf("%w: key of %d bytes", ErrDamaged, len(k))
		}
		out[rowKey(k)] = p
	}
	return out, rs.Err()
}

// record writes one record, and what it was before where the verdict changed.
func (c *committer) record(ctx context.Context, k rowKey, file, share int64, r poterne.Record, old past, known bool) error {
	run, err := c.l.runNumber(ctx, r.Run)
	if err != nil {
		return err
	}
	level, class := int(r.Assessment.Level), int(r.Assessment.Hosting.Class)
	if known && (level != old.level || class != old.class) {
		if err := c.remember(ctx, k, old, run, false, r); err != nil {
			return err
		}
	}
	body, err := pack.Append(nil, r)
	if err != nil {
		return err
	}
	content := c.l.keyer.content(r.Stamp.Content)
	if r.Stamp.Content == "" {
		content = rowKey{} // unread: no two are alike
	}
	_, err = c.put.ExecContext(ctx, k[:], file, share, boolInt(r.Member != ""), run, run, r.ScannedAt.UnixMilli(),
		level, class, kindOf(r.Failure), r.Size, content[:], c.l.box.Seal(nil, body, bound("records.body", k[:])))
	return err
}

// remove deletes a record and leaves its tombstone.
func (c *committer) remove(ctx context.Context, k rowKey, old past, run int64) error {
	var sealed []byte
	if err := c.drop.QueryRowContext(ctx, k[:]).Scan(&sealed); err != nil {
		return err
	}
	r, err := c.l.openRecord(k, sealed)
	if err != nil {
		return err
	}
	return c.remember(ctx, k, old, run, true, r)
}

// remember writes what a record was; of r only the names are kept.
func (c *committer) remember(ctx context.Context, k rowKey, old past, run int64, gone bool, r poterne.Record) error {
	names, err := pack.Append(nil, poterne.Record{Document: poterne.Document{ID: r.ID, Share: r.Share, Path: r.Path, Member: r.Member}})
	if err != nil {
		return err
	}
	_, err = c.gone.ExecContext(ctx, k[:], run, c.now, old.first, boolInt(gone), old.level, old.class, old.content,
		c.l.box.Seal(nil, names, bound("history.body", k[:])))
	return err
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func kindOf(f *poterne.Failure) string {
	if f == nil {
		return ""
	}
	return string(f.Kind)
}

func shareKey(share int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(share)) }
