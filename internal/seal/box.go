package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
)

// Box seals small values with AES-256-GCM and random nonces. One key must seal
// fewer than 2³² values (NIST SP 800-38D §8.3): a ledger of a million documents
// that all change every night gets there after eleven years. It is safe for
// concurrent use.
type Box struct{ aead cipher.AEAD }

// Overhead is how many bytes sealing adds: a nonce of 12 and a tag of 16.
const Overhead = 28

// checkText is what a check value seals; knowing it helps nobody.
var checkText = []byte("poterne")

// NewBox returns a box for a key of 32 bytes.
func NewBox(key []byte) (*Box, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("key of %d bytes, want %d", len(key), keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Box{aead}, nil
}

// Seal appends the sealed form of plain to dst. It opens only with the same bound
// data, which is not stored: bind a value to its row, so that rows cannot be swapped.
func (b *Box) Seal(dst, plain, bound []byte) []byte { return b.aead.Seal(dst, nil, plain, bound) }

// Open appends what was sealed to dst, or returns [ErrSeal].
func (b *Box) Open(dst, sealed, bound []byte) ([]byte, error) {
	out, err := b.aead.Open(dst, nil, sealed, bound)
	if err != nil {
		return nil, ErrSeal
	}
	return out, nil
}

// CheckValue returns a value to keep beside sealed data, by which
// [Box.Verify] refuses a wrong key before anything is read.
func (b *Box) CheckValue() []byte { return b.Seal(nil, checkText, []byte("check")) }

// Verify returns [ErrKey] where value was not made by a box of the same key.
func (b *Box) Verify(value []byte) error {
	if _, err := b.Open(nil, value, []byte("check")); err != nil {
		return ErrKey
	}
	return nil
}
