SELECT id, account, name, public_key, enrolled_at, revoked_at, purged_at
FROM device WHERE account = ? ORDER BY enrolled_at, id
