-- Counts the changes of units, grants, epochs, devices, spaces and timelines: what was read of them holds while it stands.
CREATE TABLE standing (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    n INTEGER NOT NULL
) STRICT;
INSERT INTO standing (id, n) VALUES (0, 0);
