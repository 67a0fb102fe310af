package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// aged makes a ledger whose share "old" was last met two years ago and whose share
// "rh" is met today; it returns the records of both.
func aged(t *testing.T, l *Ledger) (old, fresh poterne.Record) {
	t.Helper()
	long := time.Now().AddDate(-2, 0, 0)
	begun := func(at time.Time, shares map[string]string) string {
		id, err := l.Begin(t.Context(), Run{Started: at, Shares: shares})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	finish := func(id string, at time.Time) {
		if err := l.Finish(t.Context(), id, Done, nil); err != nil {
			t.Fatal(err)
		}
		// Finish takes the clock of today.
		if _, err := l.write.Exec(`UPDATE runs SET ended = ? WHERE id = ?`, at.UnixMilli(), id); err != nil {
			t.Fatal(err)
		}
	}
	first := begun(long, map[string]string{"old": "/srv/old", "rh": "/srv/rh"})
	old, fresh = record(first, "old", "a/planted-old.xlsx", "", poterne.Sensitive), record(first, "rh", "b.xlsx", "", poterne.Personal)
	commit(t, l, old, record(first, "old", "a/planted-old.xlsx", "m.txt", poterne.Sensitive), fresh)
	finish(first, long)
	second := begun(long.AddDate(0, 1, 0), map[string]string{"rh": "/srv/rh"})
	fresh.Run, fresh.Assessment.Level = second, poterne.Sensitive
	commit(t, l, fresh)
	finish(second, long.AddDate(0, 1, 0))
	if _, err := l.write.Exec(`UPDATE history SET at = ?`, long.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	decide(t, l, review(old, FalsePositive))
	decide(t, l, review(fresh, Confirm))
	today := begun(time.Time{}, map[string]string{"rh": "/srv/rh"})
	if err := l.Touch(t.Context(), today, fresh.ID); err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(t.Context(), today, Done, nil); err != nil {
		t.Fatal(err)
	}
	return old, fresh
}

func TestPurge(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, dir)
	old, fresh := aged(t, l)
	cutoff := time.Now().AddDate(-1, 0, 0)
	want := Purged{Files: 1, Records: 2, History: 1, Shares: 1, Emptied: []string{"old"}}
	before, err := l.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Purge(t.Context(), "os:root", cutoff, PurgeOptions{Dry: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rehearsal (-want +got)\n%s", diff)
	}
	if got, err = l.Purge(t.Context(), "os:root", cutoff, PurgeOptions{}); !errors.Is(err, ErrMassPurge) || !cmp.Equal([]string{"old"}, got.Emptied) {
		t.Errorf("a whole share went unasked: %+v, %v", got, err)
	}
	if after, _ := l.Tables(t.Context()); !cmp.Equal(before, after) {
		t.Errorf("a rehearsal or a refusal changed %v into %v", before, after)
	}
	got, err = l.Purge(t.Context(), "os:root", cutoff, PurgeOptions{Mass: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Purge (-want +got)\n%s", diff)
	}
	if err := l.Vacuum(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rs, err := l.Container(t.Context(), old.Document); err != nil || len(rs) > 0 {
		t.Errorf("still there: %v, %v", rs, err)
	}
	if r, err := l.Get(t.Context(), fresh.ID); err != nil || r.Run != fresh.Run {
		t.Errorf("what was met today went: %v", err)
	}
	if _, err := l.Run(t.Context(), fresh.Run); err != nil {
		t.Errorf("the run of a record that stays: %v", err)
	}
	if stale, err := l.IndexStale(t.Context()); err != nil || !stale {
		t.Errorf("IndexStale = %v, %v", stale, err)
	}
	if err := l.IndexMade(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stale, err := l.IndexStale(t.Context()); err != nil || stale {
		t.Errorf("IndexStale after it was made = %v, %v", stale, err)
	}
	if shares, err := l.Shares(t.Context()); err != nil || len(shares) != 1 {
		t.Errorf("Shares = %v, %v", shares, err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	var last Entry
	for e, err := range l.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = e
	}
	if last.Verb != "purge" || last.Detail["records"] != "2" {
		t.Errorf("last entry: %+v", last)
	}
	// Later than all: everything goes but what persons decided.
	got, err = l.Purge(t.Context(), "os:root", time.Now().Add(time.Hour), PurgeOptions{Mass: true})
	if err != nil || got.Reviews != 0 || got.Records != 1 || got.Runs != 3 {
		t.Errorf("Purge of all = %+v, %v", got, err)
	}
	for _, r := range []poterne.Record{old, fresh} {
		if at, err := l.ReviewsAt(t.Context(), r.ID); err != nil || len(at) != 1 {
			t.Errorf("decisions on %s that still stand: %d, %v", r.Path, len(at), err)
		}
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPurgeOfReviews: only what ended before goes; what a person decided for good
// stays, for the document may come back.
func TestPurgeOfReviews(t *testing.T) {
	now := time.Now()
	cutoff := now.AddDate(-1, 0, 0)
	for _, c := range []struct {
		name    string
		alive   bool // its document is in the ledger
		at      time.Time
		expires time.Time
		ended   time.Time
		goes    bool
	}{
		{"stands-for-good", false, now.AddDate(-3, 0, 0), time.Time{}, time.Time{}, false},
		{"stands-a-while", false, now.AddDate(-3, 0, 0), now.AddDate(1, 0, 0), time.Time{}, false},
		{"expired-long-ago", false, now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0), time.Time{}, true},
		{"expired-lately", false, now.AddDate(-3, 0, 0), now.AddDate(0, -1, 0), time.Time{}, false},
		{"expired-and-still-in-a-verdict", true, now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0), time.Time{}, false},
		{"ended-long-ago", true, now.AddDate(-3, 0, 0), time.Time{}, now.AddDate(-2, 0, 0), true},
		{"ended-lately", false, now.AddDate(-3, 0, 0), time.Time{}, now.AddDate(0, -1, 0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := openAudited(t, t.TempDir())
			rec := record(begin(t, l), "rh", "a.xlsx", "", poterne.Sensitive)
			if c.alive {
				commit(t, l, rec)
			}
			v := review(rec, FalsePositive)
			v.At, v.Expires = c.at, c.expires
			v = decide(t, l, v)
			if !c.ended.IsZero() {
				if err := l.inTx(t.Context(), func(tx *sql.Tx) error { return l.end(t.Context(), tx, v, c.ended, "os:dpo", "withdrawn: x") }); err != nil {
					t.Fatal(err)
				}
			}
			got, err := l.Purge(t.Context(), "os:root", cutoff, PurgeOptions{})
			if err != nil || (got.Reviews == 1) != c.goes {
				t.Errorf("Purge = %+v, %v; the review goes: %v", got, err, c.goes)
			}
		})
	}
}

// TestPurgeAsksBeforeAShareGoes: a run that is long ago looks like one in which
// nearly everything left.
func TestPurgeAsksBeforeAShareGoes(t *testing.T) {
	long := time.Now().AddDate(-2, 0, 0)
	for _, c := range []struct {
		name       string
		old, fresh int
		asks       bool
	}{
		{"all", 1, 0, true},
		{"half", 5, 5, false},
		{"most-of-a-few", 15, 5, false},
		{"most", 21, 20, true},
		{"as-many", 21, 21, false},
		{"nothing", 0, 3, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := openAudited(t, t.TempDir())
			before, err := l.Begin(t.Context(), Run{Started: long, Shares: map[string]string{"rh": "/srv/rh"}})
			if err != nil {
				t.Fatal(err)
			}
			var rs []poterne.Record
			for i := range c.old {
				r := record(before, "rh", fmt.Sprintf("old%d.txt", i), "", poterne.Internal)
				r.ScannedAt = long
				rs = append(rs, r)
			}
			today := begin(t, l)
			for i := range c.fresh {
				rs = append(rs, record(today, "rh", fmt.Sprintf("fresh%d.txt", i), "", poterne.Internal))
			}
			commit(t, l, rs...)
			got, err := l.Purge(t.Context(), "os:root", time.Now().AddDate(-1, 0, 0), PurgeOptions{})
			if errors.Is(err, ErrMassPurge) != c.asks || !c.asks && (err != nil || got.Files != c.old) {
				t.Errorf("Purge = %+v, %v; asks: %v", got, err, c.asks)
			}
		})
	}
}

func TestForgetShare(t *testing.T) {
	l := openAudited(t, t.TempDir())
	old, fresh := aged(t, l)
	got, err := l.ForgetShare(t.Context(), "os:root", "old")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Purged{Files: 1, Records: 2, Reviews: 1, Shares: 1}, got); diff != "" {
		t.Errorf("ForgetShare (-want +got)\n%s", diff)
	}
	if rs, err := l.Container(t.Context(), old.Document); err != nil || len(rs) > 0 {
		t.Errorf("still there: %v, %v", rs, err)
	}
	if _, err := l.Get(t.Context(), fresh.ID); err != nil {
		t.Error(err)
	}
	roots, err := l.Roots(t.Context())
	if diff := cmp.Diff(map[string]string{"rh": "/srv/rh"}, roots); diff != "" || err != nil {
		t.Errorf("Roots (-want +got)\n%s%v", diff, err)
	}
	runs, err := l.Runs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if _, has := r.Shares["old"]; has {
			t.Errorf("run %s still names the share", r.ID)
		}
	}
	if _, err := l.ForgetShare(t.Context(), "os:root", "old"); err == nil {
		t.Error("forgotten twice")
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestRenamedShareIsTheSame: another name, the same documents, history and reviews.
func TestRenamedShareIsTheSame(t *testing.T) {
	l := openAudited(t, t.TempDir())
	_, fresh := aged(t, l)
	if err := l.RenameShare(t.Context(), "os:root", "rh", "old"); err == nil {
		t.Error("took the name of another share")
	}
	if err := l.RenameShare(t.Context(), "os:root", "rh", "DRH"); err != nil {
		t.Fatal(err)
	}
	want := fresh
	want.Share, want.ID = "DRH", poterne.NewID("DRH", fresh.Path, "")
	got, err := l.Get(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, sameRecord); diff != "" {
		t.Errorf("Get (-want +got)\n%s", diff)
	}
	if _, err := l.Get(t.Context(), fresh.ID); err == nil {
		t.Error("the old name is still there")
	}
	if current, found, err := l.Current(t.Context(), want.Document); err != nil || !found || current.Share != "DRH" {
		t.Errorf("Current = %v, %v, %v", current, found, err)
	}
	if past, err := l.History(t.Context(), want.ID); err != nil || len(past) != 1 {
		t.Errorf("History = %v, %v", past, err)
	}
	if at, err := l.ReviewsAt(t.Context(), want.ID); err != nil || len(at) != 1 || at[0].Document.Share != "DRH" {
		t.Errorf("ReviewsAt = %v, %v", at, err)
	}
	roots, err := l.Roots(t.Context())
	if diff := cmp.Diff(map[string]string{"DRH": "/srv/rh", "old": "/srv/old"}, roots); diff != "" || err != nil {
		t.Errorf("Roots (-want +got)\n%s%v", diff, err)
	}
	if err := l.MoveShare(t.Context(), "os:root", "DRH", "/srv/drh"); err != nil {
		t.Error(err)
	}
	if roots, _ := l.Roots(t.Context()); roots["DRH"] != "/srv/drh" {
		t.Errorf("after moving: %v", roots)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	run := begin(t, l)
	if unseen, err := l.Unseen(t.Context(), run, []string{"DRH"}, nil); err != nil || len(unseen) != 1 {
		t.Errorf("Unseen under the new name = %v, %v", unseen, err)
	}
}
