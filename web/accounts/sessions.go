package accounts

import (
	"context"
	"database/sql"
	"errors"
	"time"
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

// CommitCtx keeps a session until it ends, and forgets those that have ended.
func (s *Store) CommitCtx(ctx context.Context, token string, data []byte, ends time.Time) error {
	key := s.key("session", token)
	_, err := s.db.ExecContext(ctx, `INSERT INTO sessions (key, ends, body) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET ends = excluded.ends, body = excluded.body`, key, ends.UnixMilli(), s.box.Seal(nil, data, bound("session", key)))
	if err == nil {
		_, err = s.db.ExecContext(ctx, `DELETE FROM sessions WHERE ends <= ?`, s.now().UnixMilli())
	}
	return err
}

// DeleteCtx forgets a session.
func (s *Store) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE key = ?`, s.key("session", token))
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
