package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/ledger"
	"poterne/scanner"
)

// office is a desk with a ledger and a policy, where records are planted instead of
// read.
type office struct {
	*desk
	t   *testing.T
	now time.Time
	run string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	led, err := ledger.Open(t.Context(), t.TempDir(), make([]byte, 32), ledger.Options{Audit: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { led.Close() })
	o := &office{t: t, now: time.Now()}
	if o.run, err = led.Begin(t.Context(), ledger.Run{Actor: "etat", Doctrine: "sren", Shares: map[string]string{"rh": "/srv/rh"}}); err != nil {
		t.Fatal(err)
	}
	o.desk = &desk{ledger: led, rv: &reviewer{
		ledger: led, rules: "R1", version: func(string, string) string { return "1" }, policyFor: (&app{}).policiesOf(led).of,
		now: func() time.Time { return o.now },
	}}
	return o
}

// The program finds these.
var (
	numbers = poterne.Finding{Rule: "fr-nir", Category: "identite", Count: 3, Distinct: 3, Confidence: 0.95, Level: poterne.Personal, Tags: []poterne.Tag{poterne.TagPerson}}
	dr      = poterne.Finding{Rule: poterne.RuleMarking, Category: poterne.CategoryMarking, Mark: "dr", Count: 1, Distinct: 1, Confidence: 0.98, Level: poterne.Restricted}
)

// file is what a scan made of a file or a member: its content is that of the file.
func (o *office) file(path, member, content string, found ...poterne.Finding) poterne.Record {
	return poterne.Record{
		Document: poterne.Document{ID: poterne.NewID("rh", path, member), Share: "rh", Path: path, Member: member}, Format: "txt", Findings: found, Run: o.run,
		Stamp: poterne.Stamp{Content: poterne.Version(content), Extractor: "e1", Rules: "R1"}, Assessment: poterne.Assessment{Actor: "etat", Doctrine: "sren"},
		ScannedAt: o.now,
	}
}

// scan stores one container as a scan does, and returns it as it is stored.
func (o *office) scan(records ...poterne.Record) []poterne.Record {
	o.t.Helper()
	pol, err := o.rv.policyFor(o.t.Context(), records[0])
	if err != nil {
		o.t.Fatal(err)
	}
	for i, r := range records {
		records[i].Assessment = pol.Decide(r.Document, r.Findings, r.Failure)
	}
	out, err := o.rv.review(o.t.Context(), scanner.Join(pol, records))
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.ledger.Commit(o.t.Context(), out...); err != nil {
		o.t.Fatal(err)
	}
	return out
}

// again decides a stored container as after a decision.
func (o *office) again(r poterne.Record) []poterne.Record {
	o.t.Helper()
	records, err := o.ledger.Container(o.t.Context(), r.Document)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.scan(records...)
}

func (o *office) take(r poterne.Record, v ledger.Review) ledger.Review {
	o.t.Helper()
	v.Author, v.Reason = "M. Exemple", "vu"
	v, err := o.Review(o.t.Context(), "os:dpo", r, v)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *office) state(v ledger.Review) reviewState {
	o.t.Helper()
	v, err := o.ledger.Review(o.t.Context(), v.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	s, err := o.State(o.t.Context(), v)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

func reclassify(l poterne.Level, c poterne.Class) ledger.Review {
	return ledger.Review{Act: ledger.Reclassify, Level: l, Class: c}
}

func classes(records []poterne.Record) (out []string) {
	for _, r := range records {
		out = append(out, r.Assessment.Hosting.Class.String())
	}
	return out
}

// TestNothingUnseenIsLowered: a decision taken on what was found lowers nothing that is
// found later in the same bytes under the same rules.
func TestNothingUnseenIsLowered(t *testing.T) {
	more := numbers
	more.Count, more.Distinct = 9, 9
	falsePositive := ledger.Review{Act: ledger.FalsePositive, Rule: "fr-nir", Second: "Mme Exemple"}
	for _, c := range []struct {
		name   string
		seen   []poterne.Finding
		before *poterne.Failure
		review ledger.Review
		found  []poterne.Finding // today, under another name
		after  *poterne.Failure
		holds  bool
	}{
		{"same", []poterne.Finding{numbers}, nil, reclassify(poterne.Public, poterne.H0), []poterne.Finding{numbers}, nil, true},
		{"less", []poterne.Finding{numbers}, nil, reclassify(poterne.Public, poterne.H0), nil, nil, true},
		{"marking-in-a-name", nil, nil, reclassify(poterne.Public, poterne.H0), []poterne.Finding{dr}, nil, false},
		{"more-places", []poterne.Finding{numbers}, nil, reclassify(poterne.Public, poterne.H0), []poterne.Finding{more}, nil, false},
		{"read-at-last", nil, poterne.Fail(poterne.StageExtract, poterne.ImageOnly, nil), reclassify(poterne.Public, poterne.H0), nil, nil, false},
		{"false-positive-same", []poterne.Finding{numbers}, nil, falsePositive, []poterne.Finding{numbers, dr}, nil, true},
		{"false-positive-more", []poterne.Finding{numbers}, nil, falsePositive, []poterne.Finding{more}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			first := o.file("neutre.txt", "", "c", c.seen...)
			first.Failure = c.before
			c.review.Second = "Mme Exemple"
			v := o.take(o.scan(first)[0], c.review)
			copied := o.file("copie.txt", "", "c", c.found...)
			copied.Failure = c.after
			got := o.scan(copied)[0]
			alone, err := o.rv.policyFor(t.Context(), copied)
			if err != nil {
				t.Fatal(err)
			}
			program := alone.Decide(copied.Document, c.found, c.after)
			lower := got.Assessment.Level < program.Level || got.Assessment.Hosting.Class < program.Hosting.Class
			if v.Act == ledger.FalsePositive {
				lower = !got.Findings[0].Counts()
			}
			if lower != c.holds {
				t.Errorf("%s %s, the program alone %s %s", got.Assessment.Level, got.Assessment.Hosting.Class, program.Level, program.Hosting.Class)
			}
			want := reviewHolds
			if !c.holds {
				want = reviewAgain
			}
			if s := o.state(v); s != want {
				t.Errorf("state %s, want %s", s, want)
			}
		})
	}
}

// TestACopyIsLoweredByTwo: what one person decided where nothing was at stake lowers no
// document of a class of the State elsewhere.
func TestACopyIsLoweredByTwo(t *testing.T) {
	o := newOffice(t)
	own := []poterne.Record{o.file("a.txt", "", "c", dr)}
	pol, err := o.rv.policyFor(t.Context(), own[0])
	if err != nil {
		t.Fatal(err)
	}
	own = bearing{}.apply(pol, own)
	for _, second := range []string{"", "Mme Exemple"} {
		for _, v := range []ledger.Review{reclassify(poterne.Public, poterne.H0), {Act: ledger.FalsePositive, Rule: dr.Rule, Mark: dr.Mark}} {
			v.Second, v.Content, v.Rules, v.At = second, "c", "R1", o.now
			v.Seen = seen(v, own)
			got := o.rv.weigh(pol, own, []ledger.Review{v}).apply(pol, own)[0].Assessment.Hosting.Class
			if (got < poterne.H3) != (second != "") {
				t.Errorf("%s with second %q: %s", v.Act, second, got)
			}
		}
	}
}

// TestAMemberRaisesItsContainer and is lowered for it too.
func TestAMemberRaisesItsContainer(t *testing.T) {
	o := newOffice(t)
	archive := o.scan(o.file("a.zip", "", "z"), o.file("a.zip", "b.zip", "z"), o.file("a.zip", "b.zip!c.txt", "z"), o.file("a.zip", "d.txt", "z"))
	quiet := archive[0].Assessment.Hosting.Class.String()
	raise := o.take(archive[2], reclassify(poterne.Restricted, poterne.H4))
	if diff := cmp.Diff([]string{"H4", "H4", "H4", quiet}, classes(o.again(archive[0]))); diff != "" {
		t.Errorf("raised (-want +got)\n%s", diff)
	}
	// The container has the last word on itself alone.
	whole := reclassify(poterne.Personal, poterne.H2)
	whole.Second = "Mme Exemple"
	whole = o.take(o.again(archive[0])[0], whole)
	if diff := cmp.Diff([]string{"H2", "H4", "H4", quiet}, classes(o.again(archive[0]))); diff != "" {
		t.Errorf("container lowered (-want +got)\n%s", diff)
	}
	for _, v := range []ledger.Review{raise, whole} {
		if _, err := o.Withdraw(t.Context(), "os:dpo", v.ID, "erreur", "Mme Exemple"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{quiet, quiet, quiet, quiet}, classes(o.again(archive[0]))); diff != "" {
		t.Errorf("withdrawn (-want +got)\n%s", diff)
	}
}

// TestARaiseStays: neither time nor a new content brings down what a person raised.
func TestARaiseStays(t *testing.T) {
	o := newOffice(t)
	r := o.scan(o.file("a.txt", "", "c"))[0]
	raise := o.take(r, reclassify(poterne.Restricted, poterne.H4))
	if !raise.Expires.IsZero() {
		t.Errorf("a raise ends by itself: %v", raise.Expires)
	}
	if lower := o.take(o.scan(o.file("b.txt", "", "b", numbers))[0], reclassify(poterne.Public, poterne.H0)); lower.Expires.IsZero() {
		t.Error("what lowers has no end")
	}
	dated := reclassify(poterne.Restricted, poterne.H4)
	dated.Expires = o.now.Add(time.Hour)
	raise = o.take(r, dated)
	o.now = o.now.Add(2 * time.Hour)
	if _, err := o.ledger.Lapse(t.Context(), o.now); err != nil {
		t.Fatal(err)
	}
	if got := classes(o.again(r)); got[0] != "H4" || o.state(raise) != reviewAgain {
		t.Errorf("expired: %v, %s", got, o.state(raise))
	}
	changed := o.scan(o.file("a.txt", "", "d"))
	if got := classes(changed); got[0] != "H4" || o.state(raise) != reviewAgain {
		t.Errorf("changed: %v, %s", got, o.state(raise))
	}
	// Whoever looks at it again has the last word, with a second person.
	lower := reclassify(poterne.Internal, poterne.H1)
	lower.Author, lower.Reason = "M. Exemple", "relu"
	var second *secondError
	if _, err := o.Review(t.Context(), "os:dpo", changed[0], lower); !errors.As(err, &second) {
		t.Errorf("brought down by one: %v", err)
	}
	lower.Second = "Mme Exemple"
	o.take(changed[0], lower)
	if got := classes(o.again(r)); got[0] != "H1" {
		t.Errorf("decided again: %v", got)
	}
}

// TestWithdrawnRaiseComesDown, even where the content changed since.
func TestWithdrawnRaiseComesDown(t *testing.T) {
	o := newOffice(t)
	raise := o.take(o.scan(o.file("a.txt", "", "c"))[0], reclassify(poterne.Restricted, poterne.H4))
	r := o.scan(o.file("a.txt", "", "d"))[0]
	for _, second := range []string{"", " ", "DPO"} {
		var e *secondError
		if _, err := o.Withdraw(t.Context(), "os:dpo", raise.ID, "erreur", second); !errors.As(err, &e) && !errors.Is(err, ledger.ErrReview) {
			t.Errorf("withdrawn with second %q: %v", second, err)
		}
	}
	if _, err := o.Withdraw(t.Context(), "os:dpo", raise.ID, "erreur", "Mme Exemple"); err != nil {
		t.Fatal(err)
	}
	files, _, err := o.ledger.Waiting(t.Context())
	if err != nil || !slices.ContainsFunc(files, func(d poterne.Document) bool { return d.ID == r.ID }) {
		t.Errorf("what it holds today does not wait: %v, %v", files, err)
	}
	if got := classes(o.again(r)); got[0] == "H4" {
		t.Errorf("still %v", got)
	}
}

// TestEachCopyIsAsked before a document leaves a class of the State, the one that is
// decided on first.
func TestEachCopyIsAsked(t *testing.T) {
	o := newOffice(t)
	for i := range 60 {
		o.scan(o.file(fmt.Sprintf("copie%02d.txt", i), "", "c", numbers))
	}
	marked := o.scan(o.file("DIFFUSION RESTREINTE.txt", "", "c", numbers, dr))[0]
	v := ledger.Review{Act: ledger.FalsePositive, Rule: dr.Rule, Mark: dr.Mark, Author: "M. Exemple", Reason: "nom seul"}
	var second *secondError
	if _, err := o.Review(t.Context(), "os:dpo", marked, v); !errors.As(err, &second) {
		t.Errorf("Review = %v", err)
	}
	raise := o.take(o.scan(o.file("a.txt", "", "e"))[0], reclassify(poterne.Restricted, poterne.H4))
	o.scan(o.file("b.txt", "", "e"))
	if err := o.ledger.Drop(t.Context(), o.run, raise.Document.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Withdraw(t.Context(), "os:dpo", raise.ID, "erreur", ""); !errors.As(err, &second) {
		t.Errorf("withdrawn where only a copy is left: %v", err)
	}
}

// TestPoliciesAreThoseOfTheRun: a share that one run took as public is not so for
// another.
func TestPoliciesAreThoseOfTheRun(t *testing.T) {
	runs := map[string]ledger.Run{"a": {Published: []string{"web"}}, "b": {}, "c": {}}
	var opened [][]string
	p := policies{
		open: map[policyKey]*decider{}, published: map[string][]string{},
		run: func(_ context.Context, id string) (ledger.Run, error) { return runs[id], nil },
		openPolicy: func(o roomOptions) (*decider, error) {
			opened = append(opened, o.published)
			return &decider{}, nil
		},
	}
	got := map[string]*decider{}
	for _, run := range []string{"a", "b", "c", "a"} {
		pol, err := p.of(t.Context(), poterne.Record{Run: run})
		if err != nil {
			t.Fatal(err)
		}
		got[run] = pol
	}
	if diff := cmp.Diff([][]string{{"web"}, nil}, opened); diff != "" || got["a"] == got["b"] || got["b"] != got["c"] {
		t.Errorf("opened (-want +got)\n%s", diff)
	}
}
