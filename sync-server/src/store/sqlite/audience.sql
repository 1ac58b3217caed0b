-- Who sees a record, or saw it last; sums over what each key sees.

-- name: audience
-- The index is named, for without statistics the planner walks the whole space along the primary key.
SELECT key, record, kind, pos, here FROM audience INDEXED BY audience_record
WHERE space = ?1 AND record = ?2 ORDER BY key

-- name: audience_put
INSERT INTO audience (space, key, record, kind, pos, here) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (space, key, record) DO UPDATE SET kind = ?4, pos = ?5, here = ?6

-- name: audience_moved
UPDATE audience INDEXED BY audience_record SET pos = ?3 WHERE space = ?1 AND record = ?2 AND here = 1

-- name: audience_drop
DELETE FROM audience WHERE space = ?1 AND key = ?2 AND record = ?3

-- name: audience_tail
SELECT key, record, kind, pos, here FROM audience
WHERE space = ?1 AND key = ?2 AND pos > ?3 AND kind IN (SELECT value FROM json_each(?4))
ORDER BY pos LIMIT ?5

-- name: audience_backfill
-- With the states, so that a page of a first sync is one walk along two trees.
SELECT a.record, a.kind, a.pos, s.bytes FROM audience AS a LEFT JOIN state AS s ON s.space = a.space AND s.record = a.record
WHERE a.space = ?1 AND a.key = ?2 AND a.record > ?3 AND a.here = 1 AND a.kind IN (SELECT value FROM json_each(?4))
ORDER BY a.record LIMIT ?5

-- name: audience_any
SELECT 1 FROM audience WHERE space = ?1 AND key = ?2 LIMIT 1

-- name: audience_records
SELECT record FROM audience WHERE space = ?1 AND key = ?2 AND here = 1 ORDER BY record

-- name: digest
SELECT sum FROM digest WHERE space = ?1 AND key = ?2 AND kind = ?3

-- name: digest_set
INSERT INTO digest (space, key, kind, sum) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (space, key, kind) DO UPDATE SET sum = ?4

-- name: digests_of
SELECT kind, sum FROM digest WHERE space = ?1 AND key = ?2 ORDER BY kind

-- name: audience_counted
SELECT a.record, s.pos FROM audience AS a JOIN state AS s ON s.space = a.space AND s.record = a.record
WHERE a.space = ?1 AND a.key = ?2 AND a.kind = ?3 AND a.here = 1 AND a.record > ?4
ORDER BY a.record LIMIT ?5

-- name: audience_orphan
SELECT record FROM audience AS a
WHERE a.space = ?1 AND a.here = 1
  AND NOT EXISTS (SELECT 1 FROM state AS s WHERE s.space = a.space AND s.record = a.record)
ORDER BY record LIMIT 1

-- name: digests
SELECT key, kind, sum FROM digest WHERE space = ?1 ORDER BY key, kind
