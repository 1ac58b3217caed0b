SELECT s.rowid AS id FROM view_search s CROSS JOIN view_row k ON k.id = s.rowid
WHERE s.view_search MATCH :long AND (:kinds = '[]' OR k.kind IN (SELECT value FROM json_each(:kinds)))
LIMIT 2000
