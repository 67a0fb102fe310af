package sources

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"strconv"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// sftpServer lists and reads a folder by SFTP, over one connection that all
// goroutines share, and that is made again once it is lost.
type sftpServer struct {
	address Address
	config  *ssh.ClientConfig
	timeout time.Duration

	mu      sync.Mutex
	now     *sftpConn // nil where there is none
	refused error     // what the server said of our credentials, or we of its key
}

// newSFTP reads the keys before anything is connected. The server's key must be in
// the file of known hosts: an unknown server gets no password.
func newSFTP(a Address, opts Options) (*sftpServer, error) {
	who := a.account(opts.Keyring)
	if who.User == "" || (who.Password == "" && who.Key == "") {
		return nil, fmt.Errorf("%s: no user, or neither password nor key, in the file of credentials", a.Host)
	}
	if who.KnownHosts == "" {
		return nil, fmt.Errorf("%s: no known_hosts in the file of credentials", a.Host)
	}
	hosts, err := knownhosts.New(who.KnownHosts)
	if err != nil {
		return nil, fmt.Errorf("known_hosts: %w", err)
	}
	var auth []ssh.AuthMethod
	if who.Key != "" {
		pem, err := os.ReadFile(who.Key)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		signer, err := ssh.ParsePrivateKey(pem)
		if err != nil {
			return nil, errors.New("key: not a private key without a passphrase")
		}
		auth = append(auth, ssh.PublicKeys(signer))
	}
	if who.Password != "" {
		auth = append(auth, ssh.Password(who.Password))
	}
	config := &ssh.ClientConfig{User: who.User, Auth: auth, HostKeyCallback: hosts, HostKeyAlgorithms: knownKinds(hosts, net.JoinHostPort(a.Host, a.Port))}
	return &sftpServer{address: a, timeout: opts.Timeout, config: config}, nil
}

// knownKinds lists the kinds of key that are known of a server, so that it does
// not show another one, which would look like the key of someone else.
func knownKinds(hosts ssh.HostKeyCallback, where string) []string {
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil
	}
	nobodys, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil
	}
	var known *knownhosts.KeyError
	if !errors.As(hosts(where, &net.TCPAddr{Port: 22}, nobodys), &known) {
		return nil
	}
	var kinds []string
	for _, k := range known.Want {
		if k.Key.Type() == ssh.KeyAlgoRSA {
			kinds = append(kinds, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
			continue
		}
		kinds = append(kinds, k.Key.Type())
	}
	return kinds
}

// sftpConn is one connection. Ending it ends all that waits for it.
type sftpConn struct {
	ssh *ssh.Client
	*sftp.Client
}

func (c *sftpConn) end() {
	// The transport first: a polite good-bye would wait for a silent server.
	c.ssh.Close()
	c.Client.Close()
}

func (s *sftpServer) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		s.now.end()
		s.now = nil
	}
	return nil
}

// conn returns the connection, a new one where there is none.
func (s *sftpServer) conn(ctx context.Context) (*sftpConn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil || s.refused != nil {
		return s.now, s.refused
	}
	where := net.JoinHostPort(s.address.Host, s.address.Port)
	tcp, err := (&net.Dialer{Timeout: s.timeout}).DialContext(ctx, "tcp", where)
	if err != nil {
		return nil, &lostError{fmt.Errorf("connect: %w", unnamed(err))}
	}
	tcp.SetDeadline(time.Now().Add(s.timeout))
	// What ended the handshake is known by who ended it: the callback says whether
	// the key was good, and a server that hangs up after it refused us.
	var keyErr error
	greeted := false
	config := *s.config
	config.HostKeyCallback = func(host string, remote net.Addr, key ssh.PublicKey) error {
		keyErr = s.config.HostKeyCallback(host, remote, key)
		greeted = true
		return keyErr
	}
	conn, channels, requests, err := ssh.NewClientConn(tcp, where, &config)
	if err != nil {
		tcp.Close()
		var network net.Error
		switch {
		case keyErr != nil:
			s.refused = fmt.Errorf("%w: the server's key is not the one of known_hosts", fs.ErrPermission)
			return nil, s.refused
		case !greeted || errors.As(err, &network) || errors.Is(err, io.EOF):
			return nil, &lostError{errors.New("the server ended the handshake")}
		}
		s.refused = fmt.Errorf("%w: the server refused to log us on", fs.ErrPermission)
		return nil, s.refused
	}
	tcp.SetDeadline(time.Time{})
	client := ssh.NewClient(conn, channels, requests)
	files, err := sftp.NewClient(client)
	if err != nil {
		client.Close()
		return nil, &lostError{fmt.Errorf("start sftp: %w", err)}
	}
	s.now = &sftpConn{client, files}
	return s.now, nil
}

