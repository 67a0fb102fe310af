package sources

import (
	"encoding/binary"
	"errors"

	"poterne"
)

// Tags of the entries of an access list (Linux, include/uapi/linux/posix_acl.h).
const (
	aclUserObject  = 0x01 // the owner
	aclUser        = 0x02
	aclGroupObject = 0x04 // the group of the file
	aclGroup       = 0x08
	aclMask        = 0x10
	aclOther       = 0x20
)

var errList = errors.New("access list: malformed")

// parsePOSIX returns the widest reader to whom a POSIX access list (the attribute
// system.posix_acl_access: version 2, then entries of tag, permission and id, all
// little endian) gives one of these permissions: 4 to read, 1 to pass a folder.
func parsePOSIX(list []byte, permission uint16) (poterne.Exposure, error) {
	if len(list) < 4 || (len(list)-4)%8 != 0 || binary.LittleEndian.Uint32(list) != 2 {
		return poterne.ExposureUnknown, errList
	}
	mask, named := uint16(0o7), uint16(0)
	widest := poterne.ExposureOwner
	for e := list[4:]; len(e) > 0; e = e[8:] {
		perm := binary.LittleEndian.Uint16(e[2:])
		switch binary.LittleEndian.Uint16(e) {
		case aclUser, aclGroupObject, aclGroup:
			named |= perm
		case aclMask:
			mask = perm
		case aclOther:
			if perm&permission != 0 {
				widest = poterne.ExposureEveryone
			}
		case aclUserObject:
		default:
			return poterne.ExposureUnknown, errList
		}
	}
	if named&mask&permission != 0 {
		widest = max(widest, poterne.ExposureGroup)
	}
	return widest, nil
}
