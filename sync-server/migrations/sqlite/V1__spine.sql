-- The server's tables. Ids are sixteen bytes, hashes thirty-two, moments milliseconds since 1970 UTC.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The partition in which order is kept. Its row is the counter: whoever admits locks it first.
CREATE TABLE space (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    reference INTEGER NOT NULL,
    pos INTEGER NOT NULL DEFAULT 0,
    received_at_last INTEGER NOT NULL DEFAULT 0,
    chain BLOB NOT NULL,
    safe_pos INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A space's history: one row for each timeline, oldest first.
CREATE TABLE branch (
    space BLOB NOT NULL,
    idx INTEGER NOT NULL,
    timeline BLOB NOT NULL,
    from_pos INTEGER NOT NULL,
    PRIMARY KEY (space, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE replica (
    id BLOB PRIMARY KEY,
    device BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE replica_space (
    replica BLOB NOT NULL,
    space BLOB NOT NULL,
    upto INTEGER NOT NULL,
    PRIMARY KEY (replica, space)
) STRICT, WITHOUT ROWID;

-- Every change ever received. The verdict stands with the first delivery of a body; later names point to it.
CREATE TABLE inbox (
    space BLOB NOT NULL,
    replica BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    body BLOB,
    device BLOB NOT NULL,
    record BLOB,
    step INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL,
    first_replica BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    verdict_pos INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    effective INTEGER,
    PRIMARY KEY (space, replica, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_quarantined ON inbox (space, replica, record) WHERE verdict = 1;

-- All names of a body, and the delivery under which it is kept.
CREATE TABLE name (
    space BLOB NOT NULL,
    replica BLOB NOT NULL,
    seq INTEGER NOT NULL,
    mark BLOB NOT NULL,
    first_replica BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    PRIMARY KEY (space, replica, seq, mark)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_first ON name (space, first_replica, first_seq);

-- Frames as signed by their devices: authorship, verifiable when bodies have been erased.
CREATE TABLE frame (
    id INTEGER PRIMARY KEY,
    space BLOB NOT NULL,
    replica BLOB NOT NULL,
    device BLOB NOT NULL,
    carrier BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    signed BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- The truth: what was admitted, in order, with its stamps and the chain over all before it.
CREATE TABLE journal (
    space BLOB NOT NULL,
    pos INTEGER NOT NULL,
    record BLOB,
    kind INTEGER NOT NULL,
    replica BLOB NOT NULL,
    seq INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    entry BLOB NOT NULL,
    chain BLOB NOT NULL,
    PRIMARY KEY (space, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_record ON journal (space, record, pos);

-- Folded from the journal; may be dropped and folded again to the same bytes.
CREATE TABLE state (
    space BLOB NOT NULL,
    record BLOB NOT NULL,
    kind TEXT NOT NULL,
    pos INTEGER NOT NULL,
    author BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (space, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE child (
    space BLOB NOT NULL,
    parent BLOB NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (space, parent, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX child_record ON child (space, record);

-- In which units a record was at home from which pos on; the last row is where it is now.
CREATE TABLE home (
    space BLOB NOT NULL,
    record BLOB NOT NULL,
    pos INTEGER NOT NULL,
    since INTEGER NOT NULL,
    units BLOB NOT NULL,
    PRIMARY KEY (space, record, pos)
) STRICT, WITHOUT ROWID;

-- Who sees a record, or saw it last (here = 0).
CREATE TABLE audience (
    space BLOB NOT NULL,
    key BLOB NOT NULL,
    record BLOB NOT NULL,
    kind TEXT NOT NULL,
    pos INTEGER NOT NULL,
    here INTEGER NOT NULL,
    PRIMARY KEY (space, key, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX audience_pos ON audience (space, key, pos);
CREATE INDEX audience_record ON audience (space, record);

-- Sum over the records that a key sees, modulo 2^128, sixteen bytes, big end first.
CREATE TABLE digest (
    space BLOB NOT NULL,
    key BLOB NOT NULL,
    kind TEXT NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (space, key, kind)
) STRICT, WITHOUT ROWID;

-- Units, derived from their records in the reference space; `space` is where their own records live.
CREATE TABLE unit (
    id BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    kind TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_code ON unit (code);

-- Above which units a unit stands, and stood.
CREATE TABLE unit_up (
    unit BLOB NOT NULL,
    parent BLOB NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (unit, parent, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_up_parent ON unit_up (parent);

CREATE TABLE account (
    id BLOB PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL DEFAULT '',
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    name TEXT NOT NULL,
    public_key BLOB NOT NULL,
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER,
    purged_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX device_account ON device (account);

-- What an account may do somewhere, and until when it could; kinds with a comma after each.
CREATE TABLE grant_ (
    id INTEGER PRIMARY KEY,
    account BLOB NOT NULL,
    unit BLOB NOT NULL,
    role TEXT NOT NULL,
    kinds TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER
) STRICT;
CREATE INDEX grant_account ON grant_ (account);
CREATE INDEX grant_unit ON grant_ (unit);

CREATE TABLE epoch (
    space BLOB NOT NULL,
    account BLOB NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (space, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrol_code (
    hash BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- The console's replica of each account; made anew with each timeline.
CREATE TABLE console (
    account BLOB NOT NULL,
    timeline BLOB NOT NULL,
    replica BLOB NOT NULL,
    PRIMARY KEY (account, timeline)
) STRICT, WITHOUT ROWID;

CREATE TABLE hand_over (
    hash BLOB PRIMARY KEY,
    device BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    account BLOB,
    code TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
