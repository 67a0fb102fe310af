-- Version 3. What persons decided of contents. content is the keyed hash of a
-- content, or of a document that has none; document is the one it was decided on;
-- body is sealed and bound to id.
CREATE TABLE reviews (
  n        INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  content  BLOB NOT NULL,
  document BLOB NOT NULL,
  expires  INTEGER NOT NULL, -- 0 for never
  open     INTEGER NOT NULL, -- 0 once withdrawn, replaced or expired
  body     BLOB NOT NULL
);
CREATE INDEX reviews_content ON reviews (content);
CREATE INDEX reviews_document ON reviews (document);
CREATE INDEX reviews_open ON reviews (open, expires);

-- Contents whose stored records do not yet follow what was decided: whoever holds
-- the lock of the state folder decides them again. turn tells what came since.
CREATE TABLE waiting (
  content BLOB PRIMARY KEY,
  turn    INTEGER NOT NULL
) WITHOUT ROWID;
