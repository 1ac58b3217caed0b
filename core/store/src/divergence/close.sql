UPDATE divergence
SET ended_at = ?2, outcome = coalesce(?3, CASE WHEN repaired > 0 THEN 'repaired' ELSE 'settled' END)
WHERE space = ?1 AND outcome = 'open'
