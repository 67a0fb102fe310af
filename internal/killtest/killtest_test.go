package killtest_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"poterne/internal/killtest"
)

func TestMain(m *testing.M) { killtest.Main(m, writeForEver) }

// writeForEver has two steps: one that is long enough to be killed in, and one that is
// told once and over at once.
func writeForEver(dir string, _ []byte, step killtest.Step) error {
	err := step("open", func() (string, error) { return "", nil })
	for err == nil {
		err = step("write", func() (string, error) {
			time.Sleep(5 * time.Millisecond)
			return "", os.WriteFile(filepath.Join(dir, "file"), []byte("text"), 0o600)
		})
	}
	return err
}

func TestMissesTellsWhatWasNotKilled(t *testing.T) {
	tests := []struct {
		name, rounds, step string
		want               []string
	}{
		{"a-step", "", "write", nil},
		{"a-step-of-many-rounds", "20", "write", nil},
		{"no-step", "", "nosuch", []string{`the writer has no step "nosuch"`}},
		{"no-step-of-many-rounds", "20", "nosuch", []string{`the writer has no step "nosuch"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("POTERNE_KILL_ROUNDS", tt.rounds)
			c := &killtest.Child{Dir: t.TempDir(), Acknowledged: func(string, string) {}}
			c.Round(t, tt.step, 2)
			if got := c.Misses(); !slices.Equal(got, tt.want) {
				t.Errorf("misses %q, want %q; ends by step: %v", got, tt.want, c.Fell())
			}
		})
	}
}
