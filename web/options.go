package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
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
	// ErrSecurityKey says that login and password go together, and that a security key of
	// the account is to answer before anybody is let in.
	ErrSecurityKey = errors.New("a security key is wanted")
	// ErrRefused says that what a person asked for is not allowed as it was asked: it
	// comes as a [Refusal].
	ErrRefused = errors.New("refused")
)

// Refusal is an [ErrRefused] with its words, which are shown.
type Refusal struct{ French, English string }

// Error returns the English words.
func (r *Refusal) Error() string { return r.English }

// Is says that a refusal is [ErrRefused].
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// Refuse returns a refusal; args are for both languages.
func Refuse(french, english string, args ...any) error {
	return &Refusal{fmt.Sprintf(french, args...), fmt.Sprintf(english, args...)}
}

// Options are what the pages stand on: the rooms, as functions and small interfaces
// that cmd fills. The first groups are needed, up to Audit; a page whose functions
// are nil is not served.
type Options struct {
	Lang    string // of people who have not chosen: "fr" or "en"
	Version string // of the program
	Secure  bool   // pages are reached by https: cookies are "__Host-"
	// Hosts are the names that requests may be for; none takes any.
	Hosts []string
	Log   *slog.Logger // nil is silence
	Theme fs.FS        // files that restyle the pages (theme.css, a logo), or nil
	Demo  bool         // says on each page that nothing is real
	Now   func() time.Time
	// Rate is how many requests a second one address may make; 0 is 200. A POST counts
	// as five.
	Rate float64

	Store    Store
	Accounts Accounts
	Sessions scs.CtxStore
	// Provider signs people in by an identity provider, beside local accounts; or nil.
	Provider     Provider
	ProviderName string
	// SecurityKeys asks people for security keys; nil asks for none.
	SecurityKeys SecurityKeys
	// ProxyHeader names the header in which a proxy in front tells the login, over a
	// unix socket alone; then there is no other way in. "" is no proxy.
	ProxyHeader string
	// Query reads the query language; see Mistake.
	Query func(string) (poterne.Query, error)
	// Mistake says what is wrong with a query by an error of Query or of a search, ""
	// where the error is not its author's.
	Mistake func(lang string, err error) string
	// Match tells whether a record answers a query, with the meaning that [Store] gives it.
	Match func(poterne.Query) (func(poterne.Record) bool, error)
	Words func(lang string) Words
	// Line returns the JSON object of a record, with the steps of the decision or without.
	Line func(lang string, r poterne.Record, steps bool) any
	// Audit writes one line of the audit, durable on return: without it nothing goes on.
	Audit func(context.Context, Event) error
	// Trail returns lines of the audit before a number, 0 for the end, the newest first;
	// verb and actor choose among them where not "".
	Trail func(ctx context.Context, before int64, limit int, verb, actor string) ([]TrailLine, error)
	// VerifyTrail reads the whole audit and returns its head, to be kept elsewhere.
	VerifyTrail func(context.Context) (string, error)

	Rules func(lang string) RuleBook
	// RuleDiff says what files change to the rules in force; without files, what those in
	// force change to the embedded ones. Files that are no rules are [ErrRefused].
	RuleDiff func(files map[string][]byte) (RuleDiff, error)
	// Policy tells a policy beside the one in force; an unusable one is [ErrRefused].
	Policy func(lang string, o OtherPolicy) (PolicySheet, error)
	// Simulate decides again, under another policy, the files of the shares that within
	// takes, and calls seen for each of them; nothing is stored.
	Simulate func(ctx context.Context, o OtherPolicy, within func(share string) bool, seen func(Move)) error
	// Try judges a text as a document that is stored nowhere.
	Try func(ctx context.Context, text string) (poterne.Record, error)
	// Fingerprints returns, by rule, what an identifier leaves in records.
	Fingerprints func(ctx context.Context, value string) (map[string]poterne.Fingerprint, error)

	Destinations func(lang string) []Destination
	// Admits says whether a destination may hold what asks for a hosting: "yes", "no"
	// or "unknown", which does not allow.
	Admits func(destination string, h poterne.Hosting) (answer string, reasons []poterne.Reason, err error)

	// PlanFile writes what a destination says of each record as comma-separated values,
	// or, for rclone or rsync, the names of those that may go there.
	PlanFile func(ctx context.Context, w io.Writer, lang, destination string, x Export) error

	// Export writes records as a file in a format of Formats.
	Export  func(w io.Writer, lang string, x Export) error
	Formats []string

	// Reveal reads a document at its source and yields the values that a rule found
	// there, each once, masked nowhere. Nothing of them may be kept.
	Reveal func(ctx context.Context, r poterne.Record, rule, mark string) ([]Revealed, error)
	// RevealSecond has another account with the same role agree before each reveal.
	RevealSecond bool

	Reviews     Reviews
	Derogations Derogations
	Shelf       Shelf // where decisions wait for a second person

	Scans Scans // starts and stops scans; nil where this server may not

	// Keys tells of the keys of the state; never a key.
	Keys func(ctx context.Context, lang string) (KeySheet, error)
	// Purge forgets what is older than an age, or counts it where dry; an age that is
	// none, and a purge that would empty a share unless mass, are [ErrRefused].
	Purge func(ctx context.Context, age string, dry, mass bool) (Purged, error)
	// Retention is the age that is proposed to a purge, "" for none.
	Retention string
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
	// Volumes counts files by share and hosting; it walks all records.
	Volumes(context.Context) ([]Volume, error)
	// Generation changes when answers may have.
	Generation() string
}

