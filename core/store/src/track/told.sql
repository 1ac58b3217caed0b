UPDATE track_word SET told = 1 WHERE patrol = ?1 AND said_at = ?2
