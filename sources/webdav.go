package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/emersion/go-webdav"

	"poterne"
)

// davServer lists and reads a folder of a WebDAV server (RFC 4918). The protocol
// tells neither owners nor who may read; what anyone may list, it shows to anyone.
type davServer struct {
	client   *webdav.Client
	anyone   *webdav.Client // the same without a user
	http     *davClient
	base     url.URL
	audience audience
}

// newWebDAV returns a server at webdavs:// (HTTPS) or webdav://. A password goes
// over the second to this machine only.
func newWebDAV(a Address, opts Options) (*davServer, error) {
	who := a.account(opts.Keyring)
	base := url.URL{Scheme: "https", Host: net.JoinHostPort(a.Host, a.Port), Path: a.Path}
	if a.Scheme == "webdav" {
		base.Scheme = "http"
		if who.Password != "" && !loopback(a.Host) {
			return nil, fmt.Errorf("%s: a password over webdav:// could be read on its way: use webdavs://", a.Host)
		}
	}
	c := &davClient{who: who, timeout: opts.Timeout, http: &http.Client{
		Transport: newTransport(opts.Timeout),
		// A password goes to the host that was named, and nowhere else.
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			if len(before) > 4 || next.URL.Host != base.Host || next.URL.Scheme != base.Scheme {
				return errRedirect
			}
			return nil
		},
	}}
	client, err := webdav.NewClient(c, base.String())
	if err != nil {
		return nil, errors.New("not the address of a WebDAV server")
	}
	anyone, err := webdav.NewClient(&davClient{http: c.http, timeout: c.timeout}, base.String())
	if err != nil {
		return nil, errors.New("not the address of a WebDAV server")
	}
	return &davServer{client: client, anyone: anyone, http: c, base: base}, nil
}

var errRedirect = errors.New("the server sends to another one")

func (s *davServer) Close() error {
	s.http.http.CloseIdleConnections()
	return nil
}

func (s *davServer) at(name string) string { return path.Join(s.base.Path, name) }

func (s *davServer) list(ctx context.Context, dir string, emit func(entry) error) error {
	exposure, err := s.audience.of(ctx, func() (poterne.Exposure, error) {
		_, err := s.anyone.Stat(ctx, s.base.Path)
		return poterne.ExposureEveryone, err
	})
	if err != nil {
		return err
	}
	here := s.at(dir)
	// Servers may answer to a folder's name without "/" by sending elsewhere.
	infos, err := s.client.ReadDir(ctx, strings.TrimSuffix(here, "/")+"/", false)
	if err != nil {
		return err
	}
	for _, info := range infos {
		p := path.Clean(info.Path)
		if p == here {
			continue
		}
		if path.Dir(p) != here {
			return errors.New("the server tells of another folder than the one that was asked for")
		}
		e := entry{name: path.Base(p), folder: info.IsDir, state: state{info.Size, info.ModTime, tag(info.ETag)}, exposure: exposure}
		if err := emit(e); err != nil {
			return err
		}
	}
	return nil
}

func (s *davServer) open(ctx context.Context, name string) (handle, error) {
	info, err := s.client.Stat(ctx, s.at(name))
	if err != nil {
		return nil, err
	}
	if info.IsDir {
		return nil, fmt.Errorf("no longer a file: %w", fs.ErrNotExist)
	}
	u := s.base
	u.Path = s.at(name)
	return &davHandle{client: s.http, url: u.String(), seen: state{info.Size, info.ModTime, tag(info.ETag)}}, nil
}

// davHandle reads a file in ranges (RFC 9110, 14). Where the server knows none it
// is copied once, into a file without a name.
type davHandle struct {
	client *davClient
	url    string
	seen   state
	spool  *os.File
}

func (h *davHandle) state() state { return h.seen }

func (h *davHandle) Close() error {
	if h.spool == nil {
		return nil
	}
	return errors.Join(h.spool.Close(), removeSpool(h.spool))
}

func (h *davHandle) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	if h.spool != nil {
		return h.spool.ReadAt(p, off)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url, nil)
	if err != nil {
		return 0, errors.New("not the address of a file")
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+int64(len(p))-1))
	resp, err := h.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusPartialContent {
		return readRange(p, off, resp.Header, resp.Body)
	}
	if h.spool, err = newSpool(resp.Body); err != nil {
		return 0, err
	}
	return h.spool.ReadAt(p, off)
}

// newSpool copies r into a file that has no name where the system allows it.
func newSpool(r io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "poterne-*") // 0600
	if err != nil {
		return nil, fmt.Errorf("copy: %w", err)
	}
	removeSpool(f) // Windows keeps the name until the file is closed
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		removeSpool(f)
		return nil, fmt.Errorf("copy: %w", err)
	}
	return f, nil
}

func removeSpool(f *os.File) error {
	if err := os.Remove(f.Name()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// davClient logs on to each request, and turns statuses into errors.
type davClient struct {
	http    *http.Client
	who     Credentials
	timeout time.Duration // of one read of an answer
}

func (c *davClient) Do(req *http.Request) (*http.Response, error) {
	if c.who.User != "" {
		req.SetBasicAuth(c.who.User, c.who.Password)
	}
	resp, err := c.http.Do(req)
	if errors.Is(err, errRedirect) {
		return nil, errRedirect
	}
	if err != nil {
		return nil, &lostError{unaddressed(err)}
	}
	if resp.StatusCode < 300 {
		resp.Body = &timedBody{body: resp.Body, timeout: c.timeout}
		return resp, nil
	}
	io.CopyN(io.Discard, resp.Body, 4096) // so that the connection can be used again
	resp.Body.Close()
	err = errors.New(resp.Status)
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusLocked:
		return nil, fmt.Errorf("%w: %w", fs.ErrPermission, err)
	case http.StatusNotFound, http.StatusGone:
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return nil, &lostError{err}
	}
	return nil, err
}
