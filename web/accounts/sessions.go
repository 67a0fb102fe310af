package accounts

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"poterne/web"
)

// The methods below make a Store a place for sessions (scs.CtxStore). What they get
// as tokens are hashes of tokens already.

// FindCtx returns the data of a session that has not ended.
func (s *Store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	key := s.key("session", token)
	var body []byte
	err := s.db.QueryRowContext(ctx, `SELECT body FROM sessions WHERE key = ? AND ends > ?`, key, s.now().UnixMilli()).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	plain, err := s.box.Open(nil, body, bound("session", key))
	return plain, err == nil, err
}

// CommitCtx keeps a session until it ends, and forgets those that have ended. A
// request that only moves the end by less than a minute writes nothing.
func (s *Store) CommitCtx(ctx context.Context, token string, data []byte, ends time.Time) error {
	key := s.key("session", token)
	now := written{sum: sha256.Sum256(data), ends: ends}
	if s.written.unchanged(key, now) {
		return nil
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO sessions (key, ends, body) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET ends = excluded.ends, body = excluded.body`, key, ends.UnixMilli(), s.box.Seal(nil, data, bound("session", key)))
	if err == nil {
		_, err = s.db.ExecContext(ctx, `DELETE FROM sessions WHERE ends <= ?`, s.now().UnixMilli())
	}
	if err == nil {
		s.written.keep(key, now)
	}
	return err
}

// Sessions lists the sessions that have not ended.
func (s *Store) Sessions(ctx context.Context) ([]web.StoredSession, error) {
	rs, err := s.db.QueryContext(ctx, `SELECT key, ends, body FROM sessions WHERE ends > ? ORDER BY ends DESC`, s.now().UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	out := []web.StoredSession{}
	for rs.Next() {
		var key, body []byte
		var ends int64
		if err := rs.Scan(&key, &ends, &body); err != nil {
			return nil, err
		}
		plain, err := s.box.Open(nil, body, bound("session", key))
		if err != nil {
			return nil, err
		}
		out = append(out, web.StoredSession{ID: hex.EncodeToString(key), Data: plain, Ends: time.UnixMilli(ends).UTC()})
	}
	return out, rs.Err()
}

// EndSession ends one session, or returns [web.ErrNotFound]. A request of it that is
// under way does not bring it back.
func (s *Store) EndSession(ctx context.Context, id string) error {
	key, err := hex.DecodeString(id)
	if err != nil {
		return web.ErrNotFound
	}
	s.written.keep(key, written{ended: true})
	res, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE key = ?`, key)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return web.ErrNotFound
}

// written is what was last written of a session.
type written struct {
	sum   [sha256.Size]byte
	ends  time.Time
	ended bool // by somebody else: nothing more is written of it
}

// writes remembers what was written of each session.
type writes struct {
	mu sync.Mutex
	by map[string]written
}

// sessionsKept bounds the memory of writes; past it all are written again once.
const sessionsKept = 10_000

func (w *writes) unchanged(key []byte, now written) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, ok := w.by[string(key)]
	return ok && (last.ended || last.sum == now.sum && now.ends.Sub(last.ends) < time.Minute)
}

func (w *writes) keep(key []byte, now written) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil || len(w.by) >= sessionsKept {
		w.by = map[string]written{}
	}
	w.by[string(key)] = now
}

func (w *writes) drop(key []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.by, string(key))
}

// DeleteCtx forgets a session.
func (s *Store) DeleteCtx(ctx context.Context, token string) error {
	key := s.key("session", token)
	s.written.drop(key)
	_, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE key = ?`, key)
	return err
}

// Find, Commit and Delete are the same without a context, as scs wants them.

// Find is [Store.FindCtx].
func (s *Store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is [Store.CommitCtx].
func (s *Store) Commit(token string, data []byte, ends time.Time) error {
	return s.CommitCtx(context.Background(), token, data, ends)
}

// Delete is [Store.DeleteCtx].
func (s *Store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
