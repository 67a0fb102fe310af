// Package accounts keeps what the pages need of their own: accounts, sessions, tokens
// of the API and what waits for a second person, in one sealed SQLite file. A copied
// file tells how many there are and when sessions end; no login, no role, no hash.
package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"poterne/internal/seal"
	"poterne/web"
)

const file = "accounts.db"

const schema = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (key BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (key BLOB PRIMARY KEY, ends INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (key BLOB PRIMARY KEY, ends INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shelf (key BLOB PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_ends ON sessions (ends);
`

// ErrNone says that no account was ever made.
var ErrNone = errors.New("no accounts were made")

// Store is an open file of accounts. Its methods may be called by several goroutines,
// and several processes may have it open.
type Store struct {
	db    *sql.DB
	box   *seal.Box
	names []byte // key of the hashes that stand for logins
	hash  hasher
	now   func() time.Time

	written writes
}

// row is an account with what must not leave this package.
type row struct {
	web.Account
	Epoch    int64  // [web.Account] leaves it out of JSON
	Password string // PHC string, "" where the account signs in elsewhere
	Secret   string // of one-time codes, base32, "" for none
	Used     int64  // the last time step whose code was taken

	SecurityKeys []storedKey
}

// Open opens the accounts in dir, and makes them where there are none. The key is
// the one derived for [seal.Web]; a wrong one is refused with [seal.ErrKey]. The
// caller closes the store. A broken file is [ErrDamaged].
func Open(ctx context.Context, dir string, key []byte) (*Store, error) {
	s, err := open(ctx, dir, key, true)
	if err != nil {
		return nil, fmt.Errorf("open accounts in %s: %w", dir, damage(err))
	}
	return s, nil
}

// OpenExisting is [Open] where accounts were made. Without dir there never were any,
// which is [ErrNone]; a file that is missing, empty or without its check value is
// [ErrDamaged].
func OpenExisting(ctx context.Context, dir string, key []byte) (*Store, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	s, err := open(ctx, dir, key, false)
	if err != nil {
		return nil, fmt.Errorf("open accounts in %s: %w", dir, damage(err))
	}
	return s, nil
}

func open(ctx context.Context, dir string, key []byte, create bool) (*Store, error) {
	box, err := seal.NewBox(seal.Derive(key, "accounts"))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, file)
	if create {
		err = touch(path)
	} else {
		err = held(path)
	}
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)"}, "_txlock": {"immediate"}, "mode": {"rw"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, box: box, names: seal.Derive(key, "names"), hash: newHasher(), now: time.Now}
	if err := s.prepare(ctx, create); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// touch makes the file where there is none: SQLite would make it readable by others.
func touch(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// held wants a file that holds something.
func held(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: the file is missing", ErrDamaged)
	case err == nil && info.Size() == 0:
		return fmt.Errorf("%w: the file is empty", ErrDamaged)
	}
	return err
}

// prepare makes the tables that are missing, after it has seen, where accounts were
// made, that they are ours.
func (s *Store) prepare(ctx context.Context, create bool) error {
	if !create {
		var checked bool
		err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'meta'`).Scan(&checked)
		if err == nil && checked {
			err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM meta WHERE name = 'check'`).Scan(&checked)
		}
		if err != nil {
			return err
		}
		if !checked {
			return fmt.Errorf("%w: no check value", ErrDamaged)
		}
	}
	if _, err := s.db.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('check', ?) ON CONFLICT DO NOTHING`, s.box.CheckValue()); err != nil {
		return err
	}
	var check []byte
	if err := s.db.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'check'`).Scan(&check); err != nil {
		return err
	}
	return s.box.Verify(check)
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }

// key stands for a name in the file.
func (s *Store) key(kind, name string) []byte {
	h := hmac.New(sha256.New, s.names)
	h.Write([]byte(kind + "\x00" + name))
	return h.Sum(nil)
}

func bound(kind string, key []byte) []byte { return append([]byte(kind+"\x00"), key...) }

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (s *Store) get(ctx context.Context, q querier, login string) (row, error) {
	key := s.key("account", login)
	var body []byte
	err := q.QueryRowContext(ctx, `SELECT body FROM accounts WHERE key = ?`, key).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, web.ErrNotFound
	}
	if err != nil {
		return row{}, err
	}
	return s.unseal(key, body)
}

func (s *Store) unseal(key, body []byte) (row, error) {
	plain, err := s.box.Open(nil, body, bound("account", key))
	if err != nil {
		return row{}, err
	}
	var r row
	if err := json.Unmarshal(plain, &r); err != nil {
		return row{}, errors.New("an account is not readable")
	}
	r.Account.Epoch, r.Local, r.Second = r.Epoch, r.Password != "", r.Secret != ""
	r.Handle, r.Keys = s.key("handle", r.Login), nil
	for _, k := range r.SecurityKeys {
		k.SecurityKey.Data = k.Data
		r.Keys = append(r.Keys, k.SecurityKey)
	}
	return r, nil
}

func (s *Store) put(ctx context.Context, q querier, r row) error {
	r.Keys = nil // they are in SecurityKeys
	plain, err := json.Marshal(r)
	if err != nil {
		return err
	}
	key := s.key("account", r.Login)
	_, err = q.ExecContext(ctx, `INSERT INTO accounts (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body`,
		key, s.box.Seal(nil, plain, bound("account", key)))
	return err
}

// Account returns the account of a login, or [web.ErrNotFound].
func (s *Store) Account(ctx context.Context, login string) (web.Account, error) {
	r, err := s.get(ctx, s.db, web.Login(login))
	return r.Account, err
}

// Accounts lists all accounts by login.
func (s *Store) Accounts(ctx context.Context) ([]web.Account, error) {
	out, err := s.list(ctx)
	return out, damage(err)
}

func (s *Store) list(ctx context.Context) ([]web.Account, error) {
	rs, err := s.db.QueryContext(ctx, `SELECT key, body FROM accounts`)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	out := []web.Account{}
	for rs.Next() {
		var key, body []byte
		if err := rs.Scan(&key, &body); err != nil {
			return nil, err
		}
		r, err := s.unseal(key, body)
		if err != nil {
			return nil, err
		}
		out = append(out, r.Account)
	}
	slices.SortFunc(out, func(a, b web.Account) int { return strings.Compare(a.Login, b.Login) })
	return out, rs.Err()
}

// Add makes an account; password "" makes one that signs in elsewhere. A login that
// is taken, and a password that is too short, are refused with [web.ErrRefused].
func (s *Store) Add(ctx context.Context, a web.Account, password string) error {
	a.Login = web.Login(a.Login)
	if err := a.Check(); err != nil {
		return err
	}
	r := row{Account: a}
	r.Created = s.now().UTC()
	if password != "" {
		if err := checkPassword(a.Login, password); err != nil {
			return err
		}
		r.Password = s.hash.make(password)
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		switch _, err := s.get(ctx, tx, a.Login); {
		case err == nil:
			return web.Refuse("le compte %s existe déjà", "account %s exists", a.Login)
		case !errors.Is(err, web.ErrNotFound):
			return err
		}
		return s.put(ctx, tx, r)
	})
}

// Update changes the name, roles, shares, subject or state of an account, and ends
// its sessions where its rights change.
func (s *Store) Update(ctx context.Context, login string, change func(*web.Account) error) error {
	return s.update(ctx, login, func(r *row) error {
		before := r.Account
		if err := change(&r.Account); err != nil {
			return err
		}
		r.Login, r.Account.Epoch = before.Login, before.Epoch
		if err := r.Check(); err != nil {
			return err
		}
		if !slices.Equal(before.Roles, r.Roles) || !slices.Equal(before.Shares, r.Shares) || before.Disabled != r.Disabled {
			r.Epoch++
		}
		return nil
	})
}

// EndSessions ends all sessions of an account.
func (s *Store) EndSessions(ctx context.Context, login string) error {
	return s.update(ctx, login, func(r *row) error { r.Epoch++; return nil })
}

func (s *Store) update(ctx context.Context, login string, change func(*row) error) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		r, err := s.get(ctx, tx, web.Login(login))
		if err != nil {
			return err
		}
		if err := change(&r); err != nil {
			return err
		}
		return s.put(ctx, tx, r)
	})
}

func (s *Store) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}
