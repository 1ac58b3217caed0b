-- Accounts linked to an office's provider, and who was sent there.

-- name: oidc_link_put
INSERT INTO oidc_link (issuer, subject, account, made_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING

-- name: oidc_linked
SELECT account FROM oidc_link WHERE issuer = ?1 AND subject = ?2

-- name: oidc_links
SELECT issuer, subject FROM oidc_link WHERE account = ?1 ORDER BY issuer, subject

-- name: oidc_link_drop
DELETE FROM oidc_link WHERE issuer = ?1 AND subject = ?2

-- name: oidc_try_put
INSERT INTO oidc_try (state, nonce, verifier, until) VALUES (?1, ?2, ?3, ?4)

-- name: oidc_try_use
DELETE FROM oidc_try WHERE state = ?1 AND until >= ?2 RETURNING nonce, verifier

-- name: oidc_tries_forget
DELETE FROM oidc_try WHERE until < ?1
