SELECT hash, record FROM picture p
WHERE (length(record) = 0 AND kept_at < :unnamed)
   OR (waits = 0 AND gone_at < :taken_away)
   OR (waits = 0 AND length(record) = 16 AND NOT EXISTS (SELECT 1 FROM record r WHERE r.record = p.record)
       AND NOT EXISTS (SELECT 1 FROM own_change o WHERE o.record = p.record))
