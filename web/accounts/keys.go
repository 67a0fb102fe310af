package accounts

import (
	"context"
	"slices"
	"time"

	"poterne/web"
)

// storedKey is a security key with what [web.SecurityKey] leaves out of JSON.
type storedKey struct {
	web.SecurityKey
	Data []byte
}

// mostKeys bounds the security keys of an account: one in use, one in a drawer, and
// those of before.
const mostKeys = 10

// AddKey gives an account a security key, and ends its sessions.
func (s *Store) AddKey(ctx context.Context, login string, k web.SecurityKey) error {
	return s.update(ctx, login, func(r *row) error {
		if len(r.SecurityKeys) >= mostKeys {
			return web.Refuse("un compte a au plus %d clés de sécurité", "an account has at most %d security keys", mostKeys)
		}
		if slices.ContainsFunc(r.SecurityKeys, func(x storedKey) bool { return x.ID == k.ID }) {
			return web.Refuse("cette clé de sécurité est déjà là", "this security key is there already")
		}
		k.Added = s.now().UTC().Truncate(time.Second)
		r.SecurityKeys = append(r.SecurityKeys, storedKey{k, k.Data})
		r.Epoch++
		return nil
	})
}

// UseKey keeps what changed of a security key by its use: its counter.
func (s *Store) UseKey(ctx context.Context, login string, k web.SecurityKey) error {
	return s.update(ctx, login, func(r *row) error {
		for i := range r.SecurityKeys {
			if x := &r.SecurityKeys[i]; x.ID == k.ID {
				x.Data, x.Used = k.Data, s.now().UTC().Truncate(time.Second)
				return nil
			}
		}
		return web.ErrNotFound
	})
}

// RemoveKey takes a security key from an account, all of them where id is "", and
// ends its sessions.
func (s *Store) RemoveKey(ctx context.Context, login, id string) error {
	return s.update(ctx, login, func(r *row) error {
		before := len(r.SecurityKeys)
		r.SecurityKeys = slices.DeleteFunc(r.SecurityKeys, func(x storedKey) bool { return id == "" || x.ID == id })
		if len(r.SecurityKeys) == before && id != "" {
			return web.ErrNotFound
		}
		r.Epoch++
		return nil
	})
}
