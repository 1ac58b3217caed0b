-- What cannot be made again: own changes, drafts, confirmed states, and where each space stands.
-- Views (rows, search, places, links) are no part of it: they are dropped and built again by version.

CREATE TABLE meta (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    replica     BLOB    NOT NULL CHECK (length(replica) = 16),
    mark        BLOB    NOT NULL CHECK (length(mark) = 16),
    mark_before BLOB    CHECK (length(mark_before) = 16),
    saves       INTEGER NOT NULL,               -- how many changes this phone ever saved
    row_version INTEGER NOT NULL                -- version of the views that stand here; 0: none
);

CREATE TABLE space (
    space           BLOB    PRIMARY KEY CHECK (length(space) = 16),
    timeline        BLOB    CHECK (length(timeline) = 16),      -- NULL before the first page
    branches        BLOB    NOT NULL,           -- timeline ‖ big-endian from, 24 bytes each, oldest first
    cursor          INTEGER NOT NULL,
    epoch_timeline  BLOB,
    epoch_n         INTEGER,
    backfill        INTEGER NOT NULL,           -- 0 start, 1 after (key, record), 2 done
    backfill_key    BLOB,
    backfill_record BLOB,
    heard           INTEGER NOT NULL,           -- server time of the last complete page
    forgotten       INTEGER NOT NULL,           -- rows forgotten so far
    seq             INTEGER NOT NULL,           -- last seq of the present replica
    prev            BLOB    NOT NULL CHECK (length(prev) = 32), -- hash of the change with that seq
    safe_pos        INTEGER NOT NULL,
    checked_at      INTEGER,                    -- server time of the last digest that agreed
    grants          TEXT    NOT NULL            -- JSON
) WITHOUT ROWID;

-- States as last pulled.
CREATE TABLE record (
    record         BLOB    PRIMARY KEY CHECK (length(record) = 16),
    space          BLOB    NOT NULL,
    kind           TEXT    NOT NULL,
    state          BLOB    NOT NULL,
    sum            BLOB    NOT NULL,            -- BLAKE3 of the state, verified on read
    pos            INTEGER NOT NULL,
    timeline       BLOB    NOT NULL,
    held_by        BLOB    NOT NULL,            -- 16 bytes for each key that grants it
    share          BLOB    NOT NULL,            -- its share of the digest, little-endian
    epoch_timeline BLOB    NOT NULL,
    epoch_n        INTEGER NOT NULL,
    leaving        INTEGER NOT NULL             -- 1: out of scope, kept until what is typed on it is settled
);
CREATE INDEX record_epoch ON record (space, epoch_n, epoch_timeline);
CREATE INDEX record_leaving ON record (record) WHERE leaving = 1;

-- Own changes. lane 0 is the outbox (not yet contained in a pulled state), lane 1 is sent.
CREATE TABLE own_change (
    save             INTEGER PRIMARY KEY,       -- how-manieth save of this phone
    space            BLOB    NOT NULL,
    record           BLOB    NOT NULL,
    replica          BLOB    NOT NULL,
    seq              INTEGER NOT NULL,
    hash             BLOB    NOT NULL,
    body             BLOB    NOT NULL,
    lane             INTEGER NOT NULL,
    stub             INTEGER NOT NULL,          -- 1: only (dot, hash) is offered; never folded
    verdict          TEXT,                      -- applied, quarantined, declined, refused
    verdict_pos      INTEGER,
    verdict_timeline BLOB,
    held_pos         INTEGER,                   -- where it was last applied, also after its verdict was taken back
    held_timeline    BLOB
);
CREATE UNIQUE INDEX own_change_dot ON own_change (space, replica, seq);
CREATE INDEX own_change_record ON own_change (record, save);
CREATE INDEX own_change_outbox ON own_change (space, save) WHERE lane = 0;
CREATE INDEX own_change_sent ON own_change (space, verdict_pos) WHERE lane = 1;

-- What its author must look at: each change at most once, also after it was corrected.
CREATE TABLE attention (
    save  INTEGER PRIMARY KEY REFERENCES own_change (save) ON DELETE CASCADE,
    code  TEXT    NOT NULL,
    hint  TEXT    NOT NULL,
    fixed INTEGER NOT NULL                      -- 1: corrected or put aside; never listed again
);

-- Forms that a person has open.
CREATE TABLE draft (
    draft     BLOB    PRIMARY KEY CHECK (length(draft) = 16),
    record    BLOB    NOT NULL,
    space     BLOB    NOT NULL,
    kind      TEXT    NOT NULL,
    basis     BLOB    NOT NULL,
    content   TEXT    NOT NULL,                 -- JSON, the form's own
    heard     INTEGER NOT NULL,                 -- what the phone knew when it was opened
    opened_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX draft_record ON draft (record);
