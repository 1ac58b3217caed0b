UPDATE own_change
SET lane = 1, verdict = 'applied', verdict_pos = 0
WHERE space = ?1 AND replica = ?2 AND seq <= ?3 AND lane = 0
