-- Steps that the case had moved past and that their author has put aside: never listed again.
CREATE TABLE seen_overtaken (
    replica BLOB    NOT NULL CHECK (length(replica) = 16),
    seq     INTEGER NOT NULL,
    mark    BLOB    NOT NULL CHECK (length(mark) = 8),
    PRIMARY KEY (replica, seq, mark)
) WITHOUT ROWID;
