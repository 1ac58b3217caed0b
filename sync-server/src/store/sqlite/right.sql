-- Grants and epochs.

-- name: grants
SELECT id, account, unit, role, kinds, since, until FROM grant_ WHERE account = ?1 ORDER BY id

-- name: grant
SELECT id, account, unit, role, kinds, since, until FROM grant_ WHERE id = ?1

-- name: grant_add
INSERT INTO grant_ (account, unit, role, kinds, since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id

-- name: grant_of_role
UPDATE grant_ SET kinds = '' WHERE id = ?1

-- name: grant_end
UPDATE grant_ SET until = ?2 WHERE id = ?1 AND until IS NULL

-- name: granted_accounts
SELECT DISTINCT account FROM grant_ WHERE until IS NULL ORDER BY account

-- name: epoch
SELECT n FROM epoch WHERE space = ?1 AND account = ?2

-- name: epoch_raise
INSERT INTO epoch (space, account, n) VALUES (?1, ?2, 1)
ON CONFLICT (space, account) DO UPDATE SET n = n + 1
