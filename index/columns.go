package index

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"poterne/internal/seal"
)

// A snapshot never changes, so what is asked of all its documents again and again is
// worked out once, when it is published: the order of the worst first, and for each
// field that can be counted, the values of each document. bleve keeps the same in
// chunks of compressed terms, which it unpacks for each question: for a million
// documents that takes a second, and these columns some milliseconds.

// columnsFile holds them, sealed one by one, in the folder of a snapshot: the columns,
// where each stands, and how long that is in eight bytes.
const columnsFile = "columns"

// extent is where a column stands in the file.
type extent struct {
	At   int64 `json:"at"`
	Size int   `json:"size"`
}

// columns reads the columns of a snapshot, each when it is first asked for. The file
// stays open: a newer snapshot takes its name away.
type columns struct {
	file    *os.File
	box     *seal.Box
	extents map[string]extent
	order   func() (*ranking, error)
	facet   map[string]func() (*sets, error)    // by field
	number  map[string]func() (*numbers, error) // by field
}

// openColumns opens the columns in the folder of a snapshot of that many documents. The
// caller closes them.
func openColumns(dir string, v *vault, docs int) (*columns, error) {
	f, err := os.Open(filepath.Join(dir, columnsFile))
	if err != nil {
		return nil, err
	}
	c := &columns{file: f, facet: map[string]func() (*sets, error){}, number: map[string]func() (*numbers, error){}}
	if err := c.open(v, dir); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: columns: %w", ErrDamaged, err)
	}
	c.order = load(c, orderField, docs, parseRanking)
	for _, f := range fields {
		switch {
		case f.numeric():
			c.number[f.name] = load(c, f.name, docs, parseNumbers)
		case f.facet:
			c.facet[f.name] = load(c, f.name, docs, parseSets)
		}
	}
	return c, nil
}

// load reads a column once.
func load[T any](c *columns, name string, docs int, parse func([]byte, int) (T, error)) func() (T, error) {
	return sync.OnceValues(func() (T, error) {
		b, err := c.read(name)
		if err != nil {
			var none T
			return none, err
		}
		return parse(b, docs)
	})
}

// open reads where the columns stand.
func (c *columns) open(v *vault, dir string) (err error) {
	if c.box, err = columnsBox(v, dir); err != nil {
		return err
	}
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	end := info.Size() - 8
	var length [8]byte
	if _, err := c.file.ReadAt(length[:], max(end, 0)); err != nil {
		return err
	}
	size := int64(binary.BigEndian.Uint64(length[:]))
	if size < 0 || size > end {
		return errColumn
	}
	plain, err := c.unseal(columnsFile, extent{end - size, int(size)})
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &c.extents)
}

// columnsBox is the cipher of the columns of one snapshot, whose name is random.
func columnsBox(v *vault, dir string) (*seal.Box, error) {
	return v.box(columnsFile + "/" + filepath.Base(dir))
}

func (c *columns) read(name string) ([]byte, error) {
	e, ok := c.extents[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s is missing", errColumn, name)
	}
	b, err := c.unseal(name, e)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errColumn, name, err)
	}
	return b, nil
}

func (c *columns) unseal(name string, e extent) ([]byte, error) {
	sealed := make([]byte, e.Size)
	if _, err := c.file.ReadAt(sealed, e.At); err != nil {
		return nil, err
	}
	return c.box.Open(nil, sealed, []byte(name))
}

func (c *columns) close() error { return c.file.Close() }

var errColumn = fmt.Errorf("%w: column", ErrDamaged)
