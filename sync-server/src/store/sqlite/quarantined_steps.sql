-- Named, for without statistics the planner walks everything that the replica ever wrote.
SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox INDEXED BY inbox_quarantined
WHERE space = ? AND replica = ? AND record = ? AND verdict = 1 AND step = 1 AND first_replica = replica AND first_seq = seq
ORDER BY seq
