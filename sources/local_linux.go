package sources

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const noAtime = syscall.O_NOATIME

func changeTime(st *syscall.Stat_t) time.Time {
	return time.Unix(int64(st.Ctim.Sec), int64(st.Ctim.Nsec)).UTC()
}

// kindOf returns the kind of the file system that dir lies on.
func kindOf(dir string) fileSystem {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return ordinary
	}
	switch uint32(st.Type) {
	case unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return windows
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEVPTS_SUPER_MAGIC, unix.DEBUGFS_MAGIC,
		unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC,
		unix.BPF_FS_MAGIC, unix.PSTOREFS_MAGIC, unix.EFIVARFS_MAGIC, unix.SELINUX_MAGIC:
		return virtual
	}
	return ordinary
}

// attribute returns an extended attribute of what is at path, not behind a link;
// nothing where there is none.
func attribute(path, name string) []byte {
	for size := 1 << 10; size <= 1<<16; size <<= 6 { // Linux gives 64 KiB at most
		b := make([]byte, size)
		n, err := unix.Lgetxattr(path, name, b)
		if err == nil {
			return b[:n]
		}
		if !errors.Is(err, unix.ERANGE) {
			break
		}
	}
	return nil
}
