package policy

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"poterne"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// needs is the verdict on a document of that class and those flags.
func needs(h string) poterne.Assessment {
	var x hosting
	if err := x.UnmarshalText([]byte(h)); err != nil {
		panic(err)
	}
	return poterne.Assessment{Level: poterne.Internal, Hosting: poterne.Hosting{Class: x.class, Flags: x.flags.list()}}
}

func TestAdmits(t *testing.T) {
	c, err := DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, actor, dest, needs, now string
		want                          Answer
		reason                        string
	}{
		{"m365-for-the-state", "etat", "microsoft-365", "H0", "2026-11-25", No, "dest-system-no"},
		{"m365-for-a-ministry", "etat-regalien", "microsoft-365", "H1", "2026-11-25", No, "dest-system-no"},
		{"m365-for-a-town", "collectivite", "microsoft-365", "H1", "2026-11-25", Yes, "dest-ok"},
		{"m365-for-a-town-mass", "collectivite", "microsoft-365", "H2", "2026-11-25", No, "dest-class-no"},
		{"m365-for-an-operator", "operateur", "microsoft-365", "H3", "2026-11-25", No, "dest-class-no"},
		{"suite-unknown-for-the-state", "etat", "jamespot", "H0", "2026-11-25", Unknown, "dest-system-unknown"},
		{"suite-anything-for-a-town", "collectivite", "jamespot", "H0", "2026-11-25", Yes, "dest-ok"},
		{"suite-unknown-location", "collectivite", "whaller", "H1", "2026-11-25", Unknown, "dest-class-unknown"},
		{"suite-no-unknown-visa", "collectivite", "wimi", "H3", "2026-11-25", Unknown, "dest-class-unknown"},
		{"suite-internal", "etat", "talkspirit", "H4", "2026-11-25", No, "dest-class-no"},
		{"undated-visa", "etat", "outscale", "H3", "2026-11-25", Unknown, "dest-class-unknown"},
		{"undated-visa-below", "etat", "outscale", "H1", "2026-11-25", Unknown, "dest-class-unknown"},
		{"in-progress", "etat", "numspot", "H3", "2026-11-25", Unknown, "dest-class-unknown"},
		{"dated-visa", "etat", "s3ns", "H3", "2026-11-25", Yes, "dest-ok"},
		{"dated-visa-below", "etat", "s3ns", "H2", "2026-11-25", Yes, "dest-ok"},
		{"dated-visa-before", "etat", "s3ns", "H3", "2025-12-16", Unknown, "dest-class-unknown"},
		{"dated-visa-last-day", "etat", "s3ns", "H3", "2028-12-16", Yes, "dest-ok"},
		{"dated-visa-over", "etat", "s3ns", "H3", "2028-12-17", No, "dest-class-no"},
		{"dated-visa-hds", "etat", "s3ns", "H3+HDS", "2026-11-25", Unknown, "dest-flag-unknown"},
		{"visa-does-not-make-h4", "etat", "s3ns", "H4", "2026-11-25", No, "dest-class-no"},
		{"undated-hds", "etat", "cloud-temple", "H0+HDS", "2026-11-25", Unknown, "dest-flag-unknown"},
		{"nubo", "etat", "nubo", "H4", "2026-11-25", Yes, "dest-ok"},
		{"nubo-dr", "etat", "nubo", "H4+DR", "2026-11-25", No, "dest-flag-no"},
		{"pi-dr", "etat", "pi", "H4+DR", "2026-11-25", Yes, "dest-ok"},
		{"pi-dr-french", "etat", "pi", "H4+DR+FR", "2026-11-25", Yes, "dest-ok"},
		{"pi-sensitive", "etat", "pi", "H3", "2026-11-25", Yes, "dest-ok"},
		{"pi-health", "etat", "pi", "H3+HDS", "2026-11-25", Unknown, "dest-flag-unknown"},
		{"never-classified", "etat", "pi", "H5", "2026-11-25", No, "dest-class-no"},
		{"french-only-abroad", "collectivite", "microsoft-365", "H1+FR", "2026-11-25", No, "dest-flag-no"},
		{"french-only-somewhere", "collectivite", "twake", "H0+FR", "2026-11-25", Unknown, "dest-flag-unknown"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPolicy(t, Options{Actor: tc.actor})
			d, err := c.Find(tc.dest)
			if err != nil {
				t.Fatal(err)
			}
			v := p.Admits(d, needs(tc.needs), day(tc.now))
			if v.Allowed != tc.want {
				t.Errorf("allowed = %s, want %s", v.Allowed, tc.want)
			}
			if v.Reasons[0].Key != tc.reason {
				t.Errorf("first reason %q, want %q", p.Sentence("fr", v.Reasons[0]), tc.reason)
			}
			checkSentences(t, p, v.Reasons)
		})
	}
}

