package ledger

import (
	"testing"

	"poterne"
)

func TestCutAndMet(t *testing.T) {
	l := open(t, t.TempDir())
	night := func(share string, end State, paths ...string) {
		t.Helper()
		run, err := l.Begin(t.Context(), Run{Shares: map[string]string{share: "/srv/" + share}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			commit(t, l, record(run, share, p, "", poterne.Public))
		}
		if err := l.Finish(t.Context(), run, end, nil); err != nil {
			t.Fatal(err)
		}
	}
	want := func(share string, whole int64, cut bool) {
		t.Helper()
		n, c, err := l.Cut(t.Context(), share)
		if n != whole || c != cut || err != nil {
			t.Errorf("Cut(%s) = %d, %v, %v, want %d, %v", share, n, c, err, whole, cut)
		}
	}
	want("rh", 0, false)
	night("rh", Partial, "a")
	want("rh", 0, true)
	night("rh", Done, "a", "b", "c")
	want("rh", 2, false)
	night("rh", Cancelled, "a")
	night("sg", Done)
	want("rh", 2, true)
	want("sg", 4, false)
	for path, run := range map[string]int64{"a": 3, "b": 2, "z": 0} {
		if got, err := l.Met(t.Context(), poterne.Document{Share: "rh", Path: path}); got != run || err != nil {
			t.Errorf("Met(%s) = %d, %v, want %d", path, got, err, run)
		}
	}
}
