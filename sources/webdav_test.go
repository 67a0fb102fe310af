package sources

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"poterne/internal/davtest"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func openDAV(t *testing.T, server *davtest.Server, folder, password string) *Shares {
	t.Helper()
	s, err := Open([]Root{{Share: "s", Dir: server.Address(folder)}}, Options{
		Keyring: Keyring{"127.0.0.1": {User: server.User, Password: password}}, Timeout: 5 * time.Second, Patience: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestWebDAVKilledAndStartedAgain lists and reads 500 documents while the server
// is killed and started again.
func TestWebDAVKilledAndStartedAgain(t *testing.T) {
	dir, want := t.TempDir(), map[string]bool{}
	for i := range 500 {
		p := fmt.Sprintf("dossier %d/été #%%20?/note %d.txt", i%20, i)
		write(t, filepath.Join(dir, p), "document "+p)
		want[p] = true
	}
	server := davtest.Start(t, dir)
	survives(t, server, openDAV(t, server, "", "essai"), want, func(p string, d poterne.Document) {
		if d.Size != int64(len("document "+p)) || d.ModTime.IsZero() || d.Exposure != poterne.ExposureUnknown {
			t.Errorf("%s: %+v", p, d)
		}
	})
}

func TestWebDAVReadsAcrossALoss(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.bin"), long)
	server := davtest.Start(t, dir)
	shares := openDAV(t, server, "", "essai")
	readsOn(t, server, shares, seen(t, shares, nil)["a.bin"]).Close()
}

func TestWebDAVReadsRangesOrOneCopy(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.bin"), long)
	for _, noRanges := range []bool{false, true} {
		t.Run(fmt.Sprintf("no-ranges-%t", noRanges), func(t *testing.T) {
			server := davtest.Start(t, dir)
			server.NoRanges = noRanges
			shares := openDAV(t, server, "", "essai")
			d := seen(t, shares, nil)["a.bin"]
			if got, err := readAll(t.Context(), shares, d); err != nil || got != long {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if noRanges && server.Full.Load() != 1 {
				t.Errorf("the file was sent %d times", server.Full.Load())
			}
			if !noRanges && server.Ranges.Load() != 4 {
				t.Errorf("%d ranges, want 4", server.Ranges.Load())
			}
		})
	}
}

// TestWebDAVSaysWhatIsOpenToAll wants a share that answers without an account seen,
// and another content of the same size and date told by its tag.
func TestWebDAVSaysWhatIsOpenToAll(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "x")
	server := davtest.Start(t, dir)
	closed := seen(t, openDAV(t, server, "", "essai"), nil)["a.txt"]
	server.Anonymous = true
	open := seen(t, openDAV(t, server, "", "essai"), nil)["a.txt"]
	if closed.Exposure != poterne.ExposureUnknown || open.Exposure != poterne.ExposureEveryone {
		t.Errorf("exposures %s and %s", closed.Exposure, open.Exposure)
	}
	if closed.Inode == 0 || closed.Inode != open.Inode {
		t.Errorf("tags %d and %d of one content", closed.Inode, open.Inode)
	}
}

func TestWebDAVFailuresAreNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "x")
	write(t, filepath.Join(dir, "clos", "b.txt"), "x")
	server := davtest.Start(t, dir)
	for _, c := range []struct {
		name, folder, password string
		kinds                  map[string]poterne.Kind
	}{
		{"a-closed-folder", "", "essai", map[string]poterne.Kind{"clos": poterne.Denied}},
		{"an-absent-root", "/absent", "essai", map[string]poterne.Kind{"": poterne.Vanished}},
		{"a-wrong-password", "", "faux", map[string]poterne.Kind{"": poterne.Denied}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kinds := map[string]poterne.Kind{}
			for d, err := range openDAV(t, server, c.folder, c.password).Documents(t.Context()) {
				var f *poterne.Failure
				if errors.As(err, &f) {
					kinds[d.Path] = f.Kind
					if text := f.Error(); strings.Contains(text, "127.0.0.1") || strings.Contains(text, "dav/") {
						t.Errorf("the failure tells too much: %s", text)
					}
				}
			}
			if diff := cmp.Diff(c.kinds, kinds); diff != "" {
				t.Errorf("failures (-want +got)\n%s", diff)
			}
		})
	}
	if _, err := Open([]Root{{Share: "s", Dir: "webdav://nas.example/x"}}, Options{Keyring: Keyring{"": {User: "u", Password: "p"}}}); err == nil {
		t.Error("a password would go in clear")
	}
}
