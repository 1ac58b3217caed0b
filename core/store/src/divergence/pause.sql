INSERT INTO verification (space, paused_until) VALUES (?1, ?2)
ON CONFLICT (space) DO UPDATE SET paused_until = ?2
