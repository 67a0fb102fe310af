package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/internal/seal"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), dir, testKey, Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a ledger that is not there: %v", err)
	}
	l := open(t, dir)
	run := begin(t, l)
	commit(t, l, record(run, "rh", "a", "", poterne.Public))
	if _, err := Open(t.Context(), dir, seal.NewKey().For(seal.Ledger), Options{}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("another key: %v", err)
	}
	r, err := Open(t.Context(), dir, testKey, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	commit(t, l, record(run, "rh", "b", "", poterne.Public)) // while it is read
	if got := paths(all(t, r, Filter{})); len(got) != 2 {
		t.Errorf("the reader sees %v", got)
	}
	if err := r.Commit(t.Context(), record(run, "rh", "c", "", poterne.Public)); err == nil {
		t.Error("a reader wrote")
	}
	if runtime.GOOS == "windows" {
		return
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("files of an open ledger: %v, %v", files, err)
	}
	for _, f := range files {
		if info, _ := f.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
}

func TestNothingReadableAtRest(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	run, err := l.Begin(t.Context(), Run{Shares: map[string]string{"partage-dupont": "/srv/partage-dupont"}})
	if err != nil {
		t.Fatal(err)
	}
	r := record(run, "partage-dupont", "dossier-martin/lettre-durand.docx", "piece-petit.txt", poterne.Sensitive)
	r.Owner = "agent-moreau"
	r.Findings[0].Masked = []string{"masque-leroy"}
	r.Findings[0].Prints = []poterne.Fingerprint{"empreinte-roux"}
	r.Assessment.Reasons = []poterne.Reason{{Key: "raison-blanc", Args: []string{"colonne-fournier"}}}
	r.Stamp.Content = "contenu-girard"
	other := r
	other.Member, other.ID = "", poterne.NewID(r.Share, r.Path, "")
	commit(t, l, other, r)
	commit(t, l, other) // the member goes into the history
	if err := l.Finish(t.Context(), run, Done, []byte(`{"partage-dupont":1}`)); err != nil {
		t.Fatal(err)
	}
	words := []string{"dupont", "martin", "durand", "petit", "moreau", "leroy", "roux", "blanc", "fournier", "girard", string(r.ID), string(other.ID)}
	for i, when := range []string{"open", "closed"} {
		if i == 1 {
			l.Close()
		}
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range words {
				if strings.Contains(strings.ToLower(string(data)), w) {
					t.Errorf("%s: %q stands in clear in %s", when, w, filepath.Base(f))
				}
			}
		}
	}
}

func TestCheckFindsDamage(t *testing.T) {
	for name, damage := range map[string]string{
		"swapped-bodies":    `UPDATE records SET body = (SELECT body FROM records b WHERE b.key <> records.key LIMIT 1)`,
		"flipped-body":      `UPDATE records SET body = substr(body, 1, 20) || x'00' || substr(body, 22)`,
		"lowered-level":     `UPDATE records SET level = 1`,
		"class":             `UPDATE records SET class = 1`,
		"hidden-failure":    `UPDATE records SET failure = 'denied'`,
		"size":              `UPDATE records SET size = 1`,
		"state":             `UPDATE files SET state = x'00'`,
		"lost-file":         `DELETE FROM files`,
		"lost-record":       `DELETE FROM records WHERE n = 1`,
		"run":               `UPDATE runs SET body = x'00'`,
		"share":             `UPDATE shares SET name = x'00'`,
		"record-other-name": `UPDATE records SET key = randomblob(16)`,
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, t.TempDir())
			run := begin(t, l)
			commit(t, l, record(run, "rh", "a", "", poterne.Sensitive), record(run, "rh", "b", "", poterne.Restricted))
			if err := l.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := l.write.Exec(damage); err != nil {
				t.Fatal(err)
			}
			if err := l.Check(t.Context()); !errors.Is(err, ErrDamaged) {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

// TestFlippedBytesAreNeverServed flips one byte a time over the closed file: either
// the answer is the right one, or there is an error, and Check finds what matters.
func TestFlippedBytesAreNeverServed(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	run := begin(t, l)
	var want []poterne.Record
	for i := range 20 {
		want = append(want, record(run, "rh", fmt.Sprintf("f%d", i), "", poterne.Sensitive))
	}
	commit(t, l, want...)
	l.Close()
	path := filepath.Join(dir, file)
	clean, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found, step := 0, len(clean)/200
	for at := 0; at < len(clean); at += step {
		bad := slices.Clone(clean)
		bad[at] ^= 0x41
		sub := filepath.Join(t.TempDir(), "s")
		os.Mkdir(sub, 0o700)
		if err := os.WriteFile(filepath.Join(sub, file), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(t.Context(), sub, testKey, Options{ReadOnly: true})
		if err != nil {
			found++
			continue
		}
		checked := l.Check(t.Context())
		got, err := collect(l.Records(t.Context(), Filter{}))
		if checked == nil && err == nil {
			if diff := cmp.Diff(want, got, sameRecord); diff != "" {
				t.Errorf("byte %d of %d: a wrong answer and no error", at, len(clean))
			}
		} else {
			found++
		}
		l.Close()
	}
	if found < 25 { // most bytes of a small file are unused
		t.Errorf("only %d of 200 flips were found", found)
	}
}

func TestMigrate(t *testing.T) {
	db, err := connect(filepath.Join(t.TempDir(), "m.db"), time.Second, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	steps := []string{`CREATE TABLE a (x)`, `INSERT INTO a VALUES (7)`}
	nothing := func(*sql.Tx) error { return nil }
	if err := migrate(t.Context(), db, steps[:1], nothing); err != nil {
		t.Fatal(err)
	}
	broken := append(steps[:1:1], `INSERT INTO a VALUES (8); INSERT INTO none VALUES (1)`)
	if err := migrate(t.Context(), db, broken, nothing); err == nil {
		t.Error("a broken step passed")
	}
	for range 2 { // the second time there is nothing to do
		if err := migrate(t.Context(), db, steps, nothing); err != nil {
			t.Fatal(err)
		}
	}
	var x, version int
	if err := db.QueryRow(`SELECT sum(x) FROM a`).Scan(&x); err != nil || x != 7 {
		t.Errorf("x = %d, %v: a step ran twice, or half", x, err)
	}
	if err := db.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil || version != 2 {
		t.Errorf("version %d, %v", version, err)
	}
	if err := migrate(t.Context(), db, steps[:1], nothing); !errors.Is(err, ErrNewer) {
		t.Errorf("an older program: %v", err)
	}
}

func FuzzReadState(f *testing.F) {
	b := appendState(nil, record("run", "rh", "a", "", poterne.Public))
	for _, s := range [][]byte{b, b[:len(b)/2], {}, {1}, append(b, 0)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := readState(b); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("another error: %v", err)
		}
	})
}

func TestCancelledContext(t *testing.T) {
	l := open(t, t.TempDir())
	run := begin(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Commit(ctx, record(run, "rh", "a", "", poterne.Public)); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit: %v", err)
	}
	if n, err := l.Count(t.Context()); err != nil || n != 0 {
		t.Errorf("%d records, %v", n, err)
	}
}
