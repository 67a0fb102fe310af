package testdata

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// claim is one line of the truth, read strictly: an unknown field fails.
type claim struct {
	Path, Kind, Class, Note string
	IDs                     map[string]int
	Cats, Flags, Forbid     []string
}

func claims(t *testing.T) []claim {
	t.Helper()
	var all []claim
	d := json.NewDecoder(bytes.NewReader(Truth()))
	d.DisallowUnknownFields()
	for d.More() {
		var c claim
		if err := d.Decode(&c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func written(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, names
}

func TestTruthNamesEveryFile(t *testing.T) {
	_, names := written(t)
	var want []string
	for _, n := range names {
		want = append(want, strings.ToValidUTF8(n, string(utf8.RuneError)))
	}
	var got []string
	for _, c := range claims(t) {
		if !strings.Contains(c.Path, "!") { // a piece inside another file
			got = append(got, c.Path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files and truth differ (-files +truth):\n%s", diff)
	}
}

func TestTruthIsWellFormed(t *testing.T) {
	categories := strings.Fields("sante judiciaire police_renseignement defense fiscal_douane rh_discipline social_mineurs opinions biometrie commande_publique " +
		"deliberations affaires ssi infra diplomatie nucleaire elections archives etrangers personnel marquage")
	notes, failures := 0, 0
	for _, c := range claims(t) {
		if !slices.Contains([]string{"positive", "negative", "failure"}, c.Kind) {
			t.Errorf("%q: kind %q", c.Path, c.Kind)
		}
		if !slices.Contains([]string{"H0", "H1", "H2", "H3", "H4", "H5"}, c.Class) {
			t.Errorf("%q: class %q", c.Path, c.Class)
		}
		if c.IDs == nil || c.Cats == nil || c.Flags == nil || c.Forbid == nil {
			t.Errorf("%q: a list is absent", c.Path)
		}
		for _, cat := range c.Cats {
			if !slices.Contains(categories, cat) {
				t.Errorf("%q: category %q", c.Path, cat)
			}
		}
		for _, f := range c.Forbid {
			if c.IDs[f] > 0 || slices.Contains(c.Cats, f) {
				t.Errorf("%q: %q is both wanted and forbidden", c.Path, f)
			}
		}
		if c.Note != "" {
			notes++
		}
		if c.Kind == "failure" {
			failures++
		}
	}
	if notes < 5 {
		t.Errorf("%d documents without a textbook word, want at least 5", notes)
	}
	if failures < 6 {
		t.Errorf("%d unreadable documents, want at least 6", failures)
	}
}

// TestShareHoldsEveryFormat keeps the share from losing a format unseen.
func TestShareHoldsEveryFormat(t *testing.T) {
	dir, names := written(t)
	count := map[string]int{}
	var size int64
	for _, n := range names {
		count[strings.ToLower(path.Ext(n))]++
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(n)))
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		if !info.ModTime().Equal(saved) {
			t.Errorf("%q: time %v, want %v", n, info.ModTime(), saved)
		}
	}
	for _, e := range strings.Fields("docx docm xlsx pptx odt ods odp pdf rtf txt csv tsv md html xml json eml zip log key dwg") {
		if count["."+e] == 0 {
			t.Errorf("no .%s in the share", e)
		}
	}
	if len(names) < 60 || size > 3<<20 {
		t.Errorf("%d files, %d bytes; want at least 60 files, at most 3 MiB", len(names), size)
	}
}

// TestPlantedValuesAreInTheShare looks for each value in the files that hold
// plain text: most of the share is compressed, so only a part is seen, but a list
// that has nothing to do with the share would show nothing.
func TestPlantedValuesAreInTheShare(t *testing.T) {
	values := Planted()
	if len(values) < 2000 {
		t.Fatalf("%d planted values, want at least 2000", len(values))
	}
	data, err := partage.ReadFile("partage/RH/2023/Effectifs et matricules.csv")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, v := range values {
		if len(v) < 6 {
			t.Errorf("a planted value has %d bytes: too short to be looked for", len(v))
		}
		if bytes.Contains(data, []byte(v)) {
			seen++
		}
	}
	if seen != 620 {
		t.Errorf("%d planted values in the list of staff, want 620", seen)
	}
}

// TestNamesHoldNoPlantedValue: outputs show names.
func TestNamesHoldNoPlantedValue(t *testing.T) {
	_, names := written(t)
	all := strings.Join(names, "\n") + string(Truth())
	for _, v := range Planted() {
		if strings.Contains(all, v) {
			t.Errorf("a planted value of %d bytes stands in a name or in the truth", len(v))
		}
	}
}
