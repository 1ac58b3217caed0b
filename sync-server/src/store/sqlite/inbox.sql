SELECT space, replica, seq, hash, body, device, record, step, received_at, first_replica, first_seq,
    verdict, code, hint, verdict_pos, effective
FROM inbox WHERE space = ? AND replica = ? AND seq = ?
