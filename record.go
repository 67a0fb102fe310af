package poterne

import (
	"fmt"
	"time"
)

// Reason is one step towards a verdict, kept without a language: the policy's
// catalogue turns Key and Args into a sentence.
type Reason struct {
	Key   string
	Args  []string // numbers, rule ids, column titles, masked forms: never a raw value
	Legal []string
}

// Assessment is the verdict on a document: a presumption with its reasons, for
// one actor and one dated doctrine.
type Assessment struct {
	Level      Level
	Hosting    Hosting
	Categories []string // sorted
	Confirm    bool     // a person has to confirm before it is relied on
	// Reasons say why the verdict is not lower, weightiest first.
	Reasons []Reason
	// Counterfactual says what to remove or pseudonymise to come down one class.
	Counterfactual []Reason
	Steps          []Reason // the whole decision, in order
	Actor          string   // "etat", …
	Doctrine       string   // "sren", "2023", "2021"
}

// Version names a state of rules, policy, extractor or content: a declared
// version and a hash of the canonical form, or a hash alone.
type Version string

// Stamp says what a verdict was made from (invariant 4 of the house).
type Stamp struct {
	Content   Version // hash of the document's bytes
	Extractor Version
	Rules     Version
	Policy    Version
}

// Record is all that is kept of one document after one scan.
type Record struct {
	Document
	Format     string
	Stamp      Stamp
	Findings   []Finding
	Assessment Assessment
	Failure    *Failure // nil where the document was read whole
	Run        string   // the run that last decided this record
	ScannedAt  time.Time
}

// Stage is where on its way a document failed.
type Stage string

// Stages.
const (
	StageWalk     Stage = "walk"
	StageOpen     Stage = "open"
	StageExtract  Stage = "extract"
	StageClassify Stage = "classify"
)

// Kind is why a document failed. The list is closed: machines act on it.
type Kind string

// Kinds of failure.
const (
	Denied      Kind = "denied"
	Vanished    Kind = "vanished"
	TooLarge    Kind = "too_large"
	Encrypted   Kind = "encrypted"
	ImageOnly   Kind = "image_only"
	Unsupported Kind = "unsupported"
	Malformed   Kind = "malformed"
	Partial     Kind = "partial"
	Timeout     Kind = "timeout"
	Memory      Kind = "memory"
	Crashed     Kind = "crashed"
)

// Kinds lists all kinds of failure.
func Kinds() []Kind {
	return []Kind{Denied, Vanished, TooLarge, Encrypted, ImageOnly, Unsupported, Malformed, Partial, Timeout, Memory, Crashed}
}

// Failure says that a document, or one member of it, was not read whole, where
// and why. It is data, not a broken program: the scan goes on and the record
// says so. It is the only error type that crosses packages.
type Failure struct {
	Stage Stage
	Kind  Kind
	cause error
}

// Fail returns a failure; cause may be nil. The cause is for logs of developers
// and errors.Is: it is not stored, and must hold no text of the document.
func Fail(stage Stage, kind Kind, cause error) *Failure {
	return &Failure{Stage: stage, Kind: kind, cause: cause}
}

// Error returns the stage, the kind and the cause.
func (f *Failure) Error() string {
	if f.cause == nil {
		return fmt.Sprintf("%s: %s", f.Stage, f.Kind)
	}
	return fmt.Sprintf("%s: %s: %v", f.Stage, f.Kind, f.cause)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.cause }