// Accounts knows who may sign in.
type Accounts interface {
	Account(ctx context.Context, login string) (Account, error)
	Accounts(ctx context.Context) ([]Account, error)
	// Authenticate checks a local account; code is its one-time code, "" where it has
	// none. An account that has security keys comes with [ErrSecurityKey], unless its
	// one-time code was given.
	Authenticate(ctx context.Context, login, password, code string) (Account, error)

	Add(ctx context.Context, a Account, password string) error
	Update(ctx context.Context, login string, change func(*Account) error) error
	EndSessions(ctx context.Context, login string) error
	// Sessions lists the sessions that have not ended; EndSession ends one of them.
	Sessions(context.Context) ([]StoredSession, error)
	EndSession(ctx context.Context, id string) error
	SetPassword(ctx context.Context, login, password string) error
	// NewSecond draws a secret of one-time codes; SetSecond makes it hold once a code
	// proves that its owner has it, and takes the codes away where secret is "".
	NewSecond(login string) (secret, address string, err error)
	SetSecond(ctx context.Context, login, secret, code string) error

	// AddKey gives an account a security key, UseKey keeps what its use changed, and
	// RemoveKey takes one away, or all where id is "".
	AddKey(ctx context.Context, login string, k SecurityKey) error
	UseKey(ctx context.Context, login string, k SecurityKey) error
	RemoveKey(ctx context.Context, login, id string) error

	// AddToken makes a token of the API and returns its secret, which is kept nowhere.
	AddToken(ctx context.Context, t Token) (secret string, err error)
	// Token returns the token of a secret; an unknown or expired one is [ErrNotFound].
	Token(ctx context.Context, secret string) (Token, error)
	Tokens(context.Context) ([]Token, error)
	RevokeToken(ctx context.Context, id string) error
}

// Token lets a program act for an account, within some of its roles and shares.
type Token struct {
	ID      string    `json:"id"`
	Login   string    `json:"login"`
	Name    string    `json:"name"` // what it is for
	Roles   []Role    `json:"roles"`
	Shares  []string  `json:"shares"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
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

// TrailLine is a line of the audit as it is read back.
type TrailLine struct {
	N       int64             `json:"n"`
	At      time.Time         `json:"at"`
	Actor   string            `json:"actor"`
	Verb    string            `json:"verb"`
	Subject string            `json:"subject"`
	Detail  map[string]string `json:"detail"`
}

// RuleBook is what is looked for.
type RuleBook struct {
	Version string `json:"version"`
	Rules   []Rule `json:"rules"`
}

// Rule is one rule, marking or vocabulary.
type Rule struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"` // "identifier", "marking", "vocabulary"
	Name     string   `json:"name"`
	Category string   `json:"category"`
	Level    int      `json:"level"`
	Legal    []string `json:"legal"`
	Source   string   `json:"source,omitempty"`
	Forms    []string `json:"forms"` // shapes, expressions, names or terms
	Check    string   `json:"check,omitempty"`
	Context  string   `json:"context,omitempty"`
	Words    []string `json:"words"`
	Against  []string `json:"against"`
	Match    []string `json:"match"`
	Reject   []string `json:"reject"`
}

// Destination is one service of the catalogue, as words.
type Destination struct {
	Name    string   `json:"name"`
	Service string   `json:"service"`
	Facts   []Fact   `json:"facts"`
	Sources []string `json:"sources"`
	// Expires says what of it ends within 90 days or has ended.
	Expires []string `json:"expires"`
}

// Fact is one line of a sheet.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Export is a file that leaves.
type Export struct {
	Format    string // one of Options.Formats
	Title     string // the query
	Watermark string // who took it, when, within which shares
	Records   iter.Seq2[poterne.Record, error]
}

// Scans starts and stops scans.
type Scans interface {
	// Profiles lists the scans that an administrator prepared.
	Profiles(context.Context) ([]Profile, error)
	// Start begins the scan of a profile, or where profile is "" of shares that are
	// known already; one that runs is [ErrRefused].
	Start(ctx context.Context, profile string, shares []string) error
	// Stop asks the scan that Start began to end its documents in hand.
	Stop(context.Context) error
	// Progress tells of the scan under way; ok is false where there is none.
	Progress(context.Context) (p Progress, ok bool)
}

// Profile is a scan that an administrator prepared.
type Profile struct {
	Name    string   `json:"profile"`
	Shares  []string `json:"shares"`
	Options []Fact   `json:"options"`
}

// Progress counts what a scan has done.
type Progress struct {
	Started   time.Time `json:"started"`
	Shares    []string  `json:"shares"`
	Ours      bool      `json:"ours"` // Stop can end it
	Counted   bool      `json:"counted"`
	Walked    int       `json:"walked"`
	Unchanged int       `json:"unchanged"`
	Opened    int       `json:"opened"`
}

// Revealed is a value in clear, and where it stands.
type Revealed struct {
	Text  string
	Place poterne.Place
}
