-- Facts of what is appraised, one row for each month in which a record is asked for; made again from states at any time.
CREATE TABLE fact (
    space BLOB NOT NULL,
    month INTEGER NOT NULL, -- months since the year 0
    record BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (space, month, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_record ON fact (space, record);

-- Which cases an attempt of a campaign raised.
CREATE TABLE fact_raised (
    space BLOB NOT NULL,
    raised BLOB NOT NULL,
    attempt BLOB NOT NULL,
    PRIMARY KEY (space, raised, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_raised_attempt ON fact_raised (space, attempt);

-- Up to which state the facts of a space are made, and by which version of them.
CREATE TABLE fact_upto (
    space BLOB NOT NULL PRIMARY KEY,
    pos INTEGER NOT NULL,
    record BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What changed of the kinds that are counted: no other kind pays for it.
CREATE INDEX state_counted ON state (space, pos, record) WHERE kind IN ('case', 'campaign', 'target', 'attempt');
