INSERT OR REPLACE INTO inbox (space, replica, seq, hash, body, device, record, step, received_at,
    first_replica, first_seq, verdict, verdict_pos, code, hint, effective)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
