package accounts

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"poterne/internal/seal"
	"poterne/web"
)

const password = "une phrase assez longue"

func openStore(t *testing.T, dir string, key []byte) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newStore(t *testing.T) *Store { return openStore(t, t.TempDir(), seal.NewKey().For(seal.Web)) }

func add(t *testing.T, s *Store, login, password string) {
	t.Helper()
	if err := s.Add(t.Context(), web.Account{Login: login, Name: "Camille Morel", Roles: []web.Role{web.DPO}, Shares: []string{"RH*"}}, password); err != nil {
		t.Fatal(err)
	}
}

func TestAccountsComeBackAfterClosing(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey().For(seal.Web)
	s := openStore(t, dir, key)
	add(t, s, " C.Morel ", "")
	want, err := s.Account(t.Context(), "c.morel")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := openStore(t, dir, key).Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]web.Account{want}, got); d != "" {
		t.Errorf("accounts (-want +got):\n%s", d)
	}
	if _, err := Open(t.Context(), dir, seal.NewKey().For(seal.Web)); !errors.Is(err, seal.ErrKey) {
		t.Errorf("another key: %v", err)
	}
}

func TestAccountsThatAreRefused(t *testing.T) {
	s := newStore(t)
	add(t, s, "taken", "")
	good := web.Account{Login: "c.morel", Roles: []web.Role{web.DPO}}
	for name, c := range map[string]struct {
		change   func(*web.Account)
		password string
	}{
		"taken":             {func(a *web.Account) { a.Login = "TAKEN" }, ""},
		"no-login":          {func(a *web.Account) { a.Login = " " }, ""},
		"odd-login":         {func(a *web.Account) { a.Login = "c morel<script>" }, ""},
		"no-role":           {func(a *web.Account) { a.Roles = nil }, ""},
		"unknown-role":      {func(a *web.Account) { a.Roles = []web.Role{"root"} }, ""},
		"revealer-alone":    {func(a *web.Account) { a.Roles = []web.Role{web.Revealer} }, ""},
		"revealing-auditor": {func(a *web.Account) { a.Roles = []web.Role{web.Revealer, web.DPO, web.Auditor} }, ""},
		"empty-share":       {func(a *web.Account) { a.Shares = []string{""} }, ""},
		"short-password":    {func(*web.Account) {}, "court"},
		"login-in-it":       {func(*web.Account) {}, "c.morel-1234567"},
		"endless-password":  {func(*web.Account) {}, strings.Repeat("a", 2000)},
	} {
		a := good
		c.change(&a)
		if err := s.Add(t.Context(), a, c.password); !errors.Is(err, web.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	s := newStore(t)
	add(t, s, "c.morel", password)
	add(t, s, "elsewhere", "")
	for name, c := range map[string]struct {
		login, password string
		good            bool
	}{
		"right": {"C.Morel", password, true}, "wrong": {"c.morel", password + "x", false}, "empty": {"c.morel", "", false}, "unknown": {"nobody", password, false}, "no-password": {"elsewhere", "", false},
	} {
		_, err := s.Authenticate(t.Context(), c.login, c.password, "")
		if (err == nil) != c.good || err != nil && !errors.Is(err, web.ErrCredentials) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Update(t.Context(), "c.morel", func(a *web.Account) error { a.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(t.Context(), "c.morel", password, ""); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("disabled: %v", err)
	}
}

// TestOneTimeCodes wants a code to be asked for, to be taken once, and not late.
func TestOneTimeCodes(t *testing.T) {
	s := newStore(t)
	now := time.Date(2026, 3, 2, 9, 0, 5, 0, time.UTC)
	s.now = func() time.Time { return now }
	add(t, s, "c.morel", password)
	secret, address, err := s.NewSecond("c.morel")
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/") {
		t.Fatalf("%q, %v", address, err)
	}
	code := func() string {
		t.Helper()
		c, err := totp.GenerateCode(secret, now)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := s.SetSecond(t.Context(), "c.morel", secret, "000000"); !errors.Is(err, web.ErrRefused) {
		t.Errorf("a wrong code proves the secret: %v", err)
	}
	if err := s.SetSecond(t.Context(), "c.morel", secret, code()); err != nil {
		t.Fatal(err)
	}
	try := func(code string) error {
		_, err := s.Authenticate(t.Context(), "c.morel", password, code)
		return err
	}
	if err := try(code()); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("the code that proved the secret is taken again: %v", err)
	}
	now = now.Add(time.Minute)
	fresh := code()
	if err := try(""); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("no code: %v", err)
	}
	if err := try(fresh[:3] + " " + fresh[3:]); err != nil {
		t.Errorf("the right code, with a space: %v", err)
	}
	if err := try(fresh); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("the same code again: %v", err)
	}
	old := code()
	now = now.Add(2 * time.Minute)
	if err := try(old); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("a late code: %v", err)
	}
}

