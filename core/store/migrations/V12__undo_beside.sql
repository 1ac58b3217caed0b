-- What a save replaced stands beside it, as long as the save stands here itself; only when it goes, because it is safe,
-- is it moved into `undo` with its body. A save writes no row, no index and no body more for being undoable.
ALTER TABLE own_change ADD COLUMN command INTEGER;      -- the first save of its command; NULL: cannot be undone
ALTER TABLE own_change ADD COLUMN command_name TEXT;
ALTER TABLE own_change ADD COLUMN remedy TEXT;          -- how it is put right
ALTER TABLE own_change ADD COLUMN former BLOB;          -- what it replaced
ALTER TABLE own_change ADD COLUMN undoes INTEGER;       -- the command that it puts right
ALTER TABLE own_change ADD COLUMN undone_by INTEGER;    -- the command that put it right last

-- The saves of a command follow each other.
DROP INDEX undo_command;

-- Wherever it stands.
CREATE VIEW remembered AS
SELECT save, command, name, remedy, record, body, former, undoes, undone_by FROM undo
UNION ALL
SELECT save, command, command_name, remedy, record, body, former, undoes, undone_by FROM own_change
WHERE command IS NOT NULL;
