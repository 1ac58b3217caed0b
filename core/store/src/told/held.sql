SELECT record, other FROM told WHERE space = ?1 AND seen = 0 ORDER BY record, other LIMIT ?2
