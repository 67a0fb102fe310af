package main

import "testing"

// TestCompose: all kinds stand in the text, the same for all who read it.
func TestCompose(t *testing.T) {
	a, b := compose(64<<10), compose(64<<10)
	if a.body != b.body {
		t.Error("two runs make two texts")
	}
	for _, k := range kinds {
		if a.number[k.name] < 3 {
			t.Errorf("%s: %d values", k.name, a.number[k.name])
		}
	}
	if a.decoys < 10 {
		t.Errorf("%d decoys", a.decoys)
	}
}
