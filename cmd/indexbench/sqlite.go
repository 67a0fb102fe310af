//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite"

	"poterne"
)

// The same records as whoever knows SQLite well would keep them, in clear: a table
// with an index for each field that is asked, and FTS5 on the paths.
const sqliteSchema = `
CREATE TABLE records (n INTEGER PRIMARY KEY, id TEXT, share TEXT, path TEXT, format TEXT, owner TEXT, exposure TEXT, level INTEGER, class INTEGER,
	category TEXT, failure TEXT, size INTEGER, modified TEXT, body BLOB);
CREATE TABLE rules (rule TEXT, n INTEGER, PRIMARY KEY (rule, n)) WITHOUT ROWID;
CREATE TABLE tags (tag TEXT, n INTEGER, PRIMARY KEY (tag, n)) WITHOUT ROWID;
CREATE TABLE prints (print TEXT, n INTEGER, PRIMARY KEY (print, n)) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5 (path, content='', tokenize="unicode61 remove_diacritics 2");`

const sqliteIndexes = `
CREATE UNIQUE INDEX records_id ON records (id);
CREATE INDEX records_worst ON records (level DESC, class DESC, id);
CREATE INDEX records_path ON records (path);
CREATE INDEX records_size ON records (size);
CREATE INDEX records_modified ON records (modified);
CREATE INDEX records_owner ON records (owner);
CREATE INDEX rules_n ON rules (n, rule);
CREATE INDEX tags_n ON tags (n, tag);
ANALYZE;`

func writeSQLite(ctx context.Context, o options, dir string) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "records.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, sqliteSchema); err != nil {
		return err
	}
	n := 0
	for records := range batches(o, "run") {
		if err := writeSQLiteBatch(ctx, db, n, records); err != nil {
			return err
		}
		n += len(records)
	}
	_, err = db.ExecContext(ctx, sqliteIndexes)
	return err
}

func writeSQLiteBatch(ctx context.Context, db *sql.DB, n int, records []poterne.Record) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	statements := map[string]*sql.Stmt{}
	exec := func(text string, args ...any) error {
		if statements[text] == nil {
			if statements[text], err = tx.PrepareContext(ctx, text); err != nil {
				return err
			}
		}
		_, err := statements[text].ExecContext(ctx, args...)
		return err
	}
	for _, r := range records {
		n++
		failure := ""
		if r.Failure != nil {
			failure = string(r.Failure.Kind)
		}
		if err := exec(`INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, n, string(r.ID), r.Share, r.Path, r.Format, r.Owner, r.Exposure.String(),
			int(r.Assessment.Level), int(r.Assessment.Hosting.Class), strings.Join(r.Assessment.Categories, ","), failure, r.Size, r.ModTime.Format("2006-01-02"), fmt.Append(nil, r)); err != nil {
			return err
		}
		if err := exec(`INSERT INTO texts (rowid, path) VALUES (?, ?)`, n, r.Path); err != nil {
			return err
		}
		for _, f := range r.Findings {
			if err := exec(`INSERT OR IGNORE INTO rules VALUES (?, ?)`, f.Rule, n); err != nil {
				return err
			}
			for _, t := range f.Tags {
				if err := exec(`INSERT OR IGNORE INTO tags VALUES (?, ?)`, string(t), n); err != nil {
					return err
				}
			}
			for _, p := range f.Prints {
				if err := exec(`INSERT OR IGNORE INTO prints VALUES (?, ?)`, string(p), n); err != nil {
					return err
				}
			}
		}
	}
	return tx.Commit()
}

// sqliteAsker asks the tables.
type sqliteAsker struct{ *sql.DB }

func openSQLite(ctx context.Context, dir string) (asker, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "records.db")+"?mode=ro&_pragma=cache_size(-64000)")
	if err != nil {
		return nil, err
	}
	return sqliteAsker{db}, db.PingContext(ctx)
}

// facetTables are the facets of which a document may have several values.
var facetTables = map[string]string{"rule": "rules", "tag": "tags"}

func (s sqliteAsker) ask(ctx context.Context, q question) (total, counted int, err error) {
	where := ""
	if q.where != "" {
		where = " WHERE " + q.where
	}
	if err := s.QueryRowContext(ctx, "SELECT count(*) FROM records"+where, q.args...).Scan(&total); err != nil {
		return 0, 0, err
	}
	if _, err := s.rows(ctx, "SELECT id, body FROM records"+where+fmt.Sprintf(" ORDER BY level DESC, class DESC, id LIMIT %d", hitsShown), q.args); err != nil {
		return 0, 0, err
	}
	for _, name := range q.facets {
		text := fmt.Sprintf("SELECT %s, count(*) FROM records%s GROUP BY 1", name, where)
		if table := facetTables[name]; table != "" {
			text = fmt.Sprintf("SELECT %s, count(*) FROM %s GROUP BY 1", name, table)
			if where != "" {
				text = fmt.Sprintf("SELECT %s, count(*) FROM %s JOIN (SELECT n FROM records%s) USING (n) GROUP BY 1", name, table, where)
			}
		}
		n, err := s.rows(ctx, text, q.args)
		if err != nil {
			return 0, 0, err
		}
		counted += n
	}
	return total, counted, nil
}

// rows reads all rows of two values.
func (s sqliteAsker) rows(ctx context.Context, text string, args []any) (int, error) {
	rs, err := s.QueryContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	defer rs.Close()
	n := 0
	var a, b any
	for rs.Next() {
		if err := rs.Scan(&a, &b); err != nil {
			return 0, err
		}
		n++
	}
	return n, rs.Err()
}
