package sources

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"sync"
	"time"

	"github.com/cloudsoda/go-smb2"
)

// smbPool keeps sessions of one share. A session is used by one goroutine at a
// time: listings with rights fail on one that is shared ("An invalid parameter was
// passed", go-smb2 of 2026-09-18 with Samba 4.17).
type smbPool struct {
	address Address
	share   string
	who     Credentials
	timeout time.Duration

	mu   sync.Mutex
	idle []*smbSession

	dialing sync.Mutex // one log-on at a time
	refused error      // what the server said of our credentials
}

// smbSession is one logged-on connection with the share mounted.
type smbSession struct {
	pool  *smbPool
	conn  net.Conn
	share *smb2.Share
	lost  bool
}

// take returns a session that no other goroutine uses.
func (p *smbPool) take(ctx context.Context) (*smbSession, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return s, nil
	}
	p.mu.Unlock()
	return p.dial(ctx)
}

// give takes a session back. One that is lost is closed, and those that wait with
// it: mostly the server went away from all.
func (p *smbPool) give(s *smbSession) {
	if s.lost {
		s.conn.Close()
		p.close()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, s)
}

func (p *smbPool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.idle {
		s.conn.Close() // ends the session on the server too
	}
	p.idle = nil
	return nil
}

// dial logs on. Credentials that were refused are not tried again: servers lock
// an account after a few attempts.
func (p *smbPool) dial(ctx context.Context) (*smbSession, error) {
	p.dialing.Lock()
	defer p.dialing.Unlock()
	if p.refused != nil {
		return nil, p.refused
	}
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(p.address.Host, p.address.Port))
	if err != nil {
		return nil, &lostError{fmt.Errorf("connect: %w", unnamed(err))}
	}
	conn = &timedConn{conn, p.timeout}
	dialer := smb2.Dialer{
		// Signed messages cannot be changed on their way.
		Negotiator: smb2.Negotiator{RequireMessageSigning: true},
		Initiator:  &smb2.NTLMInitiator{User: p.who.User, Password: p.who.Password, Domain: p.who.Domain},
	}
	session, err := dialer.DialConn(ctx, conn, p.address.Host)
	if err == nil {
		var share *smb2.Share
		if share, err = session.WithContext(ctx).Mount(p.share); err == nil {
			return &smbSession{pool: p, conn: conn, share: share}, nil
		}
	}
	conn.Close()
	if !answered(err) {
		return nil, &lostError{fmt.Errorf("log on: %w", err)}
	}
	if denied(err) {
		err = fmt.Errorf("%w: %w", fs.ErrPermission, err)
		p.refused = err
	}
	return nil, err
}

// call starts the use of a session, with the clock of its first request running.
func (s *smbSession) call(ctx context.Context) *smbCall {
	ctx, cancel := context.WithCancel(ctx)
	t := s.pool.timeout
	return &smbCall{session: s, share: s.share.WithContext(ctx), cancel: cancel, timer: time.AfterFunc(t, cancel), timeout: t}
}

// timedConn gives each write a limit: a server whose cable was pulled never
// refuses one, it only stops to read.
type timedConn struct {
	net.Conn
	timeout time.Duration
}

func (c *timedConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// NTSTATUS values of MS-ERREF 2.3.1 that mean more than "no".
const (
	statusInvalidParameter  = 0xC000000D
	statusSharingViolation  = 0xC0000043
	statusLockConflict      = 0xC0000054
	statusLogonFailure      = 0xC000006D
	statusAccountLimits     = 0xC000006E
	statusLogonHours        = 0xC000006F
	statusPasswordExpired   = 0xC0000071
	statusAccountDisabled   = 0xC0000072
	statusNetworkNameGone   = 0xC00000C9
	statusNetworkDenied     = 0xC00000CA
	statusLogonType         = 0xC000015B
	statusAccountExpired    = 0xC0000193
	statusSessionDeleted    = 0xC0000203
	statusServerResources   = 0xC0000205
	statusPasswordMustReset = 0xC0000224
	statusAccountLocked     = 0xC0000234
	statusSessionExpired    = 0xC000035C
	statusServerUnavailable = 0xC0000466
)

// answered reports whether err is a word of the server on what was asked, which
// it would say again. The end of a session is not, nor an invalid parameter: see
// smbPool.
func answered(err error) bool {
	var r *smb2.ResponseError
	if errors.As(err, &r) {
		switch r.Code {
		case statusInvalidParameter, statusNetworkNameGone, statusSessionDeleted, statusServerResources, statusSessionExpired, statusServerUnavailable:
			return false
		}
		return true
	}
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrExist)
}

// denied reports whether the server refused who we are, or a file that someone
// holds for himself.
func denied(err error) bool {
	var r *smb2.ResponseError
	if !errors.As(err, &r) {
		return errors.Is(err, fs.ErrPermission)
	}
	switch r.Code {
	case statusSharingViolation, statusLockConflict, statusLogonFailure, statusAccountLimits, statusLogonHours,
		statusPasswordExpired, statusAccountDisabled, statusNetworkDenied, statusLogonType, statusAccountExpired,
		statusPasswordMustReset, statusAccountLocked:
		return true
	}
	return false
}

// unnamed leaves the address out of an error of the network.
func unnamed(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
