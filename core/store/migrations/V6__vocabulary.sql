-- Names of fields, by kind: what stored states are packed against. No value ever stands here.
CREATE TABLE vocabulary (
    id    INTEGER PRIMARY KEY,
    kind  TEXT    NOT NULL,
    names BLOB    NOT NULL                      -- as a state lists its fields, each with nothing in it
);
CREATE INDEX vocabulary_kind ON vocabulary (kind, id);

-- It served one question, asked once at the end of a backfill, and took a twentieth of the file.
DROP INDEX record_epoch;
