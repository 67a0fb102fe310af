package sources

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// newTransport returns the connections of one HTTP server: no proxy, as nothing
// goes where the user did not name, and no silence longer than a request may take.
func newTransport(timeout time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.DialContext = (&net.Dialer{Timeout: timeout}).DialContext
	t.ResponseHeaderTimeout = timeout
	t.MaxIdleConnsPerHost = 64 // more than any number of workers
	return t
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// unaddressed leaves the address out of an error of a request.
func unaddressed(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return unnamed(err)
}

var errRange = errors.New("the server answers with another range than the one that was asked for")

// readRange reads the range that begins at off from a partial answer (RFC 9110,
// 15.3.7) into p.
func readRange(p []byte, off int64, h http.Header, body io.Reader) (int, error) {
	var first, last int64
	if n, _ := fmt.Sscanf(h.Get("Content-Range"), "bytes %d-%d/", &first, &last); n != 2 || first != off || last < first || last >= off+int64(len(p)) {
		return 0, errRange
	}
	n, err := io.ReadFull(body, p[:last-first+1])
	if err != nil {
		err = &lostError{err}
	}
	return n, err
}

// tag makes a number of an entity tag (RFC 9110, 8.8.3); 0 where there is none.
func tag(etag string) uint64 {
	if etag == "" {
		return 0
	}
	h := fnv.New64a()
	io.WriteString(h, etag)
	return h.Sum64()
}

// timedBody ends an answer that stays silent for too long, and tells one that was
// cut from one that ended.
type timedBody struct {
	body    io.ReadCloser
	timeout time.Duration
}

func (b *timedBody) Read(p []byte) (int, error) {
	clock := time.AfterFunc(b.timeout, func() { b.body.Close() })
	defer clock.Stop()
	n, err := b.body.Read(p)
	if err != nil && err != io.EOF {
		err = &lostError{err} // cut short
	}
	return n, err
}

func (b *timedBody) Close() error { return b.body.Close() }
