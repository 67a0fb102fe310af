package killtest

import (
	"slices"
	"testing"
)

// TestMissesWhereRoundsAreMany: a step that no kill fell in is told where many rounds
// were asked for, unless the writer failed instead.
func TestMissesWhereRoundsAreMany(t *testing.T) {
	c := &Child{
		asked:  map[string]int{"put": 3, "open": 2, "publish": 1},
		begun:  map[string]bool{"put": true, "open": true, "publish": true},
		fell:   map[string]int{"put": 2, "": 7},
		failed: map[string]int{"publish": 1},
	}
	for rounds, want := range map[string][]string{"": nil, "20": {`none of 2 rounds fell in the step "open"`}} {
		t.Setenv(envRounds, rounds)
		if got := c.Misses(); !slices.Equal(got, want) {
			t.Errorf("with %q rounds: misses %q, want %q", rounds, got, want)
		}
	}
}
