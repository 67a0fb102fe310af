package subject

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"testing"
)

// pair returns a new private and public key in PEM.
func pair(t *testing.T) (private, public []byte) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return encodePrivate(t, priv), encodePublic(t, pub)
}

func encodePrivate(t *testing.T, key any) []byte {
	t.Helper()
	b, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b})
}

func encodePublic(t *testing.T, key any) []byte {
	t.Helper()
	b, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

func TestSignedModelOpens(t *testing.T) {
	private, public := pair(t)
	signature, err := Sign(embedded, private)
	if err != nil {
		t.Fatal(err)
	}
	m, err := OpenSigned(embedded, signature, public)
	if err != nil {
		t.Fatal(err)
	}
	if m.Version() != open(t).Version() {
		t.Errorf("version %s, want %s", m.Version(), open(t).Version())
	}
}

func TestWhatIsNotSignedIsRefused(t *testing.T) {
	private, public := pair(t)
	otherPrivate, _ := pair(t)
	signature, err := Sign(embedded, private)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(embedded)
	changed[len(changed)/2] ^= 1
	other, err := Sign(embedded, otherPrivate)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name            string
		file, signature []byte
	}{
		{"changed-file", changed, signature},
		{"other-key", embedded, other},
		{"no-signature", embedded, nil},
		{"broken-base64", embedded, []byte("???")},
		{"short", embedded, []byte("YWJj")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := OpenSigned(c.file, c.signature, public); !errors.Is(err, ErrSignature) {
				t.Errorf("error %v, want %v", err, ErrSignature)
			}
		})
	}
}

func TestKeysOfOtherKindsAreRefused(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range [][]byte{nil, []byte("key"), []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), encodePrivate(t, curve)} {
		if _, err := Sign(embedded, key); err == nil {
			t.Errorf("%.40q signs", key)
		}
	}
	for _, key := range [][]byte{nil, []byte("key"), []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), encodePublic(t, curve.Public())} {
		if _, err := OpenSigned(embedded, nil, key); err == nil {
			t.Errorf("%.40q verifies", key)
		}
	}
	private, _ := pair(t)
	if _, err := Sign([]byte("no model"), private); !errors.Is(err, ErrFile) {
		t.Errorf("signing no model: %v", err)
	}
}
