-- Sessions, what renews them, first codes, second factors.

-- name: session_put
INSERT INTO session (id, account, device, stage, begun_at, until, access, access_until, seen_at, ended_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO UPDATE SET stage = ?4, until = ?6, access = ?7, access_until = ?8, seen_at = ?9, ended_at = ?10

-- name: session
SELECT id, account, device, stage, begun_at, until, access, access_until, seen_at, ended_at
FROM session WHERE id = ?1

-- name: session_by_access
SELECT id, account, device, stage, begun_at, until, access, access_until, seen_at, ended_at
FROM session WHERE access = ?1

-- name: sessions_of
SELECT id, account, device, stage, begun_at, until, access, access_until, seen_at, ended_at
FROM session WHERE account = ?1 AND ended_at IS NULL AND until >= ?2 ORDER BY begun_at, id

-- name: sessions_end_all
UPDATE session SET ended_at = ?1 WHERE ended_at IS NULL

-- name: sessions_forget
DELETE FROM session WHERE account = ?1 AND until < ?2

-- name: renewal_put
INSERT INTO session_renewal (hash, session, until) VALUES (?1, ?2, ?3)

-- name: renewal_use
-- One statement, so that of many at once one succeeds.
UPDATE session_renewal SET used_at = ?2
WHERE hash = ?1 AND used_at IS NULL AND until >= ?2
RETURNING session

-- name: renewal_used
SELECT session FROM session_renewal WHERE hash = ?1 AND used_at IS NOT NULL

-- name: renewals_forget
DELETE FROM session_renewal WHERE until < ?1

-- name: login_code_put
INSERT INTO login_code (hash, account, until) VALUES (?1, ?2, ?3)

-- name: login_code_use
DELETE FROM login_code WHERE hash = ?1 AND until >= ?2 RETURNING account

-- name: login_codes_drop
DELETE FROM login_code WHERE account = ?1

-- name: second_factor
SELECT secret, confirmed_at FROM second_factor WHERE account = ?1

-- name: second_factor_put
-- One that is confirmed stays until it is dropped.
INSERT INTO second_factor (account, secret) VALUES (?1, ?2)
ON CONFLICT (account) DO UPDATE SET secret = ?2, last_step = 0 WHERE confirmed_at IS NULL

-- name: second_factors
SELECT account FROM second_factor ORDER BY account

-- name: second_factor_seal
UPDATE second_factor SET secret = ?2 WHERE account = ?1

-- name: second_factor_confirm
UPDATE second_factor SET confirmed_at = ?2 WHERE account = ?1 AND confirmed_at IS NULL

-- name: second_factor_step
-- One statement, so that of many at once one succeeds.
UPDATE second_factor SET last_step = ?2 WHERE account = ?1 AND last_step < ?2 RETURNING last_step

-- name: second_factor_drop
DELETE FROM second_factor WHERE account = ?1

-- name: recovery_code_put
INSERT INTO recovery_code (account, hash) VALUES (?1, ?2)

-- name: recovery_code_use
DELETE FROM recovery_code WHERE account = ?1 AND hash = ?2 RETURNING account

-- name: recovery_codes
SELECT COUNT(*) FROM recovery_code WHERE account = ?1

-- name: recovery_codes_drop
DELETE FROM recovery_code WHERE account = ?1
