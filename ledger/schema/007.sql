-- Version 7. What a night asks of all records together, answered without their rows.
CREATE INDEX records_sums ON records (share, failure, level, class, member, size);
