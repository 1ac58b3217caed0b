INSERT INTO audience (space, key, record, kind, pos, here) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (space, key, record) DO UPDATE SET kind = ?4, pos = ?5, here = ?6
