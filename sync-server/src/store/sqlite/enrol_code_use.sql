UPDATE enrol_code SET used_at = ?1
WHERE hash = ?2 AND used_at IS NULL AND expires_at >= ?1
RETURNING account
