package sources

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/webdav"

	"poterne"
)

// dav is a WebDAV server over a folder, which can be killed and started again.
type dav struct {
	t         testing.TB
	dir       string
	addr      string
	server    *http.Server
	noRanges  bool
	anonymous bool         // anyone may list and read
	full      atomic.Int64 // answers that held a whole file, though a range was asked for
	ranges    atomic.Int64
}

func startDAV(t testing.TB, dir string) *dav {
	d := &dav{t: t, dir: dir, addr: "127.0.0.1:0"}
	d.start()
	t.Cleanup(func() { d.server.Close() })
	return d
}

func (d *dav) start() {
	d.t.Helper()
	var l net.Listener
	var err error
	for range 100 { // the port may be held a moment longer
		if l, err = net.Listen("tcp", d.addr); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.addr = l.Addr().String()
	files := &webdav.Handler{Prefix: "/dav", FileSystem: webdav.Dir(d.dir), LockSystem: webdav.NewMemLS()}
	d.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case !d.anonymous && (user != "lecteur" || password != "essai"):
			w.WriteHeader(http.StatusUnauthorized)
			return
		case strings.HasPrefix(r.URL.Path, "/dav/clos"):
			w.WriteHeader(http.StatusForbidden)
			return
		case r.Method != "PROPFIND" && r.Method != http.MethodGet:
			d.t.Errorf("%s was sent to the share", r.Method)
		case r.Header.Get("Range") != "" && d.noRanges:
			d.full.Add(1)
			r.Header.Del("Range")
		case r.Header.Get("Range") != "":
			d.ranges.Add(1)
		}
		files.ServeHTTP(w, r)
	})}
	go d.server.Serve(l)
}

func (d *dav) restart() {
	d.server.Close()
	d.start()
}

func (d *dav) open(folder, password string) *Shares {
	d.t.Helper()
	s, err := Open([]Root{{Share: "s", Dir: "webdav://" + d.addr + "/dav" + folder}}, Options{
		Keyring: Keyring{"127.0.0.1": {User: "lecteur", Password: password}}, Timeout: 5 * time.Second, Patience: 10 * time.Second,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { s.Close() })
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
	server := startDAV(t, dir)
	shares := server.open("", "essai")
	docs := seen(t, shares, func(n int, _ poterne.Document) {
		if n == 50 || n == 300 {
			server.restart()
		}
	})
	if diff := cmp.Diff(want, paths(docs)); diff != "" {
		t.Fatalf("documents (-want +got)\n%s", diff)
	}
	n := 0
	for p, d := range docs {
		if n++; n%200 == 0 {
			server.restart()
		}
		if d.Size != int64(len("document "+p)) || d.ModTime.IsZero() || d.Exposure != poterne.ExposureUnknown {
			t.Errorf("%s: %+v", p, d)
		}
		if got, err := readAll(t.Context(), shares, d); err != nil || got != "document "+p {
			t.Fatalf("%s: %q, %v", p, got, err)
		}
	}
}

func TestWebDAVReadsRangesOrOneCopy(t *testing.T) {
	dir := t.TempDir()
	body := strings.Repeat("0123456789abcdef", 3*blockSize/16) + "fin"
	write(t, filepath.Join(dir, "a.bin"), body)
	for _, noRanges := range []bool{false, true} {
		t.Run(fmt.Sprintf("no-ranges-%t", noRanges), func(t *testing.T) {
			server := startDAV(t, dir)
			server.noRanges = noRanges
			shares := server.open("", "essai")
			d := seen(t, shares, nil)["a.bin"]
			if got, err := readAll(t.Context(), shares, d); err != nil || got != body {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if noRanges && server.full.Load() != 1 {
				t.Errorf("the file was sent %d times", server.full.Load())
			}
			if !noRanges && server.ranges.Load() != 4 {
				t.Errorf("%d ranges, want 4", server.ranges.Load())
			}
		})
	}
}

// TestWebDAVSaysWhatIsOpenToAll wants a share that answers without an account seen,
// and another content of the same size and date told by its tag.
func TestWebDAVSaysWhatIsOpenToAll(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "x")
	server := startDAV(t, dir)
	closed := seen(t, server.open("", "essai"), nil)["a.txt"]
	server.anonymous = true
	open := seen(t, server.open("", "essai"), nil)["a.txt"]
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
	server := startDAV(t, dir)
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
			for d, err := range server.open(c.folder, c.password).Documents(t.Context()) {
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
