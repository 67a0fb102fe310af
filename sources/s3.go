package sources

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"poterne"
)

// s3Server lists and reads the objects of one bucket of an object store, those
// below a prefix. "/" in a key makes folders of them.
type s3Server struct {
	client    minio.Core
	http      *http.Client
	bucket    string
	prefix    string // "" or with "/" at its end
	anonymous bool
	audience  audience
}

// newS3 returns a bucket at s3:// (HTTPS) or s3+http://. Requests are signed, the
// secret itself is never sent; without a user they are anonymous. What is read over
// s3+http:// can be seen and changed on its way: it stays on this machine, or is
// allowed by Options.AllowHTTP.
func newS3(a Address, opts Options) (*s3Server, error) {
	who := a.account(opts.Keyring)
	switch {
	case a.Scheme == "s3+http" && !opts.AllowHTTP && !loopback(a.Host):
		return nil, fmt.Errorf("%s: what is read over s3+http:// could be seen and changed on its way: use s3://, or --allow-http", a.Host)
	case (who.User == "") != (who.Password == ""):
		return nil, fmt.Errorf("%s: a user without password, or a password without user, in the file of credentials", a.Host)
	}
	transport := &timedTransport{newTransport(opts.Timeout), opts.Timeout}
	client, err := minio.New(a.hostPort(), &minio.Options{
		Creds:      credentials.NewStaticV4(who.User, who.Password, ""),
		Secure:     a.Scheme == "s3",
		Transport:  transport,
		Region:     who.Region,
		MaxRetries: 1, // patience makes calls again
	})
	if err != nil {
		return nil, errors.New("not the address of an object store")
	}
	client.SetS3EnableDualstack(false) // the host that was named, not its neighbour
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(a.Path, "/"), "/")
	if prefix != "" {
		prefix += "/"
	}
	return &s3Server{
		client: minio.Core{Client: client}, http: &http.Client{Transport: transport, CheckRedirect: stay},
		bucket: bucket, prefix: prefix, anonymous: who.User == "",
	}, nil
}

// stay follows no redirect: only the host that was named is asked.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (s *s3Server) Close() error {
	s.http.CloseIdleConnections()
	return nil
}

// timedTransport watches over answers while they are read.
type timedTransport struct {
	*http.Transport
	timeout time.Duration
}

func (t *timedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.Transport.RoundTrip(req)
	if err == nil {
		resp.Body = &timedBody{body: resp.Body, timeout: t.timeout}
	}
	return resp, err
}

var (
	errKey    = errors.New("a key that no path can name")
	errPrefix = errors.New("the server tells of another prefix than the one that was asked for")
)

func (s *s3Server) list(ctx context.Context, dir string, emit func(entry) error) error {
	exposure, err := s.audience.of(ctx, func() (poterne.Exposure, error) { return s.ask(ctx) })
	if err != nil {
		return err
	}
	prefix := s.prefix
	if dir != "" {
		prefix += dir + "/"
	}
	none := true
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix}) {
		if o.Err != nil {
			return s3Error(o.Err)
		}
		none = false
		rest, ok := strings.CutPrefix(o.Key, prefix)
		if !ok {
			return errPrefix
		}
		if rest == "" && o.Size == 0 {
			continue // the mark of an empty folder
		}
		e := entry{state: state{size: o.Size, modTime: o.LastModified, id: tag(o.ETag)}, owner: cmp.Or(o.Owner.DisplayName, o.Owner.ID), exposure: exposure}
		e.name, e.folder = strings.CutSuffix(rest, "/")
		if e.name == "" || e.name == "." || e.name == ".." {
			e.name, e.err = cmp.Or(rest, "/"), errKey
		}
		if err := emit(e); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err // the iterator ends without a word
	}
	if none && dir == "" && prefix != "" {
		return fmt.Errorf("no object below the prefix: %w", fs.ErrNotExist) // not an empty share
	}
	return nil
}

func (s *s3Server) open(ctx context.Context, path string) (handle, error) {
	info, err := s.client.StatObject(ctx, s.bucket, s.prefix+path, minio.StatObjectOptions{})
	if err != nil {
		return nil, s3Error(err)
	}
	return &s3Handle{server: s, key: s.prefix + path, etag: info.ETag, version: info.VersionID, seen: state{info.Size, info.LastModified, tag(info.ETag)}}, nil
}

// s3Handle reads an object in ranges, all of the same version.
type s3Handle struct {
	server        *s3Server
	key           string
	etag, version string
	seen          state
}

func (h *s3Handle) state() state { return h.seen }
func (h *s3Handle) Close() error { return nil }

func (h *s3Handle) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	opts := minio.GetObjectOptions{VersionID: h.version}
	err := opts.SetRange(off, off+int64(len(p))-1)
	if err == nil && h.etag != "" {
		err = opts.SetMatchETag(h.etag)
	}
	if err != nil {
		return 0, err
	}
	body, _, header, err := h.server.client.GetObject(ctx, h.server.bucket, h.key, opts)
	if err != nil {
		return 0, s3Error(err)
	}
	defer body.Close()
	return readRange(p, off, header, body)
}

// s3Error names what the store said. Its message is left out: it may hold the key.
func s3Error(err error) error {
	var r minio.ErrorResponse
	if !errors.As(err, &r) || r.StatusCode == 0 {
		return &lostError{unaddressed(err)}
	}
	err = errors.New(cmp.Or(r.Code, http.StatusText(r.StatusCode)))
	switch r.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	case http.StatusNotFound:
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return errChanged
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return &lostError{err}
	}
	return err
}
