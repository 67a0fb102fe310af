//go:build unix

// Package s3test starts a real object store for tests.
package s3test

import (
	"bytes"
	"context"
	"fmt"
	"go/build"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Server is a versitygw on loopback, with one bucket, "seau". It ends with the test.
type Server struct {
	Host, Port     string
	User, Password string
	Client         *minio.Client // for what the test changes
	t              testing.TB
	dir            string
	cmd            *exec.Cmd
	out            bytes.Buffer
}

// Bucket is the name of the bucket of a Server.
const Bucket = "seau"

// Start starts a server with versions of objects. The program versitygw is needed
// ("make setup").
func Start(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	s := &Server{Host: host, Port: port, User: "lecteur", Password: "un secret d'essai", t: t, dir: t.TempDir()}
	for _, d := range []string{"buckets", "versions"} {
		if err := os.Mkdir(filepath.Join(s.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(s.Kill)
	s.Restart()
	s.Client, err = minio.New(net.JoinHostPort(host, port), &minio.Options{Creds: credentials.NewStaticV4(s.User, s.Password, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Client.MakeBucket(t.Context(), Bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatalf("make a bucket: %v\n%s", err, s.out.String())
	}
	return s
}

// Address returns the address of a prefix of the bucket.
func (s *Server) Address(prefix string) string {
	return fmt.Sprintf("s3+http://%s:%s/%s%s", s.Host, s.Port, Bucket, prefix)
}

// Put writes an object.
func (s *Server) Put(key, body string) {
	s.t.Helper()
	_, err := s.Client.PutObject(context.Background(), Bucket, key, strings.NewReader(body), int64(len(body)), minio.PutObjectOptions{})
	if err != nil {
		s.t.Fatalf("put an object: %v", err)
	}
}

// Restart starts the server, and waits until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.cmd = exec.Command(program(s.t), "--quiet", "--port", net.JoinHostPort(s.Host, s.Port), "--access", s.User, "--secret", s.Password,
		"posix", "--versioning-dir", filepath.Join(s.dir, "versions"), filepath.Join(s.dir, "buckets"))
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 20*time.Second; {
		if c, err := net.Dial("tcp", net.JoinHostPort(s.Host, s.Port)); err == nil {
			c.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.Kill()
	s.t.Fatalf("versitygw does not answer\n%s", s.out.String())
}

// Kill ends the server and its connections at once.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.cmd = nil
}

// program finds versitygw, also where Go installs programs.
func program(t testing.TB) string {
	t.Helper()
	for _, p := range []string{"versitygw", filepath.Join(os.Getenv("GOBIN"), "versitygw"), filepath.Join(build.Default.GOPATH, "bin", "versitygw")} {
		if found, err := exec.LookPath(p); err == nil {
			return found
		}
	}
	t.Fatal("versitygw is missing (make setup)")
	return ""
}
