package policy

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"poterne"
)

// ErrSignature says that a catalogue of destinations is not signed by the key that
// its user trusts.
var ErrSignature = errors.New("signature of the catalogue does not verify")

// Catalogue is a dated list of destinations.
type Catalogue struct {
	Version string    // as it declares itself, with a hash of its content
	Date    time.Time // of the reading of its sources
	Signed  bool      // its signature was verified
	byName  map[string]Destination
}

// Destination is a service that documents may go to, as public sources tell it.
type Destination struct {
	Name        string   `yaml:"-"`
	Service     string   `yaml:"service"`
	Nature      Nature   `yaml:"nature"`
	Suite       bool     `yaml:"suite"` // an office, messaging or collaborative suite
	Nationality string   `yaml:"nationality"`
	SecNumCloud Visa     `yaml:"secnumcloud"`
	Immunity    Answer   `yaml:"immunity"` // from law foreign to the Union
	Location    string   `yaml:"location"` // "FR", "UE", "hors-UE", "" where unknown
	HDS         Visa     `yaml:"hds"`
	DR          Answer   `yaml:"dr"` // accredited for Diffusion Restreinte
	Source      []string `yaml:"source"`
}

// Visa is a qualification or certification of a service.
type Visa struct {
	State     Answer    `yaml:"state"`
	Version   string    `yaml:"version"`
	Date      time.Time `yaml:"date"`
	Expiry    time.Time `yaml:"expiry"`
	Perimeter string    `yaml:"perimeter"`
	Note      string    `yaml:"note"`
}

// visaYears is how long a SecNumCloud visa or an HDS certificate holds where its
// expiry is not written.
const visaYears = 3

// Ends returns the day from which v does not hold, the zero time where unknown.
func (v Visa) Ends() time.Time {
	if !v.Expiry.IsZero() || v.Date.IsZero() {
		return v.Expiry
	}
	return v.Date.AddDate(visaYears, 0, 0)
}

// Nature is what kind of service a destination is.
type Nature string

// Natures.
const (
	SaaS         Nature = "saas"
	Software     Nature = "logiciel" // on the user's own premises
	IaaS         Nature = "iaas"
	InternalOnly Nature = "interne"   // internal cloud of the State, or an accredited internal system
	ClassifiedIS Nature = "classifie" // network accredited under IGI 1300
)

// UnmarshalText reads a nature.
func (n *Nature) UnmarshalText(b []byte) error {
	all := []string{string(SaaS), string(Software), string(IaaS), string(InternalOnly), string(ClassifiedIS)}
	if !slices.Contains(all, string(b)) {
		return fmt.Errorf("nature %q is not one of %s", b, strings.Join(all, ", "))
	}
	*n = Nature(b)
	return nil
}

// Answer is yes, no or unknown. The zero value is unknown.
type Answer uint8

// Answers.
const (
	Unknown Answer = iota
	No
	Yes
	// The catalogue says none of the next two: a derogation does (see Tolerates).
	Tolerated // for a time, under a derogation
	Examine   // in place before the doctrine: a person has to say
)

var answerNames = [...]string{"inconnu", "non", "oui", "dérogation", "à instruire"}

// String returns "inconnu", "non", "oui", "dérogation" or "à instruire".
func (a Answer) String() string { return answerNames[min(int(a), len(answerNames)-1)] }

// UnmarshalText reads an answer. A qualification in progress or without object is
// not a qualification that anybody knows of.
func (a *Answer) UnmarshalText(b []byte) error {
	switch s := string(b); s {
	case "oui", "yes":
		*a = Yes
	case "non", "no":
		*a = No
	case "inconnu", "unknown", "en-cours", "sans-objet", "":
		*a = Unknown
	default:
		return fmt.Errorf("%q is not one of oui, non, inconnu, en-cours, sans-objet", s)
	}
	return nil
}

// DefaultCatalogue returns the catalogue that comes with the program.
func DefaultCatalogue() (*Catalogue, error) {
	src, err := embedded.ReadFile("destinations.yaml")
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return parseCatalogue("destinations.yaml", src)
}

// LoadCatalogue reads a user's own catalogue, which replaces ours. Where keyFile
// is not "", the file must come with a detached Ed25519 signature beside it
// (file.sig: 64 bytes, or their base64) by the public key in keyFile (PEM, or the
// base64 of 32 bytes), else the error is [ErrSignature].
func LoadCatalogue(file, keyFile string) (*Catalogue, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	if keyFile != "" {
		key, err := publicKey(keyFile)
		if err != nil {
			return nil, fmt.Errorf("read public key %s: %w", keyFile, err)
		}
		sig, err := os.ReadFile(file + ".sig")
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w: %w", ErrSignature, err)
		}
		if len(sig) != ed25519.SignatureSize {
			if sig, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(sig))); err != nil {
				return nil, fmt.Errorf("%s.sig: %w", file, ErrSignature)
			}
		}
		if len(sig) != ed25519.SignatureSize || !ed25519.Verify(key, src, sig) {
			return nil, fmt.Errorf("%s: %w", file, ErrSignature)
		}
	}
	c, err := parseCatalogue(file, src)
	if err != nil {
		return nil, err
	}
	c.Signed = keyFile != ""
	return c, nil
}

