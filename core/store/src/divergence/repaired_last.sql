SELECT ended_at, repaired FROM divergence
WHERE space = ?1 AND outcome = 'repaired'
ORDER BY ended_at DESC LIMIT 1
