-- Where somebody on duty was, as this phone recorded it. It is in no journal: a row here fades with its age, and is gone
-- when its person drops the track.
CREATE TABLE track_point (
    patrol BLOB NOT NULL CHECK (length(patrol) = 16),
    at     INTEGER NOT NULL,                    -- milliseconds since 1970 UTC
    point  BLOB NOT NULL,                       -- a point's value, CBOR
    PRIMARY KEY (patrol, at)
) WITHOUT ROWID;

-- What the person said about a track: it may be seen by their supervisors, or not any more.
CREATE TABLE track_word (
    patrol BLOB PRIMARY KEY CHECK (length(patrol) = 16),
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    said_at INTEGER NOT NULL,
    told   INTEGER NOT NULL CHECK (told IN (0, 1))    -- whether the server knows
) WITHOUT ROWID;
