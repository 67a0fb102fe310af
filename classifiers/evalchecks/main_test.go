package main

import (
	"math/rand/v2"
	"testing"

	"poterne/classifiers"
)

// TestKinds: made values pass our check, and most of those with a fault do not: a
// comparison of values that are all alike would compare nothing.
func TestKinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range kinds {
		refused := 0
		for range 200 {
			v := k.valid(r)
			if ok, known := classifiers.Check(k.check, v); !ok || !known {
				t.Fatalf("%s: %q does not pass", k.name, v)
			}
			if ok, _ := classifiers.Check(k.check, spoil(r, v, k.from)); !ok {
				refused++
			}
		}
		if refused < 180 {
			t.Errorf("%s: only %d of 200 faults are seen", k.name, refused)
		}
	}
}
