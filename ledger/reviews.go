package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"poterne"
)

// Act is what a person says of a document or of one finding in it.
type Act string

// Acts.
const (
	Confirm       Act = "confirm"        // the finding is right
	FalsePositive Act = "false-positive" // it is not: it no longer counts
	Reclassify    Act = "reclassify"     // the document has this level and class
	Note          Act = "note"           // a remark, for people
	Assign        Act = "assign"         // somebody is to look at it
)

// Acts lists all acts.
func Acts() []Act { return []Act{Confirm, FalsePositive, Reclassify, Note, Assign} }

// decides says whether the act bears on the verdict.
func (a Act) decides() bool { return a == Confirm || a == FalsePositive || a == Reclassify }

// Review is one decision of a person. It holds for a content, wherever a copy of it
// lies, and as long as what it was about is found by the same rule: the caller
// compares Basis. Reason and Assignee are a person's own words: they are sealed.
type Review struct {
	ID       string // given by Decide
	Act      Act
	Document poterne.Document // names of the document it was decided on; ID, Share, Path, Member
	Content  poterne.Version  // "" where the document was never read: notes only
	Rule     string           // the rule of the finding; "" is the whole document
	Mark     string           // of a marking
	Level    poterne.Level    // of Reclassify
	Class    poterne.Class    // of Reclassify
	Reason   string
	Author   string
	Second   string // who agreed to lower a class of the State
	Assignee string // of Assign
	At       time.Time
	Expires  time.Time // first instant at which it no longer holds; zero is never
	// Basis names what was found by: the version of the rule, or of all rules of the
	// document. Where it is another one today the review is to be seen again.
	Basis    string
	Rules    poterne.Version // version of all rules then
	Category string          // of the finding, for who learns from decisions
	Seen     *Seen           `json:",omitempty"` // what the person decided on

	Ended       time.Time // withdrawn, replaced or expired; zero while it stands
	EndedBy     string    // an account, or "" for the program
	EndedCause  string    // "withdrawn: …", "replaced by …", "expired"
	EndedSecond string    `json:",omitempty"` // who agreed that it ends, where that lowers a class of the State
	// Lapsed says that it expired and still bears: see [Ledger.Lapse].
	Lapsed bool `json:",omitempty"`
}

// Seen is what the program itself said when a person decided: more than that, on a
// copy or after a better reading, nobody has looked at.
type Seen struct {
	Level   poterne.Level
	Class   poterne.Class
	Failure string         // stage and kind; "" where the document was read whole
	Found   map[string]int // places by rule and marking: of the finding, or of the whole document
}

// Holds reports whether r stands at the time now.
func (r Review) Holds(now time.Time) bool {
	return r.Ended.IsZero() && (r.Expires.IsZero() || now.Before(r.Expires))
}

// AtLeast returns the more demanding of what r asks for and of a level and class. What
// was not read ([poterne.ClassUnknown]) may go nowhere: only a class of the State says
// more than that.
func (r Review) AtLeast(l poterne.Level, c poterne.Class) (poterne.Level, poterne.Class) {
	if c == poterne.ClassUnknown && r.Class >= poterne.H3 || c != poterne.ClassUnknown && r.Class > c {
		c = r.Class
	}
	return max(r.Level, l), c
}

// Raises reports whether r asks for more than the program did, on level or on class.
func (r Review) Raises() bool {
	if r.Act != Reclassify || r.Seen == nil {
		return r.Act == Reclassify // of what nobody knows: it is no reason to go down
	}
	l, c := r.AtLeast(r.Seen.Level, r.Seen.Class)
	return l != r.Seen.Level || c != r.Seen.Class
}

// Lowers reports whether r asks for less than the program did, on level or on class.
func (r Review) Lowers() bool {
	if r.Act != Reclassify || r.Seen == nil {
		return r.Act == FalsePositive || r.Act == Reclassify
	}
	l, c := r.AtLeast(r.Seen.Level, r.Seen.Class)
	return l != r.Level || c != r.Class
}

// Validate reports what r lacks, as a [Refusal].
func (r Review) Validate() error {
	lack := func(l Lack) error { return &Refusal{Of: ErrReview, Lack: l} }
	switch {
	case !slices.Contains(Acts(), r.Act):
		return lack(UnknownAct)
	case r.Document.ID == "":
		return lack(NoDocument)
	case r.Author == "":
		return lack(NoAuthor)
	case !another(r.Second, r.Author):
		return lack(NotSecond)
	case strings.TrimSpace(r.Reason) == "" && r.Act != Assign:
		return lack(NoReason)
	case r.Act == Assign && r.Assignee == "":
		return lack(NoAssignee)
	case r.Act.decides() && r.Content == "":
		return lack(NeverRead)
	case (r.Act == Confirm || r.Act == FalsePositive) && r.Rule == "":
		return lack(NoRule)
	case r.Act == Reclassify && (r.Rule != "" || r.Mark != ""):
		return lack(OfWhole)
	case r.Act == Reclassify && (r.Level == poterne.Unassessed || r.Class == poterne.ClassUnknown):
		return lack(NoLevel)
	case !r.Expires.IsZero() && !r.Expires.After(r.At):
		return lack(ExpiresBefore)
	}
	return nil
}

