package web

import (
	"context"
	"errors"
	"time"

	"poterne"
)

// ErrSecond says that a decision lowers the hosting of a document below a class of the
// State: a second person has to agree.
var ErrSecond = errors.New("a second person has to agree")

// Act is what a person says of a document or of one finding in it.
type Act string

// Acts.
const (
	ActConfirm       Act = "confirm"
	ActFalsePositive Act = "false-positive"
	ActReclassify    Act = "reclassify"
	ActNote          Act = "note"
	ActAssign        Act = "assign"
)

// Decision is what a person decides of one document.
type Decision struct {
	Act      Act           `json:"act"`
	Rule     string        `json:"rule,omitempty"` // of the finding; "" is the whole document
	Mark     string        `json:"mark,omitempty"`
	Level    poterne.Level `json:"level"`
	Class    poterne.Class `json:"class"`
	Reason   string        `json:"reason"`
	Author   string        `json:"author"`
	Second   string        `json:"second,omitempty"`
	Assignee string        `json:"assignee,omitempty"`
	Expires  time.Time     `json:"expires,omitzero"`
}

// Review is a decision that was stored.
type Review struct {
	Decision
	ID    string      `json:"review"`
	DocID poterne.ID  `json:"id"`
	Share string      `json:"share"`
	Path  string      `json:"path"`
	At    time.Time   `json:"at"`
	State ReviewState `json:"state"`
}

// ReviewState says what a review is worth today.
type ReviewState string

// States of reviews.
const (
	ReviewHolds   ReviewState = "holds"
	ReviewAgain   ReviewState = "to-review" // the content or the rule changed
	ReviewGone    ReviewState = "gone"      // the document left
	ReviewExpired ReviewState = "expired"
	ReviewEnded   ReviewState = "ended" // withdrawn or replaced
)

// Reviews keeps decisions. Account is who acts, as the audit names them; Decide and
// Withdraw write it.
type Reviews interface {
	// List returns the reviews, the newest first; ended ones too.
	List(context.Context) ([]Review, error)
	// Of returns the reviews of what a document holds, the oldest first.
	Of(context.Context, poterne.Record) ([]Review, error)
	// Decide stores a decision: [ErrSecond] where a second person must agree, an error
	// that is [ErrRefused] where it lacks something.
	Decide(ctx context.Context, account string, r poterne.Record, d Decision) (Review, error)
	// Withdraw ends a review, which stays in the history.
	Withdraw(ctx context.Context, account, id, reason, second string) error
	// Settle has stored verdicts follow what was decided. It may take as long as the
	// scan that runs: what it has not done is done later.
	Settle(context.Context) error
}

// Shelf keeps small things by kind and id, sealed. Of two who Take one at once, one
// gets it and the other [ErrNotFound].
type Shelf interface {
	Put(ctx context.Context, kind, id string, data []byte) error
	Take(ctx context.Context, kind, id string) ([]byte, error)
	All(ctx context.Context, kind string) (map[string][]byte, error)
}

// Derogation is a signed decision that a project may keep documents at a destination
// for a time.
type Derogation struct {
	ID          string    `json:"derogation"`
	Project     string    `json:"project"`
	Authority   string    `json:"authority"`
	Doctrine    string    `json:"doctrine"`
	Engaged     time.Time `json:"engaged,omitzero"` // the project was engaged
	Offer       time.Time `json:"offer,omitzero"`   // an acceptable offer exists from here: the clock starts
	End         time.Time `json:"end,omitzero"`
	InPlace     time.Time `json:"in_place,omitzero"`
	Scope       string    `json:"scope"`
	Public      bool      `json:"public"`
	Approved    bool      `json:"approved"`
	Destination string    `json:"destination"`
	Shares      []string  `json:"shares"` // globs
	Under       string    `json:"under"`
	Reason      string    `json:"reason"`
	Author      string    `json:"author"`
	At          time.Time `json:"at"`
	Revoked     time.Time `json:"revoked,omitzero"`

	Holds    bool             `json:"holds"`             // it may be relied on today
	Deadline time.Time        `json:"deadline,omitzero"` // last day that its text allows
	Left     int              `json:"days_left"`
	Alert    int              `json:"alert"` // 90 or 30: it ends within so many days
	Reasons  []poterne.Reason `json:"-"`
}

// Derogations keeps derogations; Add and Revoke write the audit.
type Derogations interface {
	List(context.Context) ([]Derogation, error)
	Add(ctx context.Context, account string, d Derogation) (Derogation, error)
	Revoke(ctx context.Context, account, id, reason string) error
}
