package accounts

import (
	"context"
	"crypto/fips140"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"poterne/web"
)

// Costs of a hash. Argon2id has the second recommended option of RFC 9106 §4: 64 MiB
// and three passes. PBKDF2, for FIPS 140 mode in which Argon2 is not approved, has the
// 600,000 rounds that OWASP asks of HMAC-SHA-256.
const (
	argonTime    = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 4
	pbkdfRounds  = 600_000
	saltSize     = 16
	hashSize     = 32
)

// hashesAtOnce bounds the memory that people who sign in take together: 128 MiB.
const hashesAtOnce = 2

// hasher makes and checks hashes of passwords.
type hasher struct {
	fips bool
	turn chan struct{}
	// decoy is checked where there is no account, so that time tells nothing.
	decoy string
}

func newHasher() hasher {
	h := hasher{fips: fips140.Enabled(), turn: make(chan struct{}, hashesAtOnce)}
	h.decoy = h.format(make([]byte, saltSize), make([]byte, hashSize))
	return h
}

// make returns the hash of a password as a PHC string.
func (h hasher) make(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return h.format(salt, h.sum(h.fips, password, salt))
}

func (h hasher) format(salt, sum []byte) string {
	enc := base64.RawStdEncoding
	if h.fips {
		return fmt.Sprintf("$pbkdf2-sha256$i=%d$%s$%s", pbkdfRounds, enc.EncodeToString(salt), enc.EncodeToString(sum))
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, enc.EncodeToString(salt), enc.EncodeToString(sum))
}

// sum hashes with the costs above, whichever a stored string names: they never were others.
func (h hasher) sum(fips bool, password string, salt []byte) []byte {
	h.turn <- struct{}{}
	defer func() { <-h.turn }()
	if fips {
		sum, err := pbkdf2.Key(sha256.New, password, salt, pbkdfRounds, hashSize)
		if err != nil {
			panic("accounts: pbkdf2: " + err.Error()) // only for lengths that are not ours
		}
		return sum
	}
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashSize)
}

// check reports whether a password has the hash.
func (h hasher) check(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) < 4 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[len(parts)-2])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[len(parts)-1])
	if err1 != nil || err2 != nil || len(want) != hashSize {
		return false
	}
	return subtle.ConstantTimeCompare(h.sum(parts[1] == "pbkdf2-sha256", password, salt), want) == 1
}

// Lengths of passwords: 12 characters is what the CNIL asks for beside other measures
// (recommendation 2022-100); the upper one bounds the work.
const (
	shortest = 12
	longest  = 1024
)

func checkPassword(login, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < shortest:
		return web.Refuse("un mot de passe a au moins %d caractères", "a password has at least %d characters", shortest)
	case len(password) > longest:
		return web.Refuse("un mot de passe a au plus %d octets", "a password has at most %d bytes", longest)
	case strings.Contains(strings.ToLower(password), login):
		return web.Refuse("un mot de passe ne contient pas l'identifiant", "a password does not hold the login")
	}
	return nil
}

// SetPassword gives an account another password, and ends its sessions.
func (s *Store) SetPassword(ctx context.Context, login, password string) error {
	login = web.Login(login)
	if err := checkPassword(login, password); err != nil {
		return err
	}
	hash := s.hash.make(password)
	return s.update(ctx, login, func(r *row) error {
		r.Password = hash
		r.Epoch++
		return nil
	})
}

// codes are those of RFC 6238: six digits, 30 seconds.
var codes = totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// NewSecond draws the secret of one-time codes for an account and returns it with the
// address that an authenticator reads. It holds once [Store.SetSecond] saw a code.
func (s *Store) NewSecond(login string) (secret, address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Poterne", AccountName: login})
	if err != nil {
		return "", "", fmt.Errorf("one-time codes: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// SetSecond gives an account one-time codes from a secret, once a code proves that
// its owner holds it; secret "" takes them away. A wrong code is [web.ErrRefused].
func (s *Store) SetSecond(ctx context.Context, login, secret, code string) error {
	step := int64(0)
	if secret != "" {
		var ok bool
		if step, ok = s.step(secret, code); !ok {
			return web.Refuse("le code n'est pas le bon", "the code is not right")
		}
	}
	return s.update(ctx, login, func(r *row) error {
		r.Secret, r.Used = secret, step
		r.Epoch++
		return nil
	})
}

// step returns the time step whose code this is: now, one before or one after.
func (s *Store) step(secret, code string) (int64, bool) {
	code = strings.ReplaceAll(code, " ", "")
	for _, d := range []time.Duration{0, -30 * time.Second, 30 * time.Second} {
		at := s.now().Add(d)
		want, err := totp.GenerateCodeCustom(secret, at, codes)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at.Unix() / 30, true
		}
	}
	return 0, false
}

// Authenticate checks a login, its password and, where the account has one, its
// one-time code, which counts once. Whatever is wrong is [web.ErrCredentials], after
// the same work. Where a security key is to be asked yet it returns the account with
// [web.ErrSecurityKey].
func (s *Store) Authenticate(ctx context.Context, login, password, code string) (web.Account, error) {
	r, err := s.get(ctx, s.db, web.Login(login))
	if err != nil && !errors.Is(err, web.ErrNotFound) {
		return web.Account{}, err
	}
	known, hash := err == nil && r.Password != "" && !r.Disabled, s.hash.decoy
	if known {
		hash = r.Password
	}
	if len(password) > longest {
		password = ""
	}
	if !s.hash.check(hash, password) || !known {
		return web.Account{}, web.ErrCredentials
	}
	switch {
	case len(r.SecurityKeys) > 0 && (r.Secret == "" || code == ""):
		return r.Account, web.ErrSecurityKey
	case r.Secret == "":
		return r.Account, nil
	}
	step, ok := s.step(r.Secret, code)
	if !ok {
		return web.Account{}, web.ErrCredentials
	}
	err = s.update(ctx, r.Login, func(r *row) error {
		if step <= r.Used {
			return web.ErrCredentials // taken before, perhaps by who looked over a shoulder
		}
		r.Used = step
		return nil
	})
	if err != nil {
		return web.Account{}, err
	}
	return r.Account, nil
}