// another reports whether second, where one is named, is somebody, and not first.
func another(second, first string) bool {
	name := strings.TrimSpace(second)
	return second == "" || name != "" && !strings.EqualFold(name, strings.TrimSpace(first))
}

// on is what a review hangs on: its content, or its document where there is none.
func (l *Ledger) on(r Review) rowKey {
	if r.Content == "" {
		return l.keyer.record(r.Document.ID)
	}
	return l.keyer.content(r.Content)
}

// Replaces reports whether a new review takes the place of an older one of the same
// content: one verdict a finding, one class a document, one assignee.
func (r Review) Replaces(old Review) bool {
	if r.Document.Member != old.Document.Member || r.Rule != old.Rule || r.Mark != old.Mark || r.Act == Note {
		return false
	}
	if r.Act == Confirm || r.Act == FalsePositive {
		return old.Act == Confirm || old.Act == FalsePositive
	}
	return r.Act == old.Act
}

// Decide stores a review and appends it to the audit trail in the name of account
// ("os:login", "web:account"); older ones that it replaces end. The records of its
// content wait to be decided again: see [Ledger.Waiting]. It returns the review
// with its ID and its time.
func (l *Ledger) Decide(ctx context.Context, account string, r Review) (Review, error) {
	if r.Document.ID == "" && r.Document.Path != "" {
		r.Document.ID = poterne.NewID(r.Document.Share, r.Document.Path, r.Document.Member)
	}
	if r.At.IsZero() {
		r.At = time.Now()
	}
	r.ID, r.At, r.Expires = newID("r"), r.At.UTC(), r.Expires.UTC()
	if r.Expires.IsZero() {
		r.Expires = time.Time{}
	}
	r.Document = poterne.Document{ID: r.Document.ID, Share: r.Document.Share, Path: r.Document.Path, Member: r.Document.Member}
	if err := r.Validate(); err != nil {
		return Review{}, err
	}
	key := l.on(r)
	e := Entry{At: r.At, Actor: account, Verb: "review-" + string(r.Act), Subject: string(r.Document.ID), Detail: Detail{
		"review": r.ID, "author": r.Author, "second": r.Second, "rule": r.Rule, "mark": r.Mark, "reason": r.Reason, "assignee": r.Assignee,
	}}
	if r.Act == Reclassify {
		e.Detail["level"], e.Detail["class"] = r.Level.String(), r.Class.String()
	}
	if !r.Expires.IsZero() {
		e.Detail["expires"] = r.Expires.Format(time.RFC3339)
	}
	err := l.audited(ctx, &e, func(tx *sql.Tx) error {
		for old, err := range l.reviewsIn(ctx, tx, `WHERE content = ? AND open = 1`, key[:]) {
			if err != nil {
				return err
			}
			if r.Replaces(old) {
				if err := l.end(ctx, tx, old, r.At, account, "replaced by "+r.ID); err != nil {
					return err
				}
			}
		}
		if err := l.putReview(ctx, tx, r); err != nil {
			return err
		}
		if !r.Act.decides() {
			return nil
		}
		return wait(ctx, tx, key)
	})
	if err != nil {
		return Review{}, fmt.Errorf("store a review: %w", err)
	}
	return r, nil
}

// Withdraw ends a review, which stays in the history of its document, or returns
// [ErrNotFound] where there is none that stands. second is who agreed, "" where nobody
// had to, and not the person of account: else the error is [ErrReview].
func (l *Ledger) Withdraw(ctx context.Context, account, id, reason, second string) (Review, error) {
	if _, login, _ := strings.Cut(account, ":"); !another(second, login) || !another(second, account) {
		return Review{}, &Refusal{Of: ErrReview, Lack: NotSecond}
	}
	var r Review
	e := Entry{Actor: account, Verb: "review-withdraw", Detail: Detail{"review": id, "reason": reason, "second": second}}
	err := l.audited(ctx, &e, func(tx *sql.Tx) (err error) {
		if r, err = first(l.reviewsIn(ctx, tx, `WHERE id = ? AND open = 1`, id)); err != nil {
			return err
		}
		e.Subject, r.EndedSecond = string(r.Document.ID), second
		if err := l.end(ctx, tx, r, time.Now(), account, "withdrawn: "+reason); err != nil {
			return err
		}
		if !r.Act.decides() {
			return nil
		}
		if err := wait(ctx, tx, l.on(r)); err != nil {
			return err
		}
		return l.waitAt(ctx, tx, r.Document.ID)
	})
	if err != nil {
		return Review{}, fmt.Errorf("withdraw review %s: %w", id, err)
	}
	return r, nil
}

