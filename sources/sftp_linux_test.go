package sources

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"poterne/internal/sshtest"

	"golang.org/x/crypto/ssh"

	"poterne"
)

func openSFTP(t *testing.T, server *sshtest.Server, dir, password string, known ssh.PublicKey) *Shares {
	t.Helper()
	shares, err := Open([]Root{{Share: "s", Dir: server.Address(dir)}}, Options{
		Keyring: Keyring{"": {User: server.User, Password: password, KnownHosts: server.KnownHosts(known)}}, Timeout: 5 * time.Second, Patience: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shares.Close() })
	return shares
}

// TestSFTPKilledAndStartedAgain lists and reads 500 documents while the server is
// killed and started again.
func TestSFTPKilledAndStartedAgain(t *testing.T) {
	dir, want := t.TempDir(), map[string]bool{}
	for i := range 500 {
		p := fmt.Sprintf("dossier %d/été/note %d.txt", i%20, i)
		write(t, filepath.Join(dir, p), "document "+p)
		want[p] = true
	}
	closed := "dossier 3/été/note 3.txt"
	if err := os.Chmod(filepath.Join(dir, closed), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "dossier 7"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "lien")); err != nil {
		t.Fatal(err)
	}
	server := sshtest.Start(t)
	shares := openSFTP(t, server, dir, "essai", server.Key)
	survives(t, server, shares, want, func(p string, d poterne.Document) {
		exposure := poterne.ExposureEveryone
		switch {
		case p == closed:
			exposure = poterne.ExposureGroup
		case strings.HasPrefix(p, "dossier 7/"):
			exposure = poterne.ExposureOwner // whatever the mode of the file
		}
		if d.Size != int64(len("document "+p)) || d.ModTime.IsZero() || d.Exposure != exposure || d.Owner != strconv.Itoa(os.Getuid()) {
			t.Errorf("%s: %+v", p, d)
		}
	})
	if shares.Skipped() != 1 {
		t.Errorf("%d links passed over, want 1", shares.Skipped())
	}
	if _, err := shares.Open(t.Context(), poterne.Document{Share: "s", Path: "lien"}); err == nil {
		t.Error("a link was opened")
	}
}

func TestSFTPReadsAcrossALoss(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.bin"), long)
	server := sshtest.Start(t)
	shares := openSFTP(t, server, dir, "essai", server.Key)
	readsOn(t, server, shares, seen(t, shares, nil)["a.bin"]).Close()
}

// TestSFTPTrustsNoOtherServer wants no password said to a server with another key,
// and a wrong password said once.
func TestSFTPTrustsNoOtherServer(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "x")
	server, other := sshtest.Start(t), sshtest.Start(t)
	for _, c := range []struct {
		name, dir, password string
		known               ssh.PublicKey
		kind                poterne.Kind
		tries               int64
	}{
		{"another-key", dir, "essai", other.Key, poterne.Denied, 0},
		{"a-wrong-password", dir, "faux", server.Key, poterne.Denied, 1},
		{"an-absent-root", dir + "/absent", "essai", server.Key, poterne.Vanished, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.Tries.Store(0)
			var kinds []poterne.Kind
			for d, err := range openSFTP(t, server, c.dir, c.password, c.known).Documents(t.Context()) {
				var f *poterne.Failure
				if !errors.As(err, &f) || d.Path != "" {
					t.Fatalf("%q, %v", d.Path, err)
				}
				kinds = append(kinds, f.Kind)
			}
			if len(kinds) != 1 || kinds[0] != c.kind || server.Tries.Load() != c.tries {
				t.Errorf("%v after %d passwords, want %s after %d", kinds, server.Tries.Load(), c.kind, c.tries)
			}
		})
	}
	if _, err := Open([]Root{{Share: "s", Dir: "sftp://nas/x"}}, Options{Keyring: Keyring{"": {User: "u", Password: "p"}}}); err == nil {
		t.Error("a server without a known key was taken")
	}
}
