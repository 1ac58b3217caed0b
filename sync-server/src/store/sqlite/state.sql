-- States, parents, homes, moves between spaces.

-- name: state
SELECT space, record, kind, pos, author, bytes FROM state WHERE space = ?1 AND record = ?2

-- name: state_put
INSERT INTO state (space, record, kind, pos, author, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (space, record) DO UPDATE SET kind = ?3, pos = ?4, author = ?5, bytes = ?6

-- name: states_after
SELECT space, record, kind, pos, author, bytes
FROM state WHERE space = ?1 AND record > ?2 ORDER BY record LIMIT ?3

-- name: state_counts
SELECT kind, COUNT(*) FROM state WHERE space = ?1 GROUP BY kind ORDER BY kind

-- name: children
SELECT record FROM child WHERE space = ?1 AND parent = ?2 ORDER BY record

-- name: parents
SELECT parent FROM child WHERE space = ?1 AND record = ?2 ORDER BY parent

-- name: parents_clear
DELETE FROM child WHERE space = ?1 AND record = ?2

-- name: parent_add
INSERT INTO child (space, parent, record) VALUES (?1, ?2, ?3)

-- name: home
SELECT units FROM home WHERE space = ?1 AND record = ?2 ORDER BY pos DESC LIMIT 1

-- name: home_nearest
-- Here, else in any other space but the one that holds the units.
SELECT * FROM (SELECT space, units FROM home WHERE space = ?1 AND record = ?2 ORDER BY pos DESC LIMIT 1)
UNION ALL
SELECT * FROM (
    SELECT h.space, h.units FROM space AS s CROSS JOIN home AS h ON h.space = s.id AND h.record = ?2
    WHERE s.id <> ?1 AND s.reference = 0 ORDER BY s.id, h.pos DESC LIMIT 1
)

-- name: home_add
INSERT INTO home (space, record, pos, since, units) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (space, record, pos) DO UPDATE SET since = ?4, units = ?5

-- name: homes
SELECT since, units FROM home WHERE space = ?1 AND record = ?2 ORDER BY pos DESC

-- name: move_due_put
INSERT INTO move_due (space, record) VALUES (?1, ?2) ON CONFLICT (space, record) DO NOTHING

-- name: move_due_drop
DELETE FROM move_due WHERE space = ?1 AND record = ?2

-- name: move_is_due
SELECT 1 FROM move_due WHERE space = ?1 AND record = ?2

-- name: moves_due
SELECT space, record FROM move_due ORDER BY id LIMIT ?1
