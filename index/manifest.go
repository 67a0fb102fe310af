package index

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"poterne/internal/seal"
)

// version is the format of the index: the table of fields, how words are cut, how
// documents are stored, what stands beside them in a snapshot. Whoever changes one of
// these changes it. 2 has columns, and one term for a number.
const version = 2

// manifestName is the one file that says what counts in the folder of an index; it
// is replaced whole, so that a crash leaves the state before or after.
const manifestName = "CURRENT"

// manifest names the folders that count. All others are left from a crash.
type manifest struct {
	Version   int        `json:"version"`
	Live      string     `json:"live"`                // what is written
	Snapshots []snapshot `json:"snapshots,omitempty"` // what is read, the newest first
	// Settled says that the newest snapshot holds all that was ever written: a night
	// in which nothing changed has nothing to publish.
	Settled bool `json:"settled,omitempty"`
}

// snapshot is a published copy and what its files must be.
type snapshot struct {
	Name  string          `json:"name"`
	Count int             `json:"count"` // documents
	Files map[string]file `json:"files"` // by path with "/"
}

type file struct {
	Size int64  `json:"size"`
	Sum  []byte `json:"sum"` // SHA-256
}

// sealed is the manifest as it stands in its file.
type sealed struct {
	Poterne string `json:"poterne"` // "index"
	Check   []byte `json:"check"`   // tells a wrong key from a damaged file
	Body    []byte `json:"body"`
}

func readManifest(dir string, box *seal.Box) (manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return manifest{}, err
	}
	var s sealed
	if err := json.Unmarshal(data, &s); err != nil || s.Poterne != "index" {
		return manifest{}, fmt.Errorf("%w: %s", ErrDamaged, manifestName)
	}
	if err := box.Verify(s.Check); err != nil {
		return manifest{}, err
	}
	plain, err := box.Open(nil, s.Body, []byte(manifestName))
	if err != nil {
		return manifest{}, fmt.Errorf("%w: %s: %w", ErrDamaged, manifestName, err)
	}
	var m manifest
	if err := json.Unmarshal(plain, &m); err != nil {
		return manifest{}, fmt.Errorf("%w: %s", ErrDamaged, manifestName)
	}
	if m.Version != version {
		return manifest{}, fmt.Errorf("%w: %d, want %d", ErrVersion, m.Version, version)
	}
	return m, nil
}

func (x *Index) writeManifest() error {
	plain, err := json.Marshal(x.manifest)
	if err != nil {
		return err
	}
	data, err := json.Marshal(sealed{"index", x.box.CheckValue(), x.box.Seal(nil, plain, []byte(manifestName))})
	if err != nil {
		return err
	}
	return seal.WriteFile(filepath.Join(x.dir, manifestName), data)
}

// freshName returns the name of a folder that does not exist.
func freshName(kind string) string { return kind + "-" + strings.ToLower(rand.Text()[:10]) }

// removeOld removes the folders and temporary files that the manifest does not
// name. What cannot be removed (Windows holds files that are read) goes next time.
func (x *Index) removeOld() {
	keep := map[string]bool{x.manifest.Live: true, manifestName: true}
	for _, s := range x.manifest.Snapshots {
		keep[s.Name] = true
	}
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		n := e.Name()
		ours := strings.HasPrefix(n, "live-") || strings.HasPrefix(n, "snap-") || strings.HasSuffix(n, ".tmp")
		if ours && !keep[n] {
			os.RemoveAll(filepath.Join(x.dir, n))
		}
	}
}
