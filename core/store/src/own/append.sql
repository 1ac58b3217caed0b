INSERT INTO own_change (save, space, record, replica, seq, hash, body, lane, stub)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0)
