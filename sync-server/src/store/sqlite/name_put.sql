INSERT OR IGNORE INTO name (space, replica, seq, mark, first_replica, first_seq) VALUES (?, ?, ?, ?, ?, ?)
