package ledger

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// migrations returns the steps from an empty file to the newest schema, one file
// each. A file that was released is never edited: the next one changes it.
func migrations() ([]string, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var steps []string
	for _, n := range names {
		b, err := schemaFiles.ReadFile(n)
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(b))
	}
	return steps, nil
}

// migrate brings db from the step it is at to the last one; each step is one
// transaction, so that a crash leaves a whole schema. made runs with the first.
func migrate(ctx context.Context, db *sql.DB, steps []string, made func(*sql.Tx) error) error {
	for {
		done, err := migrateOnce(ctx, db, steps, made)
		if done || err != nil {
			return err
		}
	}
}

func migrateOnce(ctx context.Context, db *sql.DB, steps []string, made func(*sql.Tx) error) (done bool, err error) {
	// The version is read inside the transaction: another process may be first.
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return false, err
	}
	if version > len(steps) {
		return false, ErrNewer
	}
	if version == len(steps) {
		return true, nil
	}
	if _, err := tx.ExecContext(ctx, steps[version]); err != nil {
		return false, fmt.Errorf("migrate to schema %d: %w", version+1, err)
	}
	if version == 0 {
		if err := made(tx); err != nil {
			return false, err
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version+1)); err != nil {
		return false, err
	}
	return false, tx.Commit()
}
