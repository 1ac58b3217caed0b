SELECT replica, seq, hash FROM own_change
WHERE space = ?1 AND lane = 0
ORDER BY CASE verdict WHEN 'applied' THEN 0 WHEN 'quarantined' THEN 2 ELSE 1 END, save
LIMIT ?2
