package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func someDerogation() Derogation {
	return Derogation{
		Project: "messagerie", Authority: "ministre", Doctrine: "sren", Offer: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
		Scope: "messagerie des agents", Public: true, Approved: true, Destination: "microsoft-365", Shares: []string{"rh*"}, Under: "Projets/", Author: "M. Exemple",
	}
}

func TestDerogationsAreKeptAndRevoked(t *testing.T) {
	l := openAudited(t, t.TempDir())
	d, err := l.AddDerogation(t.Context(), "web:fssi", someDerogation())
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Derogations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Derogation{d}, got); diff != "" {
		t.Errorf("Derogations (-want +got)\n%s", diff)
	}
	if err := l.RevokeDerogation(t.Context(), "web:fssi", d.ID, "offre souscrite"); err != nil {
		t.Error(err)
	}
	if err := l.RevokeDerogation(t.Context(), "web:fssi", d.ID, "encore"); !errors.Is(err, ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	got, err = l.Derogations(t.Context())
	if err != nil || len(got) != 1 || got[0].RevokedReason != "offre souscrite" || got[0].Covers("microsoft-365", poterne.Document{Share: "rh", Path: "Projets/a"}) {
		t.Errorf("after revoking: %+v, %v", got, err)
	}
	if h, err := l.VerifyAudit(t.Context()); err != nil || h.N != 2 {
		t.Errorf("VerifyAudit = %v, %v", h, err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCovers(t *testing.T) {
	d := someDerogation()
	for _, c := range []struct {
		name, destination, share, path string
		want                           bool
	}{
		{"inside", "microsoft-365", "rh", "Projets/a.docx", true},
		{"share-by-glob", "microsoft-365", "rh-2", "Projets/x/a.docx", true},
		{"folder-of-a-longer-name", "microsoft-365", "rh", "Projets2/a.docx", false},
		{"other-folder", "microsoft-365", "rh", "a.docx", false},
		{"other-share", "microsoft-365", "sg", "Projets/a.docx", false},
		{"other-destination", "nubo", "rh", "Projets/a.docx", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := d.Covers(c.destination, poterne.Document{Share: c.share, Path: c.path}); got != c.want {
				t.Errorf("Covers = %v", got)
			}
		})
	}
}

func TestUnusableDerogationsAreRefused(t *testing.T) {
	l := openAudited(t, t.TempDir())
	for _, c := range []struct {
		name  string
		spoil func(*Derogation)
	}{
		{"no-project", func(d *Derogation) { d.Project = " " }},
		{"no-text", func(d *Derogation) { d.Doctrine = "" }},
		{"no-destination", func(d *Derogation) { d.Destination = "" }},
		{"no-share", func(d *Derogation) { d.Shares = nil }},
		{"bad-glob", func(d *Derogation) { d.Shares = []string{"rh["} }},
		{"no-author", func(d *Derogation) { d.Author = "" }},
		{"ends-before-the-offer", func(d *Derogation) { d.End = d.Offer.AddDate(0, 0, -1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := someDerogation()
			c.spoil(&d)
			if _, err := l.AddDerogation(t.Context(), "os:fssi", d); !errors.Is(err, ErrDerogation) {
				t.Errorf("AddDerogation = %v", err)
			}
		})
	}
}
