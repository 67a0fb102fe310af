package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Search is a question that is kept under a name. The text of a question may name a
// person: it is sealed.
type Search struct {
	Name   string
	Query  string
	Sort   string
	Facets []string
	Author string
	At     time.Time // given by SaveSearch
}

// SaveSearch keeps a question, in the place of one of the same name.
func (l *Ledger) SaveSearch(ctx context.Context, s Search) error {
	if strings.TrimSpace(s.Name) == "" {
		return errors.New("a search is saved under a name")
	}
	s.At = time.Now().UTC()
	if err := l.inTx(ctx, func(tx *sql.Tx) error { return l.putSearch(ctx, tx, s) }); err != nil {
		return fmt.Errorf("save a search: %w", err)
	}
	return nil
}

func (l *Ledger) putSearch(ctx context.Context, tx *sql.Tx, s Search) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return err
	}
	k := l.searchKey(s.Name)
	_, err = tx.ExecContext(ctx, `INSERT INTO searches (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body`,
		k[:], l.box.Seal(nil, plain, bound("searches.body", k[:])))
	return err
}

// ForgetSearch forgets a question, or returns [ErrNotFound].
func (l *Ledger) ForgetSearch(ctx context.Context, name string) error {
	k := l.searchKey(name)
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM searches WHERE key = ?`, k[:])
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotFound)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget search %q: %w", name, err)
	}
	return nil
}

// Searches returns the questions that are kept, in the order in which they came.
func (l *Ledger) Searches(ctx context.Context) ([]Search, error) {
	return collect(l.searchesIn(ctx, l.read, `ORDER BY n`))
}

// Search returns the question of a name, or [ErrNotFound].
func (l *Ledger) Search(ctx context.Context, name string) (Search, error) {
	k := l.searchKey(name)
	s, err := first(l.searchesIn(ctx, l.read, `WHERE key = ?`, k[:]))
	if err != nil {
		return Search{}, fmt.Errorf("search %q: %w", name, err)
	}
	return s, nil
}

func (l *Ledger) searchKey(name string) rowKey { return l.keyer.sum('q', name) }

func (l *Ledger) searchesIn(ctx context.Context, q querier, where string, args ...any) iter.Seq2[Search, error] {
	return rows(ctx, q, func(rs *sql.Rows) (Search, error) {
		var key, body sql.RawBytes
		if err := rs.Scan(&key, &body); err != nil {
			return Search{}, err
		}
		plain, err := l.box.Open(nil, body, bound("searches.body", key))
		if err != nil {
			return Search{}, err
		}
		var s Search
		if err := json.Unmarshal(plain, &s); err != nil {
			return Search{}, fmt.Errorf("%w: a saved search", ErrDamaged)
		}
		return s, nil
	}, `SELECT key, body FROM searches `+where, args...)
}
