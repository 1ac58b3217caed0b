INSERT OR IGNORE INTO carried (seal, purpose, about, sealed, taken_at)
VALUES (?1, ?2, ?3, ?4, ?5)
