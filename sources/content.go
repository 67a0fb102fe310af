package sources

import (
	"context"
	"errors"
	"io"
	"sync"

	"poterne"
)

// blockSize is what one request reads: the most that Windows gives at once over
// SMB, and enough to hide the way to a server on the same site. A smaller file
// takes less.
const blockSize = 1 << 20

// content is an open document on a server. It keeps one block, so that a reader
// that goes on in small steps asks the server once, and goes on over a new
// connection where the server was lost, if the file is still the same.
type content struct {
	tree *tree
	ctx  context.Context // of Open: ReadAt has none of its own
	path string

	mu     sync.Mutex
	handle handle // nil once lost
	opened bool
	first  state  // when the document was opened
	block  []byte // what was read last
	at     int64  // where block begins
}

// reopen opens the file, and refuses another version of it than the first.
func (c *content) reopen() error {
	if err := c.tree.pace.wait(c.ctx, 0); err != nil {
		return err
	}
	h, err := c.tree.server.open(c.ctx, c.path)
	if err != nil {
		return err
	}
	now := h.state()
	if c.opened && (now.size != c.first.size || !now.modTime.Equal(c.first.modTime) || now.id != c.first.id) {
		h.Close()
		return errChanged
	}
	c.handle, c.first, c.opened = h, now, true
	return nil
}

// Size returns the size when the document was opened, in bytes.
func (c *content) Size() int64 { return c.first.size }

// Close gives the connection back.
func (c *content) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handle == nil {
		return nil
	}
	err := c.handle.Close()
	c.handle = nil
	return err
}

// ReadAt reads a range. Its error is io.EOF or a *poterne.Failure.
func (c *content) ReadAt(p []byte, off int64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for n < len(p) {
		where := off + int64(n)
		if where >= c.first.size {
			return n, io.EOF
		}
		if where < c.at || where >= c.at+int64(len(c.block)) {
			if err := c.tree.patience.try(c.ctx, func() error { return c.fill(where) }); err != nil {
				return n, failure(poterne.StageOpen, err)
			}
		}
		n += copy(p[n:], c.block[where-c.at:])
	}
	return n, nil
}

// fill reads the block that begins at off.
func (c *content) fill(off int64) error {
	if c.handle == nil {
		if err := c.reopen(); err != nil {
			return err
		}
	}
	want := int(min(blockSize, c.first.size-off))
	if err := c.tree.pace.wait(c.ctx, want); err != nil {
		return err
	}
	if cap(c.block) < want {
		c.block = make([]byte, want)
	}
	b := c.block[:want]
	c.block = b[:0]
	n, err := c.handle.ReadAt(c.ctx, b, off)
	if lost := (*lostError)(nil); errors.As(err, &lost) {
		c.handle.Close()
		c.handle = nil
		return err
	}
	if n == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			err = errChanged // shorter than it was
		}
		return err
	}
	c.block, c.at = b[:n], off
	return nil
}
