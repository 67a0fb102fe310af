package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attributes puts the child in a group of its own, so that Ctrl-C on a terminal
// reaches only the parent, and ties its life to the parent's.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// sharedFile returns memory to share with a child; its size is sealed.
func sharedFile() (*os.File, error) {
	f, err := memoryFile()
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(sharedSize); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func memoryFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("poterne", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("memory to share: %w", err)
	}
	return os.NewFile(uintptr(fd), "memory"), nil
}

// usage reads what a process takes from /proc/PID/stat. The open file belongs to
// that process even when its number is given to another.
type usage struct{ stat *os.File }

func openUsage(pid int) usage {
	f, err := os.Open(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}
	}
	return usage{f}
}

func (u usage) close() {
	if u.stat != nil {
		u.stat.Close()
	}
}

// read returns the processor time and the resident memory in bytes, 0 where the
// process has ended.
func (u usage) read() (cpu time.Duration, rss int64) {
	if u.stat == nil {
		return 0, 0
	}
	var b [1024]byte
	n, _ := u.stat.ReadAt(b[:], 0)
	// The name of the program stands in parentheses and may hold anything.
	fields := bytes.Fields(b[bytes.LastIndexByte(b[:n], ')')+1 : n])
	const utime, stime, resident = 14 - 3, 15 - 3, 24 - 3 // proc(5), less the first two
	if len(fields) <= resident {
		return 0, 0
	}
	number := func(i int) int64 {
		n, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on all that Go runs on
	return time.Duration(number(utime)+number(stime)) * tick, number(resident) * int64(os.Getpagesize())
}
