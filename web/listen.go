package web

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"
)

// Server returns a server of h with bounds on time and size: whoever sends slowly is
// let go.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second, // 1 MB of body on a bad line
		WriteTimeout:      60 * time.Second, // above the time of a search; streams lift it themselves
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	}
	return s
}

// certificate is a certificate that is read again when its file changes.
type certificate struct {
	certFile, keyFile string
	mu                sync.Mutex
	cert              *tls.Certificate
	changed, looked   time.Time
}

// Certificate returns a TLS configuration with the certificate of two PEM files, which
// may be replaced while the server runs; a broken new one leaves the old one in use.
func Certificate(certFile, keyFile string) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if err := c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current(), nil
	}}, nil
}

func (c *certificate) load() error {
	info, err := os.Stat(c.certFile)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	cert, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	c.cert, c.changed = &cert, info.ModTime()
	return nil
}

// lookAtFiles is how often the files are looked at: renewals leave days of overlap.
const lookAtFiles = 10 * time.Second

func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) > lookAtFiles {
		c.looked = now
		if info, err := os.Stat(c.certFile); err == nil && !info.ModTime().Equal(c.changed) {
			c.load() // an error keeps the old one: half of a new pair may be written yet
		}
	}
	return c.cert
}
