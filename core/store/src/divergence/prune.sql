DELETE FROM divergence
WHERE told = 1 AND id NOT IN (SELECT id FROM divergence ORDER BY found_at DESC, id LIMIT ?1)
