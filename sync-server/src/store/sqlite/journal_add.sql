INSERT INTO journal (space, pos, record, kind, replica, seq, received_at, entry, chain)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
