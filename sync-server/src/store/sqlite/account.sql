-- Accounts, devices, codes, consoles, hand-overs.

-- name: account
SELECT id, login, name, password, made_at FROM account WHERE id = ?1

-- name: account_by_login
SELECT id, login, name, password, made_at FROM account WHERE login = ?1

-- name: accounts
SELECT id, login, name, password, made_at FROM account ORDER BY login

-- name: account_put
INSERT INTO account (id, login, name, password, made_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET login = ?2, name = ?3, password = ?4

-- name: device
SELECT id, account, name, public_key, enrolled_at, revoked_at, purged_at FROM device WHERE id = ?1

-- name: devices
SELECT id, account, name, public_key, enrolled_at, revoked_at, purged_at
FROM device WHERE account = ?1 ORDER BY enrolled_at, id

-- name: device_put
INSERT INTO device (id, account, name, public_key, enrolled_at, revoked_at, purged_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE SET name = ?3, revoked_at = ?6, purged_at = ?7

-- name: enrol_code_put
INSERT INTO enrol_code (hash, account, made_at, expires_at) VALUES (?1, ?2, ?3, ?4)

-- name: enrol_code_waits_set
UPDATE enrol_code SET waits = 1 WHERE hash = ?1

-- name: enrol_code_waits
SELECT waits FROM enrol_code WHERE hash = ?1

-- name: device_waiting_put
INSERT INTO device_waiting (device, since) VALUES (?1, ?2) ON CONFLICT DO NOTHING

-- name: device_waiting
SELECT since FROM device_waiting WHERE device = ?1

-- name: devices_waiting
SELECT device, since FROM device_waiting ORDER BY since, device

-- name: device_waiting_end
DELETE FROM device_waiting WHERE device = ?1

-- name: enrol_code_use
-- One statement, so that of many at once one succeeds.
UPDATE enrol_code SET used_at = ?2
WHERE hash = ?1 AND used_at IS NULL AND expires_at >= ?2
RETURNING account

-- name: enrol_code_used
SELECT account, used_at FROM enrol_code WHERE hash = ?1 AND used_at IS NOT NULL AND expires_at >= ?2

-- name: console
SELECT replica FROM console WHERE account = ?1 AND timeline = ?2

-- name: console_any
SELECT replica FROM console WHERE account = ?1 LIMIT 1

-- name: console_put
INSERT INTO console (account, timeline, replica) VALUES (?1, ?2, ?3)

-- name: hand_over_put
INSERT INTO hand_over (hash, device, received_at, sealed) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING

-- name: hand_over
SELECT sealed FROM hand_over WHERE hash = ?1

-- name: hand_over_at
SELECT received_at, device FROM hand_over WHERE hash = ?1
