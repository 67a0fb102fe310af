package accounts

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"poterne/internal/seal"
)

// TestCheckFindsRowsThatWereNotWritten puts a row of nothing in each table.
func TestCheckFindsRowsThatWereNotWritten(t *testing.T) {
	for table, row := range map[string]string{
		"accounts": `INSERT INTO accounts VALUES (x'00', x'00')`,
		"sessions": `INSERT INTO sessions VALUES (x'00', 0, x'00')`,
		"tokens":   `INSERT INTO tokens VALUES (x'00', 0, x'00')`,
		"shelf":    `INSERT INTO shelf VALUES (x'00', 'reveal', x'00')`,
	} {
		t.Run(table, func(t *testing.T) {
			s := newStore(t)
			if err := s.Check(t.Context()); err != nil {
				t.Fatalf("a sound file: %v", err)
			}
			if _, err := s.db.ExecContext(t.Context(), row); err != nil {
				t.Fatal(err)
			}
			if err := s.Check(t.Context()); !errors.Is(err, ErrDamaged) {
				t.Errorf("check = %v", err)
			}
		})
	}
}

func TestOpenTellsABrokenFile(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey().For(seal.Web)
	if err := openStore(t, dir, key).Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[0] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, key); !errors.Is(err, ErrDamaged) {
		t.Errorf("open = %v", err)
	}
}
