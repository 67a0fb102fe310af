package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"
)

// softKey is a security key made of software: it answers as WebAuthn wants it, and as
// a hostile one would.
type softKey struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	id    []byte
	count uint32
}

func newSoftKey(t *testing.T) *softKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &softKey{t: t, key: key, id: id}
}

var b64 = base64.RawURLEncoding

// asked is what a page asks a key.
type asked struct {
	PublicKey struct {
		Challenge string
		RP        struct{ ID string }
		RPID      string `json:"rpId"`
		User      struct{ ID, Name string }
	}
}

func (k *softKey) read(options string) (a asked) {
	k.t.Helper()
	if err := json.Unmarshal([]byte(options), &a); err != nil || a.PublicKey.Challenge == "" {
		k.t.Fatalf("options %.200q: %v", options, err)
	}
	return a
}

// clientData is what a browser on an origin says that it asked.
func clientData(kind, challenge, origin string) []byte {
	b, _ := json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	return b
}

// head is the beginning of what a key signs: for which site, and how often it was used.
func (k *softKey) head(origin string, flags byte) []byte {
	u, err := url.Parse(origin)
	if err != nil {
		k.t.Fatal(err)
	}
	site := sha256.Sum256([]byte(u.Hostname()))
	return binary.BigEndian.AppendUint32(append(site[:], flags), k.count)
}

// bytesOf writes a CBOR byte string of less than 64 KiB.
func bytesOf(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x59}, uint16(len(b))), b...)
}

// create answers to a page that adds a key. A person has touched it (flags 1); the
// public key follows (0x40).
func (k *softKey) create(options, origin string) string {
	a := k.read(options)
	point, err := k.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		k.t.Fatal(err)
	}
	// COSE: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21}, bytesOf(point[1:33])...)
	cose = append(append(cose, 0x22), bytesOf(point[33:])...)
	auth := append(k.head(origin, 0x41), make([]byte, 16)...) // of no maker
	auth = append(binary.BigEndian.AppendUint16(auth, uint16(len(k.id))), k.id...)
	auth = append(auth, cose...)
	// {"fmt": "none", "attStmt": {}, "authData": auth}
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"), bytesOf(auth)...)
	return k.answer(map[string]any{"clientDataJSON": b64.EncodeToString(clientData("create", a.PublicKey.Challenge, origin)), "attestationObject": b64.EncodeToString(object)})
}

// get answers to a page that asks a key that it knows.
func (k *softKey) get(options, origin string) string {
	a := k.read(options)
	k.count++
	data := clientData("get", a.PublicKey.Challenge, origin)
	auth := k.head(origin, 1)
	sum := sha256.Sum256(data)
	signed := sha256.Sum256(append(append([]byte{}, auth...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.key, signed[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64.EncodeToString(data), "authenticatorData": b64.EncodeToString(auth), "signature": b64.EncodeToString(signature)})
}

func (k *softKey) answer(response map[string]any) string {
	id := b64.EncodeToString(k.id)
	b, err := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(b)
}
