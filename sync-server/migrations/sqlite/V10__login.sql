-- Sessions of people: one a login. Tokens stand here as hashes only.
CREATE TABLE session (
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    -- The device that it is bound to; null for one of a browser.
    device BLOB,
    stage INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    access BLOB NOT NULL UNIQUE,
    access_until INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account, begun_at);

-- What renews a session, once; one that comes again says that two have it.
CREATE TABLE session_renewal (
    hash BLOB PRIMARY KEY,
    session BLOB NOT NULL,
    until INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX session_renewal_until ON session_renewal (until);

-- One-time codes with which a person chooses a password.
CREATE TABLE login_code (
    hash BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The second factor of an account (RFC 6238), and the newest step that was taken: none is taken twice.
CREATE TABLE second_factor (
    account BLOB PRIMARY KEY,
    secret BLOB NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_code (
    account BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
