-- Months whose figures do not change any more: what was counted, as one document with its formulas and its units.
CREATE TABLE month_lock (
    space BLOB NOT NULL,
    month INTEGER NOT NULL, -- months since the year 0
    unit BLOB NOT NULL,
    at INTEGER NOT NULL,
    by BLOB NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (space, month)
) STRICT;

-- Objections are counted, too: by what they take out.
DROP INDEX state_counted;
CREATE INDEX state_counted ON state (space, pos, record)
WHERE kind IN ('case', 'campaign', 'target', 'attempt', 'objection');
