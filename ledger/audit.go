package ledger

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"poterne/internal/seal"
)

// This file keeps the audit trail: who did what, when and to what, in a chain that
// shows every later change. Each entry is sealed under a key of its own and carries
// an HMAC-SHA-256 over the one before and itself, so that an edited, moved or
// missing entry breaks the chain. A tail that was cut breaks none: how far the
// trail went is kept in a sealed file beside the database ([headFile]). Who can put
// back an older copy of both shows no trace here: keep a [Head] elsewhere.

// headFile says how far the audit trail went.
const headFile = "audit.head"

// Entry is one line of the audit trail. No field may hold a value, a text or the name
// of a document: the subject is an id, or the name of a share.
type Entry struct {
	N       int64     `json:"-"` // given by Append, from 1 without a gap
	At      time.Time // given by Append where zero
	Actor   string    // "os:login" or "web:account"
	Verb    string    // what was done: "review", "derogation", "search-identifier"…
	Subject string    // id of a document, review, derogation or run, or name of a share
	Detail  Detail    `json:",omitempty"`
}

// Detail are the circumstances of an entry: rules, counts, reasons as a person
// wrote them, never a value that was searched or found.
type Detail map[string]string

// Head is the last entry of a trail: its number and its place in the chain. Kept
// outside of the state folder, it is proof of all that came before.
type Head struct {
	N   int64
	MAC string // hexadecimal
}

// String writes h as people keep it, "12:9f…".
func (h Head) String() string { return strconv.FormatInt(h.N, 10) + ":" + h.MAC }

// ParseHead reads what [Head.String] wrote.
func ParseHead(s string) (Head, error) {
	n, mac, _ := strings.Cut(strings.TrimSpace(s), ":")
	h := Head{MAC: strings.ToLower(mac)}
	var err error
	if h.N, err = strconv.ParseInt(n, 10, 64); err != nil || h.N < 0 {
		return Head{}, errors.New("a head of the audit trail is NUMBER:HEXADECIMAL")
	}
	if raw, err := hex.DecodeString(h.MAC); err != nil || len(raw) != sha256.Size {
		return Head{}, errors.New("a head of the audit trail is NUMBER:HEXADECIMAL")
	}
	return h, nil
}

// trail seals and chains entries.
type trail struct {
	box  *seal.Box
	key  []byte // of the chain
	head string // path of the file
}

func newTrail(dir string, key []byte) (*trail, error) {
	box, err := seal.NewBox(seal.Derive(key, "seal"))
	if err != nil {
		return nil, err
	}
	return &trail{box: box, key: seal.Derive(key, "chain"), head: filepath.Join(dir, headFile)}, nil
}

// link returns the mac of entry n with its sealed body, after the entry of mac
// before; the first one comes after nil.
func (t *trail) link(before []byte, n int64, sealed []byte) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write(before)
	h.Write(entryKey(n))
	h.Write(sealed)
	return h.Sum(nil)
}

func entryKey(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

var errNoTrail = errors.New("ledger was opened without the key of the audit trail")

// Append adds an entry to the audit trail; it is durable on return. Another process
// may append at the same time, and a scan may run.
func (l *Ledger) Append(ctx context.Context, e Entry) error {
	return l.audited(ctx, &e, func(*sql.Tx) error { return nil })
}

// audited runs f and appends e in one transaction: nothing is done that the trail
// does not know. f may complete the entry.
func (l *Ledger) audited(ctx context.Context, e *Entry, f func(*sql.Tx) error) error {
	if l.trail == nil {
		return errNoTrail
	}
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return l.trail.append(ctx, tx, e)
	})
	if err != nil {
		return err
	}
	return l.writeHead(ctx)
}

func (t *trail) append(ctx context.Context, tx *sql.Tx, e *Entry) error {
	last, before, err := t.last(ctx, tx)
	if err != nil {
		return err
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.N, e.At = last+1, e.At.UTC()
	plain, err := json.Marshal(e)
	if err != nil {
		return err
	}
	body := t.box.Seal(nil, plain, bound("audit.body", entryKey(e.N)))
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (n, mac, body) VALUES (?, ?, ?)`, e.N, t.link(before, e.N, body), body)
	return err
}

// last returns the number and the mac of the last entry; 0 and nil where there is none.
func (t *trail) last(ctx context.Context, tx *sql.Tx) (n int64, mac []byte, err error) {
	err = tx.QueryRowContext(ctx, `SELECT n, mac FROM audit ORDER BY n DESC LIMIT 1`).Scan(&n, &mac)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	return n, mac, err
}

// writeHead writes how far the trail goes. It holds the write lock of the database,
// so that of two processes the later one writes last. A crash before it leaves a
// head that is behind, which is no harm.
func (l *Ledger) writeHead(ctx context.Context) error {
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		n, mac, err := l.trail.last(ctx, tx)
		if err != nil {
			return err
		}
		return l.trail.keep(Head{n, hex.EncodeToString(mac)})
	})
	if err != nil {
		return fmt.Errorf("write the head of the audit trail: %w", err)
	}
	return nil
}

func (t *trail) keep(h Head) error {
	return seal.WriteFile(t.head, t.box.Seal(nil, []byte(h.String()), []byte(headFile)))
}

// kept reads the file that keep wrote.
func (t *trail) kept() (Head, error) {
	sealed, err := os.ReadFile(t.head)
	if errors.Is(err, fs.ErrNotExist) {
		return Head{}, fmt.Errorf("%w: %s is missing", ErrDamaged, headFile)
	}
	if err != nil {
		return Head{}, err
	}
	plain, err := t.box.Open(nil, sealed, []byte(headFile))
	if err != nil {
		return Head{}, fmt.Errorf("%w: %s: %w", ErrDamaged, headFile, err)
	}
	if bytes.Equal(plain, []byte("0:")) {
		return Head{}, nil
	}
	h, err := ParseHead(string(plain))
	if err != nil {
		return Head{}, fmt.Errorf("%w: %s: %w", ErrDamaged, headFile, err)
	}
	return h, nil
}

// startTrail makes the file of the head, once in the life of a ledger: later, a
// missing file is damage.
func (l *Ledger) startTrail(ctx context.Context) error {
	return l.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('audit', ?) ON CONFLICT (name) DO NOTHING`, l.trail.box.CheckValue())
		if err != nil {
			return err
		}
		if made, err := res.RowsAffected(); err != nil || made == 0 {
			return err
		}
		return l.trail.keep(Head{}) // a crash before the commit writes it again
	})
}

