package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne"
	"poterne/internal/seal"
)

var testKey = seal.NewKey().For(seal.Ledger)

func open(t testing.TB, dir string) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), dir, testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func begin(t testing.TB, l *Ledger) string {
	t.Helper()
	id, err := l.Begin(t.Context(), Run{Actor: "etat", Doctrine: "sren", Shares: map[string]string{"rh": "/srv/rh"}})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// record makes a record whose verdict is level and class 3 less.
func record(run, share, path, member string, level poterne.Level) poterne.Record {
	return poterne.Record{
		Document: poterne.Document{
			ID: poterne.NewID(share, path, member), Share: share, Path: path, Member: member, Size: int64(100 + len(path)),
			ModTime: time.Date(1999, 2, 3, 4, 5, 6, 789, time.UTC), ChangeTime: time.Date(2024, 2, 3, 4, 5, 6, 1, time.UTC),
			Inode: 42, Owner: "owner-" + share, Exposure: poterne.ExposureGroup,
		},
		Format:     "docx",
		Stamp:      poterne.Stamp{Content: poterne.Version("content-" + poterne.NewID("", path, member)), Extractor: "e1", Rules: "r1", Policy: "p1"},
		Assessment: poterne.Assessment{Level: level, Hosting: poterne.Hosting{Class: poterne.Class(level)}},
		Findings:   []poterne.Finding{{Rule: "fr-nir", Count: 2, Masked: []string{"2 •• 84"}}},
		Run:        run, ScannedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func commit(t testing.TB, l *Ledger, rs ...poterne.Record) {
	t.Helper()
	if err := l.Commit(t.Context(), rs...); err != nil {
		t.Fatal(err)
	}
}

func all(t testing.TB, l *Ledger, f Filter) []poterne.Record {
	t.Helper()
	rs, err := collect(l.Records(t.Context(), f))
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func paths(rs []poterne.Record) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, r.Share+":"+r.Full())
	}
	slices.Sort(out)
	return out
}

var sameRecord = cmp.Options{cmpopts.IgnoreUnexported(poterne.Failure{})}

func TestCommittedRecordsComeBackWhole(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	run := begin(t, l)
	failed := record(run, "rh", "a\xffb/clé.zip", "", poterne.Unassessed)
	failed.Failure = poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	failed.ChangeTime = time.Time{}
	member := record(run, "rh", "a\xffb/clé.zip", "dans/x.txt", poterne.Sensitive)
	commit(t, l, member, failed)
	l.Close()
	l = open(t, dir)
	for _, want := range []poterne.Record{failed, member} {
		got, err := l.Get(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameRecord); diff != "" {
			t.Errorf("Get (-want +got)\n%s", diff)
		}
	}
	got, err := l.Container(t.Context(), member.Document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]poterne.Record{failed, member}, got, sameRecord); diff != "" {
		t.Errorf("Container (-want +got)\n%s", diff)
	}
	current, found, err := l.Current(t.Context(), failed.Document)
	if err != nil || !found {
		t.Fatalf("Current: %v, %v", found, err)
	}
	want := failed
	want.Findings, want.Assessment = nil, poterne.Assessment{}
	if diff := cmp.Diff(want, current, sameRecord); diff != "" {
		t.Errorf("Current (-want +got)\n%s", diff)
	}
	if _, err := l.Get(t.Context(), "no such id"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get of nothing: %v", err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCurrentFollowsCommitsAndDrops(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	doc := record(run, "rh", "d/a.txt", "", poterne.Public)
	look := func() (poterne.Record, bool) {
		t.Helper()
		r, found, err := l.Current(t.Context(), doc.Document)
		if err != nil {
			t.Fatal(err)
		}
		return r, found
	}
	if _, found := look(); found {
		t.Error("found before it was committed")
	}
	commit(t, l, doc)
	if r, found := look(); !found || r.Stamp.Rules != "r1" {
		t.Errorf("after the first commit: %v, %q", found, r.Stamp.Rules)
	}
	doc.Stamp.Rules = "r2"
	commit(t, l, doc, record(run, "rh", "d/b.txt", "", poterne.Public))
	if r, found := look(); !found || r.Stamp.Rules != "r2" {
		t.Errorf("after the second commit: %v, %q", found, r.Stamp.Rules)
	}
	other := poterne.Document{Share: "other", Path: doc.Path}
	if _, found, _ := l.Current(t.Context(), other); found {
		t.Error("found on another share")
	}
	if err := l.Drop(t.Context(), run, doc.ID, "unknown"); err != nil {
		t.Fatal(err)
	}
	if _, found := look(); found {
		t.Error("found after it was dropped")
	}
}

func TestManyFoldersStayWithinBounds(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	var rs []poterne.Record
	for i := range 3 * maxFolders {
		rs = append(rs, record(run, "rh", fmt.Sprintf("f%d/a.txt", i), "", poterne.Public))
	}
	commit(t, l, rs...)
	for range 2 {
		for _, r := range rs {
			if _, found, err := l.Current(t.Context(), r.Document); err != nil || !found {
				t.Fatalf("%s: %v, %v", r.Path, found, err)
			}
		}
	}
	if n, m := l.folders.list.Len(), len(l.folders.files); n > maxFolders || m > n {
		t.Errorf("%d folders, %d files held", n, m)
	}
}

func TestCommitReplacesAContainer(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	commit(t, l,
		record(run, "rh", "a.zip", "", poterne.Personal), record(run, "rh", "a.zip", "1.txt", poterne.Public),
		record(run, "rh", "a.zip", "2.txt", poterne.Personal), record(run, "rh", "b.txt", "", poterne.Public))
	second := begin(t, l)
	commit(t, l, record(second, "rh", "a.zip", "", poterne.Public), record(second, "rh", "a.zip", "1.txt", poterne.Public),
		record(second, "rh", "a.zip", "3.txt", poterne.Public))
	want := []string{"rh:a.zip", "rh:a.zip!1.txt", "rh:a.zip!3.txt", "rh:b.txt"}
	if diff := cmp.Diff(want, paths(all(t, l, Filter{}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	past, err := l.History(t.Context(), poterne.NewID("rh", "a.zip", "2.txt"))
	if err != nil || len(past) != 1 || !past[0].Gone || past[0].Level != poterne.Personal || past[0].Run != second {
		t.Errorf("history of a member that went: %+v, %v", past, err)
	}
	past, err = l.History(t.Context(), poterne.NewID("rh", "a.zip", ""))
	if err != nil || len(past) != 1 || past[0].Gone || past[0].Level != poterne.Personal {
		t.Errorf("history of a verdict that changed: %+v, %v", past, err)
	}
	if past, err = l.History(t.Context(), poterne.NewID("rh", "a.zip", "1.txt")); err != nil || len(past) != 0 {
		t.Errorf("history of what did not change: %+v, %v", past, err)
	}
}

func TestOfTwoRecordsWithOneIDTheWorseIsKept(t *testing.T) {
	for _, order := range [][2]poterne.Level{{poterne.Sensitive, poterne.Public}, {poterne.Public, poterne.Sensitive}} {
		l := open(t, t.TempDir())
		run := begin(t, l)
		commit(t, l, record(run, "rh", "a.zip", "", poterne.Public),
			record(run, "rh", "a.zip", "x", order[0]), record(run, "rh", "a.zip", "x", order[1]))
		r, err := l.Get(t.Context(), poterne.NewID("rh", "a.zip", "x"))
		if err != nil || r.Assessment.Level != poterne.Sensitive {
			t.Errorf("%v: level %v, %v", order, r.Assessment.Level, err)
		}
	}
}

func TestSweep(t *testing.T) {
	l := open(t, t.TempDir())
	one := begin(t, l)
	names := []string{"rh:a", "rh:b", "rh:c", "rh:broken/d", "si:e"}
	for _, n := range names {
		share, path, _ := strings.Cut(n, ":")
		commit(t, l, record(one, share, path, "", poterne.Public), record(one, share, path, "m", poterne.Public))
	}
	two := begin(t, l)
	commit(t, l, record(two, "rh", "a", "", poterne.Public))
	if err := l.Touch(t.Context(), two, poterne.NewID("rh", "b", ""), "unknown"); err != nil {
		t.Fatal(err)
	}
	ids, err := l.Unseen(t.Context(), two, []string{"rh"}, func(_, path string) bool { return !strings.HasPrefix(path, "broken/") })
	if err != nil {
		t.Fatal(err)
	}
	want := []poterne.ID{poterne.NewID("rh", "c", ""), poterne.NewID("rh", "c", "m")}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("Unseen (-want +got)\n%s", diff)
	}
	if err := l.Drop(t.Context(), two, ids...); err != nil {
		t.Fatal(err)
	}
	wantPaths := []string{"rh:a", "rh:b", "rh:b!m", "rh:broken/d", "rh:broken/d!m", "si:e", "si:e!m"}
	if diff := cmp.Diff(wantPaths, paths(all(t, l, Filter{}))); diff != "" {
		t.Errorf("after the sweep (-want +got)\n%s", diff)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	// Nothing was seen by a run that has just begun: all of the share, nothing of others.
	three := begin(t, l)
	ids, err = l.Unseen(t.Context(), three, []string{"si", "no such share"}, nil)
	if err != nil || len(ids) != 2 {
		t.Errorf("%d unseen, %v; want 2", len(ids), err)
	}
}

func TestDiff(t *testing.T) {
	l := open(t, t.TempDir())
	run := make([]string, 5)
	rec := func(i int, path string, level poterne.Level) poterne.Record {
		return record(run[i], "rh", path, "", level)
	}
	drop := func(i int, path string) {
		t.Helper()
		if err := l.Drop(t.Context(), run[i], poterne.NewID("rh", path, "")); err != nil {
			t.Fatal(err)
		}
	}
	run[1] = begin(t, l)
	commit(t, l, rec(1, "same", 2), rec(1, "rises", 2), rec(1, "leaves", 3), rec(1, "twice", 2), rec(1, "comes-back", 2))
	before := rec(1, "old-name", 3)
	before.Stamp.Content = "moving"
	commit(t, l, before)

	run[2] = begin(t, l)
	after := rec(2, "new-name", 3)
	after.Stamp.Content = "moving"
	commit(t, l, rec(2, "rises", 4), rec(2, "arrives", 2), rec(2, "twice", 3), after)
	drop(2, "leaves")
	drop(2, "old-name")
	drop(2, "comes-back")

	run[3] = begin(t, l)
	commit(t, l, rec(3, "twice", 2), rec(3, "passes", 2), rec(3, "comes-back", 5))

	run[4] = begin(t, l)
	drop(4, "passes")

	for _, c := range []struct {
		name string
		a, b int
		want []string
	}{
		{"one-step", 1, 2, []string{"changed rises 2>4", "changed twice 2>3", "gone comes-back 2>0", "gone leaves 3>0", "moved old-name=new-name 3>3", "new arrives 0>2"}},
		{"two-steps", 1, 3, []string{"changed comes-back 2>5", "changed rises 2>4", "gone leaves 3>0", "moved old-name=new-name 3>3", "new arrives 0>2", "new passes 0>2"}},
		{"came-and-went", 2, 4, []string{"changed twice 3>2", "new comes-back 0>5"}},
		{"last-step", 3, 4, []string{"gone passes 2>0"}},
		{"same-run", 2, 2, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := []string{}
			for ch, err := range l.Diff(t.Context(), run[c.a], run[c.b]) {
				if err != nil {
					t.Fatal(err)
				}
				name := ch.Document.Path
				if ch.Kind == Moved {
					name = ch.From.Path + "=" + name
				}
				got = append(got, fmt.Sprintf("%s %s %d>%d", ch.Kind, name, int(ch.Old.Level), int(ch.New.Level)))
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if _, err := collect(l.Diff(t.Context(), run[1], "none")); !errors.Is(err, ErrNotFound) {
		t.Errorf("diff with an unknown run: %v", err)
	}
	if _, err := collect(l.Diff(t.Context(), run[2], run[1])); err == nil {
		t.Error("a diff against time was answered")
	}
}

func TestRuns(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	one := begin(t, l)
	if err := l.Finish(t.Context(), one, Done, []byte(`{"walked":3}`)); err != nil {
		t.Fatal(err)
	}
	two := begin(t, l)
	l.Close() // killed, as it were
	l = open(t, dir)
	three := begin(t, l)
	runs, err := l.Runs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range runs {
		got = append(got, r.ID+" "+string(r.State))
	}
	if diff := cmp.Diff([]string{three + " running", two + " killed", one + " done"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	r, err := l.Run(t.Context(), one)
	if err != nil || string(r.Summary) != `{"walked":3}` || r.Actor != "etat" || r.Ended.Before(r.Started) || r.Shares["rh"] != "/srv/rh" {
		t.Errorf("Run = %+v, %v", r, err)
	}
	if last, err := l.Runs(t.Context(), 1); err != nil || len(last) != 1 || last[0].ID != three {
		t.Errorf("the last run: %v, %v", last, err)
	}
	if err := l.Commit(t.Context(), record("unknown", "rh", "a", "", poterne.Public)); !errors.Is(err, ErrNotFound) {
		t.Errorf("commit in an unknown run: %v", err)
	}
	if err := l.Finish(t.Context(), "unknown", Done, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("finish of an unknown run: %v", err)
	}
}

func TestFilter(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	bad := record(run, "rh", "d/bad", "", poterne.Unassessed)
	bad.Failure = poterne.Fail(poterne.StageOpen, poterne.Denied, nil)
	commit(t, l, bad, record(run, "rh", "d/high", "", poterne.Restricted), record(run, "rh", "dx/low", "", poterne.Public),
		record(run, "si", "d/z.zip", "", poterne.Sensitive), record(run, "si", "d/z.zip", "m", poterne.Sensitive))
	for _, c := range []struct {
		name string
		f    Filter
		want []string
	}{
		{"all", Filter{}, []string{"rh:d/bad", "rh:d/high", "rh:dx/low", "si:d/z.zip", "si:d/z.zip!m"}},
		{"share", Filter{Share: "si"}, []string{"si:d/z.zip", "si:d/z.zip!m"}},
		{"level", Filter{Level: poterne.Sensitive}, []string{"rh:d/high", "si:d/z.zip", "si:d/z.zip!m"}},
		{"class", Filter{Class: poterne.H3}, []string{"rh:d/high", "si:d/z.zip", "si:d/z.zip!m"}},
		{"unread", Filter{Unread: true}, []string{"rh:d/bad"}},
		{"under", Filter{Under: "d/"}, []string{"rh:d/bad", "rh:d/high", "si:d/z.zip", "si:d/z.zip!m"}},
		{"files", Filter{Share: "si", NoMembers: true}, []string{"si:d/z.zip"}},
		{"run", Filter{Run: run, Level: poterne.Restricted}, []string{"rh:d/high"}},
		{"no-share", Filter{Share: "none"}, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, paths(all(t, l, c.f))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if rs := all(t, l, Filter{}); rs[0].Path != "d/high" || rs[len(rs)-1].Path != "d/bad" {
		t.Errorf("not the worst first: %v", paths(rs))
	}
	if n, err := l.Count(t.Context()); err != nil || n != 5 {
		t.Errorf("Count = %d, %v", n, err)
	}
	if shares, err := l.Shares(t.Context()); err != nil || len(shares) != 2 || !slices.Contains(shares, "si") {
		t.Errorf("Shares = %v, %v", shares, err)
	}
}

func TestFind(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	commit(t, l, record(run, "rh", "a!b.zip", "", poterne.Public), record(run, "rh", "a!b.zip", "c!d.txt", poterne.Public), record(run, "si", "a!b.zip", "", poterne.Public))
	for _, c := range []struct {
		share, path string
		want        []string
	}{
		{"rh", "a!b.zip", []string{"rh:a!b.zip", "rh:a!b.zip!c!d.txt"}},
		{"", "a!b.zip", []string{"rh:a!b.zip", "rh:a!b.zip!c!d.txt", "si:a!b.zip"}},
		{"", "a!b.zip!c!d.txt", []string{"rh:a!b.zip!c!d.txt"}},
		{"", "a", []string{}},
	} {
		got, err := l.Find(t.Context(), c.share, c.path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, paths(got)); diff != "" {
			t.Errorf("Find(%q, %q) (-want +got)\n%s", c.share, c.path, diff)
		}
	}
}

func TestByContent(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	bad := record(run, "rh", "a", "", poterne.Unassessed)
	bad.Stamp.Content, bad.Failure = "same", poterne.Fail(poterne.StageExtract, poterne.Timeout, nil)
	good := record(run, "rh", "b", "", poterne.Public)
	good.Stamp.Content = "same"
	member := record(run, "rh", "b", "m", poterne.Public)
	unread := record(run, "rh", "c", "", poterne.Unassessed)
	unread.Stamp.Content = ""
	commit(t, l, bad, good, member, unread)
	for _, c := range []struct {
		content poterne.Version
		want    []string
	}{
		{"same", []string{"rh:b", "rh:b!m"}},
		{member.Stamp.Content, []string{}}, // content of a member is not content of a file
		{"other", []string{}},
		{"", []string{}},
	} {
		got, err := l.ByContent(t.Context(), c.content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, paths(got)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", c.content, diff)
		}
	}
}
