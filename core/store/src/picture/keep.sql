INSERT INTO picture (hash, record, space, waits, kept_at)
VALUES (:hash, :record, x'', 0, :at)
ON CONFLICT (hash, record) DO UPDATE SET kept_at = excluded.kept_at
