-- Months that are locked.

-- name: month_lock_put
INSERT INTO month_lock (space, month, unit, at, by, hash, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: month_lock
SELECT unit, at, by, hash, bytes FROM month_lock WHERE space = ?1 AND month = ?2
