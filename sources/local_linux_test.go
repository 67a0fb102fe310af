package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"poterne"
)

// list walks dir and returns documents and failures by path.
func list(t *testing.T, dir string, opts LocalOptions) (map[string]poterne.Document, map[string]*poterne.Failure) {
	t.Helper()
	l, err := NewLocal([]Root{{Share: "s", Dir: dir}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	docs, fails := map[string]poterne.Document{}, map[string]*poterne.Failure{}
	for d, err := range l.Documents(context.Background()) {
		var f *poterne.Failure
		switch {
		case errors.As(err, &f):
			fails[d.Path] = f
		case err != nil:
			t.Fatal(err)
		default:
			docs[d.Path] = d
		}
	}
	return docs, fails
}

func TestDocumentsListsFilesOnly(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	write(t, filepath.Join(outside, "dehors.txt"), "x")
	write(t, filepath.Join(dir, "a.txt"), "un")
	write(t, filepath.Join(dir, "RH", "été 2024", "b.docx"), "deux")
	write(t, filepath.Join(dir, "évasion\n\x1b[31m.txt"), "trois")
	for link, target := range map[string]string{
		"dehors": outside, "boucle": dir, "vers-a": filepath.Join(dir, "a.txt"), "mort": "/nulle/part",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "latin-\xe9.txt"), "quatre")
	want := map[string]bool{"a.txt": true, "RH/été 2024/b.docx": true, "évasion\n\x1b[31m.txt": true, "latin-\xe9.txt": true}
	if err := syscall.Mkfifo(filepath.Join(dir, "tube"), 0o644); err != nil {
		t.Fatal(err)
	}
	docs, fails := list(t, dir, LocalOptions{})
	if diff := cmp.Diff(want, paths(docs)); diff != "" {
		t.Errorf("documents (-want +got)\n%s", diff)
	}
	if len(fails) != 0 {
		t.Errorf("failures: %v", fails)
	}
	a := docs["a.txt"]
	if a.Size != 2 || a.ModTime.IsZero() || a.ID != poterne.NewID("s", "a.txt", "") {
		t.Errorf("a.txt = %+v", a)
	}
}

func TestIncludeAndExclude(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"a.txt", "b.pdf", "x/c.txt", "x/y/d.txt", "tmp/e.txt"} {
		write(t, filepath.Join(dir, filepath.FromSlash(p)), "x")
	}
	docs, _ := list(t, dir, LocalOptions{Include: []string{"**/*.txt"}, Exclude: []string{"tmp/**"}})
	want := map[string]bool{"a.txt": true, "x/c.txt": true, "x/y/d.txt": true}
	if diff := cmp.Diff(want, paths(docs)); diff != "" {
		t.Errorf("documents (-want +got)\n%s", diff)
	}
	if _, err := NewLocal(nil, LocalOptions{Exclude: []string{"[a"}}); err == nil {
		t.Error("a bad glob was taken")
	}
}

func TestUnreachableRootIsOneFailure(t *testing.T) {
	docs, fails := list(t, filepath.Join(t.TempDir(), "absent"), LocalOptions{})
	if len(docs) != 0 || len(fails) != 1 || fails[""] == nil || fails[""].Kind != poterne.Vanished {
		t.Errorf("documents %v, failures %v; want one failure of the root", docs, fails)
	}
	if strings.Contains(fails[""].Error(), "absent") {
		t.Errorf("the failure tells the path: %v", fails[""])
	}
}

