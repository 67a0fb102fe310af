package sources

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSameAndWithin(t *testing.T) {
	for _, c := range []struct {
		a, b         string
		same, within bool // b of a
	}{
		{"smb://nas/rh", "smb://NAS:445/RH/", true, false},
		{"smb://nas/rh", "smb://agent@nas/rh", true, false},
		{"smb://nas/rh", "smb://nas/RH/2024", false, true},
		{"smb://nas/rh", "smb://nas/rh2", false, false},
		{"smb://nas/rh", "smb://nas2/rh/2024", false, false},
		{"sftp://nas/rh", "sftp://nas/RH", false, false},
		{"sftp://nas/", "sftp://nas/rh", false, true},
		{"sftp://nas/rh", "webdavs://nas/rh", false, false},
		{"s3://nas/seau", "s3://nas/seau/actes", false, true},
		{"webdavs://nas:8443/a", "webdavs://nas/a/b", false, false},
		{"/srv/rh", "/srv/rh/2024", false, true},
		{"/srv/rh", "/srv/rh2", false, false},
		{"/srv/rh", "smb://nas/rh", false, false},
	} {
		a, b := Root{Dir: c.a}, Root{Dir: c.b}
		if got := Same(a, b); got != c.same {
			t.Errorf("%s and %s: same is %t", c.a, c.b, got)
		}
		if got := Within(b, a); got != c.within || Within(a, b) {
			t.Errorf("%s in %s: %t", c.b, c.a, got)
		}
	}
}

func TestSameBehindALink(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "lien")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if !Same(Root{Dir: dir}, Root{Dir: link}) || Same(Root{Dir: dir}, Root{Dir: filepath.Dir(link)}) {
		t.Error("a folder and a link to it are not told for one")
	}
}

// TestNestedFoldersAreListedOnce wants each document once, by its innermost root.
func TestNestedFoldersAreListedOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "x")
	write(t, filepath.Join(dir, "rh", "b.txt"), "x")
	write(t, filepath.Join(dir, "rh", "paie", "c.txt"), "x")
	write(t, filepath.Join(dir, "rh2", "d.txt"), "x")
	l, err := NewLocal([]Root{{Share: "tout", Dir: dir}, {Share: "rh", Dir: filepath.Join(dir, "rh")}, {Share: "paie", Dir: filepath.Join(dir, "rh", "paie")}}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var got []string
	for d, err := range l.Documents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.Share+" "+d.Path)
	}
	want := []string{"tout a.txt", "tout rh2/d.txt", "rh b.txt", "paie c.txt"}
	if diff := cmp.Diff(want, got, sorted); diff != "" {
		t.Errorf("documents (-want +got)\n%s", diff)
	}
}

// nested is a server with one document in each of the folders "", "RH" and "RH/paie".
type nested struct{ memory }

func (*nested) list(_ context.Context, dir string, emit func(entry) error) error {
	next := map[string]string{"": "RH", "RH": "paie"}[dir]
	if next != "" {
		if err := emit(entry{name: next, folder: true}); err != nil {
			return err
		}
	}
	return emit(entry{name: "a.txt"})
}

// TestNestedAddressesAreListedOnce wants the outer root to leave what an inner one
// lists, as its server compares paths.
func TestNestedAddressesAreListedOnce(t *testing.T) {
	ring := Keyring{"": {User: "u", Password: "p"}}
	s, err := Open([]Root{{Share: "tout", Dir: "smb://nas/p"}, {Share: "paie", Dir: "smb://nas/P/rh/Paie"}}, Options{Keyring: ring, Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	outer, ok := s.by["tout"].(*tree)
	if !ok {
		t.Fatal("not a tree")
	}
	outer.server = &nested{}
	var got []string
	for d, err := range outer.Documents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.Path)
	}
	if diff := cmp.Diff([]string{"a.txt", "RH/a.txt"}, got, sorted); diff != "" {
		t.Errorf("documents (-want +got)\n%s", diff)
	}
}
