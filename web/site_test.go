package web_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"poterne"
	"poterne/internal/seal"
	"poterne/web"
	"poterne/web/accounts"
	"poterne/web/securitykey"
)

// Documents of two shares. Accounts of the tests see "rh" alone: nothing that names
// the other one may come out.
var (
	inScope  = document("rh", "paie/mars.xlsx")
	outScope = document("secretariat-general", "conseil/ordre-du-jour.docx")
)

// outside are the words by which the other share would show itself.
var outside = []string{"secretariat-general", "ordre-du-jour", string(outScope.ID), "run-of-the-other"}

func document(share, p string) poterne.Record {
	return poterne.Record{
		Document: poterne.Document{ID: poterne.NewID(share, p, ""), Share: share, Path: p, Size: 1000, Owner: "c.morel", Exposure: poterne.ExposureEveryone},
		Format:   "xlsx", Stamp: poterne.Stamp{Content: "same"}, Run: "run-1", ScannedAt: day,
		Findings: []poterne.Finding{{Rule: "fr-nir", Category: "identite", Count: 3, Distinct: 2, Confidence: 0.95, Masked: []string{"2 •• •• 84"}, Legal: []string{"RGPD art. 87"},
			Spots: []poterne.Spot{{Place: poterne.Place{Sheet: "Paie", Header: "NIR"}, Count: 3}}}},
		Assessment: poterne.Assessment{Level: poterne.Sensitive, Hosting: poterne.Hosting{Class: poterne.H3}, Categories: []string{"identite"},
			Reasons: []poterne.Reason{{Key: "nir"}}, Steps: []poterne.Reason{{Key: "step"}}, Actor: "etat", Doctrine: "sren"},
	}
}

var day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// site is a server of the pages with what it stands on.
type site struct {
	*httptest.Server
	t        *testing.T
	store    *fakeStore
	accounts *accounts.Store
	reviews  *fakeReviews
	mu       sync.Mutex
	events   []web.Event
	purges   []string // what was asked of Purge
}

const goodPassword = "correct horse battery"

// roles of the accounts of a site, by login; each sees the share rh.
var roles = map[string][]web.Role{
	"operator": {web.Operator}, "dpo": {web.DPO}, "auditor": {web.Auditor}, "admin": {web.Admin}, "revealer": {web.DPO, web.Revealer},
}

func options(s *site) web.Options {
	return web.Options{
		Version: "test", Rate: 1e6, Store: s.store, Accounts: s.accounts, Sessions: s.accounts, Query: query, Match: matcher,
		Mistake: func(lang string, err error) string {
			if !errors.Is(err, errQuery) {
				return ""
			}
			return map[string]string{"fr": "requête : champ inconnu", "en": "query: unknown field"}[lang]
		},
		Words: words,
		Line: func(_ string, r poterne.Record, _ bool) any {
			return map[string]any{"id": r.ID, "path": r.Path, "share": r.Share}
		},
		Audit: func(_ context.Context, e web.Event) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.events = append(s.events, e)
			return nil
		},
		Trail: func(context.Context, int64, int, string, string) ([]web.TrailLine, error) {
			return []web.TrailLine{{N: 1, At: day, Actor: "web:dpo", Verb: "web.read", Subject: string(inScope.ID)}}, nil
		},
		VerifyTrail: func(context.Context) (string, error) { return "1:abcd", nil },
		Rules: func(string) web.RuleBook {
			return web.RuleBook{Version: "1", Rules: []web.Rule{{ID: "fr-nir", Kind: "identifier", Name: "NIR", Forms: []string{"d ddd"}}}}
		},
		RuleDiff: func(files map[string][]byte) (web.RuleDiff, error) {
			if files["bad.yaml"] != nil {
				return web.RuleDiff{}, web.Refuse("fichier inutilisable", "unusable file")
			}
			d := web.RuleDiff{From: "1", To: "2", Changes: []web.RuleChange{}}
			for name := range files {
				d.Changes = append(d.Changes, web.RuleChange{Section: "rules", ID: name, Change: "added", Fields: []string{}})
			}
			return d, nil
		},
		Policy: func(_ string, o web.OtherPolicy) (web.PolicySheet, error) {
			sheet := web.PolicySheet{Version: "1", InForce: "1", Actor: cmp.Or(o.Actor, "etat"), Doctrine: cmp.Or(o.Doctrine, "sren"), Actors: []string{"etat", "autre"}, Doctrines: []string{"sren"},
				Demands: []web.Demand{{Label: "staff", Name: "dossier", Here: poterne.Hosting{Class: poterne.H3}}}, Changes: []web.PolicyChange{}}
			for name := range o.Files {
				sheet.Changes = append(sheet.Changes, web.PolicyChange{Path: name, New: "x"})
			}
			if sheet.Actor == "personne" {
				return sheet, web.Refuse("acteur inconnu", "unknown actor")
			}
			return sheet, nil
		},
		Simulate: func(_ context.Context, o web.OtherPolicy, within func(string) bool, seen func(web.Move)) error {
			for _, r := range s.store.records {
				if within(r.Share) {
					seen(web.Move{ID: r.ID, Share: r.Share, Path: r.Path, Size: r.Size, Before: web.Verdict{Level: r.Assessment.Level, Class: poterne.H3}, After: web.Verdict{Level: r.Assessment.Level, Class: poterne.H1}})
				}
			}
			return nil
		},
		Try: func(_ context.Context, text string) (poterne.Record, error) {
			return poterne.Record{Findings: []poterne.Finding{{Rule: "fr-nir", Masked: []string{"•"}, Count: len(text)}}}, nil
		},
		Fingerprints: func(_ context.Context, value string) (map[string]poterne.Fingerprint, error) {
			return map[string]poterne.Fingerprint{"fr-nir": "AAAAAAAAAAAAAAAA"}, nil
		},
		Destinations: func(string) []web.Destination { return []web.Destination{{Name: "nubo", Service: "Nubo"}} },
		Admits: func(string, poterne.Hosting) (string, []poterne.Reason, error) {
			return "yes", []poterne.Reason{{Key: "dest-ok"}}, nil
		},
		Keys: func(context.Context, string) (web.KeySheet, error) {
			return web.KeySheet{Source: "/etc/poterne/cle", Keys: []web.KeyID{{Purpose: "ledger", ID: "a1b2c3d4"}}, Command: "poterne key rotate"}, nil
		},
		Purge: func(_ context.Context, age string, dry, mass bool) (web.Purged, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.purges = append(s.purges, fmt.Sprint(age, " ", dry, mass)); age == "jamais" {
				return web.Purged{}, web.Refuse("pas un âge", "no age")
			}
			return web.Purged{Files: 12, Emptied: []string{"rh", "secretariat-general"}}, nil
		},
		Formats: []string{"csv"},
		Export: func(w io.Writer, _ string, x web.Export) error {
			fmt.Fprintln(w, x.Title, x.Watermark)
			for r, err := range x.Records {
				if err != nil {
					return err
				}
				fmt.Fprintln(w, r.Share, r.Path)
			}
			return nil
		},
		PlanFile: func(_ context.Context, w io.Writer, _, destination string, x web.Export) error {
			for r, err := range x.Records {
				if err != nil {
					return err
				}
				fmt.Fprintln(w, destination, r.Share, r.Path)
			}
			return nil
		},
		Reveal: func(_ context.Context, r poterne.Record, _, _ string) ([]web.Revealed, error) {
			return []web.Revealed{{Text: revealed, Place: poterne.Place{Sheet: "Paie"}}}, nil
		},
		RevealSecond: true,
		Reviews:      s.reviews, Derogations: fakeDerogations{}, Shelf: s.accounts,
		Scans: &fakeScans{}, Provider: &fakeProvider{}, SecurityKeys: securitykey.Keys{},
	}
}

