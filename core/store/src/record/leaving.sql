SELECT record FROM record INDEXED BY record_leaving
WHERE leaving = 1 AND space = ?1
ORDER BY record
