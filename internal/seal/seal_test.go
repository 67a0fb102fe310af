package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestKeyFileIsMadeOnceAndReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "conf", "key")
	var keys [8]Key
	var made [8]bool
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], made[i], err = LoadOrCreateKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	makers := 0
	for i := range keys {
		if keys[i] != keys[0] {
			t.Error("two callers got different keys")
		}
		if made[i] {
			makers++
		}
	}
	if makers != 1 {
		t.Errorf("%d callers made the key, want 1", makers)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm != 0o600 {
		t.Errorf("mode %04o, want 0600", perm)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("folder of the key holds %v (%v), want the key alone", left, err)
	}
}

func TestLoadKey(t *testing.T) {
	raw := bytes.Repeat([]byte{0xA7}, 32)
	b64, hexa := base64.StdEncoding.EncodeToString(raw), hex.EncodeToString(raw)
	for _, c := range []struct {
		name, in string
		mode     os.FileMode
		ok       bool
	}{
		{"base64", "# a header\n" + b64 + "\n", 0o600, true},
		{"hexadecimal", hexa, 0o600, true},
		{"upper-case-hexadecimal", strings.ToUpper(hexa), 0o400, true},
		{"windows-line-ends", "# h\r\n\r\n" + b64 + "\r\n", 0o600, true},
		{"short", b64[:40], 0o600, false},
		{"empty", "", 0o600, false},
		{"header-only", "# h\n", 0o600, false},
		{"two-keys", b64 + "\n" + b64 + "\n", 0o600, false},
		{"group-reads", b64, 0o640, false},
		{"others-read", b64, 0o604, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && c.mode&0o077 != 0 {
				c.ok = true // modes mean nothing there
			}
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(c.in), c.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			k, err := LoadKey(path)
			if (err == nil) != c.ok {
				t.Fatalf("LoadKey: %v, want ok = %v", err, c.ok)
			}
			if c.ok && !bytes.Equal(k.secret[:], raw) {
				t.Error("another key came back")
			}
			if err != nil && !errors.Is(err, ErrKeyFile) {
				t.Errorf("error is not ErrKeyFile: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), b64[:12]) {
				t.Error("the error holds the key")
			}
		})
	}
}

func TestLoadKeyRefusesAFolder(t *testing.T) {
	if _, err := LoadKey(t.TempDir()); !errors.Is(err, ErrKeyFile) {
		t.Errorf("LoadKey of a folder: %v", err)
	}
}

// TestSuccessor: another key for all, save for what outlives a rotation; and again.
func TestSuccessor(t *testing.T) {
	first := NewKey()
	path := filepath.Join(t.TempDir(), "key")
	k := first
	for range 3 {
		next := k.Successor()
		if err := next.Save(path); err != nil {
			t.Fatal(err)
		}
		read, err := LoadKey(path)
		if err != nil || read != next {
			t.Fatalf("read back: %v, the same: %v", err, read == next)
		}
		for _, p := range []Purpose{Fingerprint, Web} {
			if !bytes.Equal(read.For(p), first.For(p)) {
				t.Errorf("%s has another key", p)
			}
		}
		for _, p := range []Purpose{Index, Ledger, Audit} {
			if bytes.Equal(read.For(p), k.For(p)) {
				t.Errorf("%s has the same key", p)
			}
		}
		k = read
	}
}

func TestLoadCredential(t *testing.T) {
	path := filepath.Join(t.TempDir(), "poterne-key")
	if err := NewKey().Save(path); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o400: true, 0o440: true, 0o444: false, 0o460: false} {
		if runtime.GOOS == "windows" {
			ok = true
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadCredential(path); (err == nil) != ok {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestKeyNeverPrints(t *testing.T) {
	k := NewKey()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, k); got != "(key)" {
			t.Errorf("%s prints %d bytes", verb, len(got))
		}
	}
	if got := fmt.Sprintf("%v", struct{ K Key }{k}); got != "{(key)}" {
		t.Errorf("a struct that holds a key prints %d bytes", len(got))
	}
}

func TestPurposesHaveDifferentKeys(t *testing.T) {
	k := NewKey()
	seen := map[string]Purpose{}
	for _, p := range []Purpose{Fingerprint, Index, Ledger, Audit} {
		d := string(k.For(p))
		if other, dup := seen[d]; dup || len(d) != 32 {
			t.Errorf("%s: %d bytes, same as %q", p, len(d), other)
		}
		if d != string(k.For(p)) {
			t.Errorf("%s: not stable", p)
		}
		seen[d] = p
	}
}

// TestDeriveIsRFC5869 holds the derivation still: data sealed today must open in
// ten years. The vector is the one of appendix A.3.
func TestDeriveIsRFC5869(t *testing.T) {
	secret, _ := hex.DecodeString("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b")
	// No salt, no info; the first 32 bytes of OKM.
	want := "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	if got := hex.EncodeToString(Derive(secret, "")); got != want {
		t.Errorf("Derive = %s, want %s", got, want)
	}
}

func TestBox(t *testing.T) {
	box, err := NewBox(NewKey().For(Ledger))
	if err != nil {
		t.Fatal(err)
	}
	plain := []byte("une ligne à garder")
	sealed := box.Seal(nil, plain, []byte("row 1"))
	if len(sealed) != len(plain)+Overhead || bytes.Contains(sealed, plain[:8]) {
		t.Errorf("sealed %d bytes into %d", len(plain), len(sealed))
	}
	if again := box.Seal(nil, plain, []byte("row 1")); bytes.Equal(again, sealed) {
		t.Error("the same nonce twice")
	}
	got, err := box.Open([]byte("x"), sealed, []byte("row 1"))
	if err != nil || string(got) != "x"+string(plain) {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := box.Open(nil, sealed, []byte("row 2")); !errors.Is(err, ErrSeal) {
		t.Errorf("opened under another row: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := box.Open(nil, bad, []byte("row 1")); !errors.Is(err, ErrSeal) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
		if _, err := box.Open(nil, sealed[:i], []byte("row 1")); !errors.Is(err, ErrSeal) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, err := NewBox([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func TestVerifyRefusesAWrongKey(t *testing.T) {
	a, _ := NewBox(NewKey().For(Ledger))
	b, _ := NewBox(NewKey().For(Ledger))
	if err := a.Verify(a.CheckValue()); err != nil {
		t.Error(err)
	}
	if err := b.Verify(a.CheckValue()); !errors.Is(err, ErrKey) {
		t.Errorf("a wrong key: %v", err)
	}
	if err := a.Verify(nil); !errors.Is(err, ErrKey) {
		t.Errorf("no value: %v", err)
	}
}

func TestWriteFileReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "CURRENT")
	for _, text := range []string{"one", "another, longer", ""} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != text {
			t.Errorf("read %q, %v", got, err)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteFile(filepath.Join(t.TempDir(), "no", "such"), nil); err == nil {
		t.Error("wrote into a folder that is not there")
	}
}

func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"", "# h\n", strings.Repeat("a7", 32), "AAAA", "\xff\xfe", strings.Repeat("A", 43) + "="} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := parseKey(data)
		if err != nil && (k != Key{} || !errors.Is(err, ErrKeyFile)) {
			t.Errorf("parseKey: %v, and a key", err)
		}
	})
}
