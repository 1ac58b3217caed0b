INSERT INTO branch (space, idx, timeline, from_pos)
SELECT ?1, COALESCE(MAX(idx) + 1, 0), ?2, ?3 FROM branch WHERE space = ?1
