package web

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"

	"poterne"
)

// Errors that whoever fills [Options] returns.
var (
	// ErrNotFound says that there is no such record, run, account or token.
	ErrNotFound = errors.New("not found")
	// ErrEmpty says that nothing was scanned yet.
	ErrEmpty = errors.New("nothing was scanned yet")
	// ErrCredentials says that login, password and code do not go together; it never
	// says which of them is wrong.
	ErrCredentials = errors.New("wrong login, password or code")
	// ErrRefused says that what a person asked for is not allowed as it was asked; the
	// text of the error around it is shown.
	ErrRefused = errors.New("refused")
)

// Options are what the pages stand on: the rooms, as functions and small interfaces
// that cmd fills. Store, Accounts, Sessions, Query, Match and Words are needed; a
// page whose functions are nil is not served.
type Options struct {
	Lang    string // of people who have not chosen: "fr" or "en"
	Version string // of the program
	Secure  bool   // pages are reached by https: cookies are "__Host-"
	Hosts   []string
	Log     *slog.Logger // nil is silence
	Theme   fs.FS        // files that restyle the pages (theme.css, a logo), or nil
	Demo    bool         // says on each page that nothing is real
	Now     func() time.Time

	Store    Store
	Accounts Accounts
	Sessions scs.CtxStore
	// Query reads the query language; an error is shown to its author.
	Query func(string) (poterne.Query, error)
	// Mistake reports whether an error of Query or of a search is its author's.
	Mistake func(error) bool
	// Match tells whether a record answers a query, with the meaning that [Store] gives it.
	Match func(poterne.Query) (func(poterne.Record) bool, error)
	Words func(lang string) Words
	// Line returns the JSON object of a record, with the steps of the decision or without.
	Line func(lang string, r poterne.Record, steps bool) any
	// Audit writes one line of the audit, durable on return: without it nothing goes on.
	Audit func(context.Context, Event) error
}

// Store answers from the index and the ledger. What it returns is never shown
// before it went through a [scope].
type Store interface {
	Search(context.Context, poterne.Query) (poterne.Page, error)
	Get(context.Context, poterne.ID) (poterne.Record, error)
	History(context.Context, poterne.ID) ([]Past, error)
	Runs(ctx context.Context, limit int) ([]Run, error)
	// Totals counts files by share, class and failure.
	Totals(context.Context) ([]Total, error)
	// Generation changes when answers may have.
	Generation() string
}

// Accounts knows who may sign in.
type Accounts interface {
	Account(ctx context.Context, login string) (Account, error)
	Accounts(ctx context.Context) ([]Account, error)
	// Authenticate checks a local account; code is its one-time code, "" where it has none.
	Authenticate(ctx context.Context, login, password, code string) (Account, error)
}

// Words says things in a language. Its functions come from the policy and the reports.
type Words struct {
	Sentence   func(poterne.Reason) string
	Class      func(poterne.Class) string
	Level      func(poterne.Level) string
	Kind       func(poterne.Kind) string
	Category   func(string) string
	Rule       func(string) string
	Mark       func(string) string
	Flag       func(poterne.Flag) string
	Exposure   func(poterne.Exposure) string
	Likelihood func(string) string
	Where      func(format string, p poterne.Place) string
	Actor      func(string) string
	Doctrine   func(string) string
	Bytes      func(int64) string
	Number     func(int) string
	Inert      func(string) string // makes a name from a share harmless
}

// Past is what a document was until a run.
type Past struct {
	Level poterne.Level `json:"level"`
	Class poterne.Class `json:"class"`
	Run   string        `json:"run"`
	At    time.Time     `json:"at"`
	Gone  bool          `json:"gone"`
}

// Run is one scan.
type Run struct {
	ID        string         `json:"run"`
	State     string         `json:"state"` // "running", "done", "partial", "cancelled", "failed", "killed"
	Started   time.Time      `json:"started"`
	Ended     time.Time      `json:"ended,omitzero"`
	Shares    []string       `json:"shares"`
	Actor     string         `json:"actor"`
	Doctrine  string         `json:"doctrine"`
	Program   string         `json:"program"`
	Stamp     poterne.Stamp  `json:"-"`
	Walked    int            `json:"walked"`
	Unchanged int            `json:"unchanged"`
	Opened    int            `json:"opened"`
	Failures  map[string]int `json:"failures,omitempty"`
	// Partly says that the run walked other shares too, so that its counts are left out.
	Partly bool `json:"partly,omitempty"`
}

// Total counts the files of one share that have one class and one failure.
type Total struct {
	Share   string
	Class   poterne.Class
	Failure poterne.Kind // "" where they were read whole
	Files   int
	Bytes   int64
}

// Event is one line of the audit.
type Event struct {
	Actor  string            // login, or "-" before anybody signed in
	Verb   string            // "web.read", "web.reveal"…
	Object string            // an ID, a login, a share: never a value
	Detail map[string]string // a reason, counts: never a value
}
