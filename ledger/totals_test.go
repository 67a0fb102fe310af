package ledger

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne"
)

func TestTotalsCountFilesAndNotMembers(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	unread := record(run, "rh", "c", "", poterne.Sensitive)
	unread.Failure = poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	commit(t, l, record(run, "rh", "a.zip", "", poterne.Sensitive), record(run, "rh", "a.zip", "m", poterne.Classified))
	commit(t, l, record(run, "rh", "b", "", poterne.Sensitive))
	commit(t, l, unread)
	commit(t, l, record(run, "dsi", "d", "", poterne.Public))
	got, err := l.Totals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Total{
		{Share: "rh", Class: poterne.Class(poterne.Sensitive), Files: 2, Bytes: 206},
		{Share: "rh", Class: poterne.Class(poterne.Sensitive), Failure: poterne.Encrypted, Files: 1, Bytes: 101},
		{Share: "dsi", Class: poterne.Class(poterne.Public), Files: 1, Bytes: 101},
	}
	if d := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b Total) bool { return a.Share+string(a.Failure) < b.Share+string(b.Failure) })); d != "" {
		t.Errorf("totals (-want +got):\n%s", d)
	}
}

// TestNotableAndQuietAreAllFiles wants each file among the records that say more
// than their class, or in the counts of the others, and never in both.
func TestNotableAndQuietAreAllFiles(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	notable := map[string]bool{}
	for i, c := range []struct {
		level   poterne.Level
		class   poterne.Class
		failed  bool
		notable bool
	}{
		{poterne.Public, poterne.H0, false, false},
		{poterne.Internal, poterne.H1, false, false},
		{poterne.Internal, poterne.H1, true, true},
		{poterne.Internal, poterne.H2, false, true},
		{poterne.Internal, poterne.ClassUnknown, false, true},
		{poterne.Unassessed, poterne.H1, false, true},
		{poterne.Personal, poterne.H1, false, true},
		{poterne.Classified, poterne.H5, false, true},
	} {
		r := record(run, "rh", fmt.Sprint(i), "", c.level)
		r.Assessment.Hosting.Class = c.class
		if c.failed {
			r.Failure = poterne.Fail(poterne.StageExtract, poterne.Partial, nil)
		}
		commit(t, l, r)
		if c.notable {
			notable[r.Path] = true
		}
	}
	got := map[string]bool{}
	for r, err := range l.Records(t.Context(), Filter{Share: "rh", Notable: true}) {
		if err != nil {
			t.Fatal(err)
		}
		got[r.Path] = true
	}
	if d := cmp.Diff(notable, got); d != "" {
		t.Errorf("notable (-want +got):\n%s", d)
	}
	quiet, err := l.Quiet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, q := range quiet {
		files += q.Files
	}
	if files != 2 {
		t.Errorf("%d files are quiet, want 2", files)
	}
}