func newSite(t *testing.T, change ...func(*web.Options)) *site {
	t.Helper()
	acc, err := accounts.Open(t.Context(), t.TempDir(), seal.NewKey().For(seal.Web))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { acc.Close() })
	s := &site{t: t, store: &fakeStore{records: []poterne.Record{inScope, outScope}}, accounts: acc, reviews: newReviews()}
	o := options(s)
	for _, f := range change {
		f(&o)
	}
	h, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// add makes an account that sees shares; without a password it is signed in by
// [site.signedIn] alone.
func (s *site) add(login, password string, roles []web.Role, shares ...string) {
	s.t.Helper()
	if err := s.accounts.Add(s.t.Context(), web.Account{Login: login, Name: "Compte " + login, Roles: roles, Shares: shares}, password); err != nil {
		s.t.Fatal(err)
	}
}

// browser returns a client that keeps cookies and follows nothing.
func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// browser is somebody who asks.
type browser struct {
	s *site
	*http.Client
}

// signedIn returns a browser in which login has signed in.
func (s *site) signedIn(login string) *browser {
	s.t.Helper()
	a, err := s.accounts.Account(s.t.Context(), login)
	if err != nil {
		s.t.Fatal(err)
	}
	cookie, err := web.SignedIn(s.t.Context(), s.accounts, a)
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.browser()
	at, err := url.Parse(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	b.Jar.SetCookies(at, []*http.Cookie{cookie})
	return b
}

// reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string) reply { return b.do("GET", path, nil, nil) }

func (b *browser) post(path string, form url.Values) reply { return b.do("POST", path, form, nil) }

func (b *browser) do(method, path string, form url.Values, header http.Header) reply {
	b.s.t.Helper()
	if form == nil {
		return b.send(method, path, nil, header)
	}
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(method, path, strings.NewReader(form.Encode()), header)
}

func (b *browser) send(method, path string, body io.Reader, header http.Header) reply {
	b.s.t.Helper()
	req, err := http.NewRequestWithContext(b.s.t.Context(), method, b.s.URL+path, body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
		if k == "Host" {
			req.Host = cmp.Or(v...)
		}
	}
	res, err := b.Do(req)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// object reads the JSON of an answer.
func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(r.body), &m); err != nil {
		t.Fatalf("%q: %v", r.body, err)
	}
	return m
}
