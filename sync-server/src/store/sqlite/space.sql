-- Spaces, their history, and the server's own values.

-- name: space_put
INSERT INTO space (id, name, reference, pos, chain, safe_pos) VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: space
SELECT id, name, reference, pos, chain, safe_pos FROM space WHERE id = ?1

-- name: space_locked
-- A transaction that writes has the whole database for itself: there is nothing more to lock.
SELECT id, name, reference, pos, chain, safe_pos FROM space WHERE id = ?1

-- name: space_rename
UPDATE space SET name = ?2 WHERE id = ?1

-- name: spaces
SELECT id, name, reference, pos, chain, safe_pos FROM space ORDER BY reference DESC, name, id

-- name: space_moved
UPDATE space SET pos = ?2, chain = ?3 WHERE id = ?1

-- name: received_last_set
UPDATE space SET received_at_last = ?2 WHERE id = ?1

-- name: standing
SELECT (SELECT n FROM standing), COALESCE(MAX(received_at_last), 0) FROM space

-- name: standing_raise
UPDATE standing SET n = n + 1

-- name: safe_set
UPDATE space SET safe_pos = ?2 WHERE id = ?1

-- name: branches
SELECT timeline, from_pos FROM branch WHERE space = ?1 ORDER BY idx

-- name: branch_add
INSERT INTO branch (space, idx, timeline, from_pos)
SELECT ?1, COALESCE(MAX(idx) + 1, 0), ?2, ?3 FROM branch WHERE space = ?1

-- name: meta
SELECT value FROM meta WHERE name = ?1

-- name: meta_set
INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2
