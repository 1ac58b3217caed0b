-- Seals of others on their way: bundles to the server, replies back to their authors.
CREATE TABLE carried (
    seal     BLOB    NOT NULL UNIQUE CHECK (length(seal) = 32), -- hash of the sealed bytes
    purpose  TEXT    NOT NULL,                  -- bundle, bundle_reply
    about    BLOB    CHECK (length(about) = 32),-- of a reply: the bundle that it answers
    sealed   BLOB    NOT NULL,
    taken_at INTEGER NOT NULL,
    code     TEXT                               -- why the server will never take it
);
CREATE INDEX carried_about ON carried (about);

-- What this phone handed over when it was revoked, sealed to the server: kept until the server says that it is safe.
CREATE TABLE handed_over (
    seal   BLOB    NOT NULL UNIQUE CHECK (length(seal) = 32),
    names  BLOB    NOT NULL CHECK (length(names) = 32), -- hash of the names of all that it holds
    sealed BLOB    NOT NULL,
    ended  INTEGER NOT NULL                     -- 1: the phone was purged since, and this is all that is left
);
