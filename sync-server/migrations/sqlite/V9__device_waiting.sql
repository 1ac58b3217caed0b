-- A phone that was enrolled and that nobody has confirmed yet: nothing is told it and nothing taken from it.
CREATE TABLE device_waiting (
    device BLOB PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Whether a phone that comes with the code waits for a confirmation.
ALTER TABLE enrol_code ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
