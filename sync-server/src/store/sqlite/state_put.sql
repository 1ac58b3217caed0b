INSERT INTO state (space, record, kind, pos, author, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (space, record) DO UPDATE SET kind = ?3, pos = ?4, author = ?5, bytes = ?6
