INSERT INTO picture (hash, record, space, waits, kept_at)
SELECT hash, :record, :space, 1, :at FROM picture WHERE hash = :hash LIMIT 1
ON CONFLICT (hash, record) DO UPDATE SET
    waits = CASE WHEN gone_at IS NULL THEN waits ELSE 1 END, gone_at = NULL
