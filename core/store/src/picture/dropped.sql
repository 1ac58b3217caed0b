-- All rows are looked at: a phone holds as many pictures as its person took and looked at, which is few beside its records.
SELECT hash, record FROM picture
WHERE (length(record) = 0 AND kept_at < :unnamed)
   OR (waits = 0 AND gone_at < :taken_away)
   OR (waits = 0 AND length(record) = 16
       AND NOT EXISTS (SELECT 1 FROM record r WHERE r.record = picture.record)
       AND NOT EXISTS (SELECT 1 FROM own_change o WHERE o.record = picture.record))
