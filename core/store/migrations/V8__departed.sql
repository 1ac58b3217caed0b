-- What this phone's people had written in a record that left the scope while own changes on it were not safe: the names
-- of those values, so that whoever types over the blank screen has seen them. Names only, and gone with the last own change.
CREATE TABLE departed (
    record BLOB PRIMARY KEY CHECK (length(record) = 16),
    basis  BLOB NOT NULL
) WITHOUT ROWID;
