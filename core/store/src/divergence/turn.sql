INSERT INTO verification (space, after) VALUES (?1, ?2)
ON CONFLICT (space) DO UPDATE SET after = ?2
