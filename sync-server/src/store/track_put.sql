INSERT INTO track (patrol, space, account, points) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (patrol) DO UPDATE SET points = excluded.points
