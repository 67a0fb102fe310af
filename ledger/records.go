package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"poterne"
	"poterne/internal/pack"
)

// Filter chooses records; the zero value chooses all.
type Filter struct {
	Share     string        // "" is every share
	Under     string        // a folder of the share, "" is all of it
	Level     poterne.Level // this level or above
	Class     poterne.Class // this class or above; documents of unknown class are left out
	Unread    bool          // only those with a failure
	Notable   bool          // only those that say more than their class: see [Ledger.Quiet]
	Run       string        // only those decided by this run
	NoMembers bool          // only files
}

const selectRecords = `SELECT r.key, r.body FROM records r`

// Records yields the records that a filter chooses, the worst first, as the ledger
// was when it began: a scan may write meanwhile.
func (l *Ledger) Records(ctx context.Context, f Filter) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		where, args, err := l.where(ctx, f)
		if err != nil {
			yield(poterne.Record{}, err)
			return
		}
		under := strings.TrimSuffix(f.Under, "/")
		for r, err := range rows(ctx, l.read, l.scanRecord, selectRecords+where+` ORDER BY level DESC, class DESC, n`, args...) {
			// Paths are sealed: SQLite cannot choose by them.
			if err == nil && under != "" && r.Path != under && !strings.HasPrefix(r.Path, under+"/") {
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func (l *Ledger) where(ctx context.Context, f Filter) (string, []any, error) {
	where, args := ` WHERE 1`, []any(nil)
	and := func(cond string, arg any) {
		where += ` AND ` + cond
		args = append(args, arg)
	}
	if f.Share != "" {
		and(`+share = ?`, l.keyer.share(f.Share)) // never the way in: it is most of the records
	}
	if f.Level > poterne.Unassessed {
		and(`level >= ?`, int(f.Level))
	}
	if f.Class > poterne.ClassUnknown {
		and(`class >= ?`, int(f.Class))
	}
	if f.Unread {
		where += ` AND r.n IN (` + unread + `)`
	}
	if f.Notable {
		where += ` AND r.n IN (` + notable + `)`
	}
	if f.NoMembers {
		and(`member = ?`, 0)
	}
	if f.Run != "" {
		n, err := l.runNumber(ctx, f.Run)
		if err != nil {
			return "", nil, err
		}
		and(`run = ?`, n)
	}
	return where, args, nil
}

// Count returns how many records there are, members too.
func (l *Ledger) Count(ctx context.Context) (n int, err error) {
	err = l.read.QueryRowContext(ctx, `SELECT count(*) FROM records`).Scan(&n)
	return n, damage(err)
}

// Get returns one record, or [ErrNotFound].
func (l *Ledger) Get(ctx context.Context, id poterne.ID) (poterne.Record, error) {
	k := l.keyer.record(id)
	return first(rows(ctx, l.read, l.scanRecord, selectRecords+` WHERE key = ?`, k[:]))
}

// Container returns the records of the file that d is or lies in, the file's own
// first and then its members; none where it is not known.
func (l *Ledger) Container(ctx context.Context, d poterne.Document) ([]poterne.Record, error) {
	k := l.keyer.file(outer(d))
	return collect(rows(ctx, l.read, l.scanRecord, selectRecords+` JOIN files f ON f.n = r.file
		WHERE f.key = ? ORDER BY r.member, r.n`, k[:]))
}

// ByContent returns the records of one file that had this content, as Container
// does, and that was read whole; any of them, since a template may stand on a share
// in a hundred thousand copies.
func (l *Ledger) ByContent(ctx context.Context, v poterne.Version) ([]poterne.Record, error) {
	if v == "" {
		return nil, nil
	}
	k := l.keyer.content(v)
	return collect(rows(ctx, l.read, l.scanRecord, selectRecords+` WHERE file = (SELECT file FROM records
		WHERE content = ? AND member = 0 AND failure = '' LIMIT 1)
		ORDER BY member, n`, k[:]))
}

// Copies returns the records of the files that have a content, at most limit of them.
func (l *Ledger) Copies(ctx context.Context, v poterne.Version, limit int) ([]poterne.Record, error) {
	if v == "" {
		return nil, nil
	}
	k := l.keyer.content(v)
	return collect(rows(ctx, l.read, l.scanRecord, selectRecords+` WHERE content = ? AND member = 0 ORDER BY n LIMIT ?`, k[:], limit))
}

// AllCopies yields the records of all files that have a content.
func (l *Ledger) AllCopies(ctx context.Context, v poterne.Version) iter.Seq2[poterne.Record, error] {
	k := l.keyer.content(v)
	return rows(ctx, l.read, l.scanRecord, selectRecords+` WHERE content = ? AND member = 0 ORDER BY n`, k[:])
}

// Find returns the records at a path, which may name a member ("a.zip!b.txt");
// share "" looks in every share. A file brings its members; nothing is no error.
func (l *Ledger) Find(ctx context.Context, share, path string) ([]poterne.Record, error) {
	shares := []string{share}
	if share == "" {
		var err error
		if shares, err = l.Shares(ctx); err != nil {
			return nil, err
		}
	}
	var out []poterne.Record
	for _, s := range shares {
		records, err := l.Container(ctx, poterne.Document{Share: s, Path: path})
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			// A full path has the id of its member, wherever the cut is.
			r, err := collect(rows(ctx, l.read, l.scanRecord, selectRecords+` WHERE key = ?`, l.memberKey(s, path)))
			if err != nil {
				return nil, err
			}
			records = r
		}
		out = append(out, records...)
	}
	return out, nil
}

func (l *Ledger) memberKey(share, full string) []byte {
	k := l.keyer.record(poterne.NewID(share, full, ""))
	return k[:]
}

// Shares lists the names of the shares that hold a document, in the order in which
// they came.
func (l *Ledger) Shares(ctx context.Context) ([]string, error) {
	return collect(rows(ctx, l.read, func(rs *sql.Rows) (string, error) {
		var share int64
		var sealed sql.RawBytes
		if err := rs.Scan(&share, &sealed); err != nil {
			return "", err
		}
		name, err := l.box.Open(nil, sealed, bound("shares.name", shareKey(share)))
		return string(name), err
	}, `SELECT share, name FROM shares WHERE EXISTS (SELECT 1 FROM files WHERE files.share = shares.share) ORDER BY rowid`))
}

func (l *Ledger) scanRecord(rs *sql.Rows) (poterne.Record, error) {
	var key, body sql.RawBytes
	if err := rs.Scan(&key, &body); err != nil {
		return poterne.Record{}, err
	}
	if len(key) != len(rowKey{}) {
		return poterne.Record{}, fmt.Errorf("%w: key of %d bytes", ErrDamaged, len(key))
	}
	return l.openRecord(rowKey(key), body)
}

func (l *Ledger) openRecord(k rowKey, sealed []byte) (poterne.Record, error) {
	plain, err := l.box.Open(nil, sealed, bound("records.body", k[:]))
	if err != nil {
		return poterne.Record{}, err
	}
	r, err := pack.Record(plain)
	if err != nil {
		return poterne.Record{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return r, nil
}
