package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne/internal/seal"
)

var auditKey = seal.NewKey().For(seal.Audit)

// openAudited opens a ledger that keeps its audit trail.
func openAudited(t testing.TB, dir string) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), dir, testKey, Options{Audit: auditKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func appendEntries(t testing.TB, l *Ledger, n int) {
	t.Helper()
	for i := range n {
		e := Entry{Actor: "os:dpo", Verb: "review", Subject: fmt.Sprint("r", i), Detail: Detail{"rule": "fr-nir"}}
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAuditEntriesComeBackInOrder(t *testing.T) {
	l := openAudited(t, t.TempDir())
	appendEntries(t, l, 3)
	got, err := collect(l.Audit(t.Context(), 1))
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{N: 2, Actor: "os:dpo", Verb: "review", Subject: "r1", Detail: Detail{"rule": "fr-nir"}},
		{N: 3, Actor: "os:dpo", Verb: "review", Subject: "r2", Detail: Detail{"rule": "fr-nir"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Entry{}, "At")); diff != "" {
		t.Errorf("Audit (-want +got)\n%s", diff)
	}
	head, err := l.VerifyAudit(t.Context())
	if err != nil || head.N != 3 {
		t.Errorf("VerifyAudit = %v, %v", head, err)
	}
	if again, err := ParseHead(head.String()); err != nil || again != head {
		t.Errorf("ParseHead(%s) = %v, %v", head, again, err)
	}
}

func TestAuditFindsEveryTampering(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, dir string, db *sql.DB)
	}{
		{"entry-edited", sqlTamper(`UPDATE audit SET body = body || x'00' WHERE n = 2`)},
		{"chain-edited", sqlTamper(`UPDATE audit SET mac = zeroblob(32) WHERE n = 2`)},
		{"entry-taken-out", sqlTamper(`DELETE FROM audit WHERE n = 2`)},
		{"gap-closed", sqlTamper(`DELETE FROM audit WHERE n = 2`, `UPDATE audit SET n = n - 1 WHERE n > 2`)},
		{"two-swapped", sqlTamper(`UPDATE audit SET n = 99 WHERE n = 2`, `UPDATE audit SET n = 2 WHERE n = 3`, `UPDATE audit SET n = 3 WHERE n = 99`)},
		{"tail-cut", sqlTamper(`DELETE FROM audit WHERE n >= 3`)},
		{"all-taken-out", sqlTamper(`DELETE FROM audit`)},
		{"entry-doubled", sqlTamper(`INSERT INTO audit SELECT 5, mac, body FROM audit WHERE n = 4`)},
		{"head-taken-out", func(t *testing.T, dir string, db *sql.DB) {
			sqlTamper(`DELETE FROM audit`)(t, dir, db)
			if err := os.Remove(filepath.Join(dir, headFile)); err != nil {
				t.Fatal(err)
			}
		}},
		{"head-edited", func(t *testing.T, dir string, _ *sql.DB) {
			path := filepath.Join(dir, headFile)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)-1] ^= 1
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l := openAudited(t, dir)
			appendEntries(t, l, 4)
			if err := l.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.Close()
			db, err := sql.Open("sqlite", filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			c.tamper(t, dir, db)
			db.Close()
			l = openAudited(t, dir)
			if _, err := l.VerifyAudit(t.Context()); !errors.Is(err, ErrDamaged) {
				t.Errorf("VerifyAudit = %v", err)
			}
			if err := l.Check(t.Context()); !errors.Is(err, ErrDamaged) {
				t.Errorf("Check = %v", err)
			}
		})
	}
}

func sqlTamper(statements ...string) func(*testing.T, string, *sql.DB) {
	return func(t *testing.T, _ string, db *sql.DB) {
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestOldCopyIsSeenByAHeadKeptElsewhere puts a whole older ledger back: nothing in
// the state folder tells, a head that was written down does.
func TestOldCopyIsSeenByAHeadKeptElsewhere(t *testing.T) {
	dir, old := t.TempDir(), t.TempDir()
	l := openAudited(t, dir)
	appendEntries(t, l, 2)
	l.Close()
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	l = openAudited(t, dir)
	appendEntries(t, l, 2)
	head, err := l.VerifyAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l = openAudited(t, old)
	if _, err := l.VerifyAudit(t.Context()); err != nil {
		t.Errorf("an older copy alone: %v", err)
	}
	if _, err := l.VerifyAudit(t.Context(), head); !errors.Is(err, ErrDamaged) {
		t.Errorf("an older copy against a later head: %v", err)
	}
	appendEntries(t, l, 2)
	if _, err := l.VerifyAudit(t.Context(), head); !errors.Is(err, ErrDamaged) {
		t.Errorf("another tail against a later head: %v", err)
	}
}

// TestHeadBehindIsNoDamage: a crash may fall between an entry and the file of the head.
func TestHeadBehindIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, dir)
	appendEntries(t, l, 1)
	head, err := os.ReadFile(filepath.Join(dir, headFile))
	if err != nil {
		t.Fatal(err)
	}
	appendEntries(t, l, 2)
	if err := os.WriteFile(filepath.Join(dir, headFile), head, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := l.VerifyAudit(t.Context()); err != nil || h.N != 3 {
		t.Errorf("VerifyAudit = %v, %v", h, err)
	}
}

func TestAuditIsSealedAndOthersMayAppend(t *testing.T) {
	dir := t.TempDir()
	a, b := openAudited(t, dir), openAudited(t, dir)
	var wg sync.WaitGroup
	for _, l := range []*Ledger{a, b} {
		wg.Go(func() {
			for range 20 {
				if err := l.Append(t.Context(), Entry{Actor: "os:planted-actor", Verb: "planted-verb", Subject: "planted-subject"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if h, err := a.VerifyAudit(t.Context()); err != nil || h.N != 40 {
		t.Errorf("VerifyAudit = %v, %v", h, err)
	}
	for path := range filesOf(dir) {
		if strings.Contains(read(t, path), "planted") {
			t.Errorf("%s holds a word of an entry in clear", path)
		}
	}
}

func TestAuditNeedsItsKey(t *testing.T) {
	dir := t.TempDir()
	appendEntries(t, openAudited(t, dir), 1)
	l := open(t, dir)
	if err := l.Append(t.Context(), Entry{}); err == nil {
		t.Error("appended without the key")
	}
	if _, err := Open(t.Context(), dir, testKey, Options{Audit: seal.NewKey().For(seal.Audit)}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("opened with the audit key of another ledger: %v", err)
	}
}

// filesOf yields the paths of the files of a folder.
func filesOf(dir string) func(func(string) bool) {
	return func(yield func(string) bool) {
		paths, _ := filepath.Glob(filepath.Join(dir, "*")) // errs on bad patterns only
		for _, p := range paths {
			if !yield(p) {
				return
			}
		}
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func FuzzParseHead(f *testing.F) {
	for _, s := range []string{"", "0:", "12", "12:zz", "-1:" + strings.Repeat("0", 64), "7:" + strings.Repeat("aB", 32), " 7:" + strings.Repeat("00", 32) + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHead(s)
		if err != nil {
			if h != (Head{}) {
				t.Errorf("ParseHead(%q) = %v with an error", s, h)
			}
			return
		}
		if again, err := ParseHead(h.String()); err != nil || again != h {
			t.Errorf("%q is read as %v, which reads as %v, %v", s, h, again, err)
		}
	})
}
