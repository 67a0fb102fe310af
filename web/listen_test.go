package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"poterne/web"
)

// writeCertificate writes a certificate with a serial number and its key.
func writeCertificate(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "poterne.example"}, NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "EC PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 1, int(serial), 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(certFile, at, at); err != nil {
		t.Fatal(err)
	}
}

// TestCertificateIsReadAgain replaces the files of a running server, by good ones and
// by broken ones.
func TestCertificateIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		writeCertificate(t, certFile, keyFile, 1)
		config, err := web.Certificate(certFile, keyFile)
		if err != nil {
			t.Fatal(err)
		}
		if config.MinVersion < tls.VersionTLS12 {
			t.Error("old versions of TLS are spoken")
		}
		serial := func() int64 {
			t.Helper()
			time.Sleep(time.Minute)
			c, err := config.GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			leaf, err := x509.ParseCertificate(c.Certificate[0])
			if err != nil {
				t.Fatal(err)
			}
			return leaf.SerialNumber.Int64()
		}
		if got := serial(); got != 1 {
			t.Errorf("serial %d, want 1", got)
		}
		writeCertificate(t, certFile, keyFile, 2)
		if got := serial(); got != 2 {
			t.Errorf("after a renewal: serial %d, want 2", got)
		}
		if err := os.WriteFile(certFile, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := serial(); got != 2 {
			t.Errorf("beside a broken file: serial %d, want 2", got)
		}
		if _, err := web.Certificate(certFile, keyFile); err == nil {
			t.Error("a broken certificate is taken at the start")
		}
	})
}
