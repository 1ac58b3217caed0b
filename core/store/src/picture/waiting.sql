SELECT hash, record, space FROM picture
WHERE waits = 1 AND gone_at IS NULL
ORDER BY kept_at, hash, record