// TestHashesOfBothKinds wants each kind of hash to be checked whatever the mode.
func TestHashesOfBothKinds(t *testing.T) {
	for _, fips := range []bool{false, true} {
		h := newHasher()
		h.fips = fips
		hash := h.make(password)
		if want := map[bool]string{false: "$argon2id$v=19$m=65536,t=3,p=4$", true: "$pbkdf2-sha256$i=600000$"}[fips]; !strings.HasPrefix(hash, want) {
			t.Errorf("hash %q, want %s…", hash, want)
		}
		other := newHasher()
		if !other.check(hash, password) || other.check(hash, password+" ") || other.check("", password) || other.check("$argon2id$x$y$z", password) {
			t.Errorf("fips %v: a hash is not checked as it should be", fips)
		}
		if h.make(password) == hash {
			t.Error("two hashes have one salt")
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	s := newStore(t)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	if err := s.CommitCtx(t.Context(), "a", []byte("one"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.CommitCtx(t.Context(), "a", []byte("two"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if data, ok, err := s.FindCtx(t.Context(), "a"); string(data) != "two" || !ok || err != nil {
		t.Errorf("%q %v %v", data, ok, err)
	}
	now = now.Add(time.Hour)
	if _, ok, err := s.FindCtx(t.Context(), "a"); ok || err != nil {
		t.Errorf("a session that ended: %v %v", ok, err)
	}
	if err := s.CommitCtx(t.Context(), "b", []byte("x"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM sessions`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are kept, %v", n, err)
	}
	if err := s.DeleteCtx(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.FindCtx(t.Context(), "b"); ok {
		t.Error("a session that was deleted")
	}
}

func TestTokensEnd(t *testing.T) {
	s := newStore(t)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	secret, err := s.AddToken(t.Context(), web.Token{Login: "c.morel", Name: "n", Roles: []web.Role{web.DPO}, Shares: []string{"*"}, Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Token(t.Context(), secret); err != nil || got.Login != "c.morel" {
		t.Errorf("%+v, %v", got, err)
	}
	now = now.Add(time.Hour)
	if _, err := s.Token(t.Context(), secret); !errors.Is(err, web.ErrNotFound) {
		t.Errorf("an expired token: %v", err)
	}
	if err := s.RevokeToken(t.Context(), "none"); !errors.Is(err, web.ErrNotFound) {
		t.Errorf("revoke none: %v", err)
	}
}

// TestOneTakes has many take one thing at once.
func TestOneTakes(t *testing.T) {
	s := newStore(t)
	if err := s.Put(t.Context(), "kind", "id", []byte("data")); err != nil {
		t.Fatal(err)
	}
	if all, err := s.All(t.Context(), "kind"); err != nil || string(all["id"]) != "data" {
		t.Errorf("%q, %v", all, err)
	}
	if all, err := s.All(t.Context(), "other"); err != nil || len(all) != 0 {
		t.Errorf("%q, %v", all, err)
	}
	got := make(chan error, 8)
	for range cap(got) {
		go func() {
			_, err := s.Take(context.WithoutCancel(t.Context()), "kind", "id")
			got <- err
		}()
	}
	taken := 0
	for range cap(got) {
		if err := <-got; err == nil {
			taken++
		} else if !errors.Is(err, web.ErrNotFound) {
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("%d took it", taken)
	}
}

// TestNothingReadableAtRest looks for what was kept in the bytes of each file.
func TestNothingReadableAtRest(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, seal.NewKey().For(seal.Web))
	add(t, s, "c.morel", "")
	secret, err := s.AddToken(t.Context(), web.Token{Login: "c.morel", Name: "supervision", Expires: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CommitCtx(t.Context(), "hash-of-a-token", []byte(`{"login":"c.morel"}`), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "proposal", "some-id", []byte("conseil/ordre-du-jour.docx")); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		for _, word := range []string{"morel", "Camille", "RH*", "dpo", secret, "supervision", "hash-of-a-token", "ordre-du-jour", "some-id"} {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s holds %q", filepath.Base(p), word)
			}
		}
		if info, err := e.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(p), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
