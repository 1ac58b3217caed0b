-- Records to be fetched anew: told whole by the next pages, wherever they stand.
CREATE TABLE refetch (
    space  BLOB NOT NULL CHECK (length(space) = 16),
    record BLOB NOT NULL CHECK (length(record) = 16),
    PRIMARY KEY (space, record)
) WITHOUT ROWID;

-- Digests that did not agree and rows that were damaged: what was found and how it ended, for the server to know.
CREATE TABLE divergence (
    id       BLOB    PRIMARY KEY CHECK (length(id) = 16),
    space    BLOB    NOT NULL,
    found_at INTEGER NOT NULL,                  -- server time of the page that showed it
    ended_at INTEGER,                           -- server time of the page that ended it
    kinds    TEXT    NOT NULL,                  -- JSON, of the records that differed
    keys     BLOB    NOT NULL,                  -- 16 bytes for each key under which they differed
    missing  INTEGER NOT NULL DEFAULT 0,
    other    INTEGER NOT NULL DEFAULT 0,
    extra    INTEGER NOT NULL DEFAULT 0,
    damaged  INTEGER NOT NULL DEFAULT 0,
    repaired INTEGER NOT NULL DEFAULT 0,        -- records told anew
    narrowed INTEGER NOT NULL DEFAULT 0,        -- 0 not yet, 1 to some of the records, 2 to all
    outcome  TEXT    NOT NULL,                  -- open, repaired, settled, again
    told     INTEGER NOT NULL DEFAULT 0         -- 1: the server knows how it ended
) WITHOUT ROWID;
CREATE UNIQUE INDEX divergence_open ON divergence (space) WHERE outcome = 'open';

-- How far the rows' checksums were verified in this turn, and until when narrowing rests after a repair that was none.
CREATE TABLE verification (
    space        BLOB    PRIMARY KEY CHECK (length(space) = 16),
    after        BLOB,                          -- rows up to this record; NULL: a turn begins
    paused_until INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
