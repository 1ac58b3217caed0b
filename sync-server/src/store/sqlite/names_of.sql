SELECT replica, seq, mark FROM name
WHERE space = ? AND first_replica = ? AND first_seq = ?
ORDER BY replica, seq, mark
