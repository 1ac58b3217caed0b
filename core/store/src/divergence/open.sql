INSERT INTO divergence (id, space, found_at, kinds, keys, outcome)
SELECT ?1, ?2, ?3, '[]', x'', 'open'
WHERE NOT EXISTS (SELECT 1 FROM divergence WHERE space = ?2 AND outcome = 'open')
