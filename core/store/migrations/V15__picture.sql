-- Pictures whose bytes are on this phone, in the folder beside the database. A row stands before its file is written, and
-- goes after the file is gone: a file without a row is nobody's.
CREATE TABLE picture (
    hash    BLOB NOT NULL CHECK (length(hash) = 32),   -- BLAKE3 of the content
    record  BLOB NOT NULL CHECK (length(record) IN (0, 16)), -- what it is attached to; empty until that is saved
    space   BLOB NOT NULL,                             -- the space that its change was written for; empty as well
    waits   INTEGER NOT NULL CHECK (waits IN (0, 1)),  -- whether the server is still to be given the bytes
    kept_at INTEGER NOT NULL,                          -- milliseconds since 1970 UTC
    gone_at INTEGER,                                   -- since when its person has taken it away again
    PRIMARY KEY (hash, record)
) WITHOUT ROWID;

CREATE INDEX picture_record ON picture (record);
