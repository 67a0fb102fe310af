-- Version 5. Questions that are kept under a name; body is sealed and bound to key,
-- the keyed hash of the name.
CREATE TABLE searches (
  n    INTEGER PRIMARY KEY,
  key  BLOB NOT NULL UNIQUE,
  body BLOB NOT NULL
);