func checkSentences(t *testing.T, p *Policy, rs []poterne.Reason) {
	t.Helper()
	for _, r := range rs {
		if n, ok := reasonArgs()[r.Key]; !ok || n != len(r.Args) {
			t.Errorf("reason %s has %d arguments, want %d", r.Key, len(r.Args), n)
		}
		for _, lang := range []string{"fr", "en"} {
			s := p.Sentence(lang, r)
			if s == r.Key || strings.ContainsAny(s, "{}") || strings.Contains(s, "-unknown") || strings.Contains(s, "-no") || strings.HasSuffix(s, ": ") {
				t.Errorf("%s: %q", r.Key, s)
			}
		}
	}
}

func TestUndeterminedGoesNowhere(t *testing.T) {
	p := newPolicy(t, Options{})
	c, err := DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.List() {
		v := p.Admits(d, poterne.Assessment{}, day("2026-11-25"))
		if v.Allowed != No {
			t.Errorf("%s admits a document of class H?", d.Name)
		}
		checkSentences(t, p, v.Reasons)
	}
}

// TestAdmitsIsMonotone holds that a destination that admits a class admits the
// lower ones, and that one more flag never opens a destination.
func TestAdmitsIsMonotone(t *testing.T) {
	c, err := DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, actor := range newPolicy(t, Options{}).Actors() {
		p := newPolicy(t, Options{Actor: actor})
		for _, d := range c.List() {
			for class := poterne.H1; class <= poterne.H5; class++ {
				high := p.Admits(d, needs(class.String()), day("2026-11-25")).Allowed
				low := p.Admits(d, needs((class - 1).String()), day("2026-11-25")).Allowed
				if high == Yes && low != Yes {
					t.Errorf("%s, %s admits %s and not %s", actor, d.Name, class, class-1)
				}
				for _, f := range allFlags {
					if with := p.Admits(d, needs(class.String()+"+"+string(f)), day("2026-11-25")).Allowed; with == Yes && high != Yes {
						t.Errorf("%s, %s: %s opens %s", actor, d.Name, f, class)
					}
				}
			}
		}
	}
}

func TestConfirmationIsTold(t *testing.T) {
	p := newPolicy(t, Options{})
	a := needs("H3")
	a.Confirm = true
	v := p.Admits(Destination{Service: "x", Nature: InternalOnly}, a, day("2026-11-25"))
	if v.Allowed != Yes || v.Reasons[len(v.Reasons)-1].Key != "dest-confirm" {
		t.Errorf("verdict %+v", v)
	}
}

func TestCatalogue(t *testing.T) {
	c, err := DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	if c.Date.IsZero() || c.Signed || !strings.Contains(c.Version, "+") {
		t.Errorf("catalogue %+v", c)
	}
	if n := len(c.List()); n != 24 {
		t.Errorf("%d destinations, want the 24 of the doctrine", n)
	}
	for _, d := range c.List() {
		if d.SecNumCloud.State == Yes && d.SecNumCloud.Date.IsZero() && d.SecNumCloud.Note == "" {
			t.Errorf("%s: a qualification without a date says nothing of it", d.Name)
		}
		if d.SecNumCloud.Date.After(c.Date) {
			t.Errorf("%s: a visa of the future", d.Name)
		}
	}
	if _, err := c.Find("microsoft-356"); err == nil || !strings.Contains(err.Error(), `did you mean "microsoft-365"`) {
		t.Errorf("error = %v", err)
	}
}

const own = `version: "1"
date: 2026-11-01
destinations:
  ours:
    service: Le nôtre
    nature: iaas
    nationality: FR
    location: FR
    immunity: oui
    secnumcloud: {state: oui, version: "3.2", date: 2024-01-15, expiry: 2027-01-15, perimeter: tout}
    hds: {state: oui, date: 2023-12-20}
    source: [liste de l'ANSSI]
  bunker:
    service: Réseau classifié
    nature: classifie
    source: [décision d'homologation]
`

