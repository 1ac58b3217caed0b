-- What was erased, and where else it may lie.

-- name: erasure_put
INSERT INTO erasure (space, replica, seq, mark, record, device, pos, admitted, places, rest, erasure)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT DO UPDATE SET pos = ?7, admitted = ?8, places = ?9, rest = ?10, erasure = ?11

-- name: erasure_of
SELECT space, replica, seq, mark, record, device, pos, admitted, places, rest, erasure
FROM erasure WHERE space = ?1 AND replica = ?2 AND seq = ?3 AND mark = ?4

-- name: erasures_of_device
SELECT space, replica, seq, mark, record, device, pos, admitted, places, rest, erasure
FROM erasure WHERE space = ?1 AND device = ?2 AND pos > ?3
ORDER BY pos, replica, seq, mark LIMIT ?4

-- name: inbox_body_set
UPDATE inbox SET body = ?4 WHERE space = ?1 AND replica = ?2 AND seq = ?3

-- name: inbox_unadmitted
SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox INDEXED BY inbox_unadmitted
WHERE space = ?1 AND record = ?2 AND verdict <> 0
ORDER BY replica, seq

-- name: import_rows_drop
DELETE FROM import_row WHERE record = ?1

-- name: hand_overs
SELECT hash, sealed FROM hand_over ORDER BY hash

-- name: hand_over_set
UPDATE hand_over SET sealed = ?2 WHERE hash = ?1

-- name: joined_erase
UPDATE joined SET phone = '', reason = '' WHERE account = ?1
