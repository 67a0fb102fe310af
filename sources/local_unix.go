//go:build linux || darwin

package sources

import (
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"poterne"
)

// describe fills what only a POSIX file system knows: inode, change time, owner.
func (w *walk) describe(d *poterne.Document, info fs.FileInfo) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	d.Inode = st.Ino
	d.ChangeTime = changeTime(st)
	d.Owner = w.local.owner(st.Uid)
}

// owner returns the account's name, or its number where it has none here.
func (l *Local) owner(uid uint32) string {
	if name, ok := l.owners.Load(uid); ok {
		return name.(string)
	}
	name := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	l.owners.Store(uid, name)
	return name
}

// exposure says who may read a file, by its own mode and access list.
func exposure(abs string, info fs.FileInfo) poterne.Exposure { return allowed(abs, info, 4) }

// passable says who may pass a folder, by its own mode and access list.
func passable(abs string, info fs.FileInfo) poterne.Exposure { return allowed(abs, info, 1) }

// allowed says who has a permission. Beside an access list, the bits of the group
// in the mode are its mask, the most that its entries give: the list is only asked
// where they leave something open.
func allowed(abs string, info fs.FileInfo, permission fs.FileMode) poterne.Exposure {
	e := widest(info, permission, permission<<3)
	if e == poterne.ExposureGroup && abs != "" {
		if listed, err := parsePOSIX(attribute(abs, "system.posix_acl_access"), uint16(permission)); err == nil {
			return listed
		}
	}
	return e
}

// openQuietly opens name below h. O_NONBLOCK keeps a pipe that took the place of
// a file from holding us.
func openQuietly(h *os.Root, name string) (*os.File, error) {
	const flags = os.O_RDONLY | syscall.O_NONBLOCK
	if noAtime != 0 {
		// Only the owner of a file may ask for it: others get EPERM.
		if f, err := h.OpenFile(name, flags|noAtime, 0); err == nil {
			return f, nil
		}
	}
	return h.OpenFile(name, flags, 0)
}
