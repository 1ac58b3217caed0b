-- Prints of records, keyed hashes under the county's key: which of them may be the same person or thing.
CREATE TABLE print (
    space BLOB NOT NULL,
    record BLOB NOT NULL,
    kind TEXT NOT NULL,
    pos INTEGER NOT NULL, -- of the state that they are of
    strong BLOB, -- of an identity number or a credit code
    named BLOB, -- of name and birth date, or of a name
    PRIMARY KEY (space, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_pos ON print (space, pos);
CREATE INDEX print_strong ON print (space, kind, strong) WHERE strong IS NOT NULL;
CREATE INDEX print_named ON print (space, kind, named) WHERE named IS NOT NULL;
