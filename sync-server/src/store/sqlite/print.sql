-- Prints of records, and which of them meet; what more than the limit share meets nobody.

-- name: print_put
INSERT INTO print (space, record, kind, pos, strong, named) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (space, record) DO UPDATE SET kind = ?3, pos = ?4, strong = ?5, named = ?6

-- name: print_drop
DELETE FROM print WHERE space = ?1 AND record = ?2

-- name: prints_of
SELECT a.kind, a.record, a.pos, a.strong, a.named, b.record, b.pos, b.strong, b.named
FROM print AS a JOIN print AS b INDEXED BY print_strong ON b.space = a.space AND b.kind = a.kind AND b.strong = a.strong
WHERE a.space = ?1 AND a.record = ?2 AND b.record <> a.record
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM print AS c INDEXED BY print_strong
       WHERE c.space = a.space AND c.kind = a.kind AND c.strong = a.strong LIMIT ?3 + 1)) <= ?3
UNION
SELECT a.kind, a.record, a.pos, a.strong, a.named, b.record, b.pos, b.strong, b.named
FROM print AS a JOIN print AS b INDEXED BY print_named ON b.space = a.space AND b.kind = a.kind AND b.named = a.named
WHERE a.space = ?1 AND a.record = ?2 AND b.record <> a.record
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM print AS c INDEXED BY print_named
       WHERE c.space = a.space AND c.kind = a.kind AND c.named = a.named LIMIT ?3 + 1)) <= ?3

-- name: prints_since
SELECT a.kind, a.record, a.pos, a.strong, a.named, b.record, b.pos, b.strong, b.named
FROM print AS a INDEXED BY print_pos
JOIN print AS b INDEXED BY print_strong ON b.space = a.space AND b.kind = a.kind AND b.strong = a.strong
WHERE a.space = ?1 AND a.pos > ?2 AND b.record <> a.record
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM print AS c INDEXED BY print_strong
       WHERE c.space = a.space AND c.kind = a.kind AND c.strong = a.strong LIMIT ?3 + 1)) <= ?3
UNION
SELECT a.kind, a.record, a.pos, a.strong, a.named, b.record, b.pos, b.strong, b.named
FROM print AS a INDEXED BY print_pos
JOIN print AS b INDEXED BY print_named ON b.space = a.space AND b.kind = a.kind AND b.named = a.named
WHERE a.space = ?1 AND a.pos > ?2 AND b.record <> a.record
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM print AS c INDEXED BY print_named
       WHERE c.space = a.space AND c.kind = a.kind AND c.named = a.named LIMIT ?3 + 1)) <= ?3
ORDER BY 3, 6 LIMIT ?4

-- name: prints_of_key
SELECT a.kind, a.record, a.pos, a.strong, a.named, b.record, b.pos, b.strong, b.named
FROM audience AS u JOIN print AS a ON a.space = u.space AND a.record = u.record
JOIN print AS b INDEXED BY print_strong ON b.space = a.space AND b.kind = a.kind AND b.strong = a.strong
WHERE u.space = ?1 AND u.key = ?2 AND u.record > ?4 AND u.here = 1 AND u.kind IN (SELECT value FROM json_each(?3))
  AND b.record <> a.record
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM print AS c INDEXED BY print_strong
       WHERE c.space = a.space AND c.kind = a.kind AND c.strong = a.strong LIMIT ?5 + 1)) <= ?5
UNION
SELECT a.kind, a.record, a.pos, a.strong, a.named, b.record, b.pos, b.strong, b.named
FROM audience AS u JOIN print AS a ON a.space = u.space AND a.record = u.record
JOIN print AS b INDEXED BY print_named ON b.space = a.space AND b.kind = a.kind AND b.named = a.named
WHERE u.space = ?1 AND u.key = ?2 AND u.record > ?4 AND u.here = 1 AND u.kind IN (SELECT value FROM json_each(?3))
  AND b.record <> a.record
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM print AS c INDEXED BY print_named
       WHERE c.space = a.space AND c.kind = a.kind AND c.named = a.named LIMIT ?5 + 1)) <= ?5
ORDER BY 2, 6 LIMIT ?6
