INSERT INTO track_word (patrol, shared, said_at, told) VALUES (?1, ?2, ?3, 0)
ON CONFLICT (patrol) DO UPDATE SET shared = excluded.shared, said_at = excluded.said_at, told = 0
