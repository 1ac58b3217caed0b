-- What the server told of records here that may be the same as others of the county: of one that this phone does not hold
-- a mark and its unit, and nothing else.
CREATE TABLE told (
    record    BLOB    NOT NULL CHECK (length(record) = 16),
    other     BLOB    NOT NULL CHECK (length(other) = 16), -- a record where seen is 1, else a mark
    space     BLOB    NOT NULL,
    seen      INTEGER NOT NULL,
    unit      BLOB    NOT NULL,
    unit_name TEXT    NOT NULL,
    agreed    TEXT    NOT NULL,                 -- codes, with a comma between
    score     INTEGER NOT NULL,
    PRIMARY KEY (record, other)
) WITHOUT ROWID;

-- How far the server was asked.
CREATE TABLE told_upto (
    space    BLOB    PRIMARY KEY CHECK (length(space) = 16),
    timeline BLOB    NOT NULL,
    pos      INTEGER NOT NULL,
    epoch_n  INTEGER NOT NULL,
    asked_at INTEGER NOT NULL                   -- the phone's time
) WITHOUT ROWID;
