//go:build unix

// Package smbtest starts a real Samba for tests.
package smbtest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a Samba on loopback, with one share, named "partage", without guests.
// It ends with the test.
type Server struct {
	Port string
	Dir  string // what is served
	// User owns the share. Reader has no privilege: Samba lets root pass any list.
	// Where the test does not run as root they are one. They share a password.
	User, Reader, Password string
	t                      testing.TB
	conf                   string
	cmd                    *exec.Cmd
	out                    bytes.Buffer
}

// Start serves dir, a folder of t.TempDir. The Debian packages samba and samba-vfs-modules are needed
// ("make setup").
func Start(t testing.TB, dir string) *Server {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Port: port, Dir: dir, User: me.Username, Reader: me.Username, Password: "mot de passe d'essai", t: t}
	// Not t.TempDir: its path may be too long for the sockets inside.
	home, err := os.MkdirTemp("", "smb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	for _, d := range []string{"private", "lock", "state", "cache", "pid", "ncalrpc"} {
		if err := os.Mkdir(filepath.Join(home, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.conf = filepath.Join(home, "smb.conf")
	if err := os.WriteFile(s.conf, []byte(strings.NewReplacer("HOME", home, "PORT", port, "DIR", dir).Replace(config)), 0o600); err != nil {
		t.Fatal(err)
	}
	if me.Uid == "0" {
		s.Reader = "daemon"
		s.account(s.Reader)
		// The folder above that of a test is closed to others.
		if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.account(s.User)
	t.Cleanup(s.Kill)
	s.Restart()
	return s
}

func (s *Server) account(name string) {
	s.t.Helper()
	add := exec.Command(program(s.t, "pdbedit"), "-s", s.conf, "-a", "-t", "-u", name)
	add.Stdin = strings.NewReader(s.Password + "\n" + s.Password + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		s.t.Fatalf("add the account: %v\n%s", err, out)
	}
}

// config keeps all that Samba writes below HOME. The access control lists are
// kept in attributes that need no privilege, and whole.
const config = `[global]
	workgroup = ESSAI
	netbios name = ESSAI
	security = user
	map to guest = never
	interfaces = lo
	bind interfaces only = yes
	smb ports = PORT
	disable netbios = yes
	load printers = no
	disable spoolss = yes
	passdb backend = tdbsam:HOME/passdb.tdb
	private dir = HOME/private
	lock directory = HOME/lock
	state directory = HOME/state
	cache directory = HOME/cache
	pid directory = HOME/pid
	ncalrpc dir = HOME/ncalrpc
	log file = HOME/log
[partage]
	path = DIR
	read only = no
	vfs objects = acl_xattr
	acl_xattr:security_acl_name = user.NTACL
	acl_xattr:ignore system acls = yes
`

// program finds a program of the system; smbd lies where not all paths lead.
func program(t testing.TB, name string) string {
	t.Helper()
	for _, p := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(p); err == nil {
			return found
		}
	}
	t.Fatalf("%s is missing: install samba and samba-vfs-modules (make setup)", name)
	return ""
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// Restart starts the server, and waits until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.cmd = exec.Command(program(s.t, "smbd"), "-F", "--no-process-group", "-s", s.conf)
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	// A group of its own: the server starts a process for each connection.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 20*time.Second; {
		if c, err := net.Dial("tcp", "127.0.0.1:"+s.Port); err == nil {
			c.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.Kill()
	s.t.Fatalf("smbd does not answer\n%s", s.out.String())
}

// Kill ends the server and its connections at once.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	s.cmd.Wait()
	s.cmd = nil
}

// Address returns the address of a folder of the share.
func (s *Server) Address(folder string) string {
	return fmt.Sprintf("smb://127.0.0.1:%s/partage%s", s.Port, folder)
}
