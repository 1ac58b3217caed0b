SELECT record, kind, state, sum, pos, held_by, share FROM record
WHERE space = ?1 AND record > ?2
ORDER BY record LIMIT ?3
