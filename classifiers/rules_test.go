package classifiers

import "testing"

// TestExamples runs the examples that the embedded rules carry.
func TestExamples(t *testing.T) {
	r, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	results, err := r.Test()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range results {
		if !x.OK() {
			t.Errorf("%s: %q: found %v, want %v", x.Rule, x.Example, x.Got, x.Want)
		}
	}
}
