INSERT INTO told_upto (space, timeline, pos, epoch_n, asked_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (space) DO UPDATE SET timeline = ?2, pos = ?3, epoch_n = ?4, asked_at = ?5
