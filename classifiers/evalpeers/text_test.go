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

// TestOwnFindings: of the text that all read, we find what is planted and nothing else.
func TestOwnFindings(t *testing.T) {
	text := compose(512 << 10)
	o, err := poterneItself(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if o.found[k.name] != text.number[k.name] {
			t.Errorf("%s: %d of %d found", k.name, o.found[k.name], text.number[k.name])
		}
	}
	if o.other > 0 {
		t.Errorf("%d values are found that are none", o.other)
	}
}
