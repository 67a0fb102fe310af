package web

import (
	"slices"
	"strings"
	"time"
)

// Role is what a person does here. An account may have several.
type Role string

// Roles.
const (
	Operator Role = "operator" // runs scans: counts and failures, no findings
	DPO      Role = "dpo"      // reads findings in its shares, and decides
	Auditor  Role = "auditor"  // reads findings in its shares and the audit, changes nothing
	Admin    Role = "admin"    // accounts and settings, no findings
	Revealer Role = "revealer" // beside dpo: may read values at the source, for a reason
)

// Roles lists all roles.
func Roles() []Role { return []Role{Operator, DPO, Auditor, Admin, Revealer} }

// right is what a route demands.
type right string

const (
	public   right = ""         // no account
	signedIn right = "signedIn" // any account
	counts   right = "counts"   // numbers, no name of a document
	read     right = "read"     // documents and their findings
	decide   right = "decide"   // reviews, derogations
	export   right = "export"   // files that leave
	trying   right = "testing"  // a text against the rules
	scan     right = "scan"     // failures by name, progress
	audit    right = "audit"    // who did what
	manage   right = "manage"   // accounts, sessions, tokens of others
	reveal   right = "reveal"   // values at the source
)

var rights = map[Role][]right{
	Operator: {signedIn, counts, scan, trying},
	DPO:      {signedIn, counts, scan, trying, read, decide, export},
	Auditor:  {signedIn, counts, scan, trying, read, export, audit},
	Admin:    {signedIn, counts, manage},
	Revealer: {reveal},
}

// Account is a person, or a program, that signs in.
type Account struct {
	Login    string    `json:"login"`
	Name     string    `json:"name"`
	Roles    []Role    `json:"roles"`
	Shares   []string  `json:"shares"` // globs; "*" is all shares, none is nothing
	Disabled bool      `json:"disabled"`
	Subject  string    `json:"subject,omitempty"` // at the identity provider, once it was seen
	Local    bool      `json:"local"`             // has a password
	Second   bool      `json:"second_factor"`     // has a one-time code
	Created  time.Time `json:"created"`
	// Keys are its security keys, another second factor.
	Keys []SecurityKey `json:"security_keys,omitempty"`
	// Handle names the account to security keys: it tells nothing of it.
	Handle []byte `json:"-"`
	// Epoch counts what ends sessions: another password, role or share.
	Epoch int64 `json:"-"`
}

// may reports whether one of the roles of a gives r.
func (a *Account) may(r right) bool {
	if r == public {
		return true
	}
	return a != nil && slices.ContainsFunc(a.Roles, func(role Role) bool { return slices.Contains(rights[role], r) })
}

// Has reports whether a has a role.
func (a Account) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// Check reports what is wrong with the login, the roles or the shares of a, as a
// [Refusal].
func (a *Account) Check() error {
	if !goodLogin(a.Login) {
		return Refuse("identifiant %q : de 1 à 64 lettres sans accent, chiffres et . _ - @", "login %q: 1 to 64 letters without accents, digits and . _ - @", a.Login)
	}
	if len(a.Roles) == 0 {
		return Refuse("le compte %s n'a pas de rôle", "account %s has no role", a.Login)
	}
	for _, r := range a.Roles {
		if !slices.Contains(Roles(), r) {
			return Refuse("le rôle %q n'est pas l'un de %v", "role %q is not one of %v", r, Roles())
		}
	}
	if slices.Contains(a.Roles, Revealer) && (!slices.Contains(a.Roles, DPO) || slices.Contains(a.Roles, Auditor)) {
		return Refuse("le rôle %s s'ajoute à %s, jamais à %s", "role %s stands beside %s, never beside %s", Revealer, DPO, Auditor)
	}
	for _, s := range a.Shares {
		if strings.TrimSpace(s) == "" {
			return Refuse("compte %s : un partage est vide", "account %s: a share is empty", a.Login)
		}
	}
	return nil
}

func goodLogin(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == ""
}

// Login returns the form in which logins are compared.
func Login(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
