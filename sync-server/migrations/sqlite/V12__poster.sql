-- Posters of grids: whoever has the code may join, again and again; of the code only a hash is kept.
CREATE TABLE poster (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    unit BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    until INTEGER,
    withdrawn_at INTEGER
) STRICT;

-- Who joined by one, and what they agreed to.
CREATE TABLE joined (
    account BLOB PRIMARY KEY,
    poster INTEGER NOT NULL,
    device BLOB NOT NULL,
    phone TEXT NOT NULL,
    agreed_at INTEGER NOT NULL,
    sentence INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    refused_at INTEGER,
    reason TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
