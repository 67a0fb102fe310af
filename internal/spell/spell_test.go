package spell

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"workers", "format", "state", "fr-fni", "fr-nir", "id"}
	for in, want := range map[string]string{
		"worker": "workers", "formt": "format", "foramt": "format", "fr-nri": "fr-nir", "state": "state", "zzzzzz": "", "": "", "ix": "id", "xy": "",
	} {
		if got := Nearest(in, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}
