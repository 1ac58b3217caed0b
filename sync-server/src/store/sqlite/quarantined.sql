SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox
WHERE verdict = 1 AND first_replica = replica AND first_seq = seq AND (?1 IS NULL OR space = ?1)
ORDER BY space, received_at, replica, seq
