INSERT INTO undo (save, command, name, remedy, record, body, former, undoes, undone_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
