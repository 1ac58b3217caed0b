-- How tables are read: columns to fields, remembered by name and by the headings.
CREATE TABLE import_mapping (
    source BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    headings BLOB NOT NULL,
    body TEXT NOT NULL,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What became of each row of a source, and the names of the heads that it stands for.
CREATE TABLE import_row (
    source BLOB NOT NULL,
    key BLOB NOT NULL,
    record BLOB NOT NULL,
    stands BLOB NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_row_record ON import_row (record);

-- Imports, and the changes that each wrote.
CREATE TABLE import_run (
    id INTEGER PRIMARY KEY,
    source BLOB NOT NULL,
    space BLOB NOT NULL,
    unit BLOB NOT NULL,
    what TEXT NOT NULL,
    file TEXT NOT NULL,
    account BLOB,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    undone_at INTEGER,
    counts TEXT NOT NULL
) STRICT;
CREATE TABLE import_span (
    run INTEGER NOT NULL,
    replica BLOB NOT NULL,
    seq_from INTEGER NOT NULL,
    seq_to INTEGER NOT NULL,
    PRIMARY KEY (run, replica, seq_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE import_staff (
    run INTEGER NOT NULL,
    account BLOB NOT NULL,
    granted INTEGER NOT NULL,
    made INTEGER NOT NULL,
    PRIMARY KEY (run, account, granted)
) STRICT, WITHOUT ROWID;
