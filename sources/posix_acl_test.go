package sources

import (
	"encoding/binary"
	"testing"

	"poterne"
)

// acl makes an access list of entries of tag and permission.
func acl(entries ...[2]uint16) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for i, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, e[0])
		b = binary.LittleEndian.AppendUint16(b, e[1])
		id := uint32(0xFFFFFFFF)
		if e[0] == aclUser || e[0] == aclGroup {
			id = uint32(4000 + i)
		}
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return b
}

func TestParsePOSIX(t *testing.T) {
	owner, none := [2]uint16{aclUserObject, 6}, [2]uint16{aclOther, 0}
	for _, c := range []struct {
		name       string
		list       []byte
		permission uint16
		want       poterne.Exposure
	}{
		{"owner-only", acl(owner, [2]uint16{aclGroupObject, 0}, none), 4, poterne.ExposureOwner},
		{"group-of-the-file", acl(owner, [2]uint16{aclGroupObject, 4}, none), 4, poterne.ExposureGroup},
		{"named-user", acl(owner, [2]uint16{aclUser, 4}, [2]uint16{aclGroupObject, 0}, [2]uint16{aclMask, 4}, none), 4, poterne.ExposureGroup},
		{"named-group", acl(owner, [2]uint16{aclGroupObject, 0}, [2]uint16{aclGroup, 5}, [2]uint16{aclMask, 7}, none), 4, poterne.ExposureGroup},
		{"masked", acl(owner, [2]uint16{aclUser, 7}, [2]uint16{aclGroupObject, 7}, [2]uint16{aclMask, 0}, none), 4, poterne.ExposureOwner},
		{"mask-without-a-reader", acl(owner, [2]uint16{aclUser, 2}, [2]uint16{aclGroupObject, 0}, [2]uint16{aclMask, 6}, none), 4, poterne.ExposureOwner},
		{"read-is-not-pass", acl(owner, [2]uint16{aclGroupObject, 4}, none), 1, poterne.ExposureOwner},
		{"others-are-not-masked", acl(owner, [2]uint16{aclGroupObject, 0}, [2]uint16{aclMask, 0}, [2]uint16{aclOther, 4}), 4, poterne.ExposureEveryone},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := parsePOSIX(c.list, c.permission); err != nil || got != c.want {
				t.Errorf("%s, %v; want %s", got, err, c.want)
			}
		})
	}
}

// FuzzPOSIX wants no panic, and no exposure from a list that was cut.
func FuzzPOSIX(f *testing.F) {
	whole := acl([2]uint16{aclUserObject, 6}, [2]uint16{aclUser, 4}, [2]uint16{aclGroupObject, 0}, [2]uint16{aclMask, 4}, [2]uint16{aclOther, 4})
	for n := range len(whole) + 1 {
		f.Add(whole[:n])
	}
	f.Add(acl([2]uint16{0x40, 7}))
	f.Fuzz(func(t *testing.T, list []byte) {
		if e, err := parsePOSIX(list, 4); (err != nil) != (e == poterne.ExposureUnknown) {
			t.Errorf("%v with %s", err, e)
		}
	})
}
