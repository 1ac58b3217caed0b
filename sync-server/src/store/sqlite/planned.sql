-- Roles that begin or end on a day.

-- name: planned_add
INSERT INTO planned (at, act, account, unit, role, kinds) VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: planned_due
SELECT id, at, act, account, unit, role, kinds FROM planned WHERE done_at IS NULL AND at <= ?1 ORDER BY at, id

-- name: planned_done
UPDATE planned SET done_at = ?2 WHERE id = ?1
