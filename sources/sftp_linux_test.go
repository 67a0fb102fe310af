package sources

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"poterne"
)

// sshd is an SFTP server on loopback, which can be killed and started again.
type sshd struct {
	t      testing.TB
	addr   string
	key    ssh.Signer
	tries  atomic.Int64 // of passwords
	listen net.Listener

	mu    sync.Mutex
	conns []net.Conn
}

func startSSH(t testing.TB) *sshd {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &sshd{t: t, addr: "127.0.0.1:0"}
	if s.key, err = ssh.NewSignerFromKey(private); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *sshd) start() {
	s.t.Helper()
	var err error
	for range 100 { // the port may be held a moment longer
		if s.listen, err = net.Listen("tcp", s.addr); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = s.listen.Addr().String()
	go func(l net.Listener) {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			go s.serve(c)
		}
	}(s.listen)
}

func (s *sshd) serve(c net.Conn) {
	config := &ssh.ServerConfig{PasswordCallback: func(m ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		s.tries.Add(1)
		if m.User() == "lecteur" && string(password) == "essai" {
			return nil, nil
		}
		return nil, errors.New("refused")
	}}
	config.AddHostKey(s.key)
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for channel := range channels {
		stream, requests, err := channel.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				r.Reply(r.Type == "subsystem" && strings.HasSuffix(string(r.Payload), "sftp"), nil)
			}
		}()
		server, err := sftp.NewServer(stream, sftp.ReadOnly())
		if err != nil {
			return
		}
		go server.Serve()
	}
}

func (s *sshd) kill() {
	s.listen.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

func (s *sshd) open(dir, password string, known ssh.PublicKey) *Shares {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(knownhosts.Line([]string{s.addr}, known)+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	shares, err := Open([]Root{{Share: "s", Dir: "sftp://" + s.addr + dir}}, Options{
		Keyring: Keyring{"": {User: "lecteur", Password: password, KnownHosts: file}}, Timeout: 5 * time.Second, Patience: 10 * time.Second,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { shares.Close() })
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
	server := startSSH(t)
	shares := server.open(dir, "essai", server.key.PublicKey())
	restart := func() {
		server.kill()
		server.start()
	}
	docs := seen(t, shares, func(n int, _ poterne.Document) {
		if n == 50 || n == 300 {
			restart()
		}
	})
	if diff := cmp.Diff(want, paths(docs)); diff != "" {
		t.Fatalf("documents (-want +got)\n%s", diff)
	}
	if shares.Skipped() != 1 {
		t.Errorf("%d links passed over, want 1", shares.Skipped())
	}
	n := 0
	for p, d := range docs {
		if n++; n%200 == 0 {
			restart()
		}
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
		if got, err := readAll(t.Context(), shares, d); err != nil || got != "document "+p {
			t.Fatalf("%s: %q, %v", p, got, err)
		}
	}
	if _, err := shares.Open(t.Context(), poterne.Document{Share: "s", Path: "lien"}); err == nil {
		t.Error("a link was opened")
	}
}

func TestSFTPReadsAcrossALoss(t *testing.T) {
	dir := t.TempDir()
	body := strings.Repeat("0123456789abcdef", 3*blockSize/16) + "fin"
	write(t, filepath.Join(dir, "a.bin"), body)
	server := startSSH(t)
	shares := server.open(dir, "essai", server.key.PublicKey())
	c, err := shares.Open(t.Context(), seen(t, shares, nil)["a.bin"])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := make([]byte, len(body))
	if _, err := c.ReadAt(b[:100], 0); err != nil {
		t.Fatal(err)
	}
	server.kill()
	server.start()
	if n, err := c.ReadAt(b[100:], 100); err != nil || string(b) != body {
		t.Errorf("%d bytes after the loss, %v", n, err)
	}
}

// TestSFTPTrustsNoOtherServer wants no password said to a server with another key,
// and a wrong password said once.
func TestSFTPTrustsNoOtherServer(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "x")
	server, other := startSSH(t), startSSH(t)
	for _, c := range []struct {
		name, dir, password string
		known               ssh.PublicKey
		kind                poterne.Kind
		tries               int64
	}{
		{"another-key", dir, "essai", other.key.PublicKey(), poterne.Denied, 0},
		{"a-wrong-password", dir, "faux", server.key.PublicKey(), poterne.Denied, 1},
		{"an-absent-root", dir + "/absent", "essai", server.key.PublicKey(), poterne.Vanished, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.tries.Store(0)
			var kinds []poterne.Kind
			for d, err := range server.open(c.dir, c.password, c.known).Documents(t.Context()) {
				var f *poterne.Failure
				if !errors.As(err, &f) || d.Path != "" {
					t.Fatalf("%q, %v", d.Path, err)
				}
				kinds = append(kinds, f.Kind)
			}
			if len(kinds) != 1 || kinds[0] != c.kind || server.tries.Load() != c.tries {
				t.Errorf("%v after %d passwords, want %s after %d", kinds, server.tries.Load(), c.kind, c.tries)
			}
		})
	}
	if _, err := Open([]Root{{Share: "s", Dir: "sftp://nas/x"}}, Options{Keyring: Keyring{"": {User: "u", Password: "p"}}}); err == nil {
		t.Error("a server without a known key was taken")
	}
}
