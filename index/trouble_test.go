package index

import (
	"errors"
	"path/filepath"
	"testing"

	"poterne"
	"poterne/internal/seal"
)

// TestAFailureInTheBackgroundStopsWriting tells an index of a failed write as bleve
// does: nothing is acknowledged any more, and closing ends.
func TestAFailureInTheBackgroundStopsWriting(t *testing.T) {
	x, err := Open(t.TempDir(), seal.NewKey().For(seal.Index))
	if err != nil {
		t.Fatal(err)
	}
	r := poterne.Record{Document: poterne.Document{ID: "1", Share: "s", Path: "p"}}
	spread(errors.New("of another index"), filepath.Join(t.TempDir(), "store"))
	if err := x.Put(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	spread(full, filepath.Join(x.dir, x.manifest.Live, "store"))
	for name, err := range map[string]error{
		"Put":     x.Put(t.Context(), r),
		"Delete":  x.Delete(t.Context(), "1"),
		"Publish": x.Publish(t.Context()),
	} {
		if !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := x.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := x.Put(t.Context(), r); !errors.Is(err, errClosed) {
		t.Errorf("Put after Close: %v", err)
	}
}
