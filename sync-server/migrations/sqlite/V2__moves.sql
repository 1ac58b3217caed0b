-- Records whose move to another space is to be made, or made whole, in the order in which that was noticed.
CREATE TABLE move_due (
    id INTEGER PRIMARY KEY,
    space BLOB NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (space, record)
) STRICT;
