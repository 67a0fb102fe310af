package sources

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"poterne"
)

// rights are what a Windows security descriptor says of a file.
type rights struct {
	owner    string // SID, "" where the descriptor names none
	exposure poterne.Exposure
}

var errDescriptor = errors.New("security descriptor: malformed")

// Bits and types of MS-DTYP 2.4.3 to 2.4.6.
const (
	daclPresent = 0x0004 // SE_DACL_PRESENT, in the control word

	aceInheritOnly = 0x08 // says nothing of the object itself

	aceAllow            = 0x00
	aceDeny             = 0x01
	aceAllowConditional = 0x09

	// readBits is FILE_READ_DATA, GENERIC_ALL and GENERIC_READ.
	readBits = 0x00000001 | 0x10000000 | 0x80000000
)

// parseRights reads a self-relative SECURITY_DESCRIPTOR (MS-DTYP 2.4.6). Access
// control entries count in their order, as Windows takes them: a denial counts
// against what follows it, so canonical lists have theirs first. A conditional
// grant is taken for a grant, since a miss is worse than noise; a conditional
// denial is not taken for one.
func parseRights(sd []byte) (rights, error) {
	if len(sd) < 20 || sd[0] != 1 {
		return rights{}, errDescriptor
	}
	control := binary.LittleEndian.Uint16(sd[2:])
	var r rights
	if at := binary.LittleEndian.Uint32(sd[4:]); at != 0 {
		var err error
		if r.owner, err = parseSID(from(sd, at)); err != nil {
			return rights{}, err
		}
	}
	at := binary.LittleEndian.Uint32(sd[16:])
	if control&daclPresent == 0 || at == 0 {
		r.exposure = poterne.ExposureEveryone // a NULL list protects nothing
		return r, nil
	}
	var err error
	r.exposure, err = parseList(from(sd, at), r.owner)
	return r, err
}

// parseList returns the widest reader that an access control list (MS-DTYP 2.4.5)
// lets in. An empty list lets in nobody but the owner, who may change it.
func parseList(acl []byte, owner string) (poterne.Exposure, error) {
	if len(acl) < 8 {
		return poterne.ExposureUnknown, errDescriptor
	}
	widest := poterne.ExposureOwner
	denied := map[string]bool{}
	count := binary.LittleEndian.Uint16(acl[4:])
	rest := acl[8:]
	for range count {
		if len(rest) < 8 {
			return poterne.ExposureUnknown, errDescriptor
		}
		kind, flags, size := rest[0], rest[1], int(binary.LittleEndian.Uint16(rest[2:]))
		if size < 8 || size > len(rest) {
			return poterne.ExposureUnknown, errDescriptor
		}
		ace := rest[:size]
		rest = rest[size:]
		if flags&aceInheritOnly != 0 || binary.LittleEndian.Uint32(ace[4:])&readBits == 0 {
			continue
		}
		if kind != aceAllow && kind != aceDeny && kind != aceAllowConditional {
			continue // audits, object types: none of them lets a file be read
		}
		sid, err := parseSID(ace[8:])
		if err != nil {
			return poterne.ExposureUnknown, err
		}
		if kind == aceDeny {
			denied[sid] = true
			continue
		}
		class := reach(sid, owner)
		if !denied[sid] && !denied[sidEveryone] && !(class == poterne.ExposureAuthenticated && denied[sidAuthenticated]) {
			widest = max(widest, class)
		}
	}
	return widest, nil
}

const (
	sidEveryone      = "S-1-1-0"
	sidAuthenticated = "S-1-5-11"
)

// reach says how many people an account or a group stands for, by the well-known
// SIDs of MS-DTYP 2.4.2.4. System and administrators are on nearly every file:
// they widen nothing.
func reach(sid, owner string) poterne.Exposure {
	switch sid {
	case sidEveryone, "S-1-5-7", "S-1-5-32-546": // Everyone, Anonymous, Guests
		return poterne.ExposureEveryone
	case sidAuthenticated,
		"S-1-5-2", "S-1-5-4", "S-1-5-15", // Network, Interactive, This Organization
		"S-1-5-32-545", "S-1-5-32-554": // Users, Pre-Windows 2000 Compatible Access
		return poterne.ExposureAuthenticated
	case owner,
		"S-1-3-0", "S-1-3-4", // Creator Owner, Owner Rights
		"S-1-5-18", "S-1-5-32-544", "S-1-5-32-551": // System, Administrators, Backup Operators
		return poterne.ExposureOwner
	}
	if domain, ok := strings.CutPrefix(sid, "S-1-5-21-"); ok {
		switch domain[strings.LastIndexByte(domain, '-')+1:] {
		case "501", "514": // Guest, Domain Guests
			return poterne.ExposureEveryone
		case "513": // Domain Users
			return poterne.ExposureAuthenticated
		case "500", "512", "519": // Administrator, Domain Admins, Enterprise Admins
			return poterne.ExposureOwner
		}
	}
	return poterne.ExposureGroup
}

// parseSID reads a SID at the head of b (MS-DTYP 2.4.2.2) and writes it as
// "S-1-…".
func parseSID(b []byte) (string, error) {
	if len(b) < 8 || b[0] != 1 || b[1] > 15 || len(b) < 8+4*int(b[1]) {
		return "", errDescriptor
	}
	authority := uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	out := append([]byte("S-1-"), strconv.FormatUint(authority, 10)...)
	for i := range int(b[1]) {
		out = append(out, '-')
		out = strconv.AppendUint(out, uint64(binary.LittleEndian.Uint32(b[8+4*i:])), 10)
	}
	return string(out), nil
}

// from returns what lies at an offset of b; nothing where it lies outside.
func from(b []byte, at uint32) []byte {
	if uint64(at) > uint64(len(b)) {
		return nil
	}
	return b[at:]
}
