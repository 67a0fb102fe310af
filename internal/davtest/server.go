// Package davtest starts a WebDAV server for tests.
package davtest

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/webdav"
)

// Server is a WebDAV server over a folder, which can be killed and started again.
// Its folder "clos" is forbidden. It ends with the test.
type Server struct {
	User, Password string
	NoRanges       bool         // answer with whole files
	Anonymous      bool         // anyone may list and read
	Full, Ranges   atomic.Int64 // answers to ranges that were asked for, with a whole file or with the range

	t      testing.TB
	dir    string
	addr   string
	server *http.Server
}

// Start serves dir.
func Start(t testing.TB, dir string) *Server {
	t.Helper()
	s := &Server{User: "lecteur", Password: "essai", t: t, dir: dir, addr: "127.0.0.1:0"}
	s.Restart()
	t.Cleanup(s.Kill)
	return s
}

// Address returns the address of a folder.
func (s *Server) Address(folder string) string { return "webdav://" + s.addr + "/dav" + folder }

// Kill ends the server and its connections at once.
func (s *Server) Kill() { s.server.Close() }

// Restart starts the server.
func (s *Server) Restart() {
	s.t.Helper()
	var l net.Listener
	var err error
	for range 100 { // the port may be held a moment longer
		if l, err = net.Listen("tcp", s.addr); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = l.Addr().String()
	files := &webdav.Handler{Prefix: "/dav", FileSystem: webdav.Dir(s.dir), LockSystem: webdav.NewMemLS()}
	s.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case !s.Anonymous && (user != s.User || password != s.Password):
			w.WriteHeader(http.StatusUnauthorized)
			return
		case strings.HasPrefix(r.URL.Path, "/dav/clos"):
			w.WriteHeader(http.StatusForbidden)
			return
		case r.Method != "PROPFIND" && r.Method != http.MethodGet:
			s.t.Errorf("%s was sent to the share", r.Method)
		case r.Header.Get("Range") != "" && s.NoRanges:
			s.Full.Add(1)
			r.Header.Del("Range")
		case r.Header.Get("Range") != "":
			s.Ranges.Add(1)
		}
		files.ServeHTTP(w, r)
	})}
	go s.server.Serve(l)
}
