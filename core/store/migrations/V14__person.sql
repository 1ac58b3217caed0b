-- People whom records here name: what they are called, as far as it was told, and a record by which to ask.
CREATE TABLE person (
    account  BLOB    PRIMARY KEY,
    name     TEXT,
    record   BLOB,
    asked_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
