UPDATE own_change SET offered = 1
WHERE space = ?1 AND replica = ?2 AND seq = ?3 AND hash = ?4 AND lane = 0 AND verdict IS NULL
