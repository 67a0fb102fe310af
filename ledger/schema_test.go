package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"poterne"
)

// TestEveryOldSchemaIsBroughtUp makes a ledger of each version that there was, with
// a record in it, and opens it with this program.
func TestEveryOldSchemaIsBroughtUp(t *testing.T) {
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version < len(steps); version++ {
		t.Run(fmt.Sprint("from-", version), func(t *testing.T) {
			dir := t.TempDir()
			want := oldLedger(t, dir, steps[:version])
			if _, err := Open(t.Context(), dir, testKey, Options{ReadOnly: true}); !errors.Is(err, ErrOlder) {
				t.Errorf("opened for reading: %v", err)
			}
			l := openAudited(t, dir)
			got, err := l.Get(t.Context(), want.ID)
			if err != nil || got.Path != want.Path {
				t.Errorf("Get = %+v, %v", got, err)
			}
			appendEntries(t, l, 1)
			if err := l.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// oldLedger makes a ledger of an older schema with one record, as that version
// wrote it: the tables of version 1 never changed.
func oldLedger(t *testing.T, dir string, steps []string) poterne.Record {
	t.Helper()
	path := filepath.Join(dir, file)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, t.TempDir()) // for its box and its keys
	db, err := connect(path, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = migrate(t.Context(), db, steps, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.Background(), `INSERT INTO meta (name, value) VALUES ('check', ?)`, l.box.CheckValue())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := record("", "rh", "paie.xlsx", "", poterne.Sensitive)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.newCommitter(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	c.seen = true
	if _, err := c.file(t.Context(), []poterne.Record{r}); err != nil {
		t.Fatal(err)
	}
	c.close()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return r
}
