package poterne

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// ID names a document, stable over scans: the first 32 hexadecimal digits of
// SHA-256(share ‖ 0 ‖ path ‖ "!" ‖ member). A renamed document has another ID.
type ID string

// NewID returns the ID of the member of the document at path on share; member is
// empty for the document itself.
func NewID(share, path, member string) ID {
	named := make([]byte, 0, 256) // on the stack, for nearly all paths
	named = append(append(named, share...), 0)
	named = append(named, path...)
	if member != "" {
		named = append(append(named, '!'), member...)
	}
	sum := sha256.Sum256(named)
	return ID(hex.EncodeToString(sum[:16]))
}

// FullPath joins the path of a container and the path of a member inside it
// ("outer.zip!inner/file.docx").
func FullPath(path, member string) string {
	if member == "" {
		return path
	}
	return path + "!" + member
}

// Document is one file of a share, or one member inside such a file.
type Document struct {
	ID    ID
	Share string // name of the share, unique in a state folder
	Path  string // relative to the share's root, "/" between elements, in the bytes of the file system
	// Member is the path inside the container at Path, "" for the file itself.
	// Members of members are joined with "!".
	Member     string
	Size       int64 // bytes
	ModTime    time.Time
	ChangeTime time.Time // change of the inode (ctime); zero where the source has none
	Inode      uint64    // or the server's file id; 0 where the source has none
	Owner      string
	Exposure   Exposure
}

// Full returns the path of the document with its member, as people read it.
func (d Document) Full() string { return FullPath(d.Path, d.Member) }

// Name returns the last element of the path, or of the member's path.
func (d Document) Name() string {
	full := d.Full()
	return full[strings.LastIndexAny(full, "/!")+1:]
}

// Exposure says who can read a document by the permissions of its source. It is
// kept apart from sensitivity.
type Exposure uint8

// Exposures, from least known to widest.
const (
	ExposureUnknown       Exposure = iota
	ExposureOwner                  // the owner only
	ExposureGroup                  // a named group or named users
	ExposureAuthenticated          // every account of the domain
	ExposureEveryone               // anyone
)

var exposureNames = [...]string{"unknown", "owner", "group", "authenticated", "everyone"}

// String returns the name of e in JSON and queries.
func (e Exposure) String() string { return nameOf(exposureNames[:], int(e)) }

// Content is an open document. Whoever opened it closes it. ReadAt may be called
// by several goroutines at once.
type Content interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return names[0]
	}
	return names[i]
}
