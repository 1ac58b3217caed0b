-- Everything ever received, by dot; names of bodies; replicas; frames.

-- name: inbox
SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox WHERE space = ?1 AND replica = ?2 AND seq = ?3

-- name: inbox_put
INSERT OR REPLACE INTO inbox (space, replica, seq, hash, body, device, record, step, received_at,
    first_replica, first_seq, verdict, code, hint, verdict_pos, effective)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)

-- name: verdict_set
UPDATE inbox SET verdict = ?4, code = ?5, hint = ?6, verdict_pos = ?7, effective = COALESCE(?8, effective)
WHERE space = ?1 AND replica = ?2 AND seq = ?3

-- name: first_of
SELECT first_replica, first_seq FROM name WHERE space = ?1 AND replica = ?2 AND seq = ?3 AND mark = ?4

-- name: name_put
INSERT INTO name (space, replica, seq, mark, first_replica, first_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO NOTHING

-- name: names_of
SELECT replica, seq, mark FROM name
WHERE space = ?1 AND first_replica = ?2 AND first_seq = ?3
ORDER BY replica, seq, mark

-- name: quarantined
SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox
WHERE verdict = 1 AND first_replica = replica AND first_seq = seq AND (?1 IS NULL OR space = ?1)
ORDER BY space, received_at, replica, seq

-- name: quarantined_steps
-- The index is named, for without statistics the planner walks everything that the replica ever wrote.
SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox INDEXED BY inbox_quarantined
WHERE space = ?1 AND replica = ?2 AND record = ?3
    AND verdict = 1 AND step = 1 AND first_replica = replica AND first_seq = seq
ORDER BY seq

-- name: quarantined_counts
SELECT space, COUNT(*) FROM inbox
WHERE verdict = 1 AND first_replica = replica AND first_seq = seq
GROUP BY space ORDER BY space

-- name: replica_device
SELECT device FROM replica WHERE id = ?1

-- name: replica_put
INSERT INTO replica (id, device) VALUES (?1, ?2)

-- name: upto
SELECT upto FROM replica_space WHERE replica = ?2 AND space = ?1

-- name: chain_end
SELECT u.upto, i.hash FROM replica_space AS u
LEFT JOIN inbox AS i ON i.space = u.space AND i.replica = u.replica AND i.seq = u.upto
WHERE u.replica = ?2 AND u.space = ?1

-- name: upto_set
INSERT INTO replica_space (space, replica, upto) VALUES (?1, ?2, ?3)
ON CONFLICT (replica, space) DO UPDATE SET upto = ?3

-- name: frame_put
INSERT INTO frame (space, replica, device, carrier, received_at, signed, signature)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
