SELECT first_replica, first_seq FROM name WHERE space = ? AND replica = ? AND seq = ? AND mark = ?
