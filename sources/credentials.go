package sources

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Credentials are what a server asks for before it answers.
type Credentials struct {
	User, Password, Domain string
	// Key and KnownHosts are files of SSH: a private key without a passphrase, and
	// the keys of servers.
	Key, KnownHosts string
	// Region is that of an object store, where the server may not be asked for it.
	Region string
}

// Keyring holds the credentials of servers, by host in lower case; "" is for all
// servers that have none of their own.
type Keyring map[string]Credentials

// ReadKeyring reads a file of credentials, which nobody but its owner may read:
//
//	user = lecteur
//	password = …
//	domain = PREFECTURE
//
//	[nas2.example]
//	user = autre
//
// Lines before the first host are for every other server. A password is taken to
// the end of its line, without the spaces around it. Errors name lines and never
// hold their text.
func ReadKeyring(path string) (Keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("credentials: %s is open to others than its owner: chmod 600", path)
	}
	ring, host := Keyring{}, ""
	var bad []error
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(name, "]") {
			host = strings.ToLower(strings.TrimSuffix(name, "]"))
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		c := ring[host]
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "user":
			c.User = value
		case "password":
			c.Password = value
		case "domain":
			c.Domain = value
		case "key":
			c.Key = value
		case "known_hosts":
			c.KnownHosts = value
		case "region":
			c.Region = value
		default:
			ok = false
		}
		if !ok {
			bad = append(bad, fmt.Errorf("%s:%d: want user, password, domain, key, known_hosts or region = value, or [host]", path, n))
		}
		ring[host] = c
	}
	if err := errors.Join(append(bad, lines.Err())...); err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	return ring, nil
}

// of returns the credentials of a host.
func (k Keyring) of(host string) Credentials {
	if c, ok := k[strings.ToLower(host)]; ok {
		return c
	}
	return k[""]
}