func TestExpiring(t *testing.T) {
	c, err := LoadCatalogue(filepath.Join(write(t, map[string]string{"c.yaml": own}), "c.yaml"), "")
	if err != nil {
		t.Fatal(err)
	}
	p := newPolicy(t, Options{})
	for _, tc := range []struct {
		name, now string
		want      []string
		urgent    bool
	}{
		{"far", "2026-09-01", nil, false},
		{"hds-in-90-days", "2026-09-21", []string{"« ours » : certificat HDS expire le 20/12/2026, dans 90 jours"}, false},
		{"both", "2026-12-01", []string{"« ours » : certificat HDS expire le 20/12/2026, dans 19 jours", "« ours » : qualification SecNumCloud expire le 15/01/2027, dans 45 jours"}, true},
		{"hds-over", "2026-12-21", []string{"« ours » : certificat HDS expiré le 20/12/2026", "« ours » : qualification SecNumCloud expire le 15/01/2027, dans 25 jours"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := c.Expiring(day(tc.now))
			if len(got) != len(tc.want) {
				t.Fatalf("%d expiries, want %d", len(got), len(tc.want))
			}
			for i, e := range got {
				if s := p.Sentence("fr", e.Reason()); s != tc.want[i] {
					t.Errorf("%q, want %q", s, tc.want[i])
				}
				checkSentences(t, p, []poterne.Reason{e.Reason()})
			}
			if len(got) > 0 && got[0].Urgent() != tc.urgent {
				t.Errorf("urgent = %v", got[0].Urgent())
			}
		})
	}
	ours, err := c.Find("ours")
	if err != nil {
		t.Fatal(err)
	}
	if v := p.Admits(ours, needs("H3+FR+HDS"), day("2026-12-01")); v.Allowed != Yes {
		t.Errorf("ours: %s", v.Allowed)
	}
	if v := p.Admits(ours, needs("H3+HDS"), day("2026-12-21")); v.Allowed != No {
		t.Errorf("ours with its certificate over: %s", v.Allowed)
	}
	bunker, err := c.Find("bunker")
	if err != nil {
		t.Fatal(err)
	}
	if v := p.Admits(bunker, needs("H5+DR"), day("2026-12-01")); v.Allowed != Yes {
		t.Errorf("bunker: %s", v.Allowed)
	}
}

func TestSignedCatalogue(t *testing.T) {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = 7
	key := ed25519.NewKeyFromSeed(seed)
	public := key.Public().(ed25519.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	pemKey := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	sig := ed25519.Sign(key, []byte(own))
	b64 := base64.StdEncoding.EncodeToString
	for _, tc := range []struct {
		name, body, key, sig string
		bad                  bool
	}{
		{"pem-and-raw", own, pemKey, string(sig), false},
		{"base64", own, b64(public) + "\n", b64(sig) + "\n", false},
		{"changed", own + "# x\n", pemKey, string(sig), true},
		{"no-signature", own, pemKey, "", true},
		{"other-signature", own, pemKey, b64(ed25519.Sign(key, []byte("x"))), true},
		{"not-a-signature", own, pemKey, "zzz", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{"c.yaml": tc.body, "key.pub": tc.key}
			if tc.sig != "" {
				files["c.yaml.sig"] = tc.sig
			}
			dir := write(t, files)
			c, err := LoadCatalogue(filepath.Join(dir, "c.yaml"), filepath.Join(dir, "key.pub"))
			if errors.Is(err, ErrSignature) != tc.bad {
				t.Fatalf("error = %v, want bad signature: %v", err, tc.bad)
			}
			if !tc.bad && !c.Signed {
				t.Error("a verified catalogue is not marked signed")
			}
		})
	}
	dir := write(t, map[string]string{"c.yaml": own, "c.yaml.sig": string(sig), "key.pub": "no key"})
	if _, err := LoadCatalogue(filepath.Join(dir, "c.yaml"), filepath.Join(dir, "key.pub")); err == nil {
		t.Error("a file that is no key was taken for one")
	}
	if _, err := LoadCatalogue(filepath.Join(dir, "none.yaml"), ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error = %v", err)
	}
}

func TestCatalogueErrors(t *testing.T) {
	body := "destinations:\n  a: {service: A, nature: cloud, source: [x]}\n  b: {nature: saas, immunity: peut-être, locations: FR}\n"
	_, err := LoadCatalogue(filepath.Join(write(t, map[string]string{"c.yaml": body}), "c.yaml"), "")
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`c.yaml:2:27: nature "cloud"`, `c.yaml:3:31: "peut-être"`, `c.yaml:3:42: unknown field "locations" (did you mean "location"?)`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("errors\n%v\nwant %q", err, want)
		}
	}
	body = "destinations:\n  a: {service: A, nature: saas, location: Mars, source: [x]}\n  b: {nature: saas, hds: {date: 2025-01-01, expiry: 2024-01-01}}\n"
	_, err = LoadCatalogue(filepath.Join(write(t, map[string]string{"c.yaml": body}), "c.yaml"), "")
	for _, want := range []string{"no version", "no date", `location "Mars"`, "service, nature and source", "expires before"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("errors\n%v\nwant %q", err, want)
		}
	}
}

