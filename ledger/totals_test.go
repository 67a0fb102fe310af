package ledger

import (
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
