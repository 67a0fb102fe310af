// Package sshtest starts an SFTP server for tests.
package sshtest

import (
	"crypto/ed25519"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Server is a read-only SFTP server on loopback over the whole of this machine,
// which can be killed and started again. It ends with the test.
type Server struct {
	User, Password string
	Key            ssh.PublicKey
	Tries          atomic.Int64 // of passwords

	t      testing.TB
	addr   string
	signer ssh.Signer
	listen net.Listener

	mu    sync.Mutex
	conns []net.Conn
}

// Start starts a server with a key of its own.
func Start(t testing.TB) *Server {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{User: "lecteur", Password: "essai", t: t, addr: "127.0.0.1:0"}
	if s.signer, err = ssh.NewSignerFromKey(private); err != nil {
		t.Fatal(err)
	}
	s.Key = s.signer.PublicKey()
	s.Restart()
	t.Cleanup(s.Kill)
	return s
}

// Address returns the address of a folder of this machine.
func (s *Server) Address(dir string) string { return "sftp://" + s.addr + dir }

// KnownHosts writes a file that knows the server by this key.
func (s *Server) KnownHosts(key ssh.PublicKey) string {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(knownhosts.Line([]string{s.addr}, key)+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// Kill ends the server and its connections at once.
func (s *Server) Kill() {
	s.listen.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

// Restart starts the server.
func (s *Server) Restart() {
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

func (s *Server) serve(c net.Conn) {
	config := &ssh.ServerConfig{PasswordCallback: func(m ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		s.Tries.Add(1)
		if m.User() == s.User && string(password) == s.Password {
			return nil, nil
		}
		return nil, errors.New("refused")
	}}
	config.AddHostKey(s.signer)
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