func TestReview(t *testing.T) {
	sound := Derogation{Project: "Messagerie", Authority: "ministre", Doctrine: "sren", Offer: day("2025-08-31"), End: day("2026-12-31"), Scope: "messagerie", Public: true, Approved: true}
	change := func(f func(*Derogation)) Derogation {
		d := sound
		f(&d)
		return d
	}
	for _, tc := range []struct {
		name  string
		d     Derogation
		now   string
		holds bool
		want  []string
	}{
		{"running", sound, "2026-01-01", true, []string{"derogation-running"}},
		{"soon", sound, "2026-11-25", true, []string{"derogation-soon"}},
		{"last-day", sound, "2026-12-31", true, []string{"derogation-soon"}},
		{"over", sound, "2027-01-01", false, []string{"derogation-over"}},
		{"too-long", change(func(d *Derogation) { d.End = day("2027-03-01") }), "2026-01-01", false, []string{"derogation-too-long"}},
		{"up-to-the-limit", change(func(d *Derogation) { d.End = day("2027-02-28") }), "2026-01-01", true, []string{"derogation-running"}},
		{"circular-is-shorter", change(func(d *Derogation) { d.Doctrine = "2021" }), "2026-01-01", false, []string{"derogation-too-long"}},
		{"circular-needs-no-publication", change(func(d *Derogation) {
			d.Doctrine, d.End, d.Public, d.Approved = "2021", day("2026-08-31"), false, false
		}), "2026-01-01", true, []string{"derogation-running"}},
		{"not-public", change(func(d *Derogation) { d.Public = false }), "2026-01-01", false, []string{"derogation-unpublished"}},
		{"not-approved", change(func(d *Derogation) { d.Approved = false }), "2026-01-01", false, []string{"derogation-unapproved"}},
		{"nobody-signed", change(func(d *Derogation) { d.Authority = "" }), "2026-01-01", false, []string{"derogation-unapproved"}},
		{"no-scope", change(func(d *Derogation) { d.Scope = "" }), "2026-01-01", false, []string{"derogation-scope"}},
		{"no-offer-yet", change(func(d *Derogation) { d.Offer = time.Time{} }), "2026-01-01", false, []string{"derogation-no-offer"}},
		{"no-end-is-the-limit", change(func(d *Derogation) { d.End = time.Time{} }), "2027-03-01", false, []string{"derogation-over"}},
		{"unknown-text", change(func(d *Derogation) { d.Doctrine = "2020" }), "2026-01-01", false, []string{"derogation-no-offer"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPolicy(t, Options{})
			holds, rs := p.Review(tc.d, day(tc.now))
			if holds != tc.holds {
				t.Errorf("holds = %v", holds)
			}
			var keys []string
			for _, r := range rs {
				keys = append(keys, r.Key)
			}
			if strings.Join(keys, " ") != strings.Join(tc.want, " ") {
				t.Errorf("reasons %v, want %v", keys, tc.want)
			}
			checkSentences(t, p, rs)
		})
	}
}

func TestDeadline(t *testing.T) {
	p := newPolicy(t, Options{})
	for _, tc := range []struct{ doctrine, offer, want string }{
		{"2021", "2024-02-29", "2025-02-28"},
		{"2023", "2023-06-15", "2024-06-15"},
		{"sren", "2024-08-31", "2026-02-28"},
		{"sren", "2024-05-23", "2025-11-23"},
		{"sren", "2023-12-31", "2025-06-30"},
	} {
		if got := p.Deadline(Derogation{Doctrine: tc.doctrine, Offer: day(tc.offer)}).Format(time.DateOnly); got != tc.want {
			t.Errorf("%s from %s: %s, want %s", tc.doctrine, tc.offer, got, tc.want)
		}
	}
}

func TestPrior(t *testing.T) {
	p := newPolicy(t, Options{})
	for at, want := range map[string]bool{"2021-07-04": true, "2015-01-01": true, "2021-07-05": false, "2024-01-01": false} {
		r, prior := p.Prior(day(at))
		if prior != want {
			t.Errorf("in place since %s: prior = %v", at, prior)
		}
		if prior {
			checkSentences(t, p, []poterne.Reason{r})
			if s := p.Sentence("fr", r); !strings.Contains(s, "à instruire") {
				t.Errorf("sentence %q", s)
			}
		}
	}
	if _, prior := p.Prior(time.Time{}); prior {
		t.Error("an unknown day is prior")
	}
}