// Lapse ends the reviews that have expired by now, with an entry of the audit trail
// for each, and returns how many; their contents wait to be decided again. One that
// raised its document stays open and Lapsed: nobody said that the document may come
// down, and a person has to withdraw or replace it.
func (l *Ledger) Lapse(ctx context.Context, now time.Time) (n int, err error) {
	const due = `WHERE open = 1 AND expires > 0 AND expires <= ?`
	over, err := collect(l.reviewsIn(ctx, l.read, due, now.UnixMilli()))
	if err != nil {
		return 0, fmt.Errorf("list expired reviews: %w", err)
	}
	for _, r := range over {
		err := l.lapse(ctx, r.ID, now)
		if err != nil && !errors.Is(err, ErrNotFound) { // somebody was faster
			return n, fmt.Errorf("end expired review %s: %w", r.ID, err)
		}
		if err == nil {
			n++
		}
	}
	return n, nil
}

func (l *Ledger) lapse(ctx context.Context, id string, now time.Time) error {
	e := Entry{At: now, Actor: "poterne", Verb: "review-expire", Detail: Detail{"review": id}}
	return l.audited(ctx, &e, func(tx *sql.Tx) error {
		r, err := first(l.reviewsIn(ctx, tx, `WHERE id = ? AND open = 1 AND expires > 0`, id))
		if err != nil {
			return err
		}
		e.Subject = string(r.Document.ID)
		if r.Lapsed = r.Raises(); r.Lapsed {
			e.Detail["kept"] = "raised"
			err = l.putReview(ctx, tx, r)
		} else {
			err = l.end(ctx, tx, r, now, "", "expired")
		}
		if err != nil || !r.Act.decides() {
			return err
		}
		return wait(ctx, tx, l.on(r))
	})
}

// Reviews yields all reviews, the newest first, ended ones too.
func (l *Ledger) Reviews(ctx context.Context) iter.Seq2[Review, error] {
	return l.reviewsIn(ctx, l.read, `ORDER BY n DESC`)
}

// Review returns one review, or [ErrNotFound].
func (l *Ledger) Review(ctx context.Context, id string) (Review, error) {
	return first(l.reviewsIn(ctx, l.read, `WHERE id = ?`, id))
}

// ReviewsAt returns the reviews that were decided on a document, whatever it holds
// today, the oldest first, ended ones too.
func (l *Ledger) ReviewsAt(ctx context.Context, id poterne.ID) ([]Review, error) {
	k := l.keyer.record(id)
	return collect(l.reviewsIn(ctx, l.read, `WHERE document = ? ORDER BY n`, k[:]))
}

// ReviewsOf returns the reviews of the content of r, of all its members, the oldest
// first, ended ones too; and the notes of a document that was never read.
func (l *Ledger) ReviewsOf(ctx context.Context, r poterne.Record) ([]Review, error) {
	k := l.on(Review{Content: r.Stamp.Content, Document: r.Document})
	return collect(l.reviewsIn(ctx, l.read, `WHERE content = ? ORDER BY n`, k[:]))
}

func (l *Ledger) putReview(ctx context.Context, tx *sql.Tx, r Review) error {
	plain, err := json.Marshal(r)
	if err != nil {
		return err
	}
	key, document, expires := l.on(r), l.keyer.record(r.Document.ID), int64(0)
	if !r.Expires.IsZero() && !r.Lapsed {
		expires = r.Expires.UnixMilli()
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO reviews (id, content, document, expires, open, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET content = excluded.content, document = excluded.document, expires = excluded.expires, open = excluded.open, body = excluded.body`,
		r.ID, key[:], document[:], expires, boolInt(r.Ended.IsZero()), l.box.Seal(nil, plain, bound("reviews.body", []byte(r.ID))))
	return err
}

func (l *Ledger) end(ctx context.Context, tx *sql.Tx, r Review, at time.Time, by, cause string) error {
	r.Ended, r.EndedBy, r.EndedCause = at.UTC(), by, cause
	return l.putReview(ctx, tx, r)
}

func (l *Ledger) reviewsIn(ctx context.Context, q querier, where string, args ...any) iter.Seq2[Review, error] {
	return rows(ctx, q, func(rs *sql.Rows) (Review, error) {
		var id string
		var open bool
		var content, body sql.RawBytes
		if err := rs.Scan(&id, &content, &open, &body); err != nil {
			return Review{}, err
		}
		plain, err := l.box.Open(nil, body, bound("reviews.body", []byte(id)))
		if err != nil {
			return Review{}, err
		}
		var r Review
		if err := json.Unmarshal(plain, &r); err != nil {
			return Review{}, fmt.Errorf("%w: review %s", ErrDamaged, id)
		}
		if key := l.on(r); r.ID != id || open != r.Ended.IsZero() || string(key[:]) != string(content) {
			return Review{}, fmt.Errorf("%w: review %s is not the sealed one", ErrDamaged, id)
		}
		return r, nil
	}, `SELECT id, content, open, body FROM reviews `+where, args...)
}

// newID returns a name that people may type: the kind, the day and six letters.
func newID(kind string) string {
	return kind + time.Now().UTC().Format("060102") + strings.ToLower(rand.Text()[:6])
}
