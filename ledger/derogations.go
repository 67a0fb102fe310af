package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"path"
	"strings"
	"time"

	"poterne"
)

// Derogation is a signed decision that a project may keep documents at a
// destination for a time. The policy says whether it holds; here it is only kept.
type Derogation struct {
	ID          string // given by AddDerogation
	Project     string
	Authority   string    // who signed
	Doctrine    string    // the text that it is granted under
	Engaged     time.Time // day on which the project was engaged
	Offer       time.Time // day from which an acceptable offer exists
	End         time.Time
	InPlace     time.Time // day since which the system is in place
	Scope       string    // in words
	Public      bool      // it was made public
	Approved    bool      // by the authority that the text names
	Destination string    // name in the catalogue
	Shares      []string  // shares that it covers, globs; none covers nothing
	Under       string    // folder of these shares, "" is all of them
	Reason      string
	Author      string // who entered it
	At          time.Time

	Revoked       time.Time // zero while it stands
	RevokedBy     string    // an account
	RevokedReason string
}

// Covers reports whether d, while it stands, is about a document at a destination.
func (d Derogation) Covers(destination string, doc poterne.Document) bool {
	if !d.Revoked.IsZero() || d.Destination != destination {
		return false
	}
	under := strings.Trim(d.Under, "/")
	if under != "" && doc.Path != under && !strings.HasPrefix(doc.Path, under+"/") {
		return false
	}
	for _, glob := range d.Shares {
		if ok, err := path.Match(glob, doc.Share); ok && err == nil {
			return true
		}
	}
	return false
}

// Validate reports what d lacks to be kept, as a [Refusal]; whether it holds is another
// question.
func (d Derogation) Validate() error {
	lack := func(l Lack) error { return &Refusal{Of: ErrDerogation, Lack: l} }
	switch {
	case strings.TrimSpace(d.Project) == "":
		return lack(NoProject)
	case d.Doctrine == "":
		return lack(NoText)
	case d.Destination == "":
		return lack(NoDestination)
	case len(d.Shares) == 0:
		return lack(NoShare)
	case d.Author == "":
		return lack(NoAuthor)
	case !d.End.IsZero() && !d.Offer.IsZero() && d.End.Before(d.Offer):
		return lack(EndsBefore)
	}
	for _, glob := range d.Shares {
		if _, err := path.Match(glob, ""); err != nil {
			return &Refusal{ErrDerogation, NoGlob, glob}
		}
	}
	return nil
}

// AddDerogation stores a derogation and appends it to the audit trail in the name of
// account. It returns it with its ID and its time.
func (l *Ledger) AddDerogation(ctx context.Context, account string, d Derogation) (Derogation, error) {
	if err := d.Validate(); err != nil {
		return Derogation{}, err
	}
	d.ID, d.At, d.Revoked = newID("d"), time.Now().UTC(), time.Time{}
	e := Entry{At: d.At, Actor: account, Verb: "derogation-add", Subject: d.ID, Detail: Detail{
		"project": d.Project, "authority": d.Authority, "doctrine": d.Doctrine, "destination": d.Destination, "author": d.Author, "reason": d.Reason, "end": day(d.End),
	}}
	err := l.audited(ctx, &e, func(tx *sql.Tx) error { return l.putDerogation(ctx, tx, d) })
	if err != nil {
		return Derogation{}, fmt.Errorf("store a derogation: %w", err)
	}
	return d, nil
}

// RevokeDerogation ends a derogation, or returns [ErrNotFound] where none of that
// id stands.
func (l *Ledger) RevokeDerogation(ctx context.Context, account, id, reason string) error {
	e := Entry{Actor: account, Verb: "derogation-revoke", Subject: id, Detail: Detail{"reason": reason}}
	err := l.audited(ctx, &e, func(tx *sql.Tx) error {
		d, err := first(l.derogationsIn(ctx, tx, `WHERE id = ? AND open = 1`, id))
		if err != nil {
			return err
		}
		d.Revoked, d.RevokedBy, d.RevokedReason = time.Now().UTC(), account, reason
		return l.putDerogation(ctx, tx, d)
	})
	if err != nil {
		return fmt.Errorf("revoke derogation %s: %w", id, err)
	}
	return nil
}

// Derogations returns all derogations, the oldest first, revoked ones too.
func (l *Ledger) Derogations(ctx context.Context) ([]Derogation, error) {
	return collect(l.derogationsIn(ctx, l.read, `ORDER BY n`))
}

func (l *Ledger) putDerogation(ctx context.Context, tx *sql.Tx, d Derogation) error {
	plain, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO derogations (id, open, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET open = excluded.open, body = excluded.body`,
		d.ID, boolInt(d.Revoked.IsZero()), l.box.Seal(nil, plain, bound("derogations.body", []byte(d.ID))))
	return err
}

func (l *Ledger) derogationsIn(ctx context.Context, q querier, where string, args ...any) iter.Seq2[Derogation, error] {
	return rows(ctx, q, func(rs *sql.Rows) (Derogation, error) {
		var id string
		var open bool
		var body sql.RawBytes
		if err := rs.Scan(&id, &open, &body); err != nil {
			return Derogation{}, err
		}
		plain, err := l.box.Open(nil, body, bound("derogations.body", []byte(id)))
		if err != nil {
			return Derogation{}, err
		}
		var d Derogation
		if err := json.Unmarshal(plain, &d); err != nil || d.ID != id || open != d.Revoked.IsZero() {
			return Derogation{}, fmt.Errorf("%w: derogation %s is not the sealed one", ErrDamaged, id)
		}
		return d, nil
	}, `SELECT id, open, body FROM derogations `+where, args...)
}

// day writes a day, "" where it is not given.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
