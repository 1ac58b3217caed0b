-- Units and who stands above whom.

-- name: unit
SELECT id, space, code, name, level, kind FROM unit WHERE id = ?1

-- name: unit_by_code
SELECT id, space, code, name, level, kind FROM unit WHERE code = ?1 ORDER BY id LIMIT 1

-- name: units
SELECT id, space, code, name, level, kind FROM unit ORDER BY code, id

-- name: unit_put
INSERT INTO unit (id, space, code, name, level, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET space = ?2, code = ?3, name = ?4, level = ?5, kind = ?6

-- name: units_above
SELECT DISTINCT parent FROM unit_up WHERE unit = ?1 AND (until IS NULL OR until >= ?2) ORDER BY parent

-- name: units_below
SELECT unit FROM unit_up WHERE parent = ?1 AND until IS NULL ORDER BY unit

-- name: unit_up_end
UPDATE unit_up SET until = ?3 WHERE unit = ?1 AND parent = ?2 AND until IS NULL

-- name: unit_up_add
INSERT INTO unit_up (unit, parent, since, until) VALUES (?1, ?2, ?3, NULL)
ON CONFLICT (unit, parent, since) DO UPDATE SET until = NULL
