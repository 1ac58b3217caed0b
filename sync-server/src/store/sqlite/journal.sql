-- The journal: appended, never changed.

-- name: journal_add
INSERT INTO journal (space, pos, record, kind, replica, seq, received_at, entry, chain)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: journal_of
-- The index is named, for without statistics the planner walks the whole journal in order of pos.
SELECT space, pos, record, kind, replica, seq, received_at, entry, chain
FROM journal INDEXED BY journal_record
WHERE space = ?1 AND record = ?2 ORDER BY pos

-- name: journal_after
SELECT space, pos, record, kind, replica, seq, received_at, entry, chain
FROM journal WHERE space = ?1 AND pos > ?2 ORDER BY pos LIMIT ?3

-- name: journal_newest
SELECT space, pos, record, kind, replica, seq, received_at, entry, chain
FROM journal WHERE space = ?1 ORDER BY pos DESC LIMIT ?2

-- name: journal_time_after
SELECT received_at FROM journal WHERE space = ?1 AND pos > ?2 ORDER BY pos LIMIT 1
