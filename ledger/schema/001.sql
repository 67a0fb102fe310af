-- Version 1. Columns named body, state, name and value are sealed and bound to
-- their row; key, share, folder and content are keyed hashes. What is left in
-- clear: sizes, counts, levels, kinds of failure, numbers of runs and times.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE runs (
  n       INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  state   TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended   INTEGER NOT NULL DEFAULT 0,
  body    BLOB NOT NULL
);

CREATE TABLE shares (
  share INTEGER PRIMARY KEY,
  name  BLOB NOT NULL
);

-- One row per file of a share. state says how the file looked when it was read.
CREATE TABLE files (
  n      INTEGER PRIMARY KEY,
  key    BLOB NOT NULL UNIQUE,
  share  INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  state  BLOB NOT NULL
);
CREATE INDEX files_folder ON files (folder);
CREATE INDEX files_share ON files (share);

-- The last run that met a file. Apart from files so that a night in which nothing
-- changed rewrites ten bytes a file and not its row.
CREATE TABLE seen (
  file INTEGER PRIMARY KEY,
  run  INTEGER NOT NULL
);

-- One row per document: the file itself and each of its members.
CREATE TABLE records (
  n       INTEGER PRIMARY KEY,
  key     BLOB NOT NULL UNIQUE,
  file    INTEGER NOT NULL,
  share   INTEGER NOT NULL,
  member  INTEGER NOT NULL, -- 0 for the file itself
  first   INTEGER NOT NULL, -- the run that first recorded it
  run     INTEGER NOT NULL, -- the run that last decided it
  scanned INTEGER NOT NULL,
  level   INTEGER NOT NULL,
  class   INTEGER NOT NULL,
  failure TEXT NOT NULL,    -- kind, '' where there is none
  size    INTEGER NOT NULL,
  content BLOB NOT NULL,
  body    BLOB NOT NULL
);
CREATE INDEX records_file ON records (file);
CREATE INDEX records_content ON records (content) WHERE member = 0;
CREATE INDEX records_worst ON records (level DESC, class DESC, n);
CREATE INDEX records_first ON records (first);

-- What a record was before run: its level and class, or its last ones (gone = 1).
CREATE TABLE history (
  n       INTEGER PRIMARY KEY,
  key     BLOB NOT NULL,
  run     INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  gone    INTEGER NOT NULL,
  level   INTEGER NOT NULL,
  class   INTEGER NOT NULL,
  content BLOB NOT NULL,
  body    BLOB NOT NULL     -- names only
);
CREATE INDEX history_run ON history (run);
CREATE INDEX history_key ON history (key, n);
