SELECT * FROM undo
WHERE command IN (SELECT DISTINCT command FROM undo ORDER BY command DESC LIMIT :limit)
ORDER BY command DESC, save
