-- Roles that begin or end on a day: done when the day comes, and kept.
CREATE TABLE planned (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    act     TEXT NOT NULL CHECK (act IN ('begin', 'end')),
    account BLOB NOT NULL,
    unit    BLOB NOT NULL,
    role    TEXT NOT NULL,
    kinds   TEXT NOT NULL,
    done_at INTEGER
) STRICT;
CREATE INDEX planned_due ON planned (at) WHERE done_at IS NULL;
