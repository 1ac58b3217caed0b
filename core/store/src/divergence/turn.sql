INSERT INTO verification (space, after, verified_at) VALUES (?1, ?2, ?3)
ON CONFLICT (space) DO UPDATE SET after = ?2, verified_at = ?3
