package sources

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"
)

// Address is where a share on a server is, without who asks for it.
type Address struct {
	Scheme string // "smb", "sftp", "webdav" (HTTP), "webdavs" (HTTPS), "s3" (HTTPS) or "s3+http"
	Host   string // in lower case
	Port   string
	Path   string // "/share/folder", without "/" at its end
	// User and Domain come from the address where it has them, and win over those
	// of the credentials' file.
	User, Domain string
}

// ports are the schemes that are known and their usual ports.
var ports = map[string]string{"s3": "443", "s3+http": "80", "sftp": "22", "smb": "445", "webdav": "80", "webdavs": "443"}

// Remote reports whether a root is the address of a share on a server, rather
// than a folder of this machine.
func Remote(root string) bool { return strings.Contains(root, "://") }

// ParseAddress reads an address such as "smb://DOMAIN;user@host:port/share/folder".
// It refuses one with a password: addresses are seen in lists of processes. Errors
// hold no part of the address.
func ParseAddress(root string) (Address, error) {
	u, err := url.Parse(root)
	if err != nil {
		return Address{}, errors.New("not an address such as smb://host/share/folder")
	}
	a := Address{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Hostname()), Port: u.Port()}
	if _, ok := ports[a.Scheme]; !ok {
		return Address{}, fmt.Errorf("%q: sources are folders, smb://, webdavs://, s3:// and sftp://", a.Scheme)
	}
	if a.Port == "" {
		a.Port = ports[a.Scheme]
	}
	if _, has := u.User.Password(); has {
		return Address{}, errors.New("a password in an address is seen by others: put it in a file, --credentials")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Address{}, errors.New("write ? as %3F and # as %23")
	}
	a.setAccount(u.User.Username())
	a.Path = path.Clean("/" + u.Path)
	if a.Host == "" || a.Path == "/" && (a.Scheme == "smb" || a.object()) {
		return Address{}, errors.New("want a host and a share or a bucket, such as smb://host/share/folder")
	}
	return a, nil
}

// Name returns the last element of the path, or the host where there is none.
func (a Address) Name() string {
	if a.Path == "/" {
		return a.Host
	}
	return path.Base(a.Path)
}

// object reports whether a is in an object store.
func (a Address) object() bool { return a.Scheme == "s3" || a.Scheme == "s3+http" }

// account returns the credentials for the server, those of the address first.
func (a Address) account(ring Keyring) Credentials {
	who := ring.of(a.Host)
	if a.User != "" {
		who.User = a.User
	}
	if a.Domain != "" {
		who.Domain = a.Domain
	}
	return who
}

// Account returns who the address names, as "domain;user".
func (a Address) Account() string {
	if a.Domain == "" {
		return a.User
	}
	return a.Domain + ";" + a.User
}

// setAccount is the reverse of Account.
func (a *Address) setAccount(account string) {
	a.Domain, a.User = "", account
	if domain, user, ok := strings.Cut(account, ";"); ok {
		a.Domain, a.User = domain, user
	}
}

// String returns the address in one spelling, without user, and without the port
// where it is the usual one.
func (a Address) String() string {
	return (&url.URL{Scheme: a.Scheme, Host: a.hostPort(), Path: a.Path}).String()
}

// hostPort returns the host, and the port where it is not the usual one.
func (a Address) hostPort() string {
	switch {
	case a.Port != ports[a.Scheme]:
		return net.JoinHostPort(a.Host, a.Port)
	case strings.Contains(a.Host, ":"):
		return "[" + a.Host + "]"
	}
	return a.Host
}
