SELECT record, replica, seq, mark FROM view_overtaken AS v
WHERE author = ?1
  AND NOT EXISTS (
        SELECT 1 FROM seen_overtaken AS s
        WHERE s.replica = v.replica AND s.seq = v.seq AND s.mark = v.mark)
ORDER BY record, replica, seq
