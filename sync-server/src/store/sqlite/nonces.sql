-- A file of its own of which a power loss may take the newest part: a nonce matters for minutes. One connection has it.
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
-- With OFF a power loss may leave a file that no request can be judged by any more.
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS nonce (
    device BLOB NOT NULL,
    nonce TEXT NOT NULL,
    created_s INTEGER NOT NULL,
    PRIMARY KEY (device, nonce)
) STRICT, WITHOUT ROWID;
-- Old ones are looked for seldom, and all are written.
DROP INDEX IF EXISTS nonce_created;
CREATE TABLE IF NOT EXISTS heard (
    device BLOB PRIMARY KEY,
    at_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- When somebody's turns are all back, by a hash of whose they are.
CREATE TABLE IF NOT EXISTS turn (
    whose BLOB PRIMARY KEY,
    back_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
