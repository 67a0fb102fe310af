package policy

import (
	"testing"
	"time"

	"poterne"
)

func TestTolerates(t *testing.T) {
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	dest, err := catalogue.Find("microsoft-365")
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	now := day("2026-03-01")
	good := Derogation{
		Project: "messagerie", Authority: "ministre", Doctrine: "sren", Engaged: day("2023-01-10"), Offer: day("2025-06-01"), End: day("2026-11-30"),
		Scope: "messagerie des agents", Public: true, Approved: true,
	}
	change := func(f func(*Derogation)) Derogation { d := good; f(&d); return d }
	personal := poterne.Assessment{Level: poterne.Personal, Hosting: poterne.Hosting{Class: poterne.H1}}
	sensitive := poterne.Assessment{Level: poterne.Sensitive, Hosting: poterne.Hosting{Class: poterne.H3}}
	with := func(a poterne.Assessment, c poterne.Class, l poterne.Level, flags ...poterne.Flag) poterne.Assessment {
		a.Hosting, a.Level = poterne.Hosting{Class: c, Flags: flags}, l
		return a
	}
	for _, c := range []struct {
		name    string
		a       poterne.Assessment
		d       Derogation
		inPlace time.Time
		want    Answer
		says    string // key of a reason
	}{
		{"running", sensitive, good, time.Time{}, Tolerated, "derogation-running"},
		{"lifts-the-rule-of-suites-too", personal, good, time.Time{}, Tolerated, "derogation-running"},
		{"last-90-days", sensitive, change(func(d *Derogation) { d.End = day("2026-05-20") }), time.Time{}, Tolerated, "derogation-soon"},
		{"over", sensitive, change(func(d *Derogation) { d.End = day("2026-02-28") }), time.Time{}, No, "derogation-over"},
		{"beyond-18-months", sensitive, change(func(d *Derogation) { d.End = day("2026-12-02") }), time.Time{}, No, "derogation-too-long"},
		{"circular-has-12-months", sensitive, change(func(d *Derogation) { d.Doctrine, d.End = "2023", day("2026-06-02") }), time.Time{}, No, "derogation-too-long"},
		{"not-public", sensitive, change(func(d *Derogation) { d.Public = false }), time.Time{}, No, "derogation-unpublished"},
		{"not-approved", sensitive, change(func(d *Derogation) { d.Approved = false }), time.Time{}, No, "derogation-unapproved"},
		{"no-offer", sensitive, change(func(d *Derogation) { d.Offer = time.Time{} }), time.Time{}, No, "derogation-no-offer"},
		{"engaged-after-the-text", sensitive, change(func(d *Derogation) { d.Engaged = day("2024-09-01") }), time.Time{}, No, "derogation-late"},
		{"in-place-before-2021", sensitive, change(func(d *Derogation) { d.Approved = false }), day("2020-02-01"), Examine, "derogation-prior"},
		{"in-place-after-2021", sensitive, change(func(d *Derogation) { d.Approved = false }), day("2022-02-01"), No, "derogation-unapproved"},
		{"classified", with(sensitive, poterne.H5, poterne.Classified), good, day("2020-02-01"), No, "derogation-beyond"},
		{"restricted", with(sensitive, poterne.H4, poterne.Restricted, poterne.FlagDR), good, time.Time{}, No, "derogation-beyond"},
		{"state-cloud", with(sensitive, poterne.H4, poterne.Sensitive), good, time.Time{}, No, "derogation-beyond"},
		{"french-only", with(sensitive, poterne.H3, poterne.Sensitive, poterne.FlagFR), good, time.Time{}, No, "derogation-beyond"},
		{"unread", with(sensitive, poterne.ClassUnknown, poterne.Unassessed), good, day("2020-02-01"), No, "derogation-beyond"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := p.Admits(dest, c.a, now)
			got := p.Tolerates(c.a, v, c.d, c.inPlace, now)
			if got.Allowed != c.want {
				t.Errorf("Tolerates = %s, want %s (without: %s)", got.Allowed, c.want, v.Allowed)
			}
			said := false
			for _, r := range got.Reasons {
				said = said || r.Key == c.says
				if p.Sentence("fr", r) == "" || p.Sentence("en", r) == "" {
					t.Errorf("no sentence for %s", r.Key)
				}
			}
			if !said {
				t.Errorf("no reason %s in %v", c.says, got.Reasons)
			}
		})
	}
	admitted := Verdict{Allowed: Yes}
	if got := p.Tolerates(sensitive, admitted, good, time.Time{}, now); got.Allowed != Yes {
		t.Errorf("a derogation made %s of what is admitted", got.Allowed)
	}
}
