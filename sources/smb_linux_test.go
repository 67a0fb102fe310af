package sources

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudsoda/go-smb2"
	"github.com/cloudsoda/sddl"
	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/internal/smbtest"
)

// share writes folders × files small documents, and serves them.
func share(t *testing.T, folders, files int) (*smbtest.Server, map[string]bool) {
	t.Helper()
	dir, want := t.TempDir(), map[string]bool{}
	for i := range folders {
		for j := range files {
			p := fmt.Sprintf("service %03d/été/note %02d.txt", i, j)
			write(t, filepath.Join(dir, p), "document "+p)
			want[p] = true
		}
	}
	return smbtest.Start(t, dir), want
}

func reach8(t *testing.T, s *smbtest.Server, folder string) *Shares {
	t.Helper()
	shares, err := Open([]Root{{Share: "s", Dir: s.Address(folder)}}, Options{
		LocalOptions: LocalOptions{Workers: 8},
		Keyring:      Keyring{"": {User: s.User, Password: s.Password}},
		Timeout:      5 * time.Second,
		Patience:     20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shares.Close() })
	return shares
}

// administrator returns the share for a test that changes it, by the library
// itself.
func administrator(t *testing.T, s *smbtest.Server) *smb2.Share {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+s.Port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := smb2.Dialer{Initiator: &smb2.NTLMInitiator{User: s.User, Password: s.Password}}
	session, err := d.DialConn(t.Context(), conn, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	share, err := session.Mount("partage")
	if err != nil {
		t.Fatal(err)
	}
	return share
}

// TestSambaListsEveryDocumentWithItsRights lists 5,000 documents with 8 sessions,
// and wants the owners and the lists that the test set.
func TestSambaListsEveryDocumentWithItsRights(t *testing.T) {
	server, want := share(t, 200, 25)
	admin := administrator(t, server)
	// Only root may give files away.
	given := map[string]bool{}
	if os.Getuid() == 0 {
		for j := range 25 {
			p := fmt.Sprintf("service 199/été/note %02d.txt", j)
			if err := os.Chown(filepath.Join(server.Dir, p), 1, -1); err != nil {
				t.Fatal(err)
			}
			given[p] = true
		}
	}
	lists := map[string]poterne.Exposure{
		"(A;;FR;;;WD)":                 poterne.ExposureEveryone,
		"(A;;FA;;;AU)":                 poterne.ExposureAuthenticated,
		"(A;;FR;;;BU)":                 poterne.ExposureAuthenticated,
		"(D;;FR;;;WD)(A;;FR;;;AU)":     poterne.ExposureOwner,
		"(A;;FR;;;S-1-22-2-4242)":      poterne.ExposureGroup,
		"(A;;FA;;;SY)(A;;FA;;;BA)":     poterne.ExposureOwner,
		"(A;OIIO;FA;;;WD)(A;;FR;;;SY)": poterne.ExposureOwner,
	}
	exposures, i := map[string]poterne.Exposure{}, 0
	for range 20 {
		for list, exposure := range lists {
			p := fmt.Sprintf("service %03d/été/note %02d.txt", i, i%25)
			setList(t, admin, p, list)
			exposures[p] = exposure
			i++
		}
	}
	start := time.Now()
	docs := seen(t, reach8(t, server, ""), nil)
	t.Logf("%d documents in %v", len(docs), time.Since(start))
	if diff := cmp.Diff(want, paths(docs)); diff != "" {
		t.Fatalf("documents (-want +got)\n%s", diff)
	}
	got := map[string]poterne.Exposure{}
	ours, theirs := ownerOf(t, admin, "service 000/été/note 00.txt"), ""
	if len(given) > 0 {
		if theirs = ownerOf(t, admin, "service 199/été/note 00.txt"); theirs == ours {
			t.Fatalf("all documents are owned by %s: the test proves nothing", ours)
		}
	}
	for p, d := range docs {
		if _, ok := exposures[p]; ok {
			got[p] = d.Exposure
		}
		owner := ours
		if given[p] {
			owner = theirs
		}
		if d.Size != int64(len("document "+p)) || d.Owner != owner || d.Inode == 0 || d.ModTime.IsZero() || d.ChangeTime.IsZero() {
			t.Fatalf("%s: %+v, want the owner %s and all else known", p, d, owner)
		}
	}
	if diff := cmp.Diff(exposures, got); diff != "" {
		t.Errorf("exposures (-want +got)\n%s", diff)
	}
}

func setList(t *testing.T, admin *smb2.Share, path, list string) {
	t.Helper()
	sd, err := sddl.FromString("D:P" + list)
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.SetSecurityInfo(path, smb2.DACLSecurityInformation, sd); err != nil {
		t.Fatalf("%s: %v", list, err)
	}
}

// ownerOf returns the owner in the words of the library.
func ownerOf(t *testing.T, admin *smb2.Share, path string) string {
	t.Helper()
	sd, err := admin.SecurityInfo(path, smb2.OwnerSecurityInformation)
	if err != nil {
		t.Fatal(err)
	}
	owner, ok := strings.CutPrefix(strings.TrimSpace(sd.String()), "O:")
	if !ok || !strings.HasPrefix(owner, "S-1-") {
		t.Fatalf("owner %q", sd)
	}
	return owner
}

// TestSambaKilledAndStartedAgain kills the server in the middle of a walk, and of
// a read, and wants all documents once and no failure.
func TestSambaKilledAndStartedAgain(t *testing.T) {
	server, want := share(t, 60, 10)
	survives(t, server, reach8(t, server, ""), want, func(string, poterne.Document) {})
}

// TestSambaLostWhileADocumentIsOpen reads the second half of a document from the
// server's second life, and refuses to go on with another version of it.
func TestSambaLostWhileADocumentIsOpen(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.bin"), long)
	server := smbtest.Start(t, dir)
	shares := reach8(t, server, "")
	c := readsOn(t, server, shares, seen(t, shares, nil)["a.bin"])
	defer c.Close()
	server.Kill()
	write(t, filepath.Join(dir, "a.bin"), long[:blockSize])
	server.Restart()
	var f *poterne.Failure
	if _, err := c.ReadAt(make([]byte, 32), 0); !errors.As(err, &f) || !errors.Is(err, errChanged) {
		t.Errorf("another version: %v", err)
	}
}

func TestSambaFailuresAreNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ouvert", "a.txt"), "x")
	write(t, filepath.Join(dir, "clos", "b.txt"), "x")
	server := smbtest.Start(t, dir)
	setList(t, administrator(t, server), "clos", "(D;;FA;;;WD)")
	fails := func(s *Shares) (paths []string, kinds map[string]poterne.Kind) {
		kinds = map[string]poterne.Kind{}
		for d, err := range s.Documents(t.Context()) {
			var f *poterne.Failure
			if errors.As(err, &f) {
				kinds[d.Path] = f.Kind
				if text := f.Error(); strings.Contains(text, "clos") || strings.Contains(text, server.Reader) || strings.Contains(text, "127.0.0.1") {
					t.Errorf("the failure tells too much: %s", text)
				}
				continue
			}
			paths = append(paths, d.Path)
		}
		return paths, kinds
	}
	for _, c := range []struct {
		name, folder string
		ring         Keyring
		paths        []string
		kinds        map[string]poterne.Kind
	}{
		{"a-closed-folder", "", Keyring{"": {User: server.Reader, Password: server.Password}}, []string{"ouvert/a.txt"}, map[string]poterne.Kind{"clos": poterne.Denied}},
		{"a-root-inside-the-share", "/ouvert", Keyring{"": {User: server.Reader, Password: server.Password}}, []string{"a.txt"}, map[string]poterne.Kind{}},
		{"an-absent-root", "/absent", Keyring{"": {User: server.Reader, Password: server.Password}}, nil, map[string]poterne.Kind{"": poterne.Vanished}},
		{"a-wrong-password", "", Keyring{"": {User: server.Reader, Password: "faux"}}, nil, map[string]poterne.Kind{"": poterne.Denied}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Open([]Root{{Share: "s", Dir: server.Address(c.folder)}}, Options{Keyring: c.ring, Timeout: 5 * time.Second, Patience: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			paths, kinds := fails(s)
			if diff := cmp.Diff(c.paths, paths); diff != "" {
				t.Errorf("documents (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.kinds, kinds); diff != "" {
				t.Errorf("failures (-want +got)\n%s", diff)
			}
		})
	}
	server.Kill()
	s, err := Open([]Root{{Share: "s", Dir: server.Address("")}, {Share: "local", Dir: dir}}, Options{Keyring: Keyring{"": {User: "x"}}, Patience: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, kinds := fails(s)
	if diff := cmp.Diff(map[string]poterne.Kind{"": poterne.Vanished}, kinds); diff != "" || len(got) != 2 {
		t.Errorf("a server that is away: %v, failures (-want +got)\n%s", got, diff)
	}
	if _, err := s.Open(t.Context(), poterne.Document{Share: "local", Path: "ouvert/a.txt"}); err != nil {
		t.Errorf("the other share: %v", err)
	}
	if _, err := s.Open(t.Context(), poterne.Document{Share: "s", Path: "../a.txt"}); err == nil {
		t.Error("a path that leaves the root was opened")
	}
}

// TestSambaReadingLeavesNoTrace wants nothing new in the share after a walk and a read.
func TestSambaReadingLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "texte")
	server := smbtest.Start(t, dir)
	shares := reach8(t, server, "")
	before, err := os.Stat(filepath.Join(dir, "a.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range seen(t, shares, nil) {
		if got, err := readAll(t.Context(), shares, d); err != nil || got != "texte" {
			t.Errorf("%q, %v", got, err)
		}
	}
	after, err := os.Stat(filepath.Join(dir, "a.txt"))
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("%v: changed at %v, was %v", err, after.ModTime(), before.ModTime())
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("%v in the share, %v", names, err)
	}
}
