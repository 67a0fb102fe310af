package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiff(t *testing.T) {
	made := func(o Options) *Policy {
		t.Helper()
		p, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	own := made(Options{})
	if d := own.Diff(made(Options{})); d != nil {
		t.Errorf("a policy differs from itself: %v", d)
	}
	other := made(Options{Files: map[string][]byte{"policy.yaml": []byte("version: essai\nvolume:\n  mass: 77\n")}})
	want := []Change{{"version", own.data.Version, "essai"}, {"volume.mass", "1000", "77"}}
	want[1].Old = own.leaves()["volume.mass"]
	if d := cmp.Diff(want, own.Diff(other)); d != "" {
		t.Errorf("another number (-want +got):\n%s", d)
	}
	if own.Version() == other.Version() {
		t.Error("the version does not follow the files")
	}
	found := map[string]bool{}
	for _, c := range own.Diff(made(Options{Actor: "collectivite", Doctrine: "2021"})) {
		section, _, _ := strings.Cut(c.Path, ".")
		found[section] = true
		if c.Old == c.New {
			t.Errorf("%+v is no change", c)
		}
	}
	for _, section := range []string{"actor", "doctrine", "demands"} {
		if !found[section] {
			t.Errorf("nothing of %q changes under another actor and doctrine", section)
		}
	}
}

func TestFilesThatLieNowhere(t *testing.T) {
	_, err := New(Options{Files: map[string][]byte{"polcy.yaml": nil, "policy.yaml": []byte("volume: {mas: 1}\n")}})
	if err == nil || !strings.Contains(err.Error(), "polcy.yaml") || !strings.Contains(err.Error(), "policy.yaml:1:10") {
		t.Errorf("error %v, want both problems with their places", err)
	}
}
