INSERT INTO track_point (patrol, at, point) VALUES (?1, ?2, ?3)
ON CONFLICT (patrol, at) DO UPDATE SET point = excluded.point
