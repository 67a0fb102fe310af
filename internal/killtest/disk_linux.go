package killtest

import (
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// diskSize is the size of a [Disk]: room for all rounds of a test.
const diskSize = 256 << 20

// Disk is a small disk that is made full and empty again. It is a file system of its
// own where the test may mount one; else the size of files is bounded, which fails
// writes too, but with another error.
type Disk struct {
	Dir     string
	mounted bool
	limit   int64 // of a file, in bytes; 0 is none
}

// NewDisk makes a disk for the time of a test.
func NewDisk(t testing.TB) *Disk {
	t.Helper()
	d := &Disk{Dir: t.TempDir()}
	err := unix.Mount("tmpfs", d.Dir, "tmpfs", 0, "size="+strconv.Itoa(diskSize))
	switch {
	case err == nil:
		d.mounted = true
		t.Cleanup(func() {
			if err := unix.Unmount(d.Dir, 0); err != nil {
				t.Error(err)
			}
		})
	case !errors.Is(err, fs.ErrPermission):
		t.Fatal(err)
	}
	return d
}

// filler is the file that takes the room of a full disk.
const filler = "plein"

// Fill leaves so many bytes on the disk.
func (d *Disk) Fill(t testing.TB, left int64) {
	t.Helper()
	if !d.mounted {
		d.limit = d.largest(t) + left
		return
	}
	var st unix.Statfs_t
	if err := unix.Statfs(d.Dir, &st); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(d.Dir, filler))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if take := int64(st.Bavail)*st.Bsize - left; take > 0 {
		if err := unix.Fallocate(int(f.Fd()), 0, 0, take); err != nil {
			t.Fatal(err)
		}
	}
}

// Empty gives the room back; that of no disk, and of one that is not full, is there.
func (d *Disk) Empty(t testing.TB) {
	t.Helper()
	if d == nil {
		return
	}
	d.limit = 0
	if err := os.Remove(filepath.Join(d.Dir, filler)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

func (d *Disk) largest(t testing.TB) (size int64) {
	t.Helper()
	err := filepath.WalkDir(d.Dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() {
			size = max(size, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

func (d *Disk) limitText() string {
	if d == nil {
		return "0"
	}
	return strconv.FormatInt(d.limit, 10)
}

// limitFiles bounds the files of this process; past the bound a write fails.
func limitFiles(text string) error {
	limit, err := strconv.ParseUint(text, 10, 64)
	if err != nil || limit == 0 {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit})
}
