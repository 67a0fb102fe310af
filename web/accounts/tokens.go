package accounts

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"poterne/web"
)

// tokenPrefix makes a token that leaked easy to find.
const tokenPrefix = "poterne_"

// AddToken makes a token and returns its secret, of which only a keyed hash is kept.
func (s *Store) AddToken(ctx context.Context, t web.Token) (string, error) {
	secret := tokenPrefix + rand.Text() + rand.Text()[:10] // 180 bits
	t.ID = strings.ToLower(rand.Text()[:12])
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	key := s.key("token", secret)
	_, err = s.db.ExecContext(ctx, `INSERT INTO tokens (key, ends, body) VALUES (?, ?, ?)`, key, t.Expires.UnixMilli(), s.box.Seal(nil, plain, bound("token", key)))
	return secret, err
}

// Token returns the token of a secret, or [web.ErrNotFound] where there is none or it
// has expired.
func (s *Store) Token(ctx context.Context, secret string) (web.Token, error) {
	key := s.key("token", secret)
	var body []byte
	err := s.db.QueryRowContext(ctx, `SELECT body FROM tokens WHERE key = ? AND ends > ?`, key, s.now().UnixMilli()).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return web.Token{}, web.ErrNotFound
	}
	if err != nil {
		return web.Token{}, err
	}
	return s.openToken(key, body)
}

func (s *Store) openToken(key, body []byte) (web.Token, error) {
	plain, err := s.box.Open(nil, body, bound("token", key))
	if err != nil {
		return web.Token{}, err
	}
	var t web.Token
	if err := json.Unmarshal(plain, &t); err != nil {
		return web.Token{}, errors.New("a token is not readable")
	}
	return t, nil
}

// Tokens lists all tokens, the first to expire first.
func (s *Store) Tokens(ctx context.Context) ([]web.Token, error) {
	out := []web.Token{}
	err := s.eachToken(ctx, func(_ []byte, t web.Token) { out = append(out, t) })
	slices.SortFunc(out, func(a, b web.Token) int { return a.Expires.Compare(b.Expires) })
	return out, err
}

func (s *Store) eachToken(ctx context.Context, f func(key []byte, t web.Token)) error {
	rs, err := s.db.QueryContext(ctx, `SELECT key, body FROM tokens`)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var key, body []byte
		if err := rs.Scan(&key, &body); err != nil {
			return err
		}
		t, err := s.openToken(key, body)
		if err != nil {
			return err
		}
		f(key, t)
	}
	return rs.Err()
}

// RevokeToken ends a token, or returns [web.ErrNotFound].
func (s *Store) RevokeToken(ctx context.Context, id string) error {
	var found []byte
	err := s.eachToken(ctx, func(key []byte, t web.Token) {
		if t.ID == id {
			found = key
		}
	})
	if err != nil {
		return err
	}
	if found == nil {
		return web.ErrNotFound
	}
	_, err = s.db.ExecContext(ctx, `DELETE FROM tokens WHERE key = ?`, found)
	return err
}
