// Package seal keeps secrets at rest: the key file, one derived key per purpose,
// authenticated boxes, and files that appear whole or not at all.
package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// Errors that callers branch on.
var (
	// ErrKey says that the data was sealed with another key.
	ErrKey = errors.New("wrong key")
	// ErrSeal says that sealed data was changed, moved or cut.
	ErrSeal = errors.New("sealed data does not open")
	// ErrKeyFile says that a key file is not one, or is readable by others.
	ErrKeyFile = errors.New("unusable key file")
)

// keySize is the size of every key here: AES-256 and HMAC-SHA-256.
const keySize = 32

// maxKeyFile bounds what is read of a key file: one header line and one key.
const maxKeyFile = 4096

const keyHeader = "# poterne key 1 - without it the ledger and the index cannot be read: keep a copy elsewhere\n"

// Purpose names what a derived key is used for. Keys of two purposes tell nothing
// about each other.
type Purpose string

// Purposes. Their spelling is part of the format at rest.
const (
	Fingerprint Purpose = "fingerprint" // keyed hashes of identifiers
	Index       Purpose = "index"       // files of the index
	Ledger      Purpose = "ledger"      // columns of the ledger
	Audit       Purpose = "audit"       // the chain of the audit trail
	Web         Purpose = "web"         // accounts, sessions and tokens of the pages
)

// Key is the one secret of a state folder. It prints as "(key)" whatever the verb.
type Key struct {
	secret [keySize]byte
	// kept are the keys of keptPurposes where they are older than the secret; zero
	// where they are derived from it.
	kept [2][keySize]byte
}

// keptPurposes outlive a rotation of the key. Under another key of fingerprints
// nothing that was found could be found again without reading all shares; accounts
// of the web server are its own.
var keptPurposes = [2]Purpose{Fingerprint, Web}

// Format hides the secret from every fmt verb.
func (Key) Format(s fmt.State, _ rune) { io.WriteString(s, "(key)") }

// For returns the key for one purpose: HKDF-SHA-256 (RFC 5869) without salt, since
// the secret is already uniform.
func (k Key) For(p Purpose) []byte {
	for i, kept := range keptPurposes {
		if p == kept && k.kept[i] != [keySize]byte{} {
			return slices.Clone(k.kept[i][:])
		}
	}
	return Derive(k.secret[:], "poterne/1/"+string(p))
}

// Successor draws the key that comes after k: another secret, and the keys that
// outlive a rotation, fingerprints first.
func (k Key) Successor() Key {
	next := NewKey()
	for i, p := range keptPurposes {
		copy(next.kept[i][:], k.For(p))
	}
	return next
}

// Save writes k to a file that only its owner reads, in the place of what is there.
func (k Key) Save(path string) error {
	if err := WriteFile(path, k.text()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}

// text is k as it stands in a file.
func (k Key) text() []byte {
	out := keyHeader + base64.StdEncoding.EncodeToString(k.secret[:]) + "\n"
	for i, p := range keptPurposes {
		if k.kept[i] != [keySize]byte{} {
			out += string(p) + " " + base64.StdEncoding.EncodeToString(k.kept[i][:]) + "\n"
		}
	}
	return []byte(out)
}

// Derive returns the 32-byte key that HKDF-SHA-256 makes of a uniform secret for info.
func Derive(secret []byte, info string) []byte {
	out, err := hkdf.Key(sha256.New, secret, nil, info, keySize)
	if err != nil {
		panic("seal: hkdf: " + err.Error()) // only for an output above 255 hashes, or FIPS limits on the secret
	}
	return out
}

// NewKey draws a key that is in no file.
func NewKey() Key {
	var k Key
	rand.Read(k.secret[:]) // never fails (crypto/rand)
	return k
}

// LoadKey reads a key file: 32 bytes in base64 or hexadecimal, after any lines
// that start with "#". On unix a file that the group or others may read, and
// anything that is not a regular file, is refused with [ErrKeyFile].
func LoadKey(path string) (Key, error) { return loadKey(path, 0o077) }

// LoadCredential reads a key that systemd handed over (LoadCredential=). The group
// bits of such a file are the mask of an ACL for the account of the service.
func LoadCredential(path string) (Key, error) { return loadKey(path, 0o037) }

// loadKey refuses files with one of the mode bits of others.
func loadKey(path string, others fs.FileMode) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("open key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Key{}, fmt.Errorf("%w: %s is not a regular file", ErrKeyFile, path)
	}
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm&others != 0 {
		return Key{}, fmt.Errorf("%w: %s has mode %04o, others could read it: chmod 600", ErrKeyFile, path, perm)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return Key{}, fmt.Errorf("read key file: %w", err)
	}
	k, err := parseKey(data)
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// LoadOrCreateKey reads the key at path, or makes one where there is no file; made
// says which. Of two processes that start together, one makes the key and both use it.
func LoadOrCreateKey(path string) (k Key, made bool, err error) {
	k, err = LoadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Key{}, false, fmt.Errorf("make folder of the key: %w", err)
	}
	k = NewKey()
	err = createFile(path, k.text())
	if errors.Is(err, fs.ErrExist) {
		k, err = LoadKey(path)
		return k, false, err
	}
	if err != nil {
		return Key{}, false, fmt.Errorf("make key file: %w", err)
	}
	return k, true, nil
}

// ParseKey reads a key as it stands in a file; no error holds a part of it.
func ParseKey(data []byte) (Key, error) { return parseKey(data) }

func parseKey(data []byte) (Key, error) {
	var k Key
	seen := map[*[keySize]byte]bool{}
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		to := &k.secret
		for i, p := range keptPurposes {
			if rest, ok := bytes.CutPrefix(line, []byte(string(p)+" ")); ok {
				line, to = bytes.TrimSpace(rest), &k.kept[i]
			}
		}
		if seen[to] {
			return Key{}, fmt.Errorf("%w: more than one key", ErrKeyFile)
		}
		seen[to] = true
		if !decodeSecret(to, line) {
			// The text itself never goes into an error.
			return Key{}, fmt.Errorf("%w: want 32 bytes in base64 or hexadecimal", ErrKeyFile)
		}
	}
	if !seen[&k.secret] {
		return Key{}, fmt.Errorf("%w: want 32 bytes in base64 or hexadecimal", ErrKeyFile)
	}
	return k, nil
}

func decodeSecret(to *[keySize]byte, text []byte) bool {
	raw, err := hex.DecodeString(string(text))
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(string(text))
	}
	if err != nil || len(raw) != keySize {
		return false
	}
	copy(to[:], raw)
	return true
}
