INSERT INTO told (record, other, space, seen, unit, unit_name, agreed, score) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (record, other) DO UPDATE SET space = ?3, seen = ?4, unit = ?5, unit_name = ?6, agreed = ?7, score = ?8
