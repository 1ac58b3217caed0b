SELECT replica, seq, hash FROM own_change INDEXED BY own_change_outbox
WHERE space = ?1 AND lane = 0 AND verdict IS NULL AND replica = ?2 AND seq <= ?3
