-- Version 4. Decisions that let a project stay for a time where the rules do not
-- admit it. body is sealed and bound to id.
CREATE TABLE derogations (
  n    INTEGER PRIMARY KEY,
  id   TEXT NOT NULL UNIQUE,
  open INTEGER NOT NULL, -- 0 once revoked
  body BLOB NOT NULL
);
