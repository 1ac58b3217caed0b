SELECT * FROM view_row
WHERE at_odds = 1 AND front = 1
ORDER BY kind, sort, record
LIMIT :limit