func publicKey(file string) (ed25519.PublicKey, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(b); block != nil {
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if ed, ok := key.(ed25519.PublicKey); ok {
			return ed, nil
		}
		return nil, errors.New("not an Ed25519 key")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, errors.New("want PEM, or the base64 of 32 bytes")
	}
	return ed25519.PublicKey(raw), nil
}

func parseCatalogue(file string, src []byte) (*Catalogue, error) {
	var in struct {
		Version      string                 `yaml:"version"`
		Date         time.Time              `yaml:"date"`
		Destinations map[string]Destination `yaml:"destinations"`
	}
	d := &decoder{file: file}
	d.decode(bytes.TrimPrefix(src, []byte("\ufeff")), &in)
	if len(d.errs) == 0 {
		if in.Version == "" {
			d.fail(nil, "no version")
		}
		if in.Date.IsZero() {
			d.fail(nil, "no date: a catalogue is worth the day it was read")
		}
		for _, name := range sorted(in.Destinations) {
			path, x := "destinations."+name, in.Destinations[name]
			if x.Service == "" || x.Nature == "" || len(x.Source) == 0 {
				d.failAt(path, "%s: service, nature and source are all wanted", name)
			}
			if !slices.Contains([]string{"", "FR", "UE", "hors-UE", "inconnu"}, x.Location) {
				d.failAt(path, "%s: location %q is not one of FR, UE, hors-UE, inconnu", name, x.Location)
			}
			for _, v := range []Visa{x.SecNumCloud, x.HDS} {
				if !v.Expiry.IsZero() && v.Expiry.Before(v.Date) {
					d.failAt(path, "%s: a visa expires before its date", name)
				}
			}
		}
	}
	if len(d.errs) > 0 {
		return nil, errors.Join(d.errs...)
	}
	for name, x := range in.Destinations {
		x.Name = name
		in.Destinations[name] = x
	}
	canonical, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("hash catalogue: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return &Catalogue{Version: in.Version + "+" + hex.EncodeToString(sum[:6]), Date: in.Date, byName: in.Destinations}, nil
}

// List returns the destinations by name.
func (c *Catalogue) List() []Destination {
	out := make([]Destination, 0, len(c.byName))
	for _, name := range sorted(c.byName) {
		out = append(out, c.byName[name])
	}
	return out
}

// Find returns the destination of that name, or an error that suggests one.
func (c *Catalogue) Find(name string) (Destination, error) {
	if d, ok := c.byName[name]; ok {
		return d, nil
	}
	return Destination{}, fmt.Errorf("no destination %q%s", name, didYouMean(name, sorted(c.byName)))
}

// Expiry is a visa, a certificate or a derogation that ends.
type Expiry struct {
	Name string // of the destination
	What string // "secnumcloud" or "hds"
	On   time.Time
	Days int // from now, negative once over
}

// alertDays is how long before its end something is told: the doctrine wants to
// know 90 and 30 days ahead.
const alertDays = 90

// Urgent reports whether e is over or ends within 30 days.
func (e Expiry) Urgent() bool { return e.Days <= 30 }

// Reason says e in the words of a policy.
func (e Expiry) Reason() poterne.Reason {
	on := e.On.Format(time.DateOnly)
	if e.Days < 0 {
		return poterne.Reason{Key: "expiry-past", Args: []string{e.Name, e.What, on}}
	}
	return poterne.Reason{Key: "expiry-soon", Args: []string{e.Name, e.What, on, strconv.Itoa(e.Days)}}
}

// Expiring lists what is over at now or ends within 90 days, soonest first.
func (c *Catalogue) Expiring(now time.Time) []Expiry {
	var out []Expiry
	for _, d := range c.List() {
		for what, v := range map[string]Visa{"secnumcloud": d.SecNumCloud, "hds": d.HDS} {
			end := v.Ends()
			if v.State != Yes || end.IsZero() {
				continue
			}
			if days := daysTo(now, end); days <= alertDays {
				out = append(out, Expiry{Name: d.Name, What: what, On: end, Days: days})
			}
		}
	}
	slices.SortFunc(out, func(a, b Expiry) int {
		return cmp.Or(cmp.Compare(a.Days, b.Days), strings.Compare(a.Name, b.Name), strings.Compare(a.What, b.What))
	})
	return out
}

// daysTo counts the whole days from now to end, negative once end has passed.
func daysTo(now, end time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.UTC().Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(end).Sub(day(now)).Hours() / 24)
}
