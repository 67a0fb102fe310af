package subject

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// A model decides what is protected, so one that comes from outside of the program
// has to be signed. The signature is Ed25519 (RFC 8032) over the bytes of the model
// file, in base64; keys are PEM, as "openssl genpkey -algorithm ed25519" makes them.

// ErrSignature says that a signature is not that of a model by a key.
var ErrSignature = errors.New("the signature is not that of this model by this key")

// Sign returns the signature of a model file by a private key (PKCS #8 in PEM). It
// signs what [Read] takes for a model only.
func Sign(file, privateKey []byte) ([]byte, error) {
	if _, err := Read(file); err != nil {
		return nil, err
	}
	block, _ := pem.Decode(privateKey)
	if block == nil {
		return nil, errors.New("the private key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key is not PKCS #8") // the cause may quote the key
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("the private key is not of Ed25519")
	}
	return []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(key, file)) + "\n"), nil
}

// OpenSigned reads a model file whose signature is by the owner of a public key
// (PKIX in PEM); else its error wraps ErrSignature. No byte of the file is read
// before the signature holds.
func OpenSigned(file, signature, publicKey []byte) (*Model, error) {
	block, _ := pem.Decode(publicKey)
	if block == nil {
		return nil, errors.New("the public key is not PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the public key is not of Ed25519")
	}
	sum, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(signature)))
	if err != nil || !ed25519.Verify(key, file, sum) {
		return nil, ErrSignature
	}
	return Read(file)
}
