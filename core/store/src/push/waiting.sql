SELECT replica, seq, hash FROM own_change
WHERE space = ?1 AND lane = 0 AND verdict IS NULL
ORDER BY save
LIMIT ?2
