-- Bodies of which an erasure took something, by every name that they have: which operations, and the hash of what is left.
-- `pos` is the entry of the journal that names them; 0 where the journal has not met them, as after a backup was put back.
CREATE TABLE erasure (
    space BLOB NOT NULL,
    replica BLOB NOT NULL,
    seq INTEGER NOT NULL,
    mark BLOB NOT NULL,
    record BLOB NOT NULL,
    device BLOB NOT NULL,
    pos INTEGER NOT NULL,
    admitted INTEGER NOT NULL,
    places BLOB NOT NULL,
    rest BLOB NOT NULL,
    erasure BLOB NOT NULL,
    PRIMARY KEY (space, replica, seq, mark)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_device ON erasure (space, device, pos);

-- Bodies of a record that were received and never admitted: few, and an erasure must find them.
CREATE INDEX inbox_unadmitted ON inbox (space, record) WHERE verdict <> 0;
