-- Version 2. The audit trail: rows are only ever added. body is sealed under the
-- audit key and bound to n; mac chains it to all rows before.
CREATE TABLE audit (
  n    INTEGER PRIMARY KEY,
  mac  BLOB NOT NULL,
  body BLOB NOT NULL
);
