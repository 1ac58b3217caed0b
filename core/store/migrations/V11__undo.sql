-- What the newest commands did on this phone, and what they replaced: enough to put it right, whatever became of the
-- changes themselves. Gone with its record, and after so many saves.
CREATE TABLE undo (
    save      INTEGER PRIMARY KEY,
    command   INTEGER NOT NULL,                -- the first save of its command
    name      TEXT    NOT NULL,                -- the command's name
    remedy    TEXT    NOT NULL,                -- how it is put right
    record    BLOB    NOT NULL CHECK (length(record) = 16),
    body      BLOB    NOT NULL,                -- the change
    former    BLOB    NOT NULL,                -- what it replaced
    undoes    INTEGER,                         -- the command that it puts right
    undone_by INTEGER                          -- the command that put it right last
);
CREATE INDEX undo_command ON undo (command);
CREATE INDEX undo_record ON undo (record, save);
