package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"poterne"
)

// Options say what of the roots to list, and how to reach servers. The zero value
// lists everything.
type Options struct {
	LocalOptions
	// Keyring opens servers. It is not needed for folders.
	Keyring Keyring
	// AllowHTTP lets s3+http:// leave this machine, where what is read can be seen
	// and changed on its way.
	AllowHTTP bool
	// Bandwidth bounds the bytes read, and IOPS the requests made, of all roots
	// together in one second; 0 is no bound. A request is an answer of a server, of
	// 256 names at most where a folder is listed; of this machine's disks it is a
	// folder listed, a document opened, a stretch of one read.
	Bandwidth int64
	IOPS      int
	// Timeout is how long one request may take; 0 means 30 seconds, more than a
	// busy server needs to wake its disks.
	Timeout time.Duration
	// Patience is how long a server may stay away before its documents fail; 0
	// means 2 minutes, the time that a server needs to start again.
	Patience time.Duration
}

func (o Options) withDefaults() Options {
	if o.Workers == 0 {
		o.Workers = 8 // sessions; a server is mostly waited for
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 2 * time.Minute
	}
	return o
}

// source is what both kinds of root are.
type source interface {
	Documents(context.Context) iter.Seq2[poterne.Document, error]
	Open(context.Context, poterne.Document) (poterne.Content, error)
	Skipped() int64
	io.Closer
}

// Shares is a source over several shares, folders and servers.
type Shares struct {
	all  []source
	by   map[string]source
	pace *pace
}

// Open returns a source over roots: folders, and addresses such as
// smb://host/share (see [ParseAddress]). It connects to nothing yet. The caller
// closes it.
func Open(roots []Root, opts Options) (*Shares, error) {
	local, err := NewLocal(nil, opts.LocalOptions)
	if err != nil {
		return nil, err
	}
	var addresses []Address
	var trees []*tree // one for each address
	s := &Shares{by: map[string]source{}, pace: newPace(opts.Bandwidth, opts.IOPS)}
	local.pace = s.pace
	for _, r := range roots {
		if s.by[r.Share] != nil {
			return nil, fmt.Errorf("two roots are named %q", r.Share)
		}
		if !Remote(r.Dir) {
			local.roots = append(local.roots, r)
			s.by[r.Share] = local
			continue
		}
		a, err := ParseAddress(r.Dir)
		if err != nil {
			return nil, err
		}
		if r.User != "" {
			a.setAccount(r.User)
		}
		server, err := dial(a, opts.withDefaults())
		if err != nil {
			return nil, err
		}
		t := newTree(r.Share, server, opts.withDefaults(), s.pace)
		s.all, s.by[r.Share] = append(s.all, t), t
		addresses, trees = append(addresses, a), append(trees, t)
	}
	for i, t := range trees {
		for _, a := range addresses {
			if rel, ok := a.below(addresses[i]); ok {
				t.elsewhere = append(t.elsewhere, rel)
			}
		}
		t.equal = addresses[i].equal
	}
	if len(local.roots) > 0 {
		s.all = append(s.all, local)
	}
	return s, nil
}

func dial(a Address, opts Options) (server, error) {
	switch a.Scheme {
	case "smb":
		return newSMB(a, opts)
	case "sftp":
		return newSFTP(a, opts)
	case "s3", "s3+http":
		return newS3(a, opts)
	}
	return newWebDAV(a, opts)
}

// Documents lists the documents of all shares, one share after another, as
// [Local.Documents] does.
func (s *Shares) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		for _, one := range s.all {
			for d, err := range one.Documents(ctx) {
				if !yield(d, err) {
					return
				}
			}
		}
	}
}

// Open opens a document of any of the shares. The error is a *poterne.Failure.
func (s *Shares) Open(ctx context.Context, d poterne.Document) (poterne.Content, error) {
	one := s.by[d.Share]
	if one == nil {
		return nil, poterne.Fail(poterne.StageOpen, poterne.Vanished, fmt.Errorf("share %q: %w", d.Share, fs.ErrNotExist))
	}
	return one.Open(ctx, d)
}

// Skipped counts the links, devices, pipes and sockets that were seen and are no
// documents.
func (s *Shares) Skipped() int64 {
	n := int64(0)
	for _, one := range s.all {
		n += one.Skipped()
	}
	return n
}

// Close releases all roots and connections.
func (s *Shares) Close() error {
	var err error
	for _, one := range s.all {
		err = errors.Join(err, one.Close())
	}
	return err
}