// verifyTrail refuses the key of another ledger.
func (l *Ledger) verifyTrail(ctx context.Context) error {
	var check []byte
	err := l.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'audit'`).Scan(&check)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // read before anything was ever written
	}
	if err != nil {
		return err
	}
	return l.trail.box.Verify(check)
}

// Audit yields the entries of the audit trail after number after, the oldest first.
// It opens each and does not look at the chain: see [Ledger.VerifyAudit].
func (l *Ledger) Audit(ctx context.Context, after int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if l.trail == nil {
			yield(Entry{}, errNoTrail)
			return
		}
		for e, err := range l.links(ctx, after) {
			if !yield(e.Entry, err) || err != nil {
				return
			}
		}
	}
}

// linked is an entry as it is stored.
type linked struct {
	Entry
	mac, sealed []byte
}

func (l *Ledger) links(ctx context.Context, after int64) iter.Seq2[linked, error] {
	return l.linksIn(ctx, l.read, after)
}

func (l *Ledger) linksIn(ctx context.Context, q querier, after int64) iter.Seq2[linked, error] {
	return rows(ctx, q, func(rs *sql.Rows) (linked, error) {
		var n int64
		var e linked
		if err := rs.Scan(&n, &e.mac, &e.sealed); err != nil {
			return linked{}, err
		}
		plain, err := l.trail.box.Open(nil, e.sealed, bound("audit.body", entryKey(n)))
		if err == nil {
			err = json.Unmarshal(plain, &e.Entry)
		}
		if err != nil {
			return linked{}, fmt.Errorf("%w: audit entry %d: %w", ErrDamaged, n, err)
		}
		e.N = n
		return e, nil
	}, `SELECT n, mac, body FROM audit WHERE n > ? ORDER BY n`, after)
}

// VerifyAudit reads the whole audit trail and returns its head. An entry that was
// changed, moved or taken out, or a tail that was cut, is [ErrDamaged]. seen are
// heads that were kept elsewhere: each must be on the trail.
func (l *Ledger) VerifyAudit(ctx context.Context, seen ...Head) (Head, error) {
	if l.trail == nil {
		return Head{}, errNoTrail
	}
	// Before the entries: another process may append meanwhile.
	kept, err := l.trail.kept()
	if err != nil {
		return Head{}, fmt.Errorf("audit trail: %w", err)
	}
	wanted := map[int64]string{}
	for _, h := range append(seen, kept) {
		if other, twice := wanted[h.N]; twice && other != h.MAC {
			return Head{}, fmt.Errorf("%w: audit entry %d is not the one that was seen", ErrDamaged, h.N)
		}
		if h.N > 0 {
			wanted[h.N] = h.MAC
		}
	}
	var at Head
	var before []byte
	for e, err := range l.links(ctx, 0) {
		switch {
		case err != nil:
			return Head{}, err
		case e.N != at.N+1:
			return Head{}, fmt.Errorf("%w: audit entry %d is missing", ErrDamaged, at.N+1)
		case !hmac.Equal(e.mac, l.trail.link(before, e.N, e.sealed)):
			return Head{}, fmt.Errorf("%w: audit entry %d breaks the chain", ErrDamaged, e.N)
		}
		before, at = e.mac, Head{e.N, hex.EncodeToString(e.mac)}
		if want, ok := wanted[e.N]; ok && want != at.MAC {
			return Head{}, fmt.Errorf("%w: audit entry %d is not the one that was seen", ErrDamaged, e.N)
		}
	}
	for n := range wanted {
		if n > at.N {
			return Head{}, fmt.Errorf("%w: the audit trail ends at entry %d, it went on to %d", ErrDamaged, at.N, n)
		}
	}
	return at, nil
}
