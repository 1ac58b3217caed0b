-- Posters of grids, and who joined by them.

-- name: poster_add
INSERT INTO poster (hash, unit, made_at, until) VALUES (?1, ?2, ?3, ?4) RETURNING id

-- name: poster
SELECT id, hash, unit, made_at, until, withdrawn_at FROM poster WHERE id = ?1

-- name: poster_by_hash
SELECT id, hash, unit, made_at, until, withdrawn_at FROM poster WHERE hash = ?1

-- name: posters
SELECT id, hash, unit, made_at, until, withdrawn_at FROM poster ORDER BY id

-- name: poster_withdrawn_set
UPDATE poster SET withdrawn_at = ?2 WHERE id = ?1

-- name: joined_put
INSERT INTO joined (account, poster, device, phone, agreed_at, sentence, joined_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: joined
SELECT account, poster, device, phone, agreed_at, sentence, joined_at, refused_at, reason FROM joined WHERE account = ?1

-- name: joined_all
SELECT account, poster, device, phone, agreed_at, sentence, joined_at, refused_at, reason
FROM joined ORDER BY joined_at, account

-- name: joined_undecided
SELECT j.account, j.poster, j.device, j.phone, j.agreed_at, j.sentence, j.joined_at, j.refused_at, j.reason
FROM joined j WHERE EXISTS (SELECT 1 FROM grant_ g WHERE g.account = j.account AND g.role = ?1 AND g.until IS NULL)
ORDER BY j.joined_at, j.account LIMIT ?2

-- name: joined_refused_set
UPDATE joined SET refused_at = ?2, reason = ?3 WHERE account = ?1
