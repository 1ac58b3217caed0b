INSERT INTO person (account, name, asked_at) VALUES (?1, nullif(?2, ''), ?3)
ON CONFLICT (account) DO UPDATE SET name = excluded.name, asked_at = excluded.asked_at
