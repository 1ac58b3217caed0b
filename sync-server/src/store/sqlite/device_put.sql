INSERT INTO device (id, account, name, public_key, enrolled_at, revoked_at, purged_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE SET name = ?3, revoked_at = ?6, purged_at = ?7
