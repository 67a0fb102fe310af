package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/cloudsoda/go-smb2"
)

// smbServer lists and reads one share by SMB 2 and 3, with the owners and access
// control lists that the server gives (those of NTFS, or Samba's).
type smbServer struct {
	pool *smbPool
	root string // inside the share, "" for all of it
	opts Options
}

func newSMB(a Address, opts Options) (*smbServer, error) {
	who := a.account(opts.Keyring)
	if who.User == "" {
		return nil, fmt.Errorf("%s: no user, neither in the address nor in the file of credentials", a.Host)
	}
	share, root, _ := strings.Cut(strings.TrimPrefix(a.Path, "/"), "/")
	return &smbServer{pool: &smbPool{address: a, share: share, who: who, timeout: opts.Timeout}, root: root, opts: opts}, nil
}

func (s *smbServer) Close() error { return s.pool.close() }

// at returns the path inside the share as the server takes it.
func (s *smbServer) at(path string) string {
	return strings.ReplaceAll(strings.Trim(s.root+"/"+path, "/"), "/", `\`)
}

const ownerAndList = smb2.OwnerSecurityInformation | smb2.DACLSecurityInformation

func (s *smbServer) list(ctx context.Context, dir string, emit func(entry) error) error {
	session, err := s.pool.take(ctx)
	if err != nil {
		return err
	}
	call := session.call(ctx)
	defer call.end()
	f, err := call.share.Open(s.at(dir))
	if err != nil {
		return call.judge(err)
	}
	defer f.Close()
	for {
		call.again()
		// With their rights: some tens of round trips of the server, far below the
		// time-out of a request.
		entries, err := f.ReaddirPlus(listBatch, ownerAndList)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return call.judge(err)
		}
		for _, e := range entries {
			if e.Err != nil && e.RawSecurityDescriptor == nil && !answered(e.Err) {
				return call.judge(e.Err)
			}
			// The consumer may take its time: that is no fault of the server.
			call.pause()
			if err := emit(smbEntry(e)); err != nil {
				return err
			}
		}
	}
}

// Attributes and reparse tags of MS-FSCC 2.6 and 2.1.2.1.
const (
	smbDirectory = 0x10
	smbReparse   = 0x400

	tagMountPoint = 0xA0000003
	tagSymlink    = 0xA000000C
	tagUnixLink   = 0xA000001D
)

var errMountPoint = errors.New("a mount point of the server: name its target as a root of its own")

// smbEntry turns what the server says of a name into ours. Other reparse points
// than links are documents: deduplicated files, files on slower storage.
func smbEntry(e smb2.DirEntryPlus) entry {
	out := entry{name: e.Name()}
	st, ok := e.Sys().(*smb2.FileStat)
	if !ok {
		out.err = errors.New("a name without attributes")
		return out
	}
	out.folder = st.FileAttributes&smbDirectory != 0
	if st.FileAttributes&smbReparse != 0 {
		switch st.ReparsePointTag {
		case tagSymlink, tagUnixLink:
			out.link = true
		case tagMountPoint:
			out.err = errMountPoint
		}
	}
	out.state = smbState(st)
	out.changeTime = st.ChangeTime
	// A file whose rights may not be seen keeps an unknown exposure, the zero.
	if r, err := parseRights(e.RawSecurityDescriptor); err == nil {
		out.owner, out.exposure = r.owner, r.exposure
	}
	return out
}

func smbState(st *smb2.FileStat) state {
	return state{size: st.EndOfFile, modTime: st.LastWriteTime, id: st.FileId}
}

func (s *smbServer) open(ctx context.Context, path string) (handle, error) {
	session, err := s.pool.take(ctx)
	if err != nil {
		return nil, err
	}
	call := session.call(ctx)
	f, err := call.share.Open(s.at(path))
	if err != nil {
		defer call.end()
		return nil, call.judge(err)
	}
	info, err := f.Stat()
	if err != nil {
		defer call.end()
		defer f.Close()
		return nil, call.judge(err)
	}
	st, ok := info.Sys().(*smb2.FileStat)
	if !ok || st.FileAttributes&smbDirectory != 0 {
		defer call.end()
		defer f.Close()
		return nil, fmt.Errorf("no longer a file: %w", fs.ErrNotExist)
	}
	call.pause()
	return &smbHandle{call: call, file: f, seen: smbState(st)}, nil
}

// smbHandle is an open file. It keeps its session to itself until it is closed.
type smbHandle struct {
	call *smbCall
	file *smb2.File
	seen state
}

func (h *smbHandle) state() state { return h.seen }

func (h *smbHandle) ReadAt(_ context.Context, p []byte, off int64) (int, error) {
	h.call.again()
	defer h.call.pause()
	n, err := h.file.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		err = h.call.judge(err)
	}
	return n, err
}

func (h *smbHandle) Close() error {
	h.call.again()
	err := h.file.Close()
	if err != nil {
		h.call.judge(err)
	}
	h.call.end()
	return nil // nothing was written: a failed close loses nothing
}

// smbCall is the use of one session by one goroutine.
type smbCall struct {
	session *smbSession
	share   *smb2.Share
	cancel  context.CancelFunc
	timer   *time.Timer
	timeout time.Duration
}

// again gives the next request its time; pause stops the clock.
func (c *smbCall) again() { c.timer.Reset(c.timeout) }
func (c *smbCall) pause() { c.timer.Stop() }

// end gives the session back.
func (c *smbCall) end() {
	c.timer.Stop()
	c.cancel()
	c.session.pool.give(c.session)
}

// judge tells a word of the server from its silence. A session that fell silent
// is not used again.
func (c *smbCall) judge(err error) error {
	if answered(err) {
		return err
	}
	c.session.lost = true
	return &lostError{err}
}
