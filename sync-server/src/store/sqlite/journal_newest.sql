SELECT space, pos, record, kind, replica, seq, received_at, entry, chain
FROM journal WHERE space = ? ORDER BY pos DESC LIMIT ?
