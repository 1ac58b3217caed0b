INSERT INTO account (id, login, name, password, made_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET login = ?2, name = ?3, password = ?4
