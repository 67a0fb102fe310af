package index

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"poterne/internal/seal"
)

// bleve asks two process-wide functions for the cipher of each file it writes and
// reads. They are the only state of this package: folders that are open, with
// their keys. Each file has a key of its own, derived from the key of the index and
// a random salt that stands in the file's footer, so that random nonces never come
// near their bound.

// saltSize is enough for no two files of an index ever to share a key.
const saltSize = 16

// rootFile is the one file that bleve rewrites in place. It keeps one key, without
// salt: on opening, bleve 2.6.3 writes the newest snapshot again under a new name of
// its cipher, and leaves the bitmaps of deletions that are empty as they are, sealed
// under the old one; with two keys the index would not open again. It takes some ten
// small values a batch, so its nonces are as safe as those of a ledger.
const rootFile = "root.bolt"

// keyIDSize tells keys apart; it is public.
const keyIDSize = 6

// vault is the key of one index.
type vault struct {
	key []byte
	id  string
}

func newVault(key []byte) *vault {
	return &vault{key: seal.Derive(key, "files"), id: string(seal.Derive(key, "id")[:keyIDSize])}
}

// box returns the cipher of the file whose footer holds name.
func (v *vault) box(name string) (*seal.Box, error) {
	return seal.NewBox(seal.Derive(v.key, "file/"+name))
}

var vaults struct {
	sync.RWMutex
	once  sync.Once
	byDir map[string]*vault
	inUse map[string]int // open folders by key id
	byID  map[string]*vault
}

var errNoVault = errors.New("no key for this folder")

// guard makes bleve seal all that it writes below dir, which is absolute, and
// open all that was sealed with the key of v. The caller calls release at the end.
func guard(dir string, v *vault) (release func()) {
	vaults.once.Do(func() {
		vaults.byDir, vaults.byID, vaults.inUse = map[string]*vault{}, map[string]*vault{}, map[string]int{}
		bleveindex.WriterHook = writerHook
		bleveindex.ReaderHook = readerHook
		scorch.RegistryAsyncErrorCallbacks[watcherName] = spread
	})
	vaults.Lock()
	defer vaults.Unlock()
	vaults.byDir[dir] = v
	vaults.byID[v.id] = v
	vaults.inUse[v.id]++
	return sync.OnceFunc(func() {
		vaults.Lock()
		defer vaults.Unlock()
		delete(vaults.byDir, dir)
		if vaults.inUse[v.id]--; vaults.inUse[v.id] == 0 {
			delete(vaults.byID, v.id)
			delete(vaults.inUse, v.id)
		}
	})
}

// writerHook gives the cipher for a file that bleve is about to write at path.
// Without a key nothing is written: never in clear by mistake.
func writerHook(path []byte) (string, func([]byte) []byte, error) {
	vaults.RLock()
	defer vaults.RUnlock()
	for dir := filepath.Clean(string(path)); ; {
		if v := vaults.byDir[dir]; v != nil {
			var salt [saltSize]byte
			if filepath.Base(string(path)) != rootFile {
				rand.Read(salt[:])
			}
			name := base64.RawURLEncoding.EncodeToString(append([]byte(v.id), salt[:]...))
			box, err := v.box(name)
			if err != nil {
				return "", nil, err
			}
			return name, func(plain []byte) []byte { return box.Seal(nil, plain, nil) }, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", nil, fmt.Errorf("write %s: %w", path, errNoVault)
		}
		dir = up
	}
}

// readerHook gives the cipher that a file was written with. Segments in memory
// have none.
func readerHook(name string, path []byte) (func([]byte) ([]byte, error), error) {
	if name == "" {
		if len(path) == 0 || !strings.Contains(string(path), string(filepath.Separator)) {
			return nil, nil
		}
		return nil, fmt.Errorf("read %s: %w: it is not sealed", path, ErrDamaged)
	}
	raw, err := base64.RawURLEncoding.DecodeString(name)
	if err != nil || len(raw) != keyIDSize+saltSize {
		return nil, fmt.Errorf("read %s: %w: footer", path, ErrDamaged)
	}
	vaults.RLock()
	v := vaults.byID[string(raw[:keyIDSize])]
	vaults.RUnlock()
	if v == nil {
		return nil, fmt.Errorf("read %s: %w", path, seal.ErrKey)
	}
	box, err := v.box(name)
	if err != nil {
		return nil, err
	}
	return func(sealed []byte) ([]byte, error) {
		plain, err := box.Open(nil, sealed, nil)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if plain == nil {
			plain = []byte{} // bleve tells nothing from none
		}
		return plain, nil
	}, nil
}
