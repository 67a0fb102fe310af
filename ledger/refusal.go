package ledger

import (
	"errors"
	"fmt"
)

// Errors that a [Refusal] is of.
var (
	// ErrReview says that a review lacks what it needs.
	ErrReview = errors.New("unusable review")
	// ErrDerogation says that a derogation lacks what it needs.
	ErrDerogation = errors.New("unusable derogation")
)

// Refusal says why what a person decided is not kept. Its words are in English:
// whoever shows it has those of other languages by its Lack.
type Refusal struct {
	Of    error // [ErrReview] or [ErrDerogation]
	Lack  Lack
	Value string // what the lack is about, as it was typed, or ""
}

// Lack is what a decision lacks, or has too much.
type Lack string

// Lacks of reviews.
const (
	UnknownAct    Lack = "unknown act"
	NoDocument    Lack = "no document"
	NoAuthor      Lack = "no author"
	NotSecond     Lack = "the second person is the first, or nobody"
	NoReason      Lack = "no reason"
	NoAssignee    Lack = "nobody to assign to"
	NeverRead     Lack = "the document was never read: there is no content to decide on"
	NoRule        Lack = "no rule"
	NoFinding     Lack = "the document has no finding of this rule"
	OfWhole       Lack = "a level and a class are those of the whole document, not of a rule"
	NoLevel       Lack = "a level and a class are missing"
	ExpiresBefore Lack = "it expires before it begins"
)

// Lacks of derogations.
const (
	NoProject     Lack = "no project"
	NoText        Lack = "no text that it is granted under"
	NoDestination Lack = "no destination"
	NoShare       Lack = "no share that it covers"
	EndsBefore    Lack = "it ends before the offer exists"
	NoGlob        Lack = "this share is no glob"
)

// Error returns what is lacking, and what it is about.
func (r *Refusal) Error() string {
	if r.Value != "" {
		return fmt.Sprintf("%v: %s: %q", r.Of, r.Lack, r.Value)
	}
	return fmt.Sprintf("%v: %s", r.Of, r.Lack)
}

// Unwrap returns what the refusal is of.
func (r *Refusal) Unwrap() error { return r.Of }
