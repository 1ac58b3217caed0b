UPDATE own_change
SET command = NULL, command_name = NULL, remedy = NULL, former = NULL, undoes = NULL, undone_by = NULL
WHERE record = ?1 AND command IS NOT NULL
