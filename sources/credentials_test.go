package sources

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadKeyring(t *testing.T) {
	path := filepath.Join(t.TempDir(), "acces")
	text := "\ufeff# commentaire\nuser = lecteur\r\npassword =  a = b # c \ndomain = ESSAI\n\n[NAS2.example]\nuser=autre\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := ReadKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Keyring{"": {User: "lecteur", Password: "a = b # c", Domain: "ESSAI"}, "nas2.example": {User: "autre"}}
	if diff := cmp.Diff(want, ring); diff != "" {
		t.Errorf("keyring (-want +got)\n%s", diff)
	}
	if got := ring.of("Nas2.Example").User + ring.of("nas1").User; got != "autrelecteur" {
		t.Errorf("of = %s", got)
	}
}

func TestReadKeyringRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"open-to-others", "user = a\n", 0o644, "chmod 600"},
		{"every-bad-line", "user = a\nmotdepasse = SECRET\nSECRET\n", 0o600, ":2: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.mode == 0o644 && runtime.GOOS == "windows" {
				return
			}
			path := filepath.Join(t.TempDir(), "acces")
			if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := ReadKeyring(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("got %v, want %q and no text of the file", err, c.want)
			}
			if c.name == "every-bad-line" && !strings.Contains(err.Error(), ":3: ") {
				t.Errorf("the second bad line is not told: %v", err)
			}
		})
	}
}

func TestParseAddress(t *testing.T) {
	for _, c := range []struct{ in, want, user, domain string }{
		{"smb://nas/rh", "smb://nas/rh", "", ""},
		{"SMB://NAS.Example:445/RH/Paie/", "smb://nas.example/RH/Paie", "", ""},
		{"smb://ESSAI;lecteur@nas:4455/rh/a%23b/./c/..", "smb://nas:4455/rh/a%23b", "lecteur", "ESSAI"},
		{"smb://nas/rh/../../x", "smb://nas/x", "", ""},
		{"smb://[fe80::1]/rh/été 2024", "smb://[fe80::1]/rh/%C3%A9t%C3%A9%202024", "", ""},
	} {
		a, err := ParseAddress(c.in)
		if err != nil || a.String() != c.want || a.User != c.user || a.Domain != c.domain {
			t.Errorf("%s: %s, %+v, %v", c.in, a, a, err)
		}
	}
	for _, in := range []string{"smb://u:SECRET@nas/rh", "smb://u:SECRET@nas:x/rh", "ftp://nas/x", "smb://nas", "smb://nas/", "webdavs:///x", "smb:///rh", "smb://nas/rh?x", "smb://nas/rh#x"} {
		if a, err := ParseAddress(in); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %+v, %v", in, a, err)
		}
	}
}
