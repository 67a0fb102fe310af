package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"poterne"
	"poterne/internal/pack"
)

// ChangeKind says what became of a document between two runs.
type ChangeKind string

// Kinds of change.
const (
	New     ChangeKind = "new"
	Gone    ChangeKind = "gone"
	Moved   ChangeKind = "moved"   // the same content under another path
	Changed ChangeKind = "changed" // another level or class
)

// Change is one line of a diff. Old is zero for New, New is zero for Gone.
type Change struct {
	Kind     ChangeKind
	Document poterne.Document // names only; the new ones where it moved
	From     poterne.Document // names before, where it moved
	Old, New Rating
}

// Rating is a level with its class.
type Rating struct {
	Level poterne.Level
	Class poterne.Class
}

// Diff yields what changed after run a up to and including run b, new documents
// last. A document that came and went in between is not said.
func (l *Ledger) Diff(ctx context.Context, a, b string) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		changes, err := l.diff(ctx, a, b)
		if err != nil {
			yield(Change{}, fmt.Errorf("compare runs: %w", err))
			return
		}
		for _, c := range changes {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// life is a row of history or of records: what a document was from run first on
// and until run until.
type life struct {
	key     rowKey
	first   int64
	until   int64 // run of the row of history; past all runs for a record
	gone    bool
	rating  Rating
	content rowKey
	names   poterne.Document
}

// diff reads the lives that ended after a, and the records that began after a or
// whose document has such a life. The state of a document after run t is that of
// its first life that ended after t, if it had begun by then.
func (l *Ledger) diff(ctx context.Context, a, b string) ([]Change, error) {
	from, err := l.runNumber(ctx, a)
	if err != nil {
		return nil, err
	}
	to, err := l.runNumber(ctx, b)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, fmt.Errorf("run %s is after run %s", a, b)
	}
	var order []rowKey
	lives := map[rowKey][]life{}
	for v, err := range l.livesAfter(ctx, from) {
		if err != nil {
			return nil, err
		}
		if _, ok := lives[v.key]; !ok {
			order = append(order, v.key)
		}
		lives[v.key] = append(lives[v.key], v)
	}
	var changes []Change
	left := map[rowKey][]int{} // changes of kind Gone by content
	for _, k := range order {
		before, existed := stateAfter(lives[k], from)
		after, exists := stateAfter(lives[k], to)
		c := Change{Old: before.rating, New: after.rating, Document: before.names}
		switch {
		case existed && !exists:
			c.Kind, c.New = Gone, Rating{}
			if before.content != (rowKey{}) {
				left[before.content] = append(left[before.content], len(changes))
			}
		case existed && before.rating != after.rating:
			c.Kind, c.Document = Changed, after.names
		case !existed && exists:
			c.Kind, c.Old, c.Document = New, Rating{}, after.names
		default:
			continue
		}
		changes = append(changes, c)
	}
	return joinMoves(changes, lives, order, left, to), nil
}

// joinMoves makes one line of a document that left and one that came with the same
// content.
func joinMoves(changes []Change, lives map[rowKey][]life, order []rowKey, left map[rowKey][]int, to int64) []Change {
	content := map[poterne.ID]rowKey{}
	for _, k := range order {
		if v, ok := stateAfter(lives[k], to); ok {
			content[v.names.ID] = v.content
		}
	}
	moved := map[int]bool{}
	for i, c := range changes {
		if c.Kind != New {
			continue
		}
		k := content[c.Document.ID]
		if old := left[k]; k != (rowKey{}) && len(old) > 0 {
			gone := changes[old[0]]
			left[k] = old[1:]
			moved[old[0]] = true
			changes[i].Kind, changes[i].From, changes[i].Old = Moved, gone.Document, gone.Old
		}
	}
	out := changes[:0]
	for i, c := range changes {
		if !moved[i] {
			out = append(out, c)
		}
	}
	return out
}

// stateAfter returns what a document was once run t had ended; lives are in order.
func stateAfter(lives []life, t int64) (life, bool) {
	for _, v := range lives {
		if v.until > t {
			return v, v.first <= t
		}
	}
	return life{}, false
}

// livesAfter yields, in order of time for each document, history first.
func (l *Ledger) livesAfter(ctx context.Context, from int64) iter.Seq2[life, error] {
	return rows(ctx, l.read, func(rs *sql.Rows) (life, error) {
		var v life
		var key, content, body sql.RawBytes
		var column string
		var table, n int64
		if err := rs.Scan(&table, &n, &key, &v.first, &v.until, &v.gone, &v.rating.Level, &v.rating.Class, &content, &body, &column); err != nil {
			return life{}, err
		}
		if len(key) != len(v.key) || len(content) != len(v.content) {
			return life{}, fmt.Errorf("%w: key of %d bytes", ErrDamaged, len(key))
		}
		v.key, v.content = rowKey(key), rowKey(content)
		plain, err := l.box.Open(nil, body, bound(column, v.key[:]))
		if err != nil {
			return life{}, err
		}
		r, err := pack.Record(plain)
		v.names = poterne.Document{ID: r.ID, Share: r.Share, Path: r.Path, Member: r.Member}
		return v, err
	}, `SELECT 0, n, key, first, run, gone, level, class, content, body, 'history.body' FROM history WHERE run > ?1
		UNION ALL
		SELECT 1, n, key, first, 9223372036854775807, 0, level, class, content, body, 'records.body' FROM records
			WHERE first > ?1 OR key IN (SELECT key FROM history WHERE run > ?1)
		ORDER BY 1, 2`, from)
}

// Past is what a document was until a run.
type Past struct {
	Rating
	Run  string    // the run that ended it
	At   time.Time // when
	Gone bool      // the document left; else its verdict changed
}

// History returns what a document was before, the oldest first.
func (l *Ledger) History(ctx context.Context, id poterne.ID) ([]Past, error) {
	k := l.keyer.record(id)
	return collect(rows(ctx, l.read, func(rs *sql.Rows) (Past, error) {
		var p Past
		var at int64
		err := rs.Scan(&p.Run, &at, &p.Gone, &p.Level, &p.Class)
		p.At = time.UnixMilli(at).UTC()
		return p, err
	}, `SELECT coalesce(runs.id, ''), at, gone, level, class FROM history LEFT JOIN runs ON runs.n = run WHERE key = ? ORDER BY history.n`, k[:]))
}