// TestPathLongerThanTheSystemTakes makes a tree whose paths are longer than 4,096
// bytes, one element at a time, and wants its deepest document listed and opened.
func TestPathLongerThanTheSystemTakes(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	rel := ""
	for i := range 40 {
		rel = filepath.Join(rel, fmt.Sprintf("%03d%s", i, strings.Repeat("x", 150)))
		if err := root.Mkdir(rel, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f, err := root.Create(rel + "/profond.txt")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "au fond")
	f.Close()
	t.Cleanup(func() { root.RemoveAll("000" + strings.Repeat("x", 150)) })

	l, err := NewLocal([]Root{{Share: "s", Dir: dir}}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var got []poterne.Document
	for d, err := range l.Documents(t.Context()) {
		if err != nil {
			t.Fatalf("%.60s…: %v", d.Path, err)
		}
		got = append(got, d)
	}
	if len(got) != 1 || got[0].Path != filepath.ToSlash(rel)+"/profond.txt" {
		t.Fatalf("listed %d documents", len(got))
	}
	c, err := l.Open(t.Context(), got[0])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := make([]byte, c.Size())
	if _, err := c.ReadAt(b, 0); err != nil || string(b) != "au fond" {
		t.Errorf("read %q, %v", b, err)
	}
}

func TestOpenNeverLeavesTheRoot(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret.txt"), "x")
	if err := os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "lien.txt")); err != nil {
		t.Fatal(err)
	}
	l, err := NewLocal([]Root{{Share: "s", Dir: dir}}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, p := range []string{"lien.txt", "../secret.txt", "absent.txt"} {
		c, err := l.Open(t.Context(), poterne.Document{Share: "s", Path: p})
		var f *poterne.Failure
		if err == nil {
			c.Close()
		}
		if !errors.As(err, &f) || f.Stage != poterne.StageOpen {
			t.Errorf("open %s: %v, want a failure", p, err)
		}
	}
}

// TestOpenLeavesNoTrace reads a document and wants its times as they were.
func TestOpenLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	p := filepath.Join(dir, "a.txt")
	write(t, p, "texte")
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := os.Chtimes(p, old, old.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	l, err := NewLocal([]Root{{Share: "s", Dir: dir}}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := l.Open(t.Context(), poterne.Document{Share: "s", Path: "a.txt"})
	if err != nil {
		t.Fatal(err)
	}
	c.ReadAt(make([]byte, 5), 0)
	c.Close()
	info, err := os.Stat(p)
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	if got := time.Unix(st.Atim.Unix()).UTC(); !got.Equal(old) {
		t.Errorf("access time is %v, was %v", got, old)
	}
}

func TestExposureIsLimitedByFolders(t *testing.T) {
	dir := t.TempDir()
	for p, mode := range map[string]os.FileMode{"ouvert.txt": 0o644, "groupe.txt": 0o640, "seul.txt": 0o600, "clos/ouvert.txt": 0o644, "clos/sous/ouvert.txt": 0o644} {
		write(t, filepath.Join(dir, p), "x")
		if err := os.Chmod(filepath.Join(dir, p), mode); err != nil {
			t.Fatal(err)
		}
	}
	for p, mode := range map[string]os.FileMode{".": 0o755, "clos": 0o750, "clos/sous": 0o755} {
		if err := os.Chmod(filepath.Join(dir, p), mode); err != nil {
			t.Fatal(err)
		}
	}
	docs, _ := list(t, dir, LocalOptions{})
	want := map[string]poterne.Exposure{
		"ouvert.txt": poterne.ExposureEveryone, "groupe.txt": poterne.ExposureGroup, "seul.txt": poterne.ExposureOwner,
		"clos/ouvert.txt": poterne.ExposureGroup, "clos/sous/ouvert.txt": poterne.ExposureGroup,
	}
	got := map[string]poterne.Exposure{}
	for p, d := range docs {
		got[p] = d.Exposure
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exposures (-want +got)\n%s", diff)
	}
}

func TestStoppingEarlyEndsTheWalk(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		write(t, filepath.Join(dir, fmt.Sprint(i)), "x")
	}
	l, err := NewLocal([]Root{{Share: "s", Dir: dir}}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	before := runtime.NumGoroutine()
	for range l.Documents(t.Context()) {
		break
	}
	// Documents returns only once its goroutines have ended.
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines after, %d before", after, before)
	}
}

// TestExposureByAccessLists gives documents and folders POSIX lists that say other
// than their modes, which hold the mask.
func TestExposureByAccessLists(t *testing.T) {
	dir := t.TempDir()
	named := func(perm, mask uint16) []byte {
		return acl([2]uint16{aclUserObject, 7}, [2]uint16{aclUser, perm}, [2]uint16{aclGroupObject, 0}, [2]uint16{aclMask, mask}, [2]uint16{aclOther, 0})
	}
	for p, list := range map[string][]byte{
		"nommé.txt": named(4, 7), "masqué.txt": named(4, 2), "écriture.txt": named(2, 6),
		"passage/ouvert.txt": nil, "clos/ouvert.txt": nil, "passage": named(1, 7), "clos": named(4, 7),
	} {
		abs := filepath.Join(dir, p)
		if filepath.Ext(p) != "" {
			write(t, abs, "x")
		} else if err := os.MkdirAll(abs, 0o755); err != nil {
			t.Fatal(err)
		}
		if list != nil {
			if err := unix.Setxattr(abs, "system.posix_acl_access", list, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	docs, _ := list(t, dir, LocalOptions{})
	got := map[string]poterne.Exposure{}
	for p, d := range docs {
		got[p] = d.Exposure
	}
	want := map[string]poterne.Exposure{
		"nommé.txt": poterne.ExposureGroup, "masqué.txt": poterne.ExposureOwner, "écriture.txt": poterne.ExposureOwner,
		"passage/ouvert.txt": poterne.ExposureGroup, "clos/ouvert.txt": poterne.ExposureOwner,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exposures (-want +got)\n%s", diff)
	}
}

// TestExposureOnAMountedWindowsShare takes a folder for such a mount, whose modes
// and owners say nothing of the server's.
func TestExposureOnAMountedWindowsShare(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "local.txt"), "x")
	write(t, filepath.Join(dir, "monté", "ouvert.txt"), "x")
	write(t, filepath.Join(dir, "monté", "muet.txt"), "x")
	write(t, filepath.Join(dir, "monté", "sous", "clos.txt"), "x")
	for p, sddl := range map[string]string{"monté/ouvert.txt": "O:" + ann + "D:(A;;FR;;;WD)", "monté/sous/clos.txt": "O:" + ann + "D:(A;;FR;;;SY)"} {
		if err := unix.Setxattr(filepath.Join(dir, p), "user.droits", descriptor(t, sddl), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "monté"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := NewLocal([]Root{{Share: "s", Dir: dir}}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.rights = "user.droits"
	l.kindOf = func(d string) fileSystem {
		if strings.Contains(d, "monté") {
			return windows
		}
		return ordinary
	}
	type who struct {
		Owner    string
		Exposure poterne.Exposure
	}
	got := map[string]who{}
	for d, err := range l.Documents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got[d.Path] = who{d.Owner, d.Exposure}
	}
	want := map[string]who{
		"local.txt":           {got["local.txt"].Owner, poterne.ExposureEveryone},
		"monté/ouvert.txt":    {ann, poterne.ExposureEveryone},
		"monté/muet.txt":      {"", poterne.ExposureUnknown},
		"monté/sous/clos.txt": {ann, poterne.ExposureOwner},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rights (-want +got)\n%s", diff)
	}
}