// ask calls f with a connection, and ends it where the server stays silent for
// longer than a request may take, or ctx ends.
func (s *sftpServer) ask(ctx context.Context, c *sftpConn, f func() error) error {
	defer time.AfterFunc(s.timeout, c.end).Stop()
	defer context.AfterFunc(ctx, c.end)()
	err := f()
	var status *sftp.StatusError
	if err == nil || errors.As(err, &status) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	if errors.Is(err, io.EOF) {
		// The end of the file, or of the connection: who is there still answers.
		if _, gone := c.Lstat(s.address.Path); gone == nil {
			return err
		}
	}
	c.end()
	s.mu.Lock()
	if s.now == c {
		s.now = nil
	}
	s.mu.Unlock()
	return &lostError{err}
}

func (s *sftpServer) at(name string) string { return path.Join(s.address.Path, name) }

func (s *sftpServer) list(ctx context.Context, dir string, emit func(entry) error) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	var infos []fs.FileInfo
	err = s.ask(ctx, c, func() error {
		infos, err = c.ReadDirContext(ctx, s.at(dir))
		return err
	})
	if err != nil {
		return err
	}
	for _, info := range infos {
		mode := info.Mode()
		e := entry{name: info.Name(), folder: mode.IsDir(), link: !mode.IsDir() && !mode.IsRegular(), state: sftpState(info)}
		// A server that does not tell the mode tells 0.
		if st, ok := info.Sys().(*sftp.FileStat); ok && st.Mode != 0 {
			e.owner = strconv.FormatUint(uint64(st.UID), 10)
			e.exposure, e.pass = widest(info, 0o004, 0o040), widest(info, 0o001, 0o010)
		}
		if err := emit(e); err != nil {
			return err
		}
	}
	return nil
}

func sftpState(info fs.FileInfo) state { return state{size: info.Size(), modTime: info.ModTime()} }

func (s *sftpServer) open(ctx context.Context, name string) (handle, error) {
	c, err := s.conn(ctx)
	if err != nil {
		return nil, err
	}
	h := &sftpHandle{server: s, conn: c}
	err = s.ask(ctx, c, func() error {
		// Not a link: it may have taken the place of the file.
		info, err := c.Lstat(s.at(name))
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("no longer a file: %w", fs.ErrNotExist)
		}
		h.seen = sftpState(info)
		h.file, err = c.Open(s.at(name))
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

type sftpHandle struct {
	server *sftpServer
	conn   *sftpConn
	file   *sftp.File
	seen   state
}

func (h *sftpHandle) state() state { return h.seen }

func (h *sftpHandle) ReadAt(ctx context.Context, p []byte, off int64) (n int, err error) {
	err = h.server.ask(ctx, h.conn, func() error {
		n, err = h.file.ReadAt(p, off)
		return err
	})
	return n, err
}

func (h *sftpHandle) Close() error {
	h.server.ask(context.Background(), h.conn, h.file.Close)
	return nil // nothing was written: a failed close loses nothing
}
