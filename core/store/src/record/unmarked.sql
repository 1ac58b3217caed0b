SELECT record FROM record
WHERE space = ?1 AND (epoch_n, epoch_timeline) <> (?3, ?2)
ORDER BY record
