-- The audit and its signed heads. Numbers rise by one.

-- name: audit_add
INSERT INTO audit (id, at, account, code, detail, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: audit_last
SELECT id, chain FROM audit ORDER BY id DESC LIMIT 1

-- name: audit_after
SELECT id, at, account, code, detail, chain FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2

-- name: audit_chain_set
UPDATE audit SET chain = ?2 WHERE id = ?1

-- name: audit_newest
SELECT at, account, code, detail FROM audit ORDER BY id DESC LIMIT ?1

-- name: audit_numbered
SELECT at, account, code, detail FROM audit WHERE id = ?1

-- name: audit_numbers
SELECT id FROM audit ORDER BY id DESC LIMIT ?1

-- name: audit_counts
SELECT code, COUNT(*) FROM audit GROUP BY code ORDER BY code

-- name: audit_head_add
INSERT INTO audit_head (n, body, signature) VALUES (?1, ?2, ?3)

-- name: audit_head_last
SELECT n, body, signature FROM audit_head ORDER BY n DESC LIMIT 1

-- name: audit_heads_after
SELECT n, body, signature FROM audit_head WHERE n > ?1 ORDER BY n LIMIT ?2
