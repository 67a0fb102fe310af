package accounts

import (
	"context"
	"database/sql"
	"errors"

	"poterne/web"
)

// The shelf keeps small things of the pages, sealed: decisions that wait for a second
// person, saved searches.

// Put keeps data under a kind and an id, in place of what was there.
func (s *Store) Put(ctx context.Context, kind, id string, data []byte) error {
	key := s.key("shelf/"+kind, id)
	plain := append([]byte(id+"\x00"), data...)
	_, err := s.db.ExecContext(ctx, `INSERT INTO shelf (key, kind, body) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body`,
		key, kind, s.box.Seal(nil, plain, bound("shelf/"+kind, key)))
	return err
}

// Take returns what is kept under an id and takes it away: of two who take at once,
// one gets it and the other [web.ErrNotFound].
func (s *Store) Take(ctx context.Context, kind, id string) ([]byte, error) {
	key := s.key("shelf/"+kind, id)
	var body []byte
	err := s.db.QueryRowContext(ctx, `DELETE FROM shelf WHERE key = ? RETURNING body`, key).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, web.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	_, data, err := s.openShelf(kind, key, body)
	return data, err
}

// All returns all that is kept of a kind, by id.
func (s *Store) All(ctx context.Context, kind string) (map[string][]byte, error) {
	rs, err := s.db.QueryContext(ctx, `SELECT key, body FROM shelf WHERE kind = ?`, kind)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	out := map[string][]byte{}
	for rs.Next() {
		var key, body []byte
		if err := rs.Scan(&key, &body); err != nil {
			return nil, err
		}
		id, data, err := s.openShelf(kind, key, body)
		if err != nil {
			return nil, err
		}
		out[id] = data
	}
	return out, rs.Err()
}

func (s *Store) openShelf(kind string, key, body []byte) (id string, data []byte, err error) {
	plain, err := s.box.Open(nil, body, bound("shelf/"+kind, key))
	if err != nil {
		return "", nil, err
	}
	for i, b := range plain {
		if b == 0 {
			return string(plain[:i]), plain[i+1:], nil
		}
	}
	return "", nil, errors.New("a thing on the shelf is not readable")
}
