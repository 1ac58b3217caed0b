SELECT space, pos, record, kind, replica, seq, received_at, entry, chain
FROM journal WHERE space = ? AND pos > ? ORDER BY pos LIMIT ?
