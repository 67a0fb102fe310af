package accounts

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"poterne/internal/seal"
)

// TestOpenExistingMakesNothing takes away the file of accounts, or what it holds.
func TestOpenExistingMakesNothing(t *testing.T) {
	tests := []struct {
		name string
		hurt func(path string) error
		want error
	}{
		{"whole", func(string) error { return nil }, nil},
		{"no-folder", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, ErrNone},
		{"missing", os.Remove, ErrDamaged},
		{"empty", func(path string) error { return os.Truncate(path, 0) }, ErrDamaged},
		{"no-tables", remade(""), ErrDamaged},
		{"other-meta", remade("CREATE TABLE meta (x)"), ErrDamaged},
		{"no-check-value", remade(schema), ErrDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, key := filepath.Join(t.TempDir(), "web"), seal.NewKey().For(seal.Web)
			if err := openStore(t, dir, key).Close(); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, file)
			if err := tt.hurt(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			for range 2 { // the first one repairs nothing
				s, err := OpenExisting(t.Context(), dir, key)
				if !errors.Is(err, tt.want) {
					t.Errorf("open = %v, want %v", err, tt.want)
				}
				if err == nil {
					s.Close()
				}
			}
			if after, err := os.ReadFile(path); string(after) != string(before) || len(before) == 0 && err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file was %d bytes and is %d: %v", len(before), len(after), err)
			}
		})
	}
}

// remade puts a database of SQLite with other tables in the place of the file.
func remade(tables string) func(path string) error {
	return func(path string) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		db, err := sql.Open("sqlite", path)
		if err != nil {
			return err
		}
		_, err = db.Exec(`PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS other (x);` + tables)
		return errors.Join(err, db.Close())
	}
}
