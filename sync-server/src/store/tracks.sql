-- Tracks that their people shared. A file of its own that no backup copies, in which what is deleted is overwritten.
PRAGMA secure_delete = ON;
PRAGMA journal_mode = DELETE;
-- With FULL the journal's end is not waited for: after a loss of power what was taken back would come back with it.
PRAGMA synchronous = EXTRA;
CREATE TABLE IF NOT EXISTS track (
    patrol BLOB PRIMARY KEY CHECK (length(patrol) = 16),
    space BLOB NOT NULL CHECK (length(space) = 16),
    account BLOB NOT NULL CHECK (length(account) = 16),
    points BLOB NOT NULL
) STRICT, WITHOUT ROWID;
