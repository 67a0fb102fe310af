-- Version 6. Where a share is, sealed and bound to share; NULL where no run said it.
ALTER TABLE shares ADD COLUMN root BLOB;
