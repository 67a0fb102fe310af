package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"path"
	"strings"
	"sync"

	"poterne"
)

// rowKey is the name of a row in clear: a keyed hash, so that a guessed path
// cannot be looked up without the key. 16 bytes: no two of a billion meet.
type rowKey [16]byte

// keyer makes keyed hashes of names. It is safe for concurrent use.
type keyer struct {
	pool sync.Pool

	mu      sync.Mutex
	folders map[namedFolder]int64 // the last ones: a walk asks for neighbours
}

func newKeyer(key []byte) *keyer {
	k := &keyer{folders: map[namedFolder]int64{}}
	k.pool.New = func() any { return hmac.New(sha256.New, key) }
	return k
}

// sum hashes the kind of a name and its parts; 0 keeps them apart, as no path
// of a file system holds one.
func (k *keyer) sum(kind byte, parts ...string) (out rowKey) {
	h := k.pool.Get().(hash.Hash)
	defer k.pool.Put(h)
	h.Reset()
	buf := make([]byte, 0, 256)
	buf = append(buf, kind)
	for _, p := range parts {
		buf = append(append(buf, p...), 0)
	}
	h.Write(buf)
	copy(out[:], h.Sum(buf[:0]))
	return out
}

func (k *keyer) record(id poterne.ID) rowKey      { return k.sum('r', string(id)) }
func (k *keyer) file(outer poterne.ID) rowKey     { return k.sum('f', string(outer)) }
func (k *keyer) content(v poterne.Version) rowKey { return k.sum('c', string(v)) }
func (k *keyer) share(name string) int64          { return k.sum('s', name).short() }
func (k *keyer) folder(share, filePath string) int64 {
	at := namedFolder{share, filePath[:strings.LastIndexByte(filePath, '/')+1]}
	k.mu.Lock()
	key, known := k.folders[at]
	k.mu.Unlock()
	if known {
		return key
	}
	key = k.sum('d', share, strings.TrimSuffix(path.Dir(filePath), "/")).short()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.folders) >= maxFolders {
		clear(k.folders)
	}
	k.folders[at] = key
	return key
}

// namedFolder is a folder of a share; dir ends with "/", or is "" for the root.
type namedFolder struct{ share, dir string }

// short is enough to gather rows, not to name one.
func (r rowKey) short() int64 { return int64(binary.BigEndian.Uint64(r[:8])) }

// boundState begins what the state of a file is bound to.
var boundState = bound("files.state", nil)

// bound is what a sealed column is bound to: its table and column, and its row.
func bound(column string, key []byte) []byte { return append([]byte(column+"\x00"), key...) }
