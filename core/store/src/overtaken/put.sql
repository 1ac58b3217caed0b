INSERT OR IGNORE INTO view_overtaken (author, record, replica, seq, mark)
VALUES (?1, ?2, ?3, ?4, ?5)
