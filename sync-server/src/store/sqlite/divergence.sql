-- Reports of phones whose digest did not agree.

-- name: divergence_put
INSERT INTO divergence
    (id, device, space, received_at, found_at, kinds, keys, missing, other, extra, damaged, repaired, outcome)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (id) DO NOTHING

-- name: divergence_counts
SELECT outcome, COUNT(*), SUM(missing + other + extra + damaged) FROM divergence GROUP BY outcome ORDER BY outcome

-- name: divergences_newest
SELECT id, device, space, received_at, found_at, kinds, keys, missing, other, extra, damaged, repaired, outcome
FROM divergence ORDER BY received_at DESC, id LIMIT ?1
