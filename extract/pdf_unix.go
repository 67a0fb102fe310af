//go:build unix

package extract

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// private returns an error where others than this user may write to dir.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case !ok || int(st.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user", dir)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to others (mode %v), want 0700", dir, info.Mode().Perm())
	}
	return nil
}

// pdfMemory makes the memory of the guest a mapping of its own: it grows in
// place where the Go heap would copy it (3 to 4 times the memory at the peak,
// measured), and is given back whole when an instance ends. used is kept at what
// it has.
func pdfMemory(ctx context.Context, used *atomic.Uint64) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(
		func(_, max uint64) experimental.LinearMemory {
			b, err := unix.Mmap(-1, 0, int(max), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
			if err != nil {
				return &mapping{used: used}
			}
			return &mapping{reserved: b, used: used}
		}))
}

// mapping is reserved address space, the first bytes of which are memory.
type mapping struct {
	reserved []byte
	size     uint64
	used     *atomic.Uint64
}

func (m *mapping) Reallocate(size uint64) []byte {
	if size > uint64(len(m.reserved)) {
		return nil
	}
	if size > m.size {
		if err := unix.Mprotect(m.reserved[:size], unix.PROT_READ|unix.PROT_WRITE); err != nil {
			return nil
		}
		m.size = size
		m.used.Store(size)
	}
	return m.reserved[:size:size]
}

func (m *mapping) Free() {
	if m.reserved != nil {
		unix.Munmap(m.reserved)
		m.reserved = nil
	}
}
